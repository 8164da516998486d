/** Which of the actions that a statement allows can its principals call? */
import { actionsOf, callersOf, kindsThatCall } from '../policy/document/statement-callers.ts';
import type { Statement } from '../policy/document/trust-policy.ts';

/** @returns them by name, whatever patterns the statement has. */
export function usableActions(statement: Statement): readonly string[] {
  const kinds = callersOf(statement);
  return actionsOf(statement.actions).filter((action) => kindsThatCall(kinds, [action]).length > 0);
}
