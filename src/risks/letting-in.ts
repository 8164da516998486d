/** A repair that lets in those whom a slip shut out: whom does it let in, if anybody? */
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { addsNobody } from './altered-policy.ts';
import type { FixProposal } from './risk-rule.ts';

/**
 * @param meant the repaired statement alone, which says whom the repair may let in.
 * @param inWords those, in words.
 * @returns the proposal, which speaks of them only where somebody is let in; `undefined` where there is no text.
 */
export function lettingIn(
  policy: TrustPolicy,
  summary: string,
  text: string | undefined,
  meant: Statement,
  inWords: string,
): FixProposal | undefined {
  if (text === undefined) return undefined;
  const parsed = parseTrustPolicy(text);
  if (parsed.status === 'read' && addsNobody(policy, parsed.policy)) return { summary, text };
  return { summary, text, intended: { policy: { ...policy, statements: [meant] }, inWords } };
}
