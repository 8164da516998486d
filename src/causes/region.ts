/** Did the call go to another region than the trust policy allows? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = trusting(user, { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } });

export const region = defineCause({
  id: 'region',
  title: 'The call went to another region than the trust policy allows',
  side: 'trust-policy',
  who: 'owner',
  means:
    '`aws:RequestedRegion` is the region of the STS endpoint that was called, not that of the resources used later.',
  toldApart:
    'The record shows the region. A record of us-east-1 may be one of the global endpoint, whose region is not certain: likely then.',
  fix: 'Call the STS endpoint of an allowed region, or add the region to the condition.',
  isIt: [
    { name: 'another region', event: byUser(null), policy: asks, confidence: 'proved', says: 'eu-west-1' },
    {
      name: 'perhaps the global endpoint',
      event: byUser(null, { awsRegion: 'us-east-1' }),
      policy: asks,
      confidence: 'likely',
    },
  ],
  isNot: [
    { name: 'the right region', event: byUser(null, { awsRegion: 'eu-central-1' }), policy: asks },
    { name: 'any region', event: byUser(null), policy: trusting(user) },
  ],
  claimsCondition: (part) =>
    part.clause.key.toLowerCase() === 'aws:requestedregion' ? { summary: unmet(part) } : undefined,
});
