/** Does the MFA check of an Allow pass for access keys, which carry no MFA at all? */

import { allow, deny, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

const people = { AWS: '111122223333' };

export const mfaBoolifexistsAllow = defineRiskRule({
  id: 'mfa-boolifexists-allow',
  title: 'The MFA check lets access keys pass',
  severity: 'medium',
  about: 'state',
  why: 'Calls signed with long-term access keys do not carry `aws:MultiFactorAuthPresent` at all, and `BoolIfExists` holds when the key is missing: just the credentials that leak most pass without MFA.',
  remedy: 'Use plain `Bool` in an Allow; `BoolIfExists` with `false` belongs into a Deny.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent'],
  folds: ['condition-vacuous-ifexists'],
  fires: [
    {
      name: 'BoolIfExists true',
      policy: policyOf(allow(people, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    {
      name: 'for everyone of an organization',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            BoolIfExists: { 'aws:MultiFactorAuthPresent': true },
          },
        ),
      ),
    },
    {
      name: 'for a user',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::111122223333:user/eve' },
          { BoolIfExists: { 'AWS:MultiFactorAuthPresent': 'true' } },
        ),
      ),
    },
  ],
  silent: [
    { name: 'Bool', policy: policyOf(allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })) },
    {
      name: 'BoolIfExists false in a Deny',
      policy: policyOf(allow(people), deny({ AWS: '*' }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })),
    },
    {
      name: 'a Deny closes the hole',
      policy: policyOf(
        allow(people, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }),
        deny({ AWS: '*' }, { Null: { 'aws:MultiFactorAuthPresent': 'true' } }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions
        .filter(
          ({ key, operator }) =>
            key.toLowerCase() === 'aws:multifactorauthpresent' && operator.base === 'Bool' && operator.ifExists,
        )
        .filter(({ key }) => !context.guarded(statement, key) && context.alive(statement))
        .map(({ pointer }) => ({
          pointer,
          statement: statement.index,
          message: 'Calls with long-term access keys pass this MFA check without MFA.',
        })),
    ),
  fix: (context, hit) => replaceOperator(context, hit, (operator) => operator.replace(/IfExists$/i, '')),
});
