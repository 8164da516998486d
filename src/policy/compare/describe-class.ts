/** One class of requests that gains access, in one line for people: who, under what conditions, with which guard gone. */
import type { PrincipalEntry, PrincipalName } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import type { CallerSpace } from './caller-space.ts';
import type { AccessClass, Witness } from './comparison.ts';
import { describeClause, describeLoss, textsOf } from './describe-condition.ts';
import { describePrincipal } from './describe-principal.ts';
import { and, type Formula } from './formula.ts';
import { allows, allowsNot, statementsOn, type Through } from './question.ts';
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
  /** The question that the class answers, narrowed further. */
  readonly formula: (through: Through) => Formula;
}

/** Values of one condition that are asked about one by one; longer lists are told whole. */
const mostValues = 24;
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
  let losses: readonly string[] = [];
  try {
    for (const clause of statement.clauses) values.set(clause, newValues(question, clause, values, work));
    losses = lossesOf(question, values, work);
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
  }
  const valuesOf = (clause: PreparedClause) => values.get(clause) ?? textsOf(clause);
  const { text, told } = describePrincipal(nameOf(question), statement.clauses, valuesOf);
  const conditions = statement.clauses
    .filter((clause) => !told.has(clause) && !isUsual(clause))
    .map((clause) => describeClause(clause, valuesOf(clause)))
    .filter((phrase) => phrase !== '');
  const [, further] = actions;
  const phrases = [
    ...new Set([
      ...conditions,
      ...losses.filter((phrase) => !text.includes('any organization') || phrase !== 'with any subject'),
      ...(further === undefined ? [] : [furtherWords(further)]),
    ]),
  ];
  return {
    summary: [serviceInstead(space, entry) ?? text, ...phrases].join(', '),
    statement: statement.statement.index,
    witness,
    rank: rankOf(question, told.size > 0),
    entry,
    actions,
    unconditional: statement.clauses.length === 0 && losses.length === 0,
  };
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

function holdsSomewhere(space: CallerSpace, demanded: Formula, work: Work): boolean {
  const formula = demanded === false ? false : and([demanded, space.agreement()]);
  return formula !== false && search(formula, 'claim', work, () => true);
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

function onlyValue(clause: PreparedClause, text: string): PreparedClause | undefined {
  if (clause.withVariables.length > 0) return undefined;
  const pieces = clause.pieces.filter((parts) => parts.map((piece) => piece.text).join('') === text);
  return pieces.length === 0 ? undefined : { ...clause, pieces };
}

/** The guards of the other policy that alone kept the class out. */
function lossesOf(
  { from, space, statement, entry, actions, formula }: ToDescribe,
  values: ReadonlyMap<PreparedClause, readonly string[]>,
  work: Work,
): readonly string[] {
  const action = actions[actions.length - 1] ?? actions[0];
  const through: Through = { statement, ...(entry === undefined ? {} : { entries: [entry] }) };
  const element = statement.statement.principal;
  const means = space.principal(entry === undefined ? element : { ...element, entries: [entry] }, 'Allow', true);
  const admitting = statementsOn(from, 'Allow', action).filter((other) =>
    holdsSomewhere(space, and([means, space.principal(other.statement.principal, 'Allow', true)]), work),
  );
  const losses: string[] = [];
  const own = new Set([...values.keys()].filter((clause) => clause.row?.negated === false).map(({ key }) => key.lower));
  const guards = new Map<string, PreparedClause>();
  for (const { clauses } of admitting) for (const clause of clauses) guards.set(clause.key.lower, clause);
  if (entry !== undefined) {
    const known = statementsOn(from, 'Allow', action).filter(({ clauses }) => clauses.length === 0);
    const others = exceptions(
      entry.name,
      known.flatMap((other) => other.statement.principal.entries.map(({ name }) => name)),
    );
    if (others !== undefined) losses.push(others);
  }
  if (admitting.length > 0) {
    const base = formula(through);
    for (const [key, clause] of guards) {
      if (own.has(key)) continue;
      const only: PreparedPolicy = {
        ...from,
        statements: statementsOn(from, 'Allow', action).map((other) => ({
          ...other,
          clauses: other.clauses.filter((one) => one.key.lower === key),
        })),
      };
      const broken = and([base, allowsNot(space, only, action)]);
      if (!holdsSomewhere(space, broken, work)) continue;
      const absent = space.dimensions.get(key) === null || holdsWithout(space, broken, key, work);
      losses.push(describeLoss(clause, absent));
    }
  }
  // Somebody whom an Allow let in and a Deny kept out.
  for (const deny of statementsOn(from, 'Deny', action)) {
    const withoutDenies: PreparedPolicy = {
      ...from,
      statements: from.statements.filter((one) => one.statement.effect === 'Allow'),
    };
    const kept = and([
      formula(through),
      allows(space, withoutDenies, action),
      space.principal(deny.statement.principal, 'Deny', true),
      ...deny.clauses.map((clause) => space.clause(clause, true)),
    ]);
    if (!holdsSomewhere(space, kept, work)) continue;
    losses.push(...deny.clauses.map((clause) => describeClause(clause)).filter((phrase) => phrase !== ''));
  }
  return [...new Set(losses)];
}

const mostExceptions = 3;

/** Those of an account or role whom the other policy lets in already, whatever they bring. */
function exceptions(wide: PrincipalName, names: readonly PrincipalName[]): string | undefined {
  const inside = new Set<string>();
  for (const name of names) {
    if (wide.kind === 'account' && 'account' in name && wide.account === name.account) {
      if (name.kind === 'user' || name.kind === 'role')
        inside.add(`${name.kind} \`${name.path.slice(1)}${name.name}\``);
      if (name.kind === 'session') inside.add(`session \`${name.session}\` of role \`${name.role}\``);
    }
    if (wide.kind === 'role' && name.kind === 'session' && name.role === wide.name && name.account === wide.account)
      inside.add(`session \`${name.session}\``);
  }
  const shown = [...inside].slice(0, mostExceptions);
  if (shown.length === 0) return undefined;
  const more = inside.size - shown.length;
  return `other than ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function holdsWithout(space: CallerSpace, formula: Formula, key: string, work: Work): boolean {
  const dimension = space.dimensions.get(key);
  if (dimension === undefined || dimension === null || dimension.shape.presence === 'always') return false;
  return holdsSomewhere(space, and([formula, { kind: 'literal', literal: dimension.literal(true, false, '') }]), work);
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
