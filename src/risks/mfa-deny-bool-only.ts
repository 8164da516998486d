/** Does the Deny that should ask for MFA let access keys through? */

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
  why: 'Calls with long-term access keys carry no `aws:MultiFactorAuthPresent`, so `Bool` does not hold and the Deny does not apply to them.',
  remedy: 'Use `BoolIfExists` in the Deny.',
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
        .filter(
          ({ key, operator, values }) =>
            key.toLowerCase() === 'aws:multifactorauthpresent' &&
            operator.base === 'Bool' &&
            !operator.ifExists &&
            values.some(({ text }) => text.toLowerCase() === 'false'),
        )
        .filter(
          () =>
            context.someone({
              clauses: [clause('Null', 'aws:MultiFactorAuthPresent', ['true'])],
              entries: (entry) => entry.type === 'AWS' && entry.name.kind !== 'role' && entry.name.kind !== 'session',
            }).answer === 'yes',
        )
        .map(({ pointer }) => ({
          pointer,
          statement: statement.index,
          message: 'Long-term access keys carry no MFA key, so this Deny does not apply to them.',
        })),
    ),
  fix: (context, hit) => replaceOperator(context, hit, (operator) => `${operator}IfExists`),
});
