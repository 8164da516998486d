/** Does a resource control policy of the role’s organization keep the call out? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

export const resourceControlPolicy = defineCause({
  id: 'resource-control-policy',
  title: 'A resource control policy does not let the call through',
  side: 'organization',
  who: 'organization',
  means: 'The organization of the role’s account limits who may use its resources, roles among them.',
  toldApart:
    'The message names this kind of policy, and since January 2026 its ARN where caller and policy are of one organization.',
  fix: 'Allow the call in that policy of the role’s organization.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in a resource control policy') }),
      confidence: 'proved',
    },
    {
      name: 'another form of it',
      event: byUser(null, {
        errorMessage: refusal(
          'because no resource control policy allows the sts:AssumeRole action. Go to https://example.com for complete details',
        ),
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another kind of policy',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in a service control policy') }),
    },
    { name: 'the message says nothing', event: byUser(null), policy: trusting('444455556667') },
  ],
  fromRecord: (evidence) => claimByMessage(evidence, 'resource-control', 'a resource control policy'),
});
