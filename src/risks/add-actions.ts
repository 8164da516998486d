/** A repair that several rules share: the actions that a service needs beside those it has. */
import { appendTo } from '../policy/document/edit.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { entryOf } from './granted-actions.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal, RiskHit } from './risk-rule.ts';

/**
 * Adds actions to the statement of a hit, where the service is alone in it: nobody else may gain by the repair.
 *
 * @returns the repaired document; `undefined` where others stand in the statement, or it lists actions by `NotAction`.
 */
export function addActions(
  context: RiskContext,
  hit: RiskHit,
  service: string,
  actions: readonly string[],
  inWords: string,
): FixProposal | undefined {
  const { policy } = context;
  const statement = policy.statements[hit.statement ?? -1];
  if (statement === undefined || statement.actions.element !== 'Action') return undefined;
  if (entryOf(statement, service) === undefined || statement.principal.entries.length !== 1) return undefined;
  let { text } = policy;
  for (const action of actions) {
    const next = appendTo({ text }, statement.actions.pointer, action);
    if (next === undefined) return undefined;
    text = next;
  }
  const repaired = parseTrustPolicy(text);
  if (repaired.status !== 'read') return undefined;
  const own = repaired.policy.statements[statement.index];
  if (own === undefined) return undefined;
  return {
    summary: `Add ${actions.map((action) => `\`${action}\``).join(' and ')} to the actions.`,
    text,
    intended: { policy: { ...policy, statements: [own] }, inWords },
  };
}
