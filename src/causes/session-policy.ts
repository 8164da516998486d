/** Does the session policy of the caller keep the call out? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

export const sessionPolicy = defineCause({
  id: 'session-policy',
  title: 'The session policy does not let the call through',
  side: 'caller',
  who: 'caller',
  means: 'Whoever made the caller’s session passed a session policy, which is the most that the session may do.',
  toldApart:
    'The message names this kind of policy, and since January 2026 its ARN where caller and policy are of one organization.',
  fix: 'Allow the action in the session policy that the caller’s session was made with.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, { errorMessage: refusal('because no session policy allows the sts:AssumeRole action') }),
      confidence: 'proved',
    },
    {
      name: 'another form of it',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in a sessions policy') }),
      policy: trusting(user),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another kind of policy',
      event: byUser(null, {
        errorMessage: refusal('because no permissions boundary allows the sts:AssumeRole action'),
      }),
    },
    { name: 'the message says nothing', event: byUser(null), policy: trusting('444455556667') },
  ],
  fromRecord: (evidence) => claimByMessage(evidence, 'session', 'a session policy of the caller'),
});
