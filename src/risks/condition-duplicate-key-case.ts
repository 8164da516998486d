/** Does one key stand twice in a block, in two letter cases? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = { AWS: '777788889999' };
const id = 'b7e2f1c4-8a3d-4d56';

export const conditionDuplicateKeyCase = defineRiskRule({
  id: 'condition-duplicate-key-case',
  title: 'One condition key written twice',
  severity: 'medium',
  about: 'state',
  why: 'The letter case of a condition key does not count, so the two are one key that stands twice under one operator. IAM refuses that, or takes one of them, and nobody can tell from the text which.',
  remedy: 'Write the key once, with the values of both in a list if either is meant to be enough.',
  references: ['IAM User Guide, "Access Analyzer policy check reference", duplicate keys with different case'],
  folds: ['condition-mutually-exclusive'],
  fires: [
    {
      name: 'two external IDs',
      policy: policyOf(
        allow(vendor, { StringEquals: { 'sts:ExternalId': id, 'sts:externalId': 'c8f3a2d5-9b4e-4e67' } }),
      ),
    },
    {
      name: 'the same value twice',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': id, 'STS:ExternalId': id } })),
    },
    {
      name: 'the name of a tag',
      policy: policyOf(
        allow(vendor, { StringLike: { 'aws:PrincipalTag/Team': 'ci', 'aws:PrincipalTag/team': 'ops' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'one key under two operators',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': id }, Null: { 'sts:externalid': 'false' } })),
    },
    {
      name: 'two keys',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': id, 'aws:PrincipalTag/team': 'ci' } })),
    },
    {
      name: 'one key in two statements',
      policy: policyOf(
        allow(vendor, { StringEquals: { 'sts:ExternalId': id } }),
        allow({ AWS: '222233334444' }, { StringEquals: { 'sts:externalid': id } }),
      ),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition, at) => {
        const same = statement.conditions
          .slice(0, at)
          .find(
            (other) =>
              other.operator.text === condition.operator.text &&
              other.key !== condition.key &&
              other.key.toLowerCase() === condition.key.toLowerCase(),
          );
        if (same === undefined) return [];
        return [
          {
            pointer: condition.pointer,
            statement: statement.index,
            message: `\`${condition.key}\` and \`${same.key}\` are one key, which stands twice under \`${condition.operator.text}\`.`,
          },
        ];
      }),
    ),
});
