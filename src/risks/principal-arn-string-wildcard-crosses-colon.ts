/** Does a string pattern for a principal's ARN reach across its parts? */

import { allow, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const principalArnStringWildcardCrossesColon = defineRiskRule({
  id: 'principal-arn-string-wildcard-crosses-colon',
  title: 'A wildcard in `aws:PrincipalArn` reaches across the colons of the ARN',
  severity: 'high',
  about: 'state',
  why: '`StringLike` knows no parts of an ARN: a `*` before the account id also swallows the account, so principals of other accounts match.',
  remedy: 'Use `ArnLike`, and write the account id out.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators", ARN condition operators'],
  fires: [
    {
      name: 'the account is part of the star',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*role/ci' } })),
    },
    {
      name: 'a star from the start',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalArn': '*:role/ci' } })),
    },
    {
      name: 'beside an exact one',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/a', 'arn:aws:*:role/b'] } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'ArnLike keeps to the parts',
      policy: policyOf(allow({ AWS: '*' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } })),
    },
    {
      name: 'the wildcard stands behind the account',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } })),
    },
    {
      name: 'held to the organization',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringLike: { 'aws:PrincipalArn': '*:role/ci' }, StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
        ),
      ),
    },
    {
      name: 'held to a unit of the organization',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ci' },
            'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*/ou-ab12-11111111/*' },
          },
        ),
      ),
    },
    {
      name: 'held to an account by the principal',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringLike: { 'aws:PrincipalArn': '*:role/ci' } })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        if (condition.key.toLowerCase() !== 'aws:principalarn' || condition.operator.base !== 'StringLike') return [];
        const value = condition.values.find(({ text }) => {
          const account = text.split(':').slice(0, 5);
          return account.length < 5 ? text.includes('*') : account.some((part) => part.includes('*'));
        });
        if (value === undefined || !context.open(statement)) return [];
        const stranger = context.someone({
          statements: (s) => s.index === statement.index,
          clauses: [clause('StringLike', 'aws:PrincipalArn', [value.text])],
        });
        if (stranger.answer !== 'yes') return [];
        return [
          {
            pointer: value.pointer,
            statement: statement.index,
            message: `\`${value.text}\` under \`StringLike\` also matches principals of other accounts.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => replaceOperator(context, hit, () => 'ArnLike'),
});
