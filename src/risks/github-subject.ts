/**
 * What do the subjects of GitHub Actions look like, and which of them are a stranger's, of any repository, of any branch?
 * (GitHub Docs, "OpenID Connect reference"; both the old form `repo:ORG/REPO:…` and the immutable `repo:ORG@ID/REPO@ID:…`.)
 */
import type { ConditionClause, Located } from '../policy/document/trust-policy.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { issuerOf } from './oidc-issuers.ts';
import {
  admits,
  conditionsOn,
  hasWildcard,
  isPositive,
  keysAsked,
  type OidcTrust,
  oidcTrusts,
  positiveConditionsOn,
  takesPatterns,
  token,
  unforeseen,
} from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';

export const githubIssuer = 'token.actions.githubusercontent.com';

/** @returns the trusts in GitHub Actions that let somebody in, enterprises' own issuers included. */
export function githubTrusts(context: RiskContext): readonly OidcTrust[] {
  return oidcTrusts(context).filter(({ url }) => isGithub(url));
}

export function isGithub(url: string): boolean {
  return url === githubIssuer || (issuerOf(url)?.name ?? '').startsWith('GitHub Actions of');
}

/** Names and numbers that no policy mentions. */
const stranger = 'stranger-x7';
const strangeNumber = '9870017001';
const strangeName = 'q7w4z1x9k3';
const strangeBranch = `refs/heads/${strangeName}`;
const strangeTag = `refs/tags/${strangeName}`;

/** What follows `repo:ORG/REPO:`. */
const contexts = ['ref:refs/heads/*', 'ref:refs/tags/*', 'environment:*', 'pull_request'] as const;

/** No branch, tag or repository has a colon, in an environment GitHub writes `%3A`: more colons are no subject at all. */
const malformed = [
  '*:*:*:*:*',
  '*:*:*:pull_request',
  'repo:*/*/*:ref:*',
  'repo:*/*/*:environment:*',
  'repo:*/*/*:pull_request',
];

/** @returns the subjects of a repository in both forms; `owner` and `repository` may hold wildcards. */
function subjectsOf(owner: string, repository: string, after: readonly string[] = contexts): readonly string[] {
  const names = owner.includes('@')
    ? [`${owner}/${repository}`]
    : [`${owner}/${repository}`, `${owner}@${strangeNumber}/${repository}`];
  return names.flatMap((name) => after.map((context) => `repo:${name}:${context}`));
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
export interface RepoParts {
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

/** Subjects of other organizations than a value means that it may fit all the same. */
interface ForeignSubjects {
  /** Patterns in the forms that GitHub documents. */
  readonly inForm: readonly string[];
  /** Patterns made from the value itself. */
  readonly asWritten: readonly string[];
}

const none: ForeignSubjects = { inForm: [], asWritten: [] };

function foreignSubjects({ text, pattern }: SubjectValue): ForeignSubjects {
  const parts = repoParts(text);
  if (parts !== undefined) {
    if (!pattern || !hasWildcard(parts.owner)) return none;
    const owner = unforeseen(parts.owner);
    return {
      inForm: [...subjectsOf(owner, '*'), ...subjectsOf(stranger, '*')],
      asWritten: [`repo:${owner}${text.slice('repo:'.length + parts.owner.length)}`],
    };
  }
  const head = /^[^:]*/.exec(text)?.[0] ?? '';
  if (pattern && hasWildcard(head)) return { inForm: subjectsOf(stranger, '*'), asWritten: [] };
  const claims = text.split(':');
  const at = claims.findIndex((name) => owning.has(name));
  if (at === -1) return anybodys.has(head) ? { inForm: [], asWritten: [text] } : none;
  const value = claims[at + 1] ?? '';
  const owner = value.split('/')[0] ?? '';
  if (!pattern || !hasWildcard(owner)) return none;
  const foreign = [...claims.slice(0, at + 1), value.replace(owner, unforeseen(owner)), ...claims.slice(at + 2)];
  return { inForm: [], asWritten: [foreign.join(':')] };
}

/** @returns whether a value may fit the subject of another organization than it means. */
export function mayBeForeign(value: SubjectValue): boolean {
  const { inForm, asWritten } = foreignSubjects(value);
  return inForm.length + asWritten.length > 0;
}

/** Whether some condition settles by its text that no other organization gets in: then nothing need be asked. */
function namesItsOrganization(trust: OidcTrust): boolean {
  return positiveConditionsOn(trust, 'sub').some(
    (condition) =>
      condition.values.length > 0 &&
      !condition.values.some((value) => mayBeForeign({ ...value, pattern: takesPatterns(condition) })),
  );
}

/** Whose the token is that a question is about: `actor` may be one of ours who was led to run a stranger's workflow. */
type Actor = 'stranger' | 'anybody';

/** @returns whether a workflow of an organization that the policy does not mean gets in. */
export function foreignOrganizationGetsIn(context: RiskContext, trust: OidcTrust, actor: Actor = 'stranger'): boolean {
  if (namesItsOrganization(trust)) return false;
  const owners = new Set([stranger]);
  for (const claim of ['repository', 'job_workflow_ref'])
    for (const { text, pattern } of valuesOf(trust, claim)) {
      const owner = text.split('/')[0] ?? '';
      if (pattern && hasWildcard(owner)) owners.add(unforeseen(owner));
    }
  const strangers = {
    repository: [...owners].map((owner) => `${owner}/*`),
    repository_id: [strangeNumber],
    repository_owner_id: [strangeNumber],
    enterprise_id: { perhaps: [strangeNumber] },
    job_workflow_ref: [...owners].map((owner) => `${owner}/*`),
    ...(actor === 'stranger' ? { actor: [stranger], actor_id: [strangeNumber] } : {}),
  };
  const candidates = subjectValues(trust).map(foreignSubjects);
  const wellFormed = [...new Set([...subjectsOf(stranger, '*'), ...candidates.flatMap(({ inForm }) => inForm)])];
  // What a customised subject may look like is not known; one in the form of the value itself is asked for.
  const asWritten = candidates.flatMap((found) => found.asWritten);
  const ask = (claims: Parameters<typeof token>[2]) =>
    admits(context, trust, token(context, trust, { ...claims, ...strangers }));
  const answer = ask({ sub: wellFormed, 'sub #': { not: malformed } });
  if (answer === 'yes') return true;
  if (asWritten.length > 0 && ask({ sub: asWritten }) === 'yes') return true;
  return answer === 'undecided' && !namesTenantElsewhere(context, trust);
}

/** For the rare policy whose comparison is undecided. */
function namesTenantElsewhere(context: RiskContext, trust: OidcTrust): boolean {
  const asked = keysAsked(context, trust);
  return ['repository', 'repository_id', 'repository_owner_id', 'enterprise_id', 'repository_owner'].some((claim) =>
    asked.has(`${trust.url}:${claim}`.toLowerCase()),
  );
}

/** How strangers of other organizations come in, most general first; `undefined` where they do not. */
export type ForeignWay = 'no condition' | 'sub pattern' | 'ref without repository' | 'no tenant';

/** @returns the way, and the condition that is at fault. */
export function foreignWay(
  context: RiskContext,
  trust: OidcTrust,
): { readonly way: ForeignWay; readonly pointer: string; readonly text: string } | undefined {
  if (!foreignOrganizationGetsIn(context, trust)) return undefined;
  const value = subjectValues(trust).find(mayBeForeign);
  if (value !== undefined) return { way: 'sub pattern', pointer: value.pointer, text: value.text };
  const weak = ['ref', 'environment', 'workflow', 'job_workflow_ref']
    .flatMap((claim) => conditionsOn(trust, claim))
    .find(isPositive);
  if (weak !== undefined) return { way: 'ref without repository', pointer: weak.pointer, text: weak.key };
  const asked = trust.statement.conditions.some(({ key }) =>
    key.toLowerCase().startsWith(`${trust.url.toLowerCase()}:`),
  );
  return { way: asked ? 'no tenant' : 'no condition', pointer: trust.entry.pointer, text: '' };
}

/** @returns whether a repository that no policy names gets in, of whichever organization. */
export function anyRepositoryGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const settled = positiveConditionsOn(trust, 'sub').some(
    (condition) =>
      condition.values.length > 0 &&
      condition.values.every(({ text }) => {
        const parts = repoParts(text);
        if (!takesPatterns(condition)) return parts !== undefined || namesRepository(text);
        return (
          parts !== undefined &&
          !hasWildcard(parts.owner) &&
          parts.repository !== undefined &&
          !hasWildcard(parts.repository)
        );
      }),
  );
  if (settled) return false;
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        sub: [
          ...subjectsOf('*', strangeName),
          ...subjectsOf(`*@*`, `${strangeName}@${strangeNumber}`),
          'repository_owner:*',
          'repository_owner_id:*',
          'enterprise:*',
          'enterprise_id:*',
          `repository:*/${strangeName}*`,
          `job_workflow_ref:*/${strangeName}/*`,
        ],
        // A customised subject that goes on to name the repository is not of any.
        'sub #': {
          not: [
            ...malformed,
            '*:repository:*',
            '*:repository_id:*',
            '*:repo:*',
            '*:job_workflow_ref:*',
            '*:workflow_ref:*',
          ],
        },
        ...ofRepository(strangeName),
      }),
    ) === 'yes'
  );
}

function namesRepository(text: string): boolean {
  return (
    /(^|:)(repository|repository_id|repo|job_workflow_ref|workflow_ref):/.test(text) ||
    !owning.has(text.split(':')[0] ?? '')
  );
}

function ofRepository(name: string) {
  return {
    repository: [`*/${name}`],
    'repository #': { not: ['*/*/*'] },
    repository_id: [strangeNumber],
    job_workflow_ref: [`*/${name}/*`],
    'job_workflow_ref #': { not: [`*/*/${name}/*`] },
  };
}

/** @returns the value, and a repository's name that fits its pattern unintended and gets in: `acme/app*` → `app-x7q`. */
export function unforeseenRepository(
  context: RiskContext,
  trust: OidcTrust,
): { readonly value: SubjectValue; readonly name: string } | undefined {
  const patterns = [
    ...subjectValues(trust).map((value) => ({
      value,
      owner: repoParts(value.text)?.owner,
      name: repoParts(value.text)?.repository,
    })),
    ...valuesOf(trust, 'repository').map((value) => ({
      value,
      owner: value.text.split('/')[0],
      name: value.text.split('/')[1],
    })),
  ];
  for (const { value, owner, name } of patterns) {
    if (!value.pattern || owner === undefined || name === undefined || hasWildcard(owner)) continue;
    if (!hasWildcard(name) || /^[*?]*$/.test(name)) continue;
    const other = unforeseen(name);
    const answer = admits(
      context,
      trust,
      token(context, trust, {
        sub: [...subjectsOf(`${owner}`, other), ...subjectsOf(`${owner}@*`, `${other}@${strangeNumber}`)],
        'sub #': { not: ['*:*:*:*:*'] },
        ...ofRepository(other),
      }),
    );
    if (answer === 'yes') return { value, name: other };
  }
  return undefined;
}

/** @returns whether a workflow on this branch or tag gets in, run without an environment. */
export function refGetsIn(context: RiskContext, trust: OidcTrust, ref: string): boolean {
  const sub = valuesOf(trust, 'sub');
  if (sub.length > 0 && sub.every(({ text, pattern }) => !pattern && !text.endsWith(`:${ref}`))) return false;
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        sub: [`repo:*:ref:${ref}`],
        'sub #': { not: malformed },
        ref: [ref],
        environment: 'absent',
        job_workflow_ref: [`*/${strangeName}.yml@${ref}`],
        'job_workflow_ref #': { not: ['*@*@*'] },
      }),
    ) === 'yes'
  );
}

/** @returns whether a branch, or a tag, that nobody has thought of gets in. */
export function anyBranchGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  return refGetsIn(context, trust, strangeBranch);
}

export function anyTagGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  return refGetsIn(context, trust, strangeTag);
}

/** @returns whether a workflow that runs on a pull request of the repository gets in; its ref is `refs/pull/N/merge`. */
export function pullRequestGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        sub: ['repo:*:pull_request'],
        'sub #': { not: malformed },
        ref: ['refs/pull/*/merge'],
        environment: 'absent',
      }),
    ) === 'yes'
  );
}

/** @returns whether a job with an environment gets in from a branch that nobody has thought of. */
export function environmentGetsInFromAnyBranch(context: RiskContext, trust: OidcTrust): boolean {
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        sub: ['repo:*:environment:*'],
        'sub #': { not: malformed },
        ref: [strangeBranch],
        job_workflow_ref: [`*/${strangeName}.yml@${strangeBranch}`],
        'job_workflow_ref #': { not: ['*@*@*'] },
      }),
    ) === 'yes'
  );
}

/** @returns whether a new owner of the same names, with other numbers behind them, gets in. */
export function sameNamesGetIn(context: RiskContext, trust: OidcTrust): boolean {
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        'sub #': { not: ['repo:*@*'] },
        repository_id: [strangeNumber],
        repository_owner_id: [strangeNumber],
        enterprise_id: { perhaps: [strangeNumber] },
      }),
    ) === 'yes'
  );
}

/** @returns whether a reusable workflow taken from a branch that nobody has thought of gets in. */
export function workflowFromAnyRefGetsIn(context: RiskContext, trust: OidcTrust, workflow: string): boolean {
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        sub: [`repo:*:ref:${strangeBranch}`, 'repo:*:environment:*', 'job_workflow_ref:*'],
        ref: [strangeBranch],
        job_workflow_ref: [`${workflow}@${strangeBranch}`],
      }),
    ) === 'yes'
  );
}

/** @returns whether the value asks for the subject in the immutable form, with ids. */
export function isImmutableForm({ owner, ownerId }: RepoParts): boolean {
  return owner !== '' && ownerId !== undefined;
}

/** @returns the condition clauses of a statement that ask for any of these claims. */
export function firstConditionOn(trust: OidcTrust, claims: readonly string[]): ConditionClause | undefined {
  return claims.flatMap((claim) => positiveConditionsOn(trust, claim))[0];
}

/** @returns whether a value fits the subject of a pull request, or may. */
export function takesInPullRequests({ text, pattern }: SubjectValue): boolean {
  return pattern ? /(:|\*)(pull_request|\*)$/.test(text) : text.endsWith(':pull_request');
}

/**
 * @param kind `refs/heads/` or `refs/tags/`.
 * @returns the value of a condition, and a ref that fits its pattern unintended and gets in: `release*` → `release-x7q`. A
 * folder, `release/*`, is taken as intended for branches, which rulesets protect by the folder.
 */
export function unforeseenRef(
  context: RiskContext,
  trust: OidcTrust,
  kind: 'refs/heads/' | 'refs/tags/',
): { readonly value: SubjectValue; readonly name: string } | undefined {
  for (const value of [...valuesOf(trust, 'sub'), ...valuesOf(trust, 'ref')]) {
    const at = value.text.indexOf(kind);
    if (!value.pattern || at === -1) continue;
    const name = value.text.slice(at + kind.length);
    if (!hasWildcard(name) || (kind === 'refs/heads/' && /^[^*?]+\/\*$/.test(name))) continue;
    const ref = `${kind}${/^[*?]+$/.test(name) ? strangeName : unforeseen(name)}`;
    if (refGetsIn(context, trust, ref)) return { value, name: ref };
  }
  return undefined;
}

/** @returns whether a token with just this subject may get in by a provider of GitHub under the statement. */
export function subjectFits(context: RiskContext, statement: OidcTrust['statement'], subject: string): boolean {
  return githubTrusts(context).some(
    (trust) =>
      trust.statement.index === statement.index &&
      admits(context, trust, token(context, trust, { sub: { exactly: [subject] } })) !== 'no',
  );
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

/** @returns whether a token gets in whose ids are others than the ones meant, where the value has wildcards for them. */
export function otherIdsGetIn(context: RiskContext, trust: OidcTrust, { text }: SubjectValue): boolean {
  const parts = repoParts(text);
  if (parts === undefined) return false;
  const ofOwner = hasWildcard(parts.ownerId ?? '');
  const ofRepository = hasWildcard(parts.repositoryId ?? '');
  const other = (id: string | undefined) => `${(id ?? '').replace(/[*?].*$/, '')}${strangeNumber}`;
  const owner = ofOwner ? other(parts.ownerId) : '*';
  const repository = ofRepository ? other(parts.repositoryId) : '*';
  return (
    admits(
      context,
      trust,
      token(context, trust, {
        sub: [`repo:${parts.owner}@${owner}/*@${repository}:*`],
        ...(ofOwner ? { repository_owner_id: [owner] } : {}),
        ...(ofRepository ? { repository_id: [repository] } : {}),
      }),
    ) === 'yes'
  );
}
