/** Does the error message itself name the kind of policy that refused the call? */
import type { DenyingPolicy } from '../cloudtrail/denial-message.ts';
import type { Claim } from './cause.ts';
import type { DenialEvidence } from './evidence.ts';
import { shortened } from './wording.ts';

/**
 * @param inWords how the sentence calls the policy: `an identity-based policy of the caller`.
 * @returns `undefined` where the message names no such policy.
 */
export function claimByMessage(
  { denial: { message } }: DenialEvidence,
  policy: DenyingPolicy,
  inWords: string,
  how?: 'no-allow' | 'explicit-deny',
): Claim | undefined {
  const { because } = message;
  if (because?.policy !== policy || (how !== undefined && because.how !== how)) return undefined;
  const arn = because.policyArn === undefined ? undefined : `\`${shortened(because.policyArn)}\``;
  const through = because.through === undefined ? '' : ', seen by way of a VPC endpoint policy';
  return {
    confidence: 'proved',
    summary:
      because.how === 'explicit-deny'
        ? `AWS says that ${inWords}${arn === undefined ? '' : ` (${arn})`} denies ${message.action ?? 'the call'}${through}.`
        : `AWS says that no ${inWords.replace(/^an? /, '')} allows ${message.action ?? 'the call'}${arn === undefined ? '' : `; it names ${arn}`}${through}.`,
    evidence: [{ source: 'error-message', detail: message.text }],
  };
}
