/** Does an identity-based policy of the caller deny the call? */
import { askCallerPolicies } from './caller-policies.ts';
import { defineCause } from './cause.ts';
import { byUser, refusal, role, trusting, user } from './example-cases.ts';
import { claimByMessage } from './message-claim.ts';

const denies = {
  Version: '2012-10-17',
  Statement: { Effect: 'Deny', Action: 'sts:Assume*', Resource: 'arn:aws:iam::111122223333:role/*' },
};
const sometimes = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'sts:AssumeRole',
      Resource: role,
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
    },
  ],
};

export const identityPolicyDeny = defineCause({
  id: 'identity-policy-deny',
  title: 'An identity-based policy of the caller denies the call',
  side: 'caller',
  who: 'caller',
  means: 'A Deny in a policy of the calling user, role or group wins over every Allow, the trust policy’s too.',
  toldApart:
    'The message says so; or a Deny without a condition in the policies given covers action and role; or SimulatePrincipalPolicy says so (likely).',
  fix: 'Narrow the Deny in the caller’s identity-based policy.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, {
        errorMessage: refusal(
          'with an explicit deny in an identity-based policy: arn:aws:iam::444455556666:policy/Guard',
        ),
      }),
      confidence: 'proved',
      says: 'policy/Guard',
    },
    {
      name: 'an inline policy by its bare name',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in an identity-based policy: guard') }),
      confidence: 'proved',
      says: 'guard',
    },
    {
      name: 'a policy given',
      event: byUser(null),
      policy: trusting(user),
      line: { callerPolicies: [denies] },
      confidence: 'proved',
    },
    {
      name: 'SimulatePrincipalPolicy',
      event: byUser(null),
      policy: trusting(user),
      known: { callerAccess: { decision: 'explicit-deny', by: 'identity-policy' } },
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'a Deny of another role',
      event: byUser(null),
      policy: trusting(user),
      line: {
        callerPolicies: [
          {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Deny', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::111122223333:role/other' }],
          },
        ],
      },
    },
    {
      name: 'a Deny under a condition proves nothing',
      event: byUser(null),
      policy: trusting(user),
      line: { callerPolicies: [sometimes] },
    },
    {
      name: 'the message names the trust policy',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in the role trust policy') }),
    },
  ],
  fromRecord: (evidence) => {
    const said = claimByMessage(evidence, 'identity-based', 'an identity-based policy of the caller', 'explicit-deny');
    if (said !== undefined) return said;
    const { denial, callerPolicies, callerAccess } = evidence;
    const answer =
      callerPolicies === undefined || denial.role === undefined
        ? undefined
        : askCallerPolicies(callerPolicies, denial.call, denial.role);
    if (answer?.answer === 'deny') {
      const which =
        (callerPolicies?.length ?? 0) > 1 ? `policy ${(answer.policy ?? 0) + 1} of those given` : 'the policy given';
      return {
        confidence: 'proved',
        summary: `An identity-based policy of the caller denies ${denial.call} on the role without any condition (${which}).`,
        evidence: [
          {
            source: 'caller-policy',
            ...(answer.pointer === undefined ? {} : { pointer: answer.pointer }),
            detail: `a Deny in ${which} covers the action and the role`,
          },
        ],
      };
    }
    if (
      denial.message.because === undefined &&
      callerAccess?.decision === 'explicit-deny' &&
      callerAccess.by === 'identity-policy'
    )
      return {
        confidence: 'likely',
        summary: 'SimulatePrincipalPolicy finds a Deny in an identity-based policy of the caller now.',
        evidence: [
          {
            source: 'caller-policy',
            detail: `iam:SimulatePrincipalPolicy answers explicitDeny${callerAccess.policyArn === undefined ? '' : ` by ${callerAccess.policyArn}`}`,
          },
        ],
      };
    return undefined;
  },
});
