/** Is the presence of the MFA key taken for the use of MFA? */
import { addCondition } from './add-condition.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const people = { AWS: '111122223333' };

export const mfaNullCheck = defineRiskRule({
  id: 'mfa-null-check',
  title: 'The MFA check only asks whether the key is there',
  severity: 'medium',
  about: 'state',
  why: 'Temporary credentials carry `aws:MultiFactorAuthPresent` also when no MFA was used; its value is then `false`. `Null` tests that the key is there and not what it says.',
  remedy: 'Use `"Bool": {"aws:MultiFactorAuthPresent": "true"}`.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent'],
  fires: [
    { name: 'Null false', policy: policyOf(allow(people, { Null: { 'aws:MultiFactorAuthPresent': 'false' } })) },
    { name: 'as a Boolean', policy: policyOf(allow(people, { Null: { 'aws:MultiFactorAuthPresent': false } })) },
    {
      name: 'for the organization',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' }, Null: { 'aws:MultiFactorAuthPresent': 'false' } },
        ),
      ),
    },
  ],
  silent: [
    { name: 'Bool', policy: policyOf(allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })) },
    {
      name: 'both',
      policy: policyOf(
        allow(people, {
          Bool: { 'aws:MultiFactorAuthPresent': 'true' },
          Null: { 'aws:MultiFactorAuthPresent': 'false' },
        }),
      ),
    },
    {
      name: 'the age as well, which is there only with MFA',
      policy: policyOf(
        allow(people, {
          Null: { 'aws:MultiFactorAuthPresent': 'false' },
          NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
        }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const others = statement.conditions.some(
        ({ key, operator }) =>
          (key.toLowerCase() === 'aws:multifactorauthpresent' && operator.base === 'Bool') ||
          (key.toLowerCase() === 'aws:multifactorauthage' && operator.base.startsWith('Numeric') && !operator.ifExists),
      );
      if (others) return [];
      return statement.conditions
        .filter(
          ({ key, operator, values }) =>
            key.toLowerCase() === 'aws:multifactorauthpresent' &&
            operator.base === 'Null' &&
            values.some(({ text }) => text.toLowerCase() === 'false'),
        )
        .map(({ pointer }) => ({
          pointer,
          statement: statement.index,
          message:
            'Temporary credentials without MFA pass this check: it asks whether the key is there, not what it says.',
        }));
    }),
  fix: (context, hit) => {
    const added = addCondition(context, hit.statement, 'Bool', 'aws:MultiFactorAuthPresent', 'true');
    return added === undefined
      ? undefined
      : { ...added, summary: 'Ask what `aws:MultiFactorAuthPresent` says as well.' };
  },
});
