/** Does a service control policy of the caller’s organization keep the call out? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

export const serviceControlPolicy = defineCause({
  id: 'service-control-policy',
  title: 'A service control policy does not let the call through',
  side: 'organization',
  who: 'organization',
  means:
    'The organization of the caller’s account limits what its accounts may do. An SCP that merely allows nothing may be printed as an explicit deny.',
  toldApart:
    'The message names this kind of policy, and since January 2026 its ARN where caller and policy are of one organization. SimulatePrincipalPolicy makes it likely.',
  fix: 'Allow the call in that policy of the caller’s organization, or make it from an account that the policy does not bind.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, {
        errorMessage: refusal('because no service control policy allows the sts:AssumeRole action'),
      }),
      confidence: 'proved',
    },
    {
      name: 'another form of it',
      event: byUser(null, {
        errorMessage: refusal(
          'with an explicit deny in a VPC endpoint policy transitively through a service control policy: arn:aws:organizations::444455556666:policy/o-abcdefghij/service_control_policy/p-12345678',
        ),
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'SimulatePrincipalPolicy',
      event: byUser(null),
      policy: trusting(user),
      known: { callerAccess: { decision: 'implicit-deny', by: 'service-control-policy' } },
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'another kind of policy',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in a resource control policy') }),
    },
    { name: 'the message says nothing', event: byUser(null), policy: trusting('444455556667') },
  ],
  fromRecord: (evidence) => {
    const said = claimByMessage(evidence, 'service-control', 'a service control policy');
    if (said !== undefined || evidence.denial.message.because !== undefined) return said;
    const access = evidence.callerAccess;
    return access === undefined || access.decision === 'allowed' || access.by !== 'service-control-policy'
      ? undefined
      : {
          confidence: 'likely',
          summary: 'SimulatePrincipalPolicy says that a service control policy does not let the call through now.',
          evidence: [{ source: 'caller-policy', detail: `iam:SimulatePrincipalPolicy answers ${access.decision}` }],
        };
  },
});
