/** What a repair that lets callers in is meant to let in: just the repaired statement. */
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import { addsNobody } from './altered-policy.ts';
import type { FixProposal } from './risk-rule.ts';

/**
 * @param policy as it was.
 * @param index of the statement that the repair changes.
 * @returns for a proposal, whom it is meant to let in; `undefined` where it lets in nobody more, or is no policy.
 */
export function letsInBy(policy: TrustPolicy, text: string, index: number, inWords: string): FixProposal['intended'] {
  const parsed = parseTrustPolicy(text);
  if (parsed.status !== 'read' || addsNobody(policy, parsed.policy)) return undefined;
  const statement = parsed.policy.statements[index];
  return statement === undefined ? undefined : { policy: { ...parsed.policy, statements: [statement] }, inWords };
}
