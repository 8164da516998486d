/** Subjects that are lists of names and values, `organization:acme:project:web:…`: which values are not the ones meant? */
import type { SubjectValue } from './github-subject.ts';
import { valuesOf } from './github-subject.ts';
import { admits, hasWildcard, type OidcTrust, positiveConditionsOn, token, unforeseen } from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';

/** A value that no policy mentions. */
export const strange = 'q7w4z1x9k3';

/** @returns the value behind a name in the subject; `undefined` where the text ends, or goes over to `*`, before it. */
export function segment(text: string, name: string): string | undefined {
  const parts = text.split(':');
  const at = parts.indexOf(name);
  return at === -1 ? undefined : parts[at + 1];
}

/** @returns values for the segment that fit the policy's patterns unintended, and one that nobody mentions. */
export function unforeseenSegments(trust: OidcTrust, name: string): readonly string[] {
  const patterns = subjectsAsked(trust).flatMap(({ text, pattern }) => {
    const value = segment(text, name);
    return pattern && value !== undefined && hasWildcard(value) && /[^*?]/.test(value) ? [unforeseen(value)] : [];
  });
  return [strange, ...new Set(patterns)];
}

export function subjectsAsked(trust: OidcTrust): readonly SubjectValue[] {
  return valuesOf(trust, 'sub');
}

/** @returns the first value with a wildcard, which is where to look; else the first. */
export function widestSubject(trust: OidcTrust): SubjectValue | undefined {
  const values = subjectsAsked(trust);
  return values.find(({ text, pattern }) => pattern && hasWildcard(text)) ?? values[0];
}

/** @returns whether every value of some condition on the subject passes: then no other value of it can get in. */
export function everySubject(trust: OidcTrust, settled: (value: SubjectValue) => boolean): boolean {
  return positiveConditionsOn(trust, 'sub').some((condition) => {
    const own = new Set(condition.values.map(({ pointer }) => pointer));
    const values = subjectsAsked(trust).filter(({ pointer }) => own.has(pointer));
    return values.length > 0 && values.every(settled);
  });
}

/** @returns whether a token with such a subject gets in; a Deny and the other claims count. */
export function subjectGetsIn(
  context: RiskContext,
  trust: OidcTrust,
  patterns: readonly string[],
  not: readonly string[] = [],
): boolean {
  const claims = not.length === 0 ? { sub: patterns } : { sub: patterns, 'sub #': { not } };
  return admits(context, trust, token(context, trust, claims)) === 'yes';
}

/** @returns patterns with each of the names in the place of `%`. */
export function withNames(pattern: string, names: readonly string[]): readonly string[] {
  return names.map((name) => pattern.replace('%', name));
}
