/** What a repair that lets callers in is meant to let in: just the repaired statement. */
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { FixProposal } from './risk-rule.ts';

/**
 * @param index of the statement that the repair changes.
 * @returns for a proposal, whom it is meant to let in; `undefined` where the repaired text is no policy.
 */
export function letsInBy(text: string, index: number, inWords: string): FixProposal['intended'] {
  const parsed = parseTrustPolicy(text);
  const statement = parsed.status === 'read' ? parsed.policy.statements[index] : undefined;
  if (parsed.status !== 'read' || statement === undefined) return undefined;
  return { policy: { ...parsed.policy, statements: [statement] }, inWords };
}
