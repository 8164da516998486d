/** Are organization paths, which are several, compared as if they were one? */

import { allow, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

export const orgPathsMissingSetOperator = defineRiskRule({
  id: 'org-paths-missing-set-operator',
  title: 'Organization paths compared without `ForAnyValue`',
  severity: 'medium',
  about: 'state',
  why: '`aws:PrincipalOrgPaths` and `aws:SourceOrgPaths` hold several values. Without a set operator the condition never matches, so nobody gets in by it.',
  remedy: 'Write `ForAnyValue:StringLike`.',
  references: [
    'IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgPaths',
    'IAM User Guide, "Multivalued context keys"',
  ],
  folds: ['condition-multivalue-no-set-operator', 'condition-never-true'],
  fires: [
    {
      name: 'StringLike',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } })),
    },
    {
      name: 'StringEquals',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/' } }),
      ),
    },
    {
      name: 'for a service',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringLike: { 'aws:SourceOrgPaths': 'o-own1234567/*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'ForAnyValue',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } }),
      ),
    },
    {
      name: 'whether the key is there',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { Null: { 'aws:PrincipalOrgPaths': 'false' }, StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
        ),
      ),
    },
    {
      name: 'the single-valued id',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions
        .filter(
          ({ key, operator }) =>
            /^aws:(principal|source)orgpaths$/i.test(key) && operator.set === undefined && operator.base !== 'Null',
        )
        .map(({ pointer, key, operator }) => ({
          pointer,
          statement: statement.index,
          message: `\`${key}\` holds several values; \`${operator.text}\` without \`ForAnyValue:\` never matches it.`,
        })),
    ),
  fix: (context, hit) => {
    const statement = context.policy.statements[hit.statement ?? -1];
    return statement?.effect === 'Allow'
      ? replaceOperator(context, hit, (operator) => `ForAnyValue:${operator}`, 'the principals of those paths')
      : undefined;
  },
});
