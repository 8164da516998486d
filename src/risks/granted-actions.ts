/** Which actions does a statement, or the whole policy, speak of for a principal? */
import type { PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';

/** @returns whether the statement's Action element covers the action; says nothing of principals and conditions. */
export function coversAction(statement: Statement, action: string): boolean {
  const lower = action.toLowerCase();
  const listed = statement.actions.patterns.some(({ text }) => matchWildcard(text.toLowerCase(), lower));
  return (statement.actions.element === 'Action') === listed;
}

/** @returns those of the actions that no Allow statement covers for the service; empty where the service stands in none. */
export function missingActions(
  allows: readonly Statement[],
  service: string,
  actions: readonly string[],
): readonly string[] {
  const own = allows.filter((statement) => entryOf(statement, service) !== undefined);
  if (own.length === 0) return [];
  return actions.filter((action) => !own.some((statement) => coversAction(statement, action)));
}

/** @returns where the service stands in the statement's Principal. */
export function entryOf(statement: Statement, service: string): PrincipalEntry | undefined {
  if (statement.principal.element !== 'Principal') return undefined;
  return statement.principal.entries.find(({ name }) => name.kind === 'service' && name.service === service);
}
