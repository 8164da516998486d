/** Does the permissions boundary of the caller keep the call out? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

export const permissionsBoundary = defineCause({
  id: 'permissions-boundary',
  title: 'The caller’s permissions boundary does not let the call through',
  side: 'caller',
  who: 'caller',
  means: 'A permissions boundary is the most that a user or role may do; what it leaves out is denied.',
  toldApart:
    'The message names this kind of policy, and since January 2026 its ARN where caller and policy are of one organization. SimulatePrincipalPolicy makes it likely.',
  fix: 'Allow the action on the role’s ARN in the caller’s permissions boundary.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, {
        errorMessage: refusal('because no permissions boundary allows the sts:AssumeRole action'),
      }),
      confidence: 'proved',
    },
    {
      name: 'another form of it',
      event: byUser(null, {
        errorMessage: refusal(
          'with an explicit deny in a permissions boundary: arn:aws:iam::444455556666:policy/Boundary',
        ),
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'SimulatePrincipalPolicy',
      event: byUser(null),
      policy: trusting(user),
      known: { callerAccess: { decision: 'implicit-deny', by: 'permissions-boundary' } },
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'another kind of policy',
      event: byUser(null, { errorMessage: refusal('because no session policy allows the sts:AssumeRole action') }),
    },
    { name: 'the message says nothing', event: byUser(null), policy: trusting('444455556667') },
  ],
  fromRecord: (evidence) => {
    const said = claimByMessage(evidence, 'permissions-boundary', 'a permissions boundary of the caller');
    if (said !== undefined || evidence.denial.message.because !== undefined) return said;
    const access = evidence.callerAccess;
    return access === undefined || access.decision === 'allowed' || access.by !== 'permissions-boundary'
      ? undefined
      : {
          confidence: 'likely',
          summary:
            'SimulatePrincipalPolicy says that a permissions boundary of the caller does not let the call through now.',
          evidence: [{ source: 'caller-policy', detail: `iam:SimulatePrincipalPolicy answers ${access.decision}` }],
        };
  },
});
