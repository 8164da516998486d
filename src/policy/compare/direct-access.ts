/** Which principals of the role's own account no longer need an identity-based policy? (semantics: "What else must hold") */
import { asAccountId, splitArn } from '../document/names.ts';
import type { PrincipalEntry, PrincipalName } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import { CallerSpace } from './caller-space.ts';
import type { DirectAccess, Undecided, Witness } from './comparison.ts';
import { Coverage } from './coverage.ts';
import { describeClause } from './describe-condition.ts';
import { describePrincipal } from './describe-principal.ts';
import { and, literalNode } from './formula.ts';
import { Inquiry } from './inquiry.ts';
import { allows, allowsNot, statementsOn } from './question.ts';
import { anyText, exactly, run } from './string-language.ts';
import { predicateOfPatterns } from './value-predicate.ts';
import { decisionOn } from './witness.ts';
import { TooMuchWork, Work } from './work.ts';

export interface Direct {
  readonly direct: readonly DirectAccess[] | null;
  readonly undecided: readonly Undecided[];
}

/**
 * A statement that names the account leaves the decision to the account's own policies; one that names the user, the
 * role, the session or everyone does not. Somebody whom the old policy let in through the account alone, and whom the
 * new one names, needs no other policy any more.
 */
export function directAccess(
  before: PreparedPolicy,
  after: PreparedPolicy,
  role: string | undefined,
  most: number,
): Direct {
  const home = role === undefined ? undefined : splitArn(role);
  const account = asAccountId(home?.account ?? '');
  if (account === undefined) return { direct: null, undecided: [] };
  const action = 'sts:AssumeRole';
  const byAccount = namedDirectly(before, (name) => name.kind === 'account');
  const directly = namedDirectly(before, (name) => name.kind !== 'account');
  const direct: DirectAccess[] = [];
  const undecided: Undecided[] = [];
  if (byAccount.statements.every(({ statement }) => statement.effect === 'Deny')) return { direct, undecided };
  const inquiry = new Inquiry(directly, after, new Work(most), home);
  const shows = (witness: Witness) =>
    decisionOn(after, witness) === 'allow' &&
    decisionOn(before, witness) === 'allow' &&
    decisionOn(directly, witness) !== 'allow' &&
    decisionOn(directly, witness) !== 'unknown';
  const coverage = new Coverage(directly, after, action);
  try {
    for (const kind of ['user', 'role-session'] as const) {
      const space = new CallerSpace({ kind }, inquiry.world);
      const { arn } = space;
      if (arn === undefined) continue;
      const ofHome = predicateOfPatterns(`home ${account}`, [
        [...exactly('arn:'), run(1023 & ~64), ...exactly(`:iam::${account}:`), ...anyText],
      ]);
      const rest = and([
        literalNode(arn.literal(false, { quantifier: 'every', predicate: ofHome, negated: false }, '')),
        allows(space, before, action),
        allowsNot(space, directly, action),
      ]);
      for (const statement of statementsOn(after, 'Allow', action)) {
        for (const entry of namesOf(statement)) {
          if (entry === undefined ? coverage.whole(statement) : coverage.left(statement, [entry]).length === 0)
            continue;
          const entries = entry === undefined ? {} : { entries: [entry] };
          const formula = and([allows(space, after, action, [{ statement, ...entries }]), rest]);
          const answer = inquiry.ask({ space, formula, actions: [action] }, shows);
          if (answer === 'no') continue;
          if ('undecided' in answer) undecided.push(...answer.undecided);
          else direct.push(describe(statement, entry, account, answer.witness));
        }
      }
    }
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
    undecided.push({ construct: 'too complex' });
  }
  const unique = new Map(direct.map((one) => [one.summary, one]));
  return { direct: [...unique.values()], undecided: direct.length > 0 ? [] : undecided };
}

/** The entries that need no policy of the account; a NotPrincipal, which names none, as a whole. */
function namesOf({ statement: { principal } }: PreparedStatement): readonly (PrincipalEntry | undefined)[] {
  if (principal.element === 'NotPrincipal') return [undefined];
  return principal.entries.filter(({ name }) => name.kind !== 'account');
}

/** The policy with just some entries in its Allow statements. */
function namedDirectly(policy: PreparedPolicy, kept: (name: PrincipalName) => boolean): PreparedPolicy {
  const statements = policy.statements.flatMap((prepared): PreparedStatement[] => {
    const { statement } = prepared;
    if (statement.effect === 'Deny' || statement.principal.element === 'NotPrincipal') return [prepared];
    const entries = statement.principal.entries.filter(({ name }) => kept(name));
    if (entries.length === 0) return [];
    return [{ ...prepared, statement: { ...statement, principal: { ...statement.principal, entries } } }];
  });
  return { ...policy, statements };
}

function describe(
  { statement, clauses }: PreparedStatement,
  entry: PrincipalEntry | undefined,
  account: string,
  witness: Witness,
): DirectAccess {
  const { text, told } = describePrincipal(entry?.name, clauses);
  const who =
    entry === undefined || entry.name.kind === 'everyone'
      ? told.size > 0
        ? text
        : `any principal of account ${account}`
      : text;
  const conditions = clauses
    .filter((clause: PreparedClause) => !told.has(clause))
    .map((clause) => describeClause(clause, { mayBeAbsent: clause.row?.negated !== true }))
    .filter((phrase) => phrase !== '');
  return {
    summary: [`${who} needs no identity-based policy any more`, ...conditions].join(', '),
    statement: statement.index,
    principal:
      entry === undefined || entry.name.kind === 'everyone'
        ? `arn:aws:iam::${account}:root`
        : entry.text || (witness.principal ?? ''),
  };
}
