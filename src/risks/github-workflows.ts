/** Which workflows of GitHub Actions get in: a stranger's, those of any repository, of any branch, of a pull request? */
import type { ConditionClause } from '../policy/document/trust-policy.ts';
import {
  customisedSubject,
  githubTrusts,
  mayBeForeign,
  namesRepository,
  repoParts,
  type Shape,
  type SubjectValue,
  shapeOf,
  strangeName,
  strangeNumber,
  stranger,
  subjectsOf,
  subjectValues,
  valuesOf,
  withPrefix,
} from './github-subject.ts';
import {
  admits,
  conditionsOn,
  fitsConditions,
  hasWildcard,
  isPositive,
  keyOf,
  keysAsked,
  type OidcTrust,
  positiveConditionsOn,
  takesPatterns,
  token,
  unforeseen,
} from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';

const strangeBranch = `refs/heads/${strangeName}`;
const strangeTag = `refs/tags/${strangeName}`;

/** What follows the repository in a subject, where the policy gives no other idea. */
const contexts = [`ref:${strangeBranch}`, `ref:${strangeTag}`, `environment:${strangeName}`, 'pull_request'] as const;

/** Of two lists of values that must both hold; far more than a policy has room for. */
const combinationsAtMost = 2_000;

/** Every shape that the policy's values on the subject and the repository give an idea of, those of a Deny included. */
function shapesIn(context: RiskContext, trust: OidcTrust): readonly Shape[] {
  const known = remembered.get(trust);
  if (known !== undefined) return known;
  const sub = keyOf(trust, 'sub').toLowerCase();
  const repository = keyOf(trust, 'repository').toLowerCase();
  const found = new Map<string, Shape>();
  const add = (shape: Shape) => found.set(Object.values(shape).join(' '), shape);
  add({ owner: stranger, ownerId: undefined, repository: strangeName, repositoryId: undefined, context: undefined });
  for (const condition of [trust.statement, ...context.denies].flatMap(({ conditions }) => conditions)) {
    const lower = condition.key.toLowerCase();
    const ignoresCase = condition.operator.base.endsWith('IgnoreCase');
    const texts = condition.values.map(({ text }) => (ignoresCase ? text.toLowerCase() : text));
    const shapes =
      lower === sub
        ? texts.flatMap(shapesOf)
        : lower === repository
          ? texts.flatMap((text) => shapeOf(`repo:${text}`) ?? [])
          : [];
    // Two conditions must both hold: one may say whose it is, and the other on which branch.
    const before = found.size * shapes.length > combinationsAtMost ? [] : [...found.values()];
    for (const shape of shapes) add(shape);
    for (const one of before)
      for (const other of shapes) {
        add({ ...one, context: other.context });
        add({ ...other, context: one.context });
      }
  }
  const all = [...found.values()];
  remembered.set(trust, all);
  return all;
}

const remembered = new WeakMap<OidcTrust, readonly Shape[]>();

/** A value may end alike in whatever its wildcard leaves open: `*main` fits each branch of that name. */
function shapesOf(text: string): readonly Shape[] {
  const shape = shapeOf(withPrefix(text));
  if (shape === undefined) return [];
  const end = /^[*?]+([\w./-]+)$/.exec(text)?.[1];
  return end === undefined ? [shape] : [shape, { ...shape, owner: stranger, context: `ref:refs/heads/${end}` }];
}

/** The shape with each of the contexts, its own included. */
function inContexts(shape: Shape, more: readonly string[] = contexts): readonly Shape[] {
  const all = shape.context === undefined ? more : [shape.context, ...more];
  return all.map((context) => ({ ...shape, context }));
}

type Claims = Parameters<typeof token>[2];

/** Asks for a token with one of the subjects and these claims; what the statement's own conditions refuse is not asked for. */
function tokenGetsIn(context: RiskContext, trust: OidcTrust, subjects: readonly string[], claims: Claims): boolean {
  return answerFor(context, trust, subjects, claims) === 'yes';
}

function answerFor(context: RiskContext, trust: OidcTrust, subjects: readonly string[], claims: Claims) {
  const asked = keysAsked(context, trust).has(keyOf(trust, 'sub').toLowerCase());
  const fitting = asked ? [...new Set(subjects)].filter((subject) => fitsConditions(trust, 'sub', subject)) : subjects;
  if (fitting.length === 0) return 'no';
  const ask = (some: readonly string[]) =>
    admits(context, trust, token(context, trust, { sub: { exactly: some }, ...claims }));
  // One is asked for faster than many, and mostly settles it.
  const first = ask(fitting.slice(0, 1));
  return first === 'yes' || fitting.length === 1 || !asked ? first : ask(fitting);
}

/** Whether some condition settles by its text that no other organization gets in: then nothing need be asked. */
function namesItsOrganization(trust: OidcTrust): boolean {
  return positiveConditionsOn(trust, 'sub').some(
    (condition) =>
      condition.values.length > 0 &&
      !condition.values.some((value) => mayBeForeign({ ...value, pattern: takesPatterns(condition) })),
  );
}

/** Whose the token is that a question is about: `anybody` is perhaps one of ours, who was led to run a stranger's workflow. */
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
  const values = subjectValues(trust);
  const foreigners: Pick<Shape, 'owner' | 'ownerId'>[] = [{ owner: stranger, ownerId: undefined }];
  for (const { text, pattern } of values) {
    const written = withPrefix(text);
    const shape = shapeOf(written);
    if (shape !== undefined && pattern && hasWildcard(repoParts(written)?.owner ?? '')) foreigners.push(shape);
  }
  const shapes = shapesIn(context, trust).flatMap((shape) =>
    foreigners.flatMap(({ owner, ownerId }) => [
      ...inContexts({ ...shape, owner, ownerId }),
      ...inContexts({ ...shape, owner, ownerId, repository: strangeName, repositoryId: undefined }),
    ]),
  );
  const customised = values.filter(mayBeForeign).flatMap((value) => customisedSubject(value) ?? []);
  const answer = answerFor(
    context,
    trust,
    [...shapes.flatMap(subjectsOf), ...shapes.flatMap(asWritten), ...customised],
    {
      repository: [...owners].map((owner) => `${owner}/*`),
      repository_id: [strangeNumber],
      repository_owner_id: [strangeNumber],
      enterprise_id: { perhaps: [strangeNumber] },
      job_workflow_ref: [...owners].map((owner) => `${owner}/*`),
      ...(actor === 'stranger' ? { actor: [stranger], actor_id: [strangeNumber] } : {}),
    },
  );
  return answer === 'yes' || (answer === 'undecided' && !namesTenantElsewhere(context, trust));
}

/** With an id for the owner alone, as some policies ask for it. */
function asWritten({ owner, ownerId, repository, repositoryId, context }: Shape): readonly string[] {
  if (ownerId === undefined || repositoryId !== undefined || context === undefined) return [];
  return [`repo:${owner}@${ownerId}/${repository}:${context}`];
}

/** For the rare policy whose comparison is undecided. */
function namesTenantElsewhere(context: RiskContext, trust: OidcTrust): boolean {
  const asked = keysAsked(context, trust);
  return ['repository', 'repository_id', 'repository_owner_id', 'enterprise_id', 'repository_owner'].some((claim) =>
    asked.has(keyOf(trust, claim).toLowerCase()),
  );
}

/** How strangers of other organizations come in; `undefined` where they do not. */
type ForeignWay = 'no condition' | 'sub pattern' | 'ref without repository' | 'no tenant';

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
    .find((condition) => isPositive(condition));
  if (weak !== undefined) return { way: 'ref without repository', pointer: weak.pointer, text: weak.key };
  const prefix = `${trust.url.toLowerCase()}:`;
  const asked = trust.statement.conditions.some(({ key }) => key.toLowerCase().startsWith(prefix));
  return { way: asked ? 'no tenant' : 'no condition', pointer: trust.entry.pointer, text: '' };
}

/** @returns whether a repository that no policy names gets in, of whichever organization. */
export function anyRepositoryGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const shapes = shapesIn(context, trust).flatMap((shape) =>
    inContexts({ ...shape, repository: strangeName, repositoryId: undefined }),
  );
  const customised = subjectValues(trust)
    .filter(({ text }) => repoParts(text) === undefined && !namesRepository(text))
    .flatMap((value) => customisedSubject(value) ?? []);
  return tokenGetsIn(context, trust, [...shapes.flatMap(subjectsOf), ...customised], ofRepository(strangeName));
}

function ofRepository(name: string): Claims {
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
  const ofSubject = subjectValues(trust).map((value) => ({ value, parts: repoParts(value.text) }));
  const ofRepositories = valuesOf(trust, 'repository').map((value) => ({
    value,
    parts: repoParts(`repo:${value.text}`),
  }));
  for (const { value, parts } of [...ofSubject, ...ofRepositories]) {
    const shape =
      parts === undefined ? undefined : shapeOf(value.text.startsWith('repo:') ? value.text : `repo:${value.text}`);
    if (!value.pattern || shape === undefined || parts?.repository === undefined || hasWildcard(parts.owner)) continue;
    if (!hasWildcard(parts.repository) || /^[*?]*$/.test(parts.repository)) continue;
    const shapes = [shape, ...shapesIn(context, trust).map(({ context: behind }) => ({ ...shape, context: behind }))];
    const subjects = shapes.flatMap((one) => inContexts(one)).flatMap(subjectsOf);
    if (tokenGetsIn(context, trust, subjects, ofRepository(shape.repository))) return { value, name: shape.repository };
  }
  return undefined;
}

/** @returns whether a workflow on this branch or tag gets in, run without an environment. */
function refGetsIn(context: RiskContext, trust: OidcTrust, ref: string): boolean {
  const subjects = shapesIn(context, trust).flatMap((shape) => subjectsOf({ ...shape, context: `ref:${ref}` }));
  return tokenGetsIn(context, trust, subjects, {
    ref: { exactly: [ref] },
    environment: 'absent',
    ...ownWorkflowAt(ref),
  });
}

/** A workflow of a name that nobody mentions, taken from the ref. */
function ownWorkflowAt(ref: string): Claims {
  return { job_workflow_ref: [`*/${strangeName}.yml@${ref}`], 'job_workflow_ref #': { not: ['*@*@*'] } };
}

/** @returns whether a branch, or a tag, that nobody has thought of gets in. */
export function anyBranchGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  return refGetsIn(context, trust, strangeBranch);
}

export function anyTagGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  return refGetsIn(context, trust, strangeTag);
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
    const name = nameOf(value.text, kind);
    if (!value.pattern || name === undefined) continue;
    if (!hasWildcard(name) || (kind === 'refs/heads/' && /^[^*?]+\/\*$/.test(name))) continue;
    const ref = `${kind}${/^[*?]+$/.test(name) ? strangeName : unforeseen(name)}`;
    if (refGetsIn(context, trust, ref)) return { value, name: ref };
  }
  return undefined;
}

/** The part of a pattern that is about the name of the branch or tag; `:*main` is about the end of a branch's. */
function nameOf(text: string, kind: 'refs/heads/' | 'refs/tags/'): string | undefined {
  const at = text.indexOf(kind);
  if (at !== -1) return text.slice(at + kind.length);
  return kind === 'refs/heads/' ? /:([*?]+[\w.-]+)$/.exec(text)?.[1] : undefined;
}

/** @returns whether a workflow that runs on a pull request of the repository gets in; its ref is `refs/pull/N/merge`. */
export function pullRequestGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const subjects = shapesIn(context, trust).flatMap((shape) => subjectsOf({ ...shape, context: 'pull_request' }));
  return tokenGetsIn(context, trust, subjects, { ref: { exactly: ['refs/pull/7/merge'] }, environment: 'absent' });
}

/** @returns whether a job with an environment gets in from a branch that nobody has thought of. */
export function environmentGetsInFromAnyBranch(context: RiskContext, trust: OidcTrust): boolean {
  return tokenGetsIn(context, trust, environmentSubjects(context, trust), {
    ref: { exactly: [strangeBranch] },
    ...ownWorkflowAt(strangeBranch),
  });
}

/** @returns whether a job with an environment that it made up itself gets in, from whichever branch. */
export function anyEnvironmentGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const subjects = shapesIn(context, trust).flatMap((shape) =>
    subjectsOf({ ...shape, context: `environment:${strangeName}` }),
  );
  return tokenGetsIn(context, trust, subjects, {
    environment: { exactly: [strangeName] },
    ref: { exactly: [strangeBranch] },
    ...ownWorkflowAt(strangeBranch),
  });
}

function environmentSubjects(context: RiskContext, trust: OidcTrust): readonly string[] {
  const named = valuesOf(trust, 'environment').map(({ text }) => `environment:${unforeseen(text)}`);
  return shapesIn(context, trust)
    .flatMap((shape) => inContexts(shape, [`environment:${strangeName}`, ...named]))
    .filter((shape) => shape.context?.startsWith('environment:') === true)
    .flatMap(subjectsOf);
}

/** @returns whether a new owner of the same names, with other numbers behind them, gets in. */
export function sameNamesGetIn(context: RiskContext, trust: OidcTrust): boolean {
  const named = shapesIn(context, trust)
    .filter(({ ownerId, repositoryId }) => ownerId === undefined && repositoryId === undefined)
    .flatMap((shape) => inContexts(shape))
    .flatMap((shape) => subjectsOf(shape).slice(0, 1));
  const customised = subjectValues(trust).flatMap((value) => customisedSubject(value) ?? []);
  return tokenGetsIn(context, trust, [...named, ...customised], {
    repository_id: [strangeNumber],
    repository_owner_id: [strangeNumber],
    enterprise_id: { perhaps: [strangeNumber] },
  });
}

/** @returns whether a token gets in whose ids are others than the ones meant, where the value has wildcards for them. */
export function otherIdsGetIn(context: RiskContext, trust: OidcTrust, { text }: SubjectValue): boolean {
  const parts = repoParts(text);
  const shape = shapeOf(text);
  if (parts === undefined || shape === undefined) return false;
  return tokenGetsIn(context, trust, inContexts(shape).flatMap(subjectsOf), {
    ...(hasWildcard(parts.ownerId ?? '') ? { repository_owner_id: [shape.ownerId ?? strangeNumber] } : {}),
    ...(hasWildcard(parts.repositoryId ?? '') ? { repository_id: [shape.repositoryId ?? strangeNumber] } : {}),
  });
}

/** @returns whether a reusable workflow taken from a branch that nobody has thought of gets in. */
export function workflowFromAnyRefGetsIn(context: RiskContext, trust: OidcTrust, workflow: string): boolean {
  const subjects = [
    ...shapesIn(context, trust).flatMap((shape) => subjectsOf({ ...shape, context: `ref:${strangeBranch}` })),
    ...environmentSubjects(context, trust),
    ...subjectValues(trust).flatMap((value) => customisedSubject(value) ?? []),
  ];
  return tokenGetsIn(context, trust, subjects, {
    ref: { exactly: [strangeBranch] },
    job_workflow_ref: [`${workflow}@${strangeBranch}`],
  });
}

/** @returns whether a token with just this subject may get in by a provider of GitHub under the statement. */
export function subjectFits(context: RiskContext, statement: OidcTrust['statement'], subject: string): boolean {
  return githubTrusts(context).some(
    (trust) => trust.statement.index === statement.index && answerFor(context, trust, [subject], {}) !== 'no',
  );
}

/** @returns the first condition that asks for any of these claims. */
export function firstConditionOn(trust: OidcTrust, claims: readonly string[]): ConditionClause | undefined {
  return claims.flatMap((claim) => positiveConditionsOn(trust, claim))[0];
}
