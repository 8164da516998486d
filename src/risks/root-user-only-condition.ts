/** Does a condition let in nobody but a root user, who cannot assume roles? */
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const rootUserOnlyCondition = defineRiskRule({
  id: 'root-user-only-condition',
  title: 'A condition asks for the root user, who cannot assume roles',
  severity: 'low',
  about: 'state',
  why: 'In `aws:PrincipalArn` the ARN that ends in `:root` means the root user, unlike in `Principal`, where it means the account. Root users cannot assume roles, so nobody gets in.',
  remedy: 'Put the account into `Principal`; or write the ARN of the role or user into the condition.',
  references: [
    'IAM User Guide, "AWS global condition context keys", aws:PrincipalArn',
    'IAM User Guide, "Compare AWS STS credentials"',
  ],
  folds: ['condition-never-true'],
  fires: [
    {
      name: 'ArnEquals',
      policy: policyOf(allow({ AWS: '*' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:root' } })),
    },
    {
      name: 'StringEquals',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:root' } }),
      ),
    },
    {
      name: 'several root users',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:root', 'arn:aws:iam::777788889999:root'] } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'beside a role',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            ArnEquals: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:role/ci'] },
          },
        ),
      ),
    },
    { name: 'as the principal', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:root' })) },
    {
      name: 'in a Deny',
      policy: policyOf(
        allow({ AWS: '111122223333' }),
        deny({ AWS: '*' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:root' } }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions
        .filter(
          ({ key, operator, values }) =>
            key.toLowerCase() === 'aws:principalarn' &&
            /^(Arn|String)(Equals(IgnoreCase)?|Like)$/.test(operator.base) &&
            values.length > 0 &&
            values.every(({ text }) => /^arn:[^:]*:iam::[^:]*:root$/.test(text)),
        )
        .map(({ pointer }) => ({
          pointer,
          statement: statement.index,
          message: 'Only a root user has this ARN, and root users cannot assume roles: nobody gets in.',
        })),
    ),
});
