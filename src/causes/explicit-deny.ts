/** Does a Deny statement of the trust policy match the call? */
import { defineCause } from './cause.ts';
import { byUser, policyOf, refusal, statement, trusting, user } from './example-cases.ts';

export const explicitDeny = defineCause({
  id: 'explicit-deny',
  title: 'A Deny statement of the trust policy matches the call',
  side: 'trust-policy',
  who: 'owner',
  means:
    'A Deny wins over every Allow. Where one condition of it says it exactly (MFA, an address, an organization), that cause is named first.',
  toldApart:
    'The Deny statement matches the recorded call for every value of what is not known. Of a policy that was not seen, the message alone makes it likely.',
  fix: 'Narrow the Deny statement, or meet its condition.',
  isIt: [
    {
      name: 'a Deny of the caller',
      event: byUser(null),
      policy: policyOf(statement('Allow', '444455556666'), statement('Deny', user)),
      confidence: 'proved',
      says: 'Statement 2',
    },
    {
      name: 'with a condition',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { NotIpAddress: { 'aws:SourceIp': '203.0.112.0/24' } }),
      ),
      confidence: 'proved',
      says: 'aws:SourceIp',
      with: ['source-ip'],
    },
    {
      name: 'the message says so, the policy is not known',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in the role trust policy') }),
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'a Deny of somebody else',
      event: byUser(),
      policy: policyOf(statement('Allow', user), statement('Deny', 'arn:aws:iam::444455556666:user/bob')),
    },
    {
      name: 'a Deny whose condition does not hold',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { NotIpAddress: { 'aws:SourceIp': '52.94.0.0/16' } }),
      ),
    },
    {
      name: 'the message names an identity-based policy',
      event: byUser(null, { errorMessage: refusal('with an explicit deny in an identity-based policy') }),
      policy: trusting(user),
    },
  ],
  fromRecord: ({ denial: { message }, policy }) =>
    policy === undefined &&
    message.because?.how === 'explicit-deny' &&
    (message.because.policy === 'role-trust' || message.because.policy === 'resource-based')
      ? {
          confidence: 'likely',
          summary:
            'The message says that a Deny of the role’s trust policy refused the call; which one cannot be told without the policy.',
          evidence: [{ source: 'error-message', detail: message.text }],
        }
      : undefined,
  rulesOut: ({ policy, evidence }) =>
    policy === undefined || evidence.denial.message.because?.how === 'explicit-deny'
      ? undefined
      : policy.statements.some(({ effect }) => effect === 'Deny')
        ? 'no Deny statement of the trust policy matches the call'
        : 'the trust policy has no Deny statement',
});
