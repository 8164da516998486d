/** Does the policy of the VPC endpoint on the way keep the call out? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

export const vpcEndpointPolicy = defineCause({
  id: 'vpc-endpoint-policy',
  title: 'The VPC endpoint policy does not let the call through',
  side: 'network',
  who: 'organization',
  means: 'The call went through a VPC endpoint of STS, whose own policy says which calls may pass.',
  toldApart:
    'The message names this kind of policy, and since January 2026 its ARN where caller and policy are of one organization.',
  fix: 'Allow the action in the policy of the VPC endpoint.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, { errorMessage: refusal('because no VPC endpoint policy allows the sts:AssumeRole action') }),
      confidence: 'proved',
    },
    {
      name: 'another form of it',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in a VPC endpoint policy') }),
      policy: trusting(user),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another kind of policy',
      event: byUser(null, {
        errorMessage: refusal(
          'with an explicit deny in a VPC endpoint policy transitively through a service control policy',
        ),
      }),
    },
    { name: 'the message says nothing', event: byUser(null), policy: trusting('444455556667') },
  ],
  fromRecord: (evidence) => claimByMessage(evidence, 'vpc-endpoint', 'a VPC endpoint policy'),
});
