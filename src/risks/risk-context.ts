/**
 * What a rule asks of a policy: who can get in, what guards a statement, how an account stands to the role's owner.
 * Questions about access go to the exact comparison, never to the text; each is answered once for all rules.
 */

import type { Severity } from '../findings/finding.ts';
import { severities } from '../findings/finding.ts';
import { anyNewAccess, compare, newAccess } from '../policy/compare/compare.ts';
import type { AccessAnswer, Comparison } from '../policy/compare/comparison.ts';
import { type AccountId, asAccountId, splitArn } from '../policy/document/names.ts';
import {
  accompanyingActions,
  assumeActions,
  kindsNamedBy,
  kindsThatCall,
} from '../policy/document/statement-callers.ts';
import type {
  BaseOperator,
  ConditionClause,
  ConditionOperator,
  PrincipalEntry,
  PrincipalName,
  Statement,
  TrustPolicy,
} from '../policy/document/trust-policy.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { coversAction } from './granted-actions.ts';
import type { RiskQuestion } from './risk-rule.ts';
import { type Privilege, privilegeOf } from './role-privilege.ts';

/** How an account stands to the owner of the role. `own` is another account of ours; `vendor` is publicly known, not approved. */
export type Standing = 'home' | 'own' | 'partner' | 'vendor' | 'unknown';

/** A question of yes or no; a yes has been shown by a request, a no is a proof. */
export interface Whether {
  readonly answer: AccessAnswer['answer'];
}

/** Narrows a question to some requests: the clauses must hold, and only the entries let through are looked at. */
export interface Limits {
  readonly clauses?: readonly ConditionClause[];
  readonly entries?: (entry: PrincipalEntry, statement: Statement) => boolean;
  readonly statements?: (statement: Statement) => boolean;
  /** Exact names; a statement counts for those that it covers. */
  readonly actions?: readonly string[];
}

export interface RiskContext {
  readonly question: RiskQuestion;
  readonly policy: TrustPolicy;
  readonly previous: TrustPolicy | undefined;
  /** The role's account: of its ARN, else of the identity providers trusted, which can only be of the same account. */
  readonly home: AccountId | undefined;
  /** Our own organizations. Where none is configured, those that the policy itself holds its callers to. */
  readonly organizations: readonly string[];
  readonly allows: readonly Statement[];
  readonly denies: readonly Statement[];
  /** What the role may do, as far as it could be read. */
  readonly privilege: Privilege;
  /** Whether some request of the limits is allowed now. Denies of the policy count; other Allow statements only where the limits let them in. */
  readonly someone: (limits: Limits) => Whether;
  /** Whether some request of the limits is allowed now and was not before. Only with a previous version. */
  readonly someoneNew: (limits: Limits) => AccessAnswer;
  /** Whether some request of the limits was allowed before and is not now. */
  readonly someoneLost: (limits: Limits) => AccessAnswer;
  /** Whether any request at all gets in by this statement, or by these entries of it. `false` only where that is proved. */
  readonly alive: (statement: Statement, entries?: NonNullable<Limits['entries']>) => boolean;
  /** Whether that needs no proof: no condition and no Deny stands in the way. Callers of other accounts get in then too. */
  readonly plainlyAlive: (statement: Statement, entries?: NonNullable<Limits['entries']>) => boolean;
  /** Whether the key keeps anybody out of this statement: neither its absence nor an arbitrary value gets in. Denies count. */
  readonly guarded: (statement: Statement, key: string) => boolean;
  /** The same for the statement's entries that the filter lets through. */
  readonly guardedFor: (statement: Statement, key: string, entries: NonNullable<Limits['entries']>) => boolean;
  /** The same for whatever requests the limits leave of the statement. */
  readonly guardedWithin: (statement: Statement, key: string, limits: Limits) => boolean;
  /** The keys that the statement's conditions, or those of a Deny, speak of; in lower case. */
  readonly keysFor: (statement: Statement) => readonly string[];
  /** Every effective guard of the statement, as registered names in lower case. */
  readonly guards: (statement: Statement) => readonly string[];
  /** Whether a principal of an account and organization that the policy never mentions gets in by the statement. */
  readonly open: (statement: Statement) => boolean;
  /** Whether somebody who is not of our own organizations gets in by these entries of the statement. */
  readonly outsiders: (statement: Statement, entries: NonNullable<Limits['entries']>) => boolean;
  /** `false` only where it is proved that no AWS caller gets in by the statement but of our accounts and organizations. */
  readonly letsInOthers: (statement: Statement) => boolean;
  /** The exact comparison with the version before. */
  readonly comparison: () => Comparison | undefined;
  readonly standing: (account: string) => Standing;
  /** Whether an account that nobody registered could be the role's own, which is not known. */
  readonly mayBeHome: (account: string) => boolean;
  /** The name of the partner or vendor, for a message. */
  readonly nameOf: (account: string) => string;
  /** One step up where the role is known to be privileged. */
  readonly raised: (severity: Severity) => Severity;
  /** One step down where the rule speaks of privileged or writing roles and nothing is known about this one. */
  readonly loweredIfUnknown: (severity: Severity) => Severity;
}

/** An account id that the policy's text does not mention. */
const strangers = ['820915736042', '716304825913', '604928173650', '593817264058'] as const;
const nobody = { answer: 'no' } as const;
const strangeOrganization = 'o-q7w4z1x9k3';
/** A value that no policy holds. */
const strange = 'q7w4z1x9k3';

/** @returns the context for the rules over one question. Costs nothing until a rule asks. */
export function riskContext(question: RiskQuestion): RiskContext {
  const { policy, world } = question;
  const weighed = atWorst(policy);
  const previous = question.previous;
  const home = homeOf(question);
  const organizations = world.organizations.length > 0 ? world.organizations : organizationsIn(policy);
  const stranger = strangers.find((account) => !policy.text.includes(account)) ?? strangers[0];
  const nothing: TrustPolicy = { ...policy, statements: [] };
  const since = timeLimit(question);

  /** Two rules that narrow the policy to the same requests ask the same question, however each came by it. */
  function ask<T extends Whether>(
    kind: string,
    whole: TrustPolicy,
    limits: Limits,
    answers: Map<string, T | typeof nobody>,
    put: (narrowed: TrustPolicy) => T,
  ): T | typeof nobody {
    const narrowed = limited(
      whole,
      since === undefined ? limits : { ...limits, clauses: [...(limits.clauses ?? []), since] },
    );
    const name = `${kind} ${narrowed.name}`;
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = narrowed.allows ? put(narrowed.policy) : nobody;
    answers.set(name, answer);
    return answer;
  }

  const yesOrNo = new Map<string, Whether>();
  const described = new Map<string, AccessAnswer>();
  const someone = (limits: Limits): Whether =>
    ask('now', weighed, limits, yesOrNo, (narrowed) => ({ answer: anyNewAccess(nothing, narrowed) }));
  const someoneNew = (limits: Limits): AccessAnswer =>
    previous === undefined
      ? nobody
      : ask('new', weighed, limits, described, (narrowed) => newAccess(previous, narrowed));
  const someoneLost = (limits: Limits): AccessAnswer =>
    previous === undefined
      ? nobody
      : ask('lost', previous, limits, described, (narrowed) => newAccess(policy, narrowed));

  const onlyThis = (statement: Statement) => (other: Statement) => other.index === statement.index;
  const allows = policy.statements.filter((statement) => statement.effect === 'Allow');
  const denies = policy.statements.filter((statement) => statement.effect === 'Deny');
  const privilege = privilegeOf(question);
  const keysOfDenies = new Set(denies.flatMap((deny) => deny.conditions.map(({ key }) => key.toLowerCase())));

  function keysFor(statement: Statement): readonly string[] {
    const keys = new Set(keysOfDenies);
    for (const { key } of statement.conditions) keys.add(key.toLowerCase());
    return [...keys];
  }

  function guardedWithin(statement: Statement, key: string, within: Limits): boolean {
    const lower = key.toLowerCase();
    if (!keysOfDenies.has(lower) && !statement.conditions.some((own) => own.key.toLowerCase() === lower)) return false;
    if (lower === 'aws:principalaccount' && namesAccounts(statement, within)) return false;
    const having = (...more: readonly ConditionClause[]): Limits => ({
      ...within,
      clauses: [...(within.clauses ?? []), ...more],
    });
    const absent = someone(having(clause('Null', key, ['true'])));
    if (absent.answer === 'yes') return false;
    const arbitrary = strangeValueOf(key, policy.text);
    if (arbitrary === undefined) return absent.answer === 'no' || guardsByItsText(statement, lower);
    const other = someone(having(...arbitrary));
    if (other.answer === 'yes') return false;
    if (absent.answer === 'undecided' || other.answer === 'undecided') return guardsByItsText(statement, lower);
    return true;
  }

  const guardedFor = (statement: Statement, key: string, entries: NonNullable<Limits['entries']>): boolean =>
    guardedWithin(statement, key, { statements: onlyThis(statement), entries });
  function plainlyAlive(statement: Statement, entries?: NonNullable<Limits['entries']>): boolean {
    const { principal, conditions, actions } = statement;
    if (denies.length > 0 || conditions.length > 0 || principal.element !== 'Principal') return false;
    const called = assumeActions.filter((action) => coversAction(statement, action));
    return (
      actions.element === 'Action' &&
      principal.entries.some(
        (entry) =>
          (entries === undefined || entries(entry, statement)) &&
          kindsThatCall(kindsNamedBy(entry.name), called).length > 0,
      )
    );
  }

  const guarded = (statement: Statement, key: string): boolean =>
    guardedWithin(statement, key, { statements: onlyThis(statement) });
  const guardsOf = new Map<Statement, readonly string[]>();
  let compared: Comparison | undefined;

  return {
    question,
    policy,
    previous,
    home,
    organizations,
    allows,
    denies,
    privilege,
    someone,
    someoneNew,
    someoneLost,
    alive: (statement, entries) =>
      plainlyAlive(statement, entries) ||
      someone({ statements: onlyThis(statement), ...(entries === undefined ? {} : { entries }) }).answer !== 'no',
    plainlyAlive,
    guarded,
    guardedFor,
    guardedWithin,
    keysFor,
    guards: (statement) => {
      const known = guardsOf.get(statement);
      if (known !== undefined) return known;
      const guards = keysFor(statement).filter((key) => guarded(statement, key));
      guardsOf.set(statement, guards);
      return guards;
    },
    open: (statement) =>
      (coversAction(statement, 'sts:AssumeRole') &&
        plainlyAlive(statement, (entry) => entry.name.kind === 'everyone')) ||
      someone({
        statements: onlyThis(statement),
        entries: (entry) => entry.type === 'AWS',
        clauses: [
          clause('StringEquals', 'aws:PrincipalAccount', [stranger]),
          ...noneOf([...world.organizations, ...organizationsIn(policy)]),
        ],
      }).answer === 'yes',
    outsiders: (statement, entries) =>
      plainlyAlive(statement, entries) ||
      someone({
        statements: onlyThis(statement),
        entries,
        clauses: noneOf(organizations),
      }).answer !== 'no',
    letsInOthers: (statement) => {
      const ours = [...(home === undefined ? [] : [home]), ...world.accounts];
      return (
        someone({
          statements: onlyThis(statement),
          entries: (entry) => entry.type === 'AWS',
          clauses: [
            ...noneOf(world.organizations),
            ...(ours.length === 0 ? [] : [clause('StringNotEquals', 'aws:PrincipalAccount', ours)]),
          ],
        }).answer !== 'no'
      );
    },
    comparison: () => {
      if (previous !== undefined)
        compared ??= compare(previous, policy, question.role === undefined ? {} : { role: question.role });
      return compared;
    },
    standing: (account) => standingOf(account, home, question),
    mayBeHome: (account) => home === undefined && standingOf(account, home, question) === 'unknown',
    nameOf: (account) => partnerOf(account, question)?.name ?? world.vendors.get(account) ?? `account ${account}`,
    raised: (severity) => (privilege.level === 'privileged' ? step(severity, 1) : severity),
    loweredIfUnknown: (severity) => (privilege.level === 'unknown' ? step(severity, -1) : severity),
  };
}

/**
 * AWS does not say whether `*` alone, which has not the six parts of an ARN, fits every ARN under `ArnLike`. A risk is
 * judged as if an Allow with it let everyone in.
 */
function atWorst(policy: TrustPolicy): TrustPolicy {
  const open = (c: ConditionClause) => /^Arn(Like|Equals)$/.test(c.operator.base) && c.values.some(isAllStars);
  if (!policy.statements.some((statement) => statement.conditions.some(open))) return policy;
  const statements = policy.statements.map((statement) => ({
    ...statement,
    conditions: statement.conditions.map((c) =>
      statement.effect === 'Allow' && open(c)
        ? { ...c, values: c.values.map((v) => (isAllStars(v) ? { ...v, text: 'arn:*:*:*:*:*' } : v)) }
        : c,
    ),
  }));
  return { ...policy, statements };
}

function isAllStars({ text }: { readonly text: string }): boolean {
  return /^\*+$/.test(text);
}

/** Whether the principals say already of which accounts callers are: a condition on the account then keeps no stranger out. */
function namesAccounts(statement: Statement, { entries = () => true }: Limits): boolean {
  const meant = statement.principal.entries.filter((entry) => entries(entry, statement));
  return statement.principal.element === 'Principal' && meant.every(({ name }) => accountOf(name) !== undefined);
}

function homeOf({ role, policy }: RiskQuestion): AccountId | undefined {
  if (role !== undefined) return asAccountId(splitArn(role)?.account ?? '');
  const accounts = new Set<AccountId>();
  for (const { principal } of policy.statements)
    for (const { type, name } of principal.entries)
      if (type === 'Federated' && 'account' in name) accounts.add(name.account);
  const [only] = accounts;
  return accounts.size === 1 ? only : undefined;
}

/** The caller is of none of these organizations. */
export function noneOf(organizations: readonly string[]): readonly ConditionClause[] {
  // Their ids are in small letters: a condition that takes no account of the letter case lets in no stranger by it.
  return [clause('StringNotEqualsIgnoreCase', 'aws:PrincipalOrgID', [...organizations, 'o-0000000000'])];
}

/** What was possible only in the past is no risk any more: where the time is known, the questions are about it and after. */
function timeLimit({ at, policy }: RiskQuestion): ConditionClause | undefined {
  const dated = policy.statements.some((s) => s.conditions.some(({ key }) => key.toLowerCase() === 'aws:currenttime'));
  return at === undefined || !dated ? undefined : clause('DateGreaterThanEquals', 'aws:CurrentTime', [at]);
}

/** @returns a clause that stands in no document: for narrowing a question. */
export function clause(
  base: BaseOperator,
  key: string,
  values: readonly string[],
  more?: Partial<ConditionOperator>,
): ConditionClause {
  return {
    operator: { base, ifExists: false, set: undefined, text: base, ...more },
    key,
    values: values.map((text) => ({ text, pointer: '' })),
    pointer: '',
  };
}

interface Limited {
  readonly policy: TrustPolicy;
  /** Whether any Allow statement is left. */
  readonly allows: boolean;
  /** Tells it from every other narrowing of the same policy. */
  readonly name: string;
}

/** The policy with its Allow statements narrowed to the limits; its Deny statements stay as they are. */
function limited(policy: TrustPolicy, { statements: wanted, entries, clauses = [], actions }: Limits): Limited {
  const statements: Statement[] = [];
  let name = clauses
    .map(({ operator, key, values }) => `${operator.text} ${operator.set} ${key} ${values.map(({ text }) => text)}`)
    .join();
  if (actions !== undefined) name += ` ${actions}`;
  let allows = false;
  for (const statement of policy.statements) {
    if (statement.effect === 'Deny') {
      statements.push(statement);
      continue;
    }
    if (wanted !== undefined && !wanted(statement)) {
      // A call that passes tags or a source identity needs these as well, whichever statement allows them.
      const beside = accompanyingActions.filter((action) => coversAction(statement, action));
      if (beside.length > 0) statements.push({ ...statement, actions: only(beside, statement) });
      continue;
    }
    const all = statement.principal.entries;
    const kept = entries === undefined ? all : all.filter((entry) => entries(entry, statement));
    const covered = actions?.filter((action) => coversAction(statement, action));
    if (kept.length === 0 || covered?.length === 0) continue;
    allows = true;
    name += `|${statement.index}`;
    if (kept.length < all.length) name += `:${kept.map(({ pointer }) => pointer)}`;
    statements.push({
      ...statement,
      principal: kept.length === all.length ? statement.principal : { ...statement.principal, entries: kept },
      actions: covered === undefined ? statement.actions : only(covered, statement),
      conditions: [...statement.conditions, ...clauses],
    });
  }
  return { policy: { ...policy, statements }, allows, name };
}

function only(actions: readonly string[], { actions: { pointer } }: Statement): Statement['actions'] {
  return { element: 'Action', pointer, patterns: actions.map((text) => ({ text, pointer })) };
}

/** @returns the account an entry of a Principal element belongs to; `undefined` for everyone, services and bare ids. */
export function accountOf(name: PrincipalName): AccountId | undefined {
  return 'account' in name ? name.account : undefined;
}

/** @returns the organization ids that the policy's conditions name exactly. */
export function organizationsIn(policy: TrustPolicy): readonly string[] {
  const found = new Set<string>();
  for (const statement of policy.statements)
    for (const c of statement.conditions)
      if (/^aws:principalorg(id|paths)$/i.test(c.key))
        for (const value of c.values) {
          const id = /^o-[a-z0-9]{10,32}/.exec(value.text);
          if (id !== null) found.add(id[0]);
        }
  return [...found];
}

/** @returns the severity some steps up or down, within `info` and `critical`. */
export function step(severity: Severity, by: number): Severity {
  const at = Math.min(severities.length - 1, Math.max(0, severities.indexOf(severity) + by));
  return severities[at] ?? severity;
}

function partnerOf(account: string, question: RiskQuestion) {
  return question.world.partners.find(
    (partner) =>
      partner.accounts.includes(account) &&
      (question.role === undefined || partner.roles.some((pattern) => matchWildcard(pattern, question.role ?? ''))),
  );
}

function standingOf(account: string, home: string | undefined, question: RiskQuestion): Standing {
  if (account === home) return 'home';
  if (question.world.accounts.includes(account)) return 'own';
  if (partnerOf(account, question) !== undefined) return 'partner';
  if (question.world.vendors.has(account)) return 'vendor';
  return 'unknown';
}

/** @returns clauses that a request with an arbitrary, unmentioned value of the key satisfies; `undefined` where the type has none. */
export function strangeValueOf(key: string, text: string): readonly ConditionClause[] | undefined {
  const found = lookUpKey(key);
  if (found.kind === 'registered' && found.key.multivalued) {
    const values = /orgpaths$/i.test(key) ? [`${strangeOrganization}/r-q7w4/ou-q7w4-q7w4z1x9/`] : [strange];
    // No other value may stand beside it, and one has to be there.
    return [clause('StringEquals', key, values, { set: 'ForAllValues' }), clause('Null', key, ['false'])];
  }
  const one = singleStrangeValueOf(key.toLowerCase(), key, text);
  return one === undefined ? undefined : [one];
}

function singleStrangeValueOf(lower: string, key: string, text: string): ConditionClause | undefined {
  const found = lookUpKey(key);
  const type = found.kind === 'registered' ? found.key.type : 'string';
  switch (type) {
    case 'bool':
      return clause('Bool', key, ['false']);
    case 'ip':
      return clause('IpAddress', key, [text.includes('8.58.') ? '5.148.71.9/32' : '8.58.211.7/32']);
    case 'numeric':
    case 'date':
    case 'binary':
      return undefined;
    case 'arn':
      return lower === 'aws:principalarn'
        ? clause('ArnLike', key, [`arn:*:iam::*:role/${strange}`, `arn:*:iam::*:user/${strange}`])
        : clause('ArnLike', key, [`arn:*:*:*:${strangers[0]}:*`]);
    case 'string':
      break;
  }
  switch (lower) {
    case 'aws:principalorgid':
    case 'aws:sourceorgid':
      return clause('StringEquals', key, [strangeOrganization]);
    case 'aws:principalaccount':
    case 'aws:sourceaccount':
      return clause('StringEquals', key, [strangers[0]]);
    case 'aws:sourcevpc':
      return clause('StringEquals', key, ['vpc-0f7e4d1c9b3a58261']);
    case 'aws:sourcevpce':
      return clause('StringEquals', key, ['vpce-0f7e4d1c9b3a58261']);
    case 'aws:userid':
      // What stands behind the colon is a session name, which its holder chooses.
      return clause('StringLike', key, ['AROAQ7W4Z1X9K3*', 'AIDAQ7W4Z1X9K3*']);
    default:
      return clause('StringEquals', key, [strange]);
  }
}

/** The definition of an effective guard in rules.md, for the rare policy whose comparison is undecided. */
function guardsByItsText(statement: Statement, lower: string): boolean {
  return statement.conditions.some(
    (c) =>
      c.key.toLowerCase() === lower &&
      !c.operator.ifExists &&
      c.operator.set !== 'ForAllValues' &&
      c.operator.base !== 'Null' &&
      !/Not/.test(c.operator.base) &&
      c.values.every((value) => !/^[*?]*$/.test(value.text)),
  );
}
