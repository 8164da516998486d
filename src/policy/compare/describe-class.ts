/** One class of requests that gains access, in one line for people: who, under what conditions, with which guard gone. */
import type { PrincipalEntry, PrincipalName } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import type { CallerSpace } from './caller-space.ts';
import type { AccessClass, Witness } from './comparison.ts';
import { describeClause, describeGuard, textsOf } from './describe-condition.ts';
import {
  keptOutByDenies,
  leftByDenies,
  leftOut,
  mayBeAbsent,
  mostValues,
  onlyValue,
  type Phrase,
} from './describe-denies.ts';
import { describePrincipal } from './describe-principal.ts';
import type { Mode } from './dimension.ts';
import { and, type Formula } from './formula.ts';
import { allows, allowsNot, matches, statementsOn, type Through } from './question.ts';
import { search } from './search.ts';
import { TooMuchWork, type Work } from './work.ts';

export interface ToDescribe {
  readonly from: PreparedPolicy;
  readonly to: PreparedPolicy;
  readonly space: CallerSpace;
  readonly statement: PreparedStatement;
  /** `undefined`: the statement's principals as a whole. */
  readonly entry: PrincipalEntry | undefined;
  readonly actions: readonly [string, ...string[]];
  readonly witness: Witness;
  /** Account of the role, where known. */
  readonly home: string | undefined;
  /** They lose access: the policy that lets them in is the old one. */
  readonly lost: boolean;
  /** Users and sessions of roles, of whom the space may be just one kind. */
  readonly spaceOf: (kind: 'user' | 'role-session') => CallerSpace;
  /** The question that the class answers, narrowed further. */
  readonly formula: (through: Through) => Formula;
}

/** Describing is no proof: it stops early rather than late, and then says less. */
export const mostWorkOfWords = 80_000;

export interface DescribedClass extends AccessClass {
  readonly entry: PrincipalEntry | undefined;
  readonly actions: readonly string[];
  /** Nothing but the principal narrows it. */
  readonly unconditional: boolean;
}

export function describeClass(question: ToDescribe, work: Work): DescribedClass {
  const { statement, entry, actions, witness, space } = question;
  const values = new Map<PreparedClause, readonly string[]>();
  let losses: Losses = { who: undefined, phrases: [], named: false };
  const optional = new Set<PreparedClause>();
  try {
    for (const clause of statement.clauses) values.set(clause, newValues(question, clause, values, work));
    losses = lossesOf(question, values, work);
    for (const clause of statement.clauses)
      if (mayBeAbsent(space, clause) && holdsWhenAbsent(clause) && isMissedBySome(question, clause, work))
        optional.add(clause);
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
  }
  const valuesOf = (clause: PreparedClause) => values.get(clause) ?? textsOf(clause);
  const described = describePrincipal(nameOf(question), statement.clauses, valuesOf);
  const text = losses.who ?? described.text;
  const told = losses.who === undefined ? described.told : new Set<PreparedClause>();
  const conditions = statement.clauses
    .filter((clause) => !told.has(clause) && !isUsual(clause) && !holdsForAll(question, clause))
    .map((clause) => describeClause(clause, { values: valuesOf(clause), mayBeAbsent: optional.has(clause) }))
    .filter((phrase) => phrase !== '');
  const [, further] = actions;
  const phrases = [
    ...new Set([
      ...conditions,
      ...losses.phrases.filter((phrase) => !text.includes('any organization') || phrase !== 'with any subject'),
      ...(further === undefined ? [] : [furtherWords(further)]),
    ]),
  ];
  return {
    summary: [serviceInstead(space, entry) ?? text, ...phrases].join(', '),
    statement: statement.statement.index,
    witness,
    rank: rankOf(question, described.told.size > 0 || losses.who !== undefined || losses.named),
    entry,
    actions,
    unconditional: statement.clauses.length === 0 && losses.phrases.length === 0 && losses.who === undefined,
  };
}

/** What holds for every caller who is meant narrows nothing. */
function holdsForAll(question: ToDescribe, clause: PreparedClause): boolean {
  return spacesOf(question).every((one) => one.clause(clause, true) === true);
}

/** Users and sessions of roles are told of together where the entry means both. */
function spacesOf({ space, spaceOf, entry }: ToDescribe): readonly CallerSpace[] {
  const both = entry?.name.kind === 'account' || entry?.name.kind === 'everyone' || entry === undefined;
  return both && space.arn !== undefined ? [spaceOf('user'), spaceOf('role-session')] : [space];
}

function holdsWhenAbsent({ clause: { operator }, row }: PreparedClause): boolean {
  if (operator.ifExists || operator.set === 'ForAllValues') return true;
  return row?.negated === true && operator.set !== 'ForAnyValue';
}

/** Whether somebody of the class comes without the clause's key. */
function isMissedBySome(
  { space, statement, entry, formula }: ToDescribe,
  { key }: PreparedClause,
  work: Work,
): boolean {
  if (space.dimensions.get(key.lower) === null) return true;
  return holdsWithout(
    space,
    formula({ statement, ...(entry === undefined ? {} : { entries: [entry] }) }),
    key.lower,
    work,
  );
}

function nameOf({ entry, statement }: ToDescribe) {
  return (
    entry?.name ??
    (statement.statement.principal.element === 'NotPrincipal'
      ? undefined
      : statement.statement.principal.entries[0]?.name)
  );
}

/** Where only services or federated callers are new by an entry that means everyone. */
function serviceInstead({ shape }: CallerSpace, entry: PrincipalEntry | undefined): string | undefined {
  if (entry !== undefined && entry.name.kind !== 'everyone') return undefined;
  if (shape.kind === 'service') return entry === undefined ? undefined : 'any AWS service';
  if (shape.kind === 'web-identity') return 'any identity of any OIDC provider of the account';
  return shape.kind === 'saml' ? 'any identity of any SAML provider of the account' : undefined;
}

function furtherWords(action: string): string {
  switch (action) {
    case 'sts:TagSession':
      return 'passing session tags (sts:TagSession)';
    case 'sts:SetSourceIdentity':
      return 'setting a source identity (sts:SetSourceIdentity)';
    default:
      return 'passing a trusted context (sts:SetContext)';
  }
}

/** Every workflow that assumes a role asks for this audience. */
function isUsual(clause: PreparedClause): boolean {
  return (
    clause.key.lower === 'token.actions.githubusercontent.com:aud' &&
    clause.clause.values.every(({ text }) => text === 'sts.amazonaws.com')
  );
}

function holdsSomewhere(space: CallerSpace, demanded: Formula, work: Work, mode: Mode = 'claim'): boolean {
  const formula = demanded === false ? false : and([demanded, space.agreement()]);
  return formula !== false && search(formula, mode, work, () => true);
}

/** The values of a condition by which somebody is new. */
function newValues(
  { space, statement, entry, formula }: ToDescribe,
  clause: PreparedClause,
  narrowed: ReadonlyMap<PreparedClause, readonly string[]>,
  work: Work,
): readonly string[] {
  const texts = textsOf(clause);
  if (clause.row === undefined || clause.row.negated || texts.length < 2 || texts.length > mostValues) return texts;
  if (clause.clause.operator.set === 'ForAllValues' || narrowed.size > 8) return texts;
  const fresh = texts.filter((text) => {
    const one = onlyValue(clause, text);
    if (one === undefined) return true;
    const clauses = statement.clauses.map((other) => (other === clause ? one : other));
    return holdsSomewhere(
      space,
      formula({ statement, ...(entry === undefined ? {} : { entries: [entry] }), clauses }),
      work,
    );
  });
  return fresh.length === 0 ? texts : fresh;
}

interface Losses {
  /** Who they are, where that is less than the principal of the statement. */
  readonly who: string | undefined;
  readonly phrases: readonly string[];
  /** The accounts, organizations or callers that a Deny leaves are named. */
  readonly named: boolean;
}

/** The guards of the other policy that alone kept the class out, and what the Denies of both say of it. */
function lossesOf(question: ToDescribe, values: ReadonlyMap<PreparedClause, readonly string[]>, work: Work): Losses {
  const { from, to, space, statement, entry, actions, formula, lost } = question;
  const action = actions[actions.length - 1] ?? actions[0];
  const through: Through = { statement, ...(entry === undefined ? {} : { entries: [entry] }) };
  const members = formula(through);
  // Where a policy variable lets them in, nothing is certain of them: words are no proof.
  const mode: Mode = holdsSomewhere(space, members, work) ? 'claim' : 'proof';
  const holds = (demanded: Formula) => holdsSomewhere(space, demanded, work, mode);
  const element = statement.statement.principal;
  const named = entry === undefined ? element : { ...element, entries: [entry] };
  const meantIn = (one: CallerSpace) => one.principal(named, 'Allow', true);
  const means = meantIn(space);
  const admitting = statementsOn(from, 'Allow', action).filter((other) =>
    holds(and([means, space.principal(other.statement.principal, 'Allow', true)])),
  );
  const losses: Phrase[] = [];
  const own = new Set([...values.keys()].filter((clause) => clause.row?.negated === false).map(({ key }) => key.lower));
  const brings = new Set(
    [...values.keys()]
      .filter((clause) => own.has(clause.key.lower) && !holdsWhenAbsent(clause))
      .map(({ key }) => key.lower),
  );
  const guards = new Map<string, PreparedClause>();
  for (const { clauses } of admitting) for (const clause of clauses) guards.set(clause.key.lower, clause);
  const others = entry === undefined ? undefined : exceptions(question, entry.name, through, action, work);
  if (others !== undefined) losses.push({ text: others, key: undefined });
  const someCan = (clause: PreparedClause, meet: boolean) =>
    spacesOf(question).some((one) => holdsSomewhere(one, and([meantIn(one), one.clause(clause, meet)]), work, mode));
  const ofClass = { from, to, space, action, members, someCan, holds };
  const told = new Set(own);
  for (const [key, clause] of guards) {
    if (own.has(key) || (isOne(entry?.name) && keysOfOne.has(key))) continue;
    const only: PreparedPolicy = {
      ...from,
      statements: statementsOn(from, 'Allow', action).map((other) => ({
        ...other,
        clauses: other.clauses.filter((one) => one.key.lower === key),
      })),
    };
    const broken = and([members, allowsNot(space, only, action)]);
    // What a policy variable leaves open may be what kept them out.
    if (!holdsSomewhere(space, broken, work, clause.withVariables.length > 0 ? 'proof' : mode)) continue;
    told.add(key);
    const left = leftOut(ofClass, clause);
    if (left !== undefined) {
      losses.push({ text: describeClause(left, { mayBeAbsent: false }), key });
      continue;
    }
    const never = space.dimensions.get(key) === null;
    if (never && clause.key.issuer !== undefined)
      losses.push({ text: `which never brings \`${clause.key.display}\``, key });
    else {
      const absent = never || holdsWithout(space, broken, key, work, mode);
      losses.push({ text: describeGuard(clause, { absent, lost, brings }), key });
    }
  }
  for (const { clauses } of admitting)
    for (const clause of clauses) {
      if (!own.has(clause.key.lower)) continue;
      const left = leftOut(ofClass, clause) ?? (lost && stays(question, values, clause, work) ? clause : undefined);
      if (left === undefined) continue;
      const text =
        left === clause
          ? `other than ${describeClause(clause, { mayBeAbsent: clause.row?.negated !== true })}`
          : describeClause(left, { mayBeAbsent: false });
      losses.push({ text, key: undefined });
    }
  const kept = keptOutByDenies(ofClass);
  const left = leftByDenies(ofClass, told);
  const settled = new Set(left.filter(({ settles }) => settles).map(({ key }) => key));
  const phrases = [...losses, ...kept.phrases].filter(({ key }) => key === undefined || !settled.has(key));
  return {
    who: kept.who,
    phrases: [...new Set([...phrases, ...left].map(({ text }) => text).filter((text) => text !== ''))],
    named: ['aws:principalaccount', 'aws:principalorgid', 'aws:principalarn'].some((key) => settled.has(key)),
  };
}

/**
 * Whether nobody of the class meets the other policy's condition on a key, and others do whom the words for the class
 * mean as well: those stay.
 */
function stays(
  { space, statement, entry, formula }: ToDescribe,
  values: ReadonlyMap<PreparedClause, readonly string[]>,
  guard: PreparedClause,
  work: Work,
): boolean {
  if (guard.row?.negated !== false || guard.clause.operator.set !== undefined) return false;
  const own = statement.clauses.find(({ key, row }) => key.lower === guard.key.lower && row?.negated === false);
  const shown = own === undefined ? [] : (values.get(own) ?? textsOf(own));
  if (own === undefined || shown.length > mostValues) return false;
  const through = entry === undefined ? { statement } : { statement, entries: [entry] };
  if (holdsSomewhere(space, and([formula(through), space.clause(guard, true)]), work)) return false;
  return shown.some((text) => {
    const one = shown.length === 1 && textsOf(own).length === 1 ? own : onlyValue(own, text);
    if (one === undefined) return false;
    const clauses = statement.clauses.map((clause) => (clause === own ? one : clause));
    return holdsSomewhere(space, and([matches(space, { ...through, clauses }), space.clause(guard, true)]), work);
  });
}

function isOne(name: PrincipalName | undefined): boolean {
  return name?.kind === 'user' || name?.kind === 'role' || name?.kind === 'session';
}

/** What one user or role has no other value of. */
const keysOfOne: ReadonlySet<string> = new Set([
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principaltype',
  'aws:username',
]);

const mostExceptions = 3;

/** Those of an account or role whom the other policy lets in already, whatever they bring, and whom this one does too. */
function exceptions(
  { from, to, spaceOf }: ToDescribe,
  wide: PrincipalName,
  through: Through,
  action: string,
  work: Work,
): string | undefined {
  const inside = new Set<string>();
  for (const { clauses, statement } of statementsOn(from, 'Allow', action)) {
    if (clauses.length > 0) continue;
    for (const entry of statement.principal.entries) {
      const text = isPartOf(wide, entry.name);
      if (text === undefined || inside.has(text)) continue;
      const space = spaceOf(entry.name.kind === 'user' ? 'user' : 'role-session');
      const meant = space.principal({ ...statement.principal, entries: [entry] }, 'Allow', true);
      const both = and([meant, allows(space, to, action, [through])]);
      // A Deny may keep out whom an Allow names.
      const kept = and([both, allowsNot(space, from, action)]);
      if (holdsSomewhere(space, both, work) && !holdsSomewhere(space, kept, work)) inside.add(text);
    }
  }
  const shown = [...inside].slice(0, mostExceptions);
  if (shown.length === 0) return undefined;
  const more = inside.size - shown.length;
  return `other than ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** @returns the name in words, where it is one of those that the wide name means. */
function isPartOf(wide: PrincipalName, name: PrincipalName): string | undefined {
  if (wide.kind === 'account' && 'account' in name && wide.account === name.account) {
    if (name.kind === 'user' || name.kind === 'role') return `${name.kind} \`${name.path.slice(1)}${name.name}\``;
    if (name.kind === 'session') return `session \`${name.session}\` of role \`${name.role}\``;
  }
  return wide.kind === 'role' && name.kind === 'session' && name.role === wide.name && name.account === wide.account
    ? `session \`${name.session}\``
    : undefined;
}

function holdsWithout(space: CallerSpace, formula: Formula, key: string, work: Work, mode: Mode = 'claim'): boolean {
  const dimension = space.dimensions.get(key);
  if (dimension === undefined || dimension === null || dimension.shape.presence === 'always') return false;
  return holdsSomewhere(
    space,
    and([formula, { kind: 'literal', literal: dimension.literal(true, false, '') }]),
    work,
    mode,
  );
}

function rankOf({ space, entry, home, witness }: ToDescribe, narrowed: boolean): number {
  if (space.shape.kind === 'service') return 3;
  const kind = entry?.name.kind;
  if (kind === undefined || kind === 'everyone') return narrowed ? accountRank(witness, home) : 0;
  return accountRank(witness, home);
}

function accountRank(witness: Witness, home: string | undefined): number {
  if (witness.federated !== undefined || home === undefined) return 1;
  return witness.principal?.split(':')[4] === home ? 2 : 1;
}
