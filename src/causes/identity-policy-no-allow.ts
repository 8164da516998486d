/** Is there no identity-based policy of the caller that allows the call? */
import { askCallerPolicies } from './caller-policies.ts';
import { accountOfCaller, defineCause } from './cause.ts';
import { byUser, refusal, role, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

const others = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const allows = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role }] };

export const identityPolicyNoAllow = defineCause({
  id: 'identity-policy-no-allow',
  title: 'No identity-based policy of the caller allows the call',
  side: 'caller',
  who: 'caller',
  means:
    'From another account, or where the trust policy names an account as a whole, the caller needs an Allow for the role’s ARN in a policy of its own as well.',
  toldApart:
    'The message says so; or SimulatePrincipalPolicy or the policies given do (likely, for others may not have been given); or the trust policy provably allows a call from another account (likely).',
  fix: 'Allow the action on the role’s ARN in an identity-based policy of the caller.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, {
        errorMessage: refusal('because no identity-based policy allows the sts:AssumeRole action'),
      }),
      confidence: 'proved',
    },
    {
      name: 'the trust policy allows a call from another account',
      event: byUser(null),
      policy: trusting(user),
      confidence: 'likely',
    },
    {
      name: 'the policies given do not',
      event: byUser(null),
      policy: trusting(user),
      line: { callerPolicies: [others] },
      confidence: 'likely',
    },
    {
      name: 'SimulatePrincipalPolicy says so',
      event: byUser(null),
      known: { callerAccess: { decision: 'implicit-deny', by: 'identity-policy' } },
      confidence: 'likely',
    },
    {
      name: 'and no full stop ends the message',
      event: byUser(null, {
        errorMessage: `${refusal('because no identity-based policy allows the sts:AssumeRole action')}. Encoded authorization failure message: abc`,
      }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the policies given allow it',
      event: byUser(null),
      policy: trusting(user),
      line: { callerPolicies: [allows] },
    },
    { name: 'the trust policy denies it', event: byUser(null), policy: trusting('444455556667') },
    {
      name: 'the message names a service control policy',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in a service control policy') }),
    },
  ],
  fromRecord: (evidence, call) => {
    const said = claimByMessage(evidence, 'identity-based', 'an identity-based policy of the caller', 'no-allow');
    if (said !== undefined || evidence.denial.message.because !== undefined) return said;
    const access = evidence.callerAccess;
    if (access?.decision === 'implicit-deny' && access.by === 'identity-policy')
      return {
        confidence: 'likely',
        summary: 'SimulatePrincipalPolicy finds no identity-based policy of the caller that allows the call now.',
        evidence: [{ source: 'caller-policy', detail: 'iam:SimulatePrincipalPolicy answers implicitDeny' }],
      };
    const { callerPolicies, denial } = evidence;
    const account = accountOfCaller(call?.caller);
    if (
      callerPolicies === undefined ||
      denial.role === undefined ||
      account === undefined ||
      account === denial.roleAccount
    )
      return undefined;
    // From another account it is needed whatever the trust policy says; other policies may not have been given.
    return askCallerPolicies(callerPolicies, denial.call, denial.role).answer === 'no-allow'
      ? {
          confidence: 'likely',
          summary: `From another account the caller needs an Allow of its own for the role, and the policies given have none.`,
          evidence: [
            { source: 'caller-policy', detail: 'no statement of the policies given allows the action on the role' },
          ],
        }
      : undefined;
  },
  rulesOut: ({ evidence: { callerPolicies, denial } }) =>
    callerPolicies !== undefined &&
    denial.role !== undefined &&
    askCallerPolicies(callerPolicies, denial.call, denial.role).answer === 'allow'
      ? 'a policy of the caller allows the action on the role'
      : undefined,
});
