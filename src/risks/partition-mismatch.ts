/** Is a principal of another AWS partition trusted, which can never call? */
import { splitArn } from '../policy/document/names.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const partitionMismatch = defineRiskRule({
  id: 'partition-mismatch',
  title: 'A principal of another partition is trusted',
  severity: 'medium',
  about: 'state',
  why: 'Roles cannot be assumed across partitions (`aws`, `aws-cn`, `aws-us-gov`): whoever was meant does not get in.',
  remedy: 'Write the ARN of the principal in the role’s own partition.',
  references: ['IAM User Guide, "Amazon Resource Names (ARNs)", partitions'],
  folds: ['condition-never-true', 'condition-mutually-exclusive'],
  fires: [
    {
      name: 'a GovCloud role in the commercial partition',
      policy: policyOf(allow({ AWS: 'arn:aws-us-gov:iam::444455556666:role/ci' })),
    },
    {
      name: 'a commercial account in the China partition',
      role: 'arn:aws-cn:iam::111122223333:role/example',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::444455556666:root' })),
    },
    {
      name: 'a provider',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws-cn:iam::111122223333:saml-provider/idp' },
          { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
        ),
      ),
    },
  ],
  silent: [
    { name: 'the same partition', policy: policyOf(allow({ AWS: 'arn:aws:iam::444455556666:role/ci' })) },
    {
      name: 'China in China',
      role: 'arn:aws-cn:iam::111122223333:role/example',
      policy: policyOf(allow({ AWS: 'arn:aws-cn:iam::444455556666:root' })),
    },
    {
      name: 'a bare account id',
      role: 'arn:aws-cn:iam::111122223333:role/example',
      policy: policyOf(allow({ AWS: '444455556666' })),
    },
    {
      name: 'a role that is not known',
      role: null,
      policy: policyOf(allow({ AWS: 'arn:aws-us-gov:iam::444455556666:role/ci' })),
    },
  ],
  check: ({ policy, question }) => {
    const own = question.role === undefined ? undefined : splitArn(question.role)?.partition;
    if (own === undefined) return [];
    return policy.statements.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        const partition = splitArn(entry.text)?.partition;
        return partition === undefined || partition === own
          ? []
          : [
              {
                pointer: entry.pointer,
                statement: statement.index,
                message: `\`${entry.text}\` is of partition \`${partition}\`; a role of partition \`${own}\` cannot be assumed from there.`,
              },
            ];
      }),
    );
  },
});
