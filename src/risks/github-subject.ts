/**
 * What do the subjects of GitHub Actions look like, and which of them are a stranger's, of any repository, of any branch?
 * (GitHub Docs, "OpenID Connect reference"; both the old form `repo:ORG/REPO:…` and the immutable `repo:ORG@ID/REPO@ID:…`.)
 */
import type { Located } from '../policy/document/trust-policy.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { issuerOf } from './oidc-issuers.ts';
import {
  hasWildcard,
  type OidcTrust,
  oidcTrusts,
  positiveConditionsOn,
  takesPatterns,
  unforeseen,
} from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';

export const githubIssuer = 'token.actions.githubusercontent.com';

/** @returns the trusts in GitHub Actions that let somebody in, enterprises' own issuers included. */
export function githubTrusts(context: RiskContext): readonly OidcTrust[] {
  return oidcTrusts(context).filter(({ url }) => isGithub(url));
}

export function isGithub(url: string): boolean {
  return url.toLowerCase() === githubIssuer || (issuerOf(url)?.name ?? '').startsWith('GitHub Actions of');
}

export interface SubjectValue extends Located {
  /** Whether `*` and `?` in it stand for other characters. */
  readonly pattern: boolean;
}

/** @returns the values that conditions ask of the subject. */
export function subjectValues(trust: OidcTrust): readonly SubjectValue[] {
  return valuesOf(trust, 'sub');
}

export function valuesOf(trust: OidcTrust, claim: string): readonly SubjectValue[] {
  return positiveConditionsOn(trust, claim).flatMap((condition) =>
    condition.values.map((value) => ({ ...value, pattern: takesPatterns(condition) })),
  );
}

/** The parts of a value for `sub` that begins with `repo:`. */
interface RepoParts {
  readonly owner: string;
  /** Without the `@ID`; `undefined` where the value ends before it. */
  readonly repository: string | undefined;
  readonly ownerId: string | undefined;
  readonly repositoryId: string | undefined;
  /** What follows the repository and its colon. */
  readonly context: string | undefined;
}

export function repoParts(text: string): RepoParts | undefined {
  if (!text.startsWith('repo:')) return undefined;
  const rest = text.slice('repo:'.length);
  const slash = rest.indexOf('/');
  const firstColon = rest.indexOf(':');
  // `repo:*:ref:refs/heads/main`: the wildcard stands for owner and repository, and the slashes are those of the ref.
  if (firstColon !== -1 && (slash === -1 || firstColon < slash) && hasWildcard(rest.slice(0, firstColon))) {
    const [owner, ownerId] = splitId(rest.slice(0, firstColon));
    return { owner, ownerId, repository: '*', repositoryId: undefined, context: rest.slice(firstColon + 1) };
  }
  const [owner, ownerId] = splitId(slash === -1 ? rest : rest.slice(0, slash));
  if (slash === -1) return { owner, ownerId, repository: undefined, repositoryId: undefined, context: undefined };
  const behind = rest.slice(slash + 1);
  const colon = behind.indexOf(':');
  const [repository, repositoryId] = splitId(colon === -1 ? behind : behind.slice(0, colon));
  return { owner, ownerId, repository, repositoryId, context: colon === -1 ? undefined : behind.slice(colon + 1) };
}

/** Names have no `@`, so that it always begins an id. */
function splitId(name: string): readonly [string, string | undefined] {
  const at = name.indexOf('@');
  return at === -1 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}

/** Claims that a customised subject may begin with and that say whose the workflow is. */
const owning = new Set([
  'repository',
  'repository_owner',
  'repository_owner_id',
  'repository_id',
  'job_workflow_ref',
  'workflow_ref',
  'enterprise',
  'enterprise_id',
  'actor',
  'actor_id',
]);
/** Claims of a customised subject that anybody's workflow can bear. */
const anybodys = new Set([
  'environment',
  'ref',
  'workflow',
  'context',
  'event_name',
  'head_ref',
  'base_ref',
  'ref_type',
  'repository_visibility',
  'runner_environment',
  'run_id',
  'run_number',
  'run_attempt',
  'sha',
  'job_workflow_sha',
  'workflow_sha',
]);

/** @returns whether a value fits the subject of a pull request, or may. */
export function takesInPullRequests({ text, pattern }: SubjectValue): boolean {
  return pattern ? /(:|\*)(pull_request|\*)$/.test(text) : text.endsWith(':pull_request');
}

/** @returns whether a subject would fit the value if it were written in the other form, with or without ids. */
export function otherFormFits({ text, pattern }: SubjectValue, subject: string): boolean {
  const asked = repoParts(text);
  const sent = repoParts(subject);
  if (asked === undefined || sent?.repository === undefined || asked.repository === undefined) return false;
  if ((asked.ownerId === undefined) === (sent.ownerId === undefined)) return false;
  const plain = ({ owner, repository, context }: RepoParts) => `repo:${owner}/${repository ?? ''}:${context ?? ''}`;
  return pattern ? matchWildcard(plain(asked), plain(sent)) : plain(asked) === plain(sent);
}

/** A subject in the making: what a value asks for, its wildcards filled with what its author did not think of. */
export interface Shape {
  readonly owner: string;
  readonly ownerId: string | undefined;
  readonly repository: string;
  readonly repositoryId: string | undefined;
  readonly context: string | undefined;
}

/** Names and numbers that no policy mentions. */
export const stranger = 'stranger-x7';
export const strangeNumber = '9870017001';
export const strangeName = 'q7w4z1x9k3';

/**
 * @returns the value as it would stand with `repo:` before it where a wildcard leads it (`*acme/app*` → `repo:*acme/app*`);
 * what is about the branch alone is taken for any repository's; other values stay as they are.
 */
export function withPrefix(text: string): string {
  if (!/^[*?]/.test(text)) return text;
  const rest = text.replace(/^[*?]+/, '');
  if (rest === '') return 'repo:*';
  const behind = rest.replace(/^:/, '');
  if (/^(ref:|environment:|pull_request)/.test(behind)) return `repo:*/*:${behind}`;
  if (rest.startsWith('refs/')) return `repo:*/*:ref:${rest}`;
  const prefix = /^(r?e?p?o?):/.exec(rest);
  return prefix === null ? `repo:*${rest}` : `repo:${rest.slice(prefix[0].length)}`;
}

/** @returns the shape of a value; `undefined` where it does not begin with `repo:`. */
export function shapeOf(text: string): Shape | undefined {
  const parts = repoParts(text);
  if (parts === undefined) return undefined;
  return {
    owner: filled(parts.owner, stranger),
    ownerId: parts.ownerId === undefined ? undefined : filledId(parts.ownerId),
    repository: filled(parts.repository ?? '*', strangeName),
    repositoryId: parts.repositoryId === undefined ? undefined : filledId(parts.repositoryId),
    context: parts.context === undefined ? undefined : unforeseen(parts.context),
  };
}

function filled(pattern: string, ifNothing: string): string {
  return /^[*?]*$/.test(pattern) ? ifNothing : unforeseen(pattern);
}

function filledId(pattern: string): string {
  return hasWildcard(pattern) ? `${pattern.replace(/[*?].*$/, '')}${strangeNumber}` : pattern;
}

/** @returns the subject in the old form, in the immutable one, or in both where the shape leaves it open. */
export function subjectsOf({ owner, ownerId, repository, repositoryId, context }: Shape): readonly string[] {
  const behind = context === undefined ? '' : `:${context}`;
  const old = `repo:${owner}/${repository}${behind}`;
  const now = `repo:${owner}@${ownerId ?? strangeNumber}/${repository}@${repositoryId ?? strangeNumber}${behind}`;
  return ownerId === undefined && repositoryId === undefined ? [old, now] : [now];
}

/** @returns a customised subject that fits the value and is of no repository or organization that it means. */
export function customisedSubject({ text, pattern }: SubjectValue): string | undefined {
  if (repoParts(text) !== undefined) return undefined;
  const claims = text.split(':');
  if (pattern && hasWildcard(claims[0] ?? '')) return undefined;
  return pattern ? unforeseen(text) : text;
}

/** @returns whether a value may fit the subject of another organization than it means. */
export function mayBeForeign({ text, pattern }: SubjectValue): boolean {
  const parts = repoParts(text);
  if (parts !== undefined) return pattern && hasWildcard(parts.owner);
  const claims = text.split(':');
  if (pattern && hasWildcard(claims[0] ?? '')) return true;
  const at = claims.findIndex((name) => owning.has(name));
  if (at === -1) return anybodys.has(claims[0] ?? '');
  return pattern && hasWildcard(claims[at + 1]?.split('/')[0] ?? '');
}

/** @returns whether a customised subject says whose repository it is. */
export function namesRepository(text: string): boolean {
  return (
    /(^|:)(repository|repository_id|repo|job_workflow_ref|workflow_ref):/.test(text) ||
    !owning.has(text.split(':')[0] ?? '')
  );
}
