/** Did a change drop the multi-factor authentication that callers needed? */
import { allow, deny, policyOf } from './example-policies.ts';
import { lossesOf } from './lost-guards.ts';
import { restoreGuard } from './restore-guard.ts';
import { defineRiskRule } from './risk-rule.ts';

const people = { AWS: 'arn:aws:iam::111122223333:root' };
const guarded = policyOf(allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }));

export const mfaGuardRemoved = defineRiskRule({
  id: 'mfa-guard-removed',
  title: 'The role no longer asks for multi-factor authentication',
  severity: 'high',
  about: 'change',
  why: 'A stolen password or access key alone is now enough to assume the role.',
  remedy: 'Put `"Bool": {"aws:MultiFactorAuthPresent": "true"}` back.',
  references: ['IAM User Guide, "Secure API access with MFA"'],
  folds: ['condition-removed-widens', 'condition-loosened', 'deny-removed'],
  fires: [
    { name: 'the condition is gone', previous: guarded, policy: policyOf(allow(people)) },
    {
      name: 'BoolIfExists lets long-term keys pass',
      previous: guarded,
      policy: policyOf(allow(people, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    {
      name: 'the Deny that asked for it is gone',
      previous: policyOf(
        allow(people),
        deny({ AWS: '*' }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
      policy: policyOf(allow(people)),
    },
  ],
  silent: [
    {
      name: 'asked for by a Deny now',
      previous: guarded,
      policy: policyOf(allow(people), deny({ AWS: '*' }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })),
    },
    {
      name: 'another statement for a service',
      previous: guarded,
      policy: policyOf(
        allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
    },
    {
      name: 'it never was asked for',
      previous: policyOf(allow(people, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } })),
      policy: policyOf(
        allow(people, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
    },
  ],
  check: (context) =>
    lossesOf(context, isMfa).map((lost) => ({
      pointer: lost.now.pointer,
      statement: lost.now.index,
      message: `The role no longer asks for multi-factor authentication. Newly let in: ${lost.answer.classes[0].summary}.`,
    })),
  fix: (context, hit) => {
    const lost = lossesOf(context, isMfa).find(({ now }) => now.index === hit.statement);
    return lost === undefined ? undefined : restoreGuard(context, lost);
  },
});

function isMfa(key: string): boolean {
  return key === 'aws:multifactorauthpresent' || key === 'aws:multifactorauthage';
}
