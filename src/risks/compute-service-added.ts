/** Can somebody's code newly run as this role? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { serviceKind } from './service-callers.ts';

export const computeServiceAdded = defineRiskRule({
  id: 'compute-service-added',
  title: 'A compute service is newly trusted',
  severity: 'medium',
  about: 'change',
  why: 'Whoever holds `iam:PassRole` for this role can now start an instance, a function or a task with it and run code as the role.',
  remedy: 'Check who may pass this role.',
  references: ['IAM User Guide, "Granting a user permissions to pass a role to an AWS service"'],
  fires: [
    {
      name: 'EC2',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: '111122223333', Service: 'ec2.amazonaws.com' })),
    },
    {
      name: 'Lambda on a privileged role',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })),
      more: { attachedPolicies: ['AdministratorAccess'] },
      severity: 'high',
    },
    {
      name: 'in a statement of its own',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: '111122223333' }), allow({ Service: 'codebuild.amazonaws.com' })),
    },
  ],
  silent: [
    {
      name: 'it was trusted before',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' }), allow({ AWS: '111122223333' })),
    },
    {
      name: 'another kind of service',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: ['ec2.amazonaws.com', 'config.amazonaws.com'] })),
    },
    {
      name: 'a compute service is removed',
      previous: policyOf(allow({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        if (entry.name.kind !== 'service' || serviceKind(entry.name.service) !== 'compute') return [];
        const answer = context.someoneNew({
          entries: (other) => other.type === 'Service' && other.text === entry.text,
        });
        return answer.answer === 'yes'
          ? [
              {
                pointer: entry.pointer,
                statement: statement.index,
                severity: context.raised('medium'),
                message: `Code started through \`${entry.text}\` can newly run as this role.`,
              },
            ]
          : [];
      }),
    ),
});
