/** Is a key that holds a list compared without saying how? */
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

const ci = { AWS: 'arn:aws:iam::111122223333:role/ci' };
const both = ['sts:AssumeRole', 'sts:TagSession'];
const cognito = { Federated: 'cognito-identity.amazonaws.com' };
const pool = { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-abcd-4abc-9abc-1234567890ab' };

export const conditionMultivalueNoSetOperator = defineRiskRule({
  id: 'condition-multivalue-no-set-operator',
  title: 'A list is compared without `ForAnyValue` or `ForAllValues`',
  severity: 'medium',
  about: 'state',
  why: 'The key can hold several values. Without a set operator the comparison does not match where the key is present: an Allow shuts everyone out, and a Deny denies nobody.',
  remedy:
    'Write `ForAnyValue:` before the operator where one matching value is enough, `ForAllValues:` where all have to match.',
  references: [
    'IAM User Guide, "Set operators for multivalued context keys"',
    'IAM User Guide, "Access Analyzer policy check reference", missing qualifier',
  ],
  folds: ['condition-never-true', 'deny-ineffective', 'condition-vacuous-ifexists', 'condition-negated-missing-key'],
  fires: [
    {
      name: 'the keys of session tags',
      policy: policyOf(allow(ci, { StringEquals: { 'aws:TagKeys': 'team' } }, both)),
    },
    {
      name: 'how a guest signed in',
      policy: policyOf(
        allow(cognito, { StringEquals: { ...pool, 'cognito-identity.amazonaws.com:amr': 'authenticated' } }),
      ),
    },
    {
      name: 'in a Deny',
      policy: policyOf(
        allow(ci, undefined, both),
        deny({ AWS: '*' }, { StringEquals: { 'sts:TransitiveTagKeys': 'team' } }, 'sts:TagSession'),
      ),
    },
  ],
  silent: [
    {
      name: 'with ForAllValues',
      policy: policyOf(allow(ci, { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } }, both)),
    },
    {
      name: 'with ForAnyValue',
      policy: policyOf(
        allow(cognito, {
          StringEquals: pool,
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
        }),
      ),
    },
    { name: 'presence alone', policy: policyOf(allow(ci, { Null: { 'aws:TagKeys': 'false' } }, both)) },
    {
      name: 'several values in the policy, one in the request',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': ['o-own1234567', 'o-other12345'] } }),
      ),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap(({ key, operator, pointer }) => {
        const found = lookUpKey(key);
        if (
          operator.set !== undefined ||
          operator.base === 'Null' ||
          found.kind !== 'registered' ||
          !found.key.multivalued
        )
          return [];
        return [
          {
            pointer,
            statement: statement.index,
            message: `\`${key}\` can hold several values, so \`${operator.text}\` without a set operator does not match it: ${statement.effect === 'Deny' ? 'the Deny does not apply' : 'callers that bring it are shut out'}.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => {
    const statement = context.policy.statements[hit.statement ?? -1];
    const condition = statement?.conditions.find(({ pointer }) => pointer === hit.pointer);
    // What a negation of a list was meant to say is not plain.
    if (condition === undefined || condition.operator.base.includes('Not')) return undefined;
    return replaceOperator(
      context,
      hit,
      (operator) => `ForAnyValue:${operator}`,
      statement?.effect === 'Allow' ? `callers with such a value of ${condition.key}` : undefined,
    );
  },
});
