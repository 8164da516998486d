/** Is some request of one kind of caller allowed by these policies and not by those? The question as a formula. */
import type { PrincipalElement, PrincipalEntry, Statement } from '../document/trust-policy.ts';
import { cannotCall } from '../evaluate/caller.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import { matchesAction, type PreparedStatement } from '../evaluate/prepared-policy.ts';
import type { CallerSpace } from './caller-space.ts';
import { and, type Formula, or } from './formula.ts';

/** Narrows what a statement lets in; what is left out stays as the statement has it. */
export interface Through {
  readonly statement: PreparedStatement;
  /** The only entries looked at. */
  readonly entries?: readonly PrincipalEntry[];
  readonly clauses?: readonly PreparedClause[];
}

/** @returns that the statement matches, its action left aside. */
export function matches(space: CallerSpace, { statement, entries, clauses }: Through): Formula {
  const { principal, effect } = statement.statement;
  const element: PrincipalElement = entries === undefined ? principal : { ...principal, entries };
  return and(parts(space, element, effect, clauses ?? statement.clauses, true));
}

function matchesNot(space: CallerSpace, statement: PreparedStatement): Formula {
  const { principal, effect } = statement.statement;
  return or(parts(space, principal, effect, statement.clauses, false));
}

function* parts(
  space: CallerSpace,
  principal: PrincipalElement,
  effect: Statement['effect'],
  clauses: readonly PreparedClause[],
  positive: boolean,
): Generator<Formula> {
  yield space.principal(principal, effect, positive);
  for (const clause of clauses) yield space.clause(clause, positive);
}

/** @returns the statements of the effect that speak of the action. */
export function statementsOn(
  policy: PreparedPolicy,
  effect: Statement['effect'],
  action: string,
): readonly PreparedStatement[] {
  const lower = action.toLowerCase();
  return policy.statements.filter(
    (statement) => statement.statement.effect === effect && matchesAction(statement, lower),
  );
}

/** @returns that the policy allows the action; `through`: by one of these statements, narrowed. */
export function allows(
  space: CallerSpace,
  policy: PreparedPolicy,
  action: string,
  through: readonly Through[] = statementsOn(policy, 'Allow', action).map((statement) => ({ statement })),
): Formula {
  if (cannotCall(space.caller.kind, action.toLowerCase()) !== undefined) return false;
  const some = or(
    through.map((one) => matches(space, one)),
    true,
  );
  if (some === false) return false;
  return and([some, ...statementsOn(policy, 'Deny', action).map((statement) => matchesNot(space, statement))]);
}

/** @returns that the policy does not allow the action. */
export function allowsNot(space: CallerSpace, policy: PreparedPolicy, action: string): Formula {
  if (cannotCall(space.caller.kind, action.toLowerCase()) !== undefined) return true;
  return or(
    [
      and(statementsOn(policy, 'Allow', action).map((statement) => matchesNot(space, statement))),
      ...statementsOn(policy, 'Deny', action).map((statement) => matches(space, { statement })),
    ],
    true,
  );
}
