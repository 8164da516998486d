/** Does a negated condition of an Allow let in whoever does not bring the key? */
import { allow, deny, policyOf } from './example-policies.ts';
import { isRegistered, wayInWithoutKey } from './passes-when-absent.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionNegatedMissingKey = defineRiskRule({
  id: 'condition-negated-missing-key',
  title: 'A negated condition lets in callers that lack the key',
  severity: 'medium',
  about: 'state',
  why: 'A negated operator holds when the key is not in the request. In an Allow it lets in every caller without the key, and every value that nobody thought of.',
  remedy:
    'Say who may come in, with a positive operator; or keep the negation and ask for the key: `"Null": {"KEY": "false"}`.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators"'],
  folds: ['condition-vacuous-ifexists', 'condition-vacuous-forallvalues'],
  fires: [
    {
      name: 'all but one team',
      policy: policyOf(allow(account, { StringNotEquals: { 'aws:PrincipalTag/team': 'contractors' } })),
    },
    {
      name: 'all but some addresses',
      policy: policyOf(allow(account, { NotIpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })),
    },
    {
      name: 'all but one organization',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringNotLike: { 'aws:PrincipalOrgID': 'o-other12345' } })),
    },
    {
      name: 'with IfExists, which changes nothing',
      policy: policyOf(allow(account, { StringNotEqualsIfExists: { 'aws:PrincipalTag/team': 'contractors' } })),
    },
  ],
  silent: [
    {
      name: 'in a Deny',
      policy: policyOf(allow(account), deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalTag/team': 'ci' } })),
    },
    {
      name: 'the key has to be there',
      policy: policyOf(
        allow(account, {
          StringNotEquals: { 'aws:PrincipalTag/team': 'contractors' },
          Null: { 'aws:PrincipalTag/team': 'false' },
        }),
      ),
    },
    {
      name: 'a key that is always there',
      policy: policyOf(allow(account, { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci' } })),
    },
    {
      name: 'a positive condition',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
    },
    {
      name: 'a tag that may not be passed',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { StringNotEquals: { 'aws:RequestTag/env': 'prod' } }, [
          'sts:AssumeRole',
          'sts:TagSession',
        ]),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { operator, key, pointer } = condition;
        if (!operator.base.includes('Not') || operator.set === 'ForAnyValue' || !isRegistered(key)) return [];
        if (!wayInWithoutKey(context, statement, condition)) return [];
        return [
          {
            pointer,
            statement: statement.index,
            message: `\`${operator.text}\` on \`${key}\` also lets in callers whose requests do not carry the key.`,
          },
        ];
      }),
    ),
});
