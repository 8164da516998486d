/** Is the name of a service misspelt, or of a form that no service has? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { isServiceName, serviceMeant } from './service-callers.ts';

export const servicePrincipalUnknown = defineRiskRule({
  id: 'service-principal-unknown',
  title: 'A service principal that is misspelt, or of a form that none has',
  severity: 'medium',
  about: 'state',
  why: 'Service principals are lower-case host names that end in `.amazonaws.com` (`.amazonaws.com.cn` for some in China). Another form matches no service, nor does a name with a slip of spelling; IAM refuses most of them.',
  remedy: 'Look the name up in the documentation of the service.',
  references: [
    'IAM User Guide, "AWS JSON policy elements: Principal", AWS service principals',
    'IAM User Guide, "Access Analyzer policy check reference"',
  ],
  fires: [
    { name: 'capitals', policy: policyOf(allow({ Service: 'EC2.amazonaws.com' })) },
    { name: 'without the domain', policy: policyOf(allow({ Service: 'lambda' })) },
    { name: 'a wildcard', policy: policyOf(allow({ Service: '*.amazonaws.com' })) },
    { name: 'a letter left out', policy: policyOf(allow({ Service: 'lamda.amazonaws.com' })) },
    { name: 'the singular', policy: policyOf(allow({ Service: ['ec2.amazonaws.com', 'ecs-task.amazonaws.com'] })) },
    { name: 'a slip in the domain', policy: policyOf(allow({ Service: 'ec2.amazonaws.co' })) },
  ],
  silent: [
    { name: 'a service', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
    {
      name: 'in China',
      role: 'arn:aws-cn:iam::111122223333:role/example',
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com.cn' })),
    },
    { name: 'a service with a subdomain', policy: policyOf(allow({ Service: 'pods.eks.amazonaws.com' })) },
    { name: 'a service that nobody listed', policy: policyOf(allow({ Service: 'brand-new-thing.amazonaws.com' })) },
    { name: 'the second version of a service', policy: policyOf(allow({ Service: 'inspector2.amazonaws.com' })) },
    {
      name: 'two short names that are alike',
      policy: policyOf(allow({ Service: ['sms.amazonaws.com', 'sqs.amazonaws.com'] })),
    },
    { name: 'a regional form', policy: policyOf(allow({ Service: 'states.us-east-1.amazonaws.com' })) },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        if (entry.type !== 'Service') return [];
        const meant = isServiceName(entry.text) ? serviceMeant(entry.text) : undefined;
        if (isServiceName(entry.text) && meant === undefined) return [];
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            message:
              meant === undefined
                ? `\`${entry.text}\` has not the form of a service principal, so no service matches it.`
                : `No service is known by the name \`${entry.text}\`; \`${meant}\` is most likely meant.`,
          },
        ];
      }),
    ),
});
