/** May the MFA be half a day old or more? */
import { replaceAt } from '../policy/document/edit.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const people = { AWS: '111122223333' };
const halfADay = 43_200;

export const mfaAgeExcessive = defineRiskRule({
  id: 'mfa-age-excessive',
  title: 'The MFA may be long ago',
  severity: 'low',
  about: 'state',
  why: 'With so long a limit on `aws:MultiFactorAuthAge` one code typed in the morning serves whoever gets hold of the session at night.',
  remedy: 'An hour (3,600 seconds) is usual.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthAge'],
  fires: [
    { name: 'a day', policy: policyOf(allow(people, { NumericLessThan: { 'aws:MultiFactorAuthAge': '86400' } })) },
    {
      name: 'a number',
      policy: policyOf(allow(people, { NumericLessThanEquals: { 'aws:MultiFactorAuthAge': 129600 } })),
    },
    {
      name: 'a Deny of what is older than two days',
      policy: policyOf(
        allow(people),
        deny({ AWS: '*' }, { NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': '172800' } }),
      ),
    },
    {
      name: 'one of several',
      policy: policyOf(allow(people, { NumericLessThan: { 'aws:MultiFactorAuthAge': ['3600', '90000'] } })),
    },
  ],
  silent: [
    { name: 'an hour', policy: policyOf(allow(people, { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } })) },
    { name: 'half a day', policy: policyOf(allow(people, { NumericLessThan: { 'aws:MultiFactorAuthAge': '43200' } })) },
    {
      name: 'a Deny of what is older than an hour',
      policy: policyOf(
        allow(people),
        deny({ AWS: '*' }, { NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': '3600' } }),
      ),
    },
    {
      name: 'no limit has nothing to be too long',
      policy: policyOf(allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap(({ key, operator, values }) =>
        key.toLowerCase() === 'aws:multifactorauthage' &&
        operator.base.startsWith(statement.effect === 'Allow' ? 'NumericLessThan' : 'NumericGreaterThan')
          ? values
              .filter(({ text }) => Number(text) > halfADay)
              .map(({ text, pointer }) => ({
                pointer,
                statement: statement.index,
                message: `MFA that is ${Math.round(Number(text) / 3600)} hours old still counts.`,
              }))
          : [],
      ),
    ),
  fix: ({ policy }, hit) => {
    const text = replaceAt(policy, hit.pointer, '3600');
    return text === undefined ? undefined : { summary: 'Ask for MFA within the hour.', text };
  },
});
