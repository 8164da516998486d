/** Does a condition hold a wildcard that its operator takes as a plain character? */

import { allow, deny, github, policyOf } from './example-policies.ts';
import { letsInBy } from './repaired-statement.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionLiteralWildcard = defineRiskRule({
  id: 'condition-literal-wildcard',
  title: 'A wildcard where it is a plain character',
  severity: 'medium',
  about: 'state',
  why: '`StringEquals` and its kin compare character by character: `*` and `?` mean just themselves. A positive condition then matches nobody, and a negated one keeps nobody out.',
  remedy: 'Use the `Like` form of the operator if the pattern is meant; otherwise write the whole value.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Condition operators"',
    'IAM User Guide, "Access Analyzer policy check reference"',
  ],
  folds: ['condition-never-true', 'condition-mutually-exclusive', 'condition-negated-missing-key', 'deny-ineffective'],
  fires: [
    {
      name: 'roles by a pattern',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci-*' } })),
    },
    {
      name: 'any branch of a repository',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme/app:*' })),
    },
    {
      name: 'a Deny that denies too much',
      policy: policyOf(
        allow(account),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/admin-?' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'the Like form',
      policy: policyOf(allow(account, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci-*' } })),
    },
    {
      name: 'ArnEquals takes wildcards',
      policy: policyOf(allow(account, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci-*' } })),
    },
    {
      name: 'the star of a principal',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'a policy variable for the plain character',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/mask': 'a${*}b' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        if (!/^String(Not)?Equals(IgnoreCase)?$/.test(condition.operator.base)) return [];
        const value = condition.values.find(({ text }) => /[*?]/.test(text.replace(/\$\{[*?$]\}/g, '')));
        if (value === undefined) return [];
        const negated = condition.operator.base.includes('Not');
        return [
          {
            pointer: value.pointer,
            statement: statement.index,
            message: `\`${condition.operator.text}\` takes the wildcard in \`${value.text}\` literally, so the condition on \`${condition.key}\` ${negated ? 'excludes nobody by it' : 'matches nobody by it'}.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => {
    const proposal = replaceOperator(context, hit, (operator) => operator.replace(/Equals(IgnoreCase)?/i, 'Like'));
    const statement = context.policy.statements[hit.statement ?? -1];
    if (proposal === undefined || statement?.effect !== 'Allow') return proposal;
    const intended = letsInBy(context.policy, proposal.text, statement.index, 'callers who match the pattern');
    return intended === undefined ? proposal : { ...proposal, intended };
  },
});
