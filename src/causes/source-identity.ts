/** Is the source identity missing, or another than the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const both = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
const asks = trusting(user, { StringLike: { 'sts:SourceIdentity': 'ana*' } }, both);

export const sourceIdentity = defineCause({
  id: 'source-identity',
  title: 'The source identity does not fit',
  side: 'trust-policy',
  who: 'caller',
  means:
    'A condition on `sts:SourceIdentity` holds only where the call sets one, or an earlier session carries it along. Once set it cannot be changed.',
  toldApart:
    'A missing source identity denies `sts:AssumeRole`, a wrong one `sts:SetSourceIdentity`; the message names the action.',
  fix: 'Pass the source identity that the policy asks for with --source-identity.',
  isIt: [
    { name: 'none set', event: byUser(), policy: asks, confidence: 'proved', says: 'had none' },
    { name: 'another one', event: byUser({ sourceIdentity: 'bob' }), policy: asks, confidence: 'proved', says: 'bob' },
    { name: 'not recorded', event: byUser(null), policy: asks, confidence: 'likely' },
  ],
  isNot: [
    { name: 'the right one', event: byUser({ sourceIdentity: 'ana' }), policy: asks },
    { name: 'the action is not allowed', event: byUser({ sourceIdentity: 'ana' }), policy: trusting(user) },
  ],
  claimsCondition: (part) =>
    /^(?:sts|aws):sourceidentity$/i.test(part.clause.key) ? { summary: unmet(part) } : undefined,
});
