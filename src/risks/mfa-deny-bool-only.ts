/** Does the Deny that should ask for MFA let access keys through? */

import type { ConditionClause } from '../policy/document/trust-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const people = { AWS: '111122223333' };

export const mfaDenyBoolOnly = defineRiskRule({
  id: 'mfa-deny-bool-only',
  title: 'The Deny without MFA does not deny access keys',
  severity: 'medium',
  about: 'state',
  why: 'Calls with long-term access keys carry no `aws:MultiFactorAuthPresent`, and no call without MFA carries `aws:MultiFactorAuthAge`: `Bool`, or a comparison of the age, does not hold then, and the Deny does not apply.',
  remedy: 'Use `BoolIfExists` in the Deny; for the age the `IfExists` form of the comparison.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent'],
  folds: ['deny-ineffective'],
  fires: [
    {
      name: 'Bool false',
      policy: policyOf(allow(people), deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })),
    },
    {
      name: 'for a user',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:user/eve' }),
        deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': false } }),
      ),
    },
    {
      name: 'only an age, which calls without MFA do not have',
      policy: policyOf(allow(people), deny({ AWS: '*' }, { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' } })),
    },
    {
      name: 'for the organization',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
        deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'BoolIfExists',
      policy: policyOf(allow(people), deny({ AWS: '*' }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })),
    },
    {
      name: 'the Allow asks for MFA as well',
      policy: policyOf(
        allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
        deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
    {
      name: 'an age beside a Deny of those without MFA',
      policy: policyOf(
        allow(people),
        deny({ AWS: '*' }, { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' } }),
        deny({ AWS: '*' }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
    {
      name: 'the age, where it is there',
      policy: policyOf(
        allow(people),
        deny({ AWS: '*' }, { NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': '3600' } }),
      ),
    },
    {
      name: 'only services are let in',
      policy: policyOf(
        allow({ Service: 'ec2.amazonaws.com' }),
        deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
  ],
  check: (context) =>
    context.denies.flatMap((statement) =>
      statement.conditions
        .filter((condition) => !condition.operator.ifExists && (deniesWithoutMfa(condition) || deniesByAge(condition)))
        .filter(
          (condition) =>
            context.someone({
              clauses: [
                clause('Null', condition.key, ['true']),
                // Whoever has no age of it has no MFA.
                ...(deniesByAge(condition)
                  ? [clause('Bool', 'aws:MultiFactorAuthPresent', ['false'], { ifExists: true })]
                  : []),
              ],
              entries: (entry) => entry.type === 'AWS' && entry.name.kind !== 'role' && entry.name.kind !== 'session',
            }).answer === 'yes',
        )
        .map((condition) => ({
          pointer: condition.pointer,
          statement: statement.index,
          message: deniesByAge(condition)
            ? 'Calls without MFA carry no `aws:MultiFactorAuthAge`, so this Deny does not apply to them.'
            : 'Long-term access keys carry no MFA key, so this Deny does not apply to them.',
        })),
    ),
  fix: (context, hit) => replaceOperator(context, hit, (operator) => `${operator}IfExists`),
});

function deniesWithoutMfa({ key, operator, values }: ConditionClause): boolean {
  return (
    key.toLowerCase() === 'aws:multifactorauthpresent' &&
    operator.base === 'Bool' &&
    values.some(({ text }) => text.toLowerCase() === 'false')
  );
}

function deniesByAge({ key, operator }: ConditionClause): boolean {
  return key.toLowerCase() === 'aws:multifactorauthage' && operator.base.startsWith('NumericGreaterThan');
}
