/** Which Allow statements let nobody in, and which of their conditions are to blame? */
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { addsNobody, addsSomebody, nobody, onlyBy } from './altered-policy.ts';
import type { RiskContext } from './risk-context.ts';

export interface DeadStatement {
  readonly statement: Statement;
  /** Conditions that no request meets, each for itself; empty where they only exclude one another. */
  readonly impossible: readonly ConditionClause[];
  /** Whether any other statement lets somebody in. */
  readonly others: boolean;
}

/**
 * A statement is dead where its conditions, and not a Deny or its principals, let nobody in; by proof. Actions that go
 * with a call may be allowed by other statements.
 */
export function deadStatements(context: RiskContext): readonly DeadStatement[] {
  const known = remembered.get(context);
  if (known !== undefined) return known;
  const { policy } = context;
  const none = nobody(policy);
  const letsIn = (statement: Statement, conditions: readonly ConditionClause[]) =>
    !addsNobody(none, onlyBy(policy, statement, conditions));
  const dead = context.allows.filter(
    (statement) =>
      statement.conditions.length > 0 &&
      !context.alive(statement) &&
      !letsIn(statement, statement.conditions) &&
      addsSomebody(none, onlyBy(policy, statement, [])),
  );
  const found = dead.map((statement) => ({
    statement,
    impossible: statement.conditions.filter((condition) => !letsIn(statement, [condition])),
    others: context.allows.some((other) => !dead.includes(other) && context.alive(other)),
  }));
  remembered.set(context, found);
  return found;
}

const remembered = new WeakMap<RiskContext, readonly DeadStatement[]>();

/** @returns the first two conditions that exclude one another; `undefined` where it takes more than two. */
export function contradiction(
  context: RiskContext,
  { statement }: DeadStatement,
): readonly [ConditionClause, ConditionClause] | undefined {
  const { policy } = context;
  for (const [at, one] of statement.conditions.entries())
    for (const other of statement.conditions.slice(at + 1))
      if (addsNobody(nobody(policy), onlyBy(policy, statement, [one, other]))) return [one, other];
  return undefined;
}
