/**
 * Which GitLab pipelines get in? Subjects are `project_path:GROUP/…/PROJECT:ref_type:branch|tag:ref:REF` (GitLab Docs,
 * "OpenID Connect (OIDC) authentication using ID tokens").
 */
import { hasWildcard, type OidcTrust, oidcTrusts, unforeseen } from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';
import { everySubject, strange, subjectGetsIn, subjectsAsked } from './subject-segments.ts';

/** Neither a path nor a ref has a colon. */
const malformed = ['*:*:*:*:*:*:*'];

/** @returns the trusts in GitLab.com or another GitLab, which its subjects give away. */
export function gitlabTrusts(context: RiskContext): readonly OidcTrust[] {
  return oidcTrusts(context).filter(
    (trust) =>
      trust.issuer?.name.includes('GitLab') === true ||
      subjectsAsked(trust).some(({ text }) => text.startsWith('project_path:')),
  );
}

function pathOf(text: string): string | undefined {
  return /^project_path:([^:]*)/.exec(text)?.[1];
}

/** @returns whether a project of a group that the policy does not mean gets in. */
export function otherGroupGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  if (everySubject(trust, ({ text, pattern }) => !pattern || /^project_path:[^*?/:]+[/:]/.test(text))) return false;
  const groups = subjectsAsked(trust).flatMap(({ text, pattern }) => {
    const group = pathOf(text)?.split('/')[0];
    return pattern && group !== undefined && hasWildcard(group) ? [unforeseen(group)] : [];
  });
  const paths = ['stranger-x7', ...groups].map((group) => `project_path:${group}/*:ref_type:*:ref:*`);
  return subjectGetsIn(context, trust, paths, malformed);
}

/** @returns whether a project that the policy does not name gets in. */
export function otherProjectGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  if (everySubject(trust, ({ text, pattern }) => !pattern || /^project_path:[^*?:]+:/.test(text))) return false;
  const paths = subjectsAsked(trust).flatMap(({ text, pattern }) => {
    const path = pathOf(text);
    return pattern && path !== undefined && hasWildcard(path) ? [unforeseen(path)] : [];
  });
  const subjects = [`*/${strange}`, ...paths].map((path) => `project_path:${path}:ref_type:*:ref:*`);
  return subjectGetsIn(context, trust, subjects, malformed);
}

/** @returns whether a branch that nobody has thought of gets in. */
export function anyGitlabBranchGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  return subjectGetsIn(context, trust, [`project_path:*:ref_type:branch:ref:${strange}`], malformed);
}
