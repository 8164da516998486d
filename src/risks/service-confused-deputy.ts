/** Could a service be steered by another customer to use this role? */
import { addCondition } from './add-condition.ts';
import { allow, policyOf } from './example-policies.ts';
import { step } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { serviceKind, sourceKeys } from './service-callers.ts';

export const serviceConfusedDeputy = defineRiskRule({
  id: 'service-confused-deputy',
  title: 'A service may be steered by another customer',
  severity: 'medium',
  about: 'state',
  why: 'The service assumes the role for whichever resource asks for it. Without `aws:SourceArn` or `aws:SourceAccount` the policy does not say that the resource has to be ours.',
  remedy:
    'Add `StringEquals` on `aws:SourceAccount`, and `ArnLike` on `aws:SourceArn` where the resource is known; check in the service’s documentation that it sends them.',
  references: ['IAM User Guide, "The confused deputy problem", cross-service'],
  notCovered:
    'Services that attach a role to compute of its own account (EC2, Lambda, ECS tasks and their kind), where `iam:PassRole` is the control, and services known to send no source keys.',
  fires: [
    { name: 'SNS', policy: policyOf(allow({ Service: 'sns.amazonaws.com' })), severity: 'medium' },
    {
      name: 'CloudTrail of a privileged role',
      policy: policyOf(allow({ Service: 'cloudtrail.amazonaws.com' })),
      more: { attachedPolicies: ['AdministratorAccess'] },
      severity: 'high',
    },
    {
      name: 'the key is optional',
      policy: policyOf(
        allow({ Service: 'events.amazonaws.com' }, { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } }),
      ),
    },
    {
      name: 'a list of services',
      policy: policyOf(allow({ Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] })),
    },
    {
      name: 'as the console makes it',
      role: 'arn:aws:iam::111122223333:role/service-role/events-invoke',
      policy: policyOf(allow({ Service: 'events.amazonaws.com' })),
      severity: 'low',
    },
    {
      name: 'a service nothing is known of',
      policy: policyOf(allow({ Service: 'translate.amazonaws.com' })),
      severity: 'low',
    },
  ],
  silent: [
    {
      name: 'with the account',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '111122223333' } }),
      ),
    },
    {
      name: 'with the resource',
      policy: policyOf(
        allow(
          { Service: 'cloudtrail.amazonaws.com' },
          { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main' } },
        ),
      ),
    },
    {
      name: 'with the account as the external ID, as Firehose sends it',
      policy: policyOf(
        allow({ Service: 'firehose.amazonaws.com' }, { StringEquals: { 'sts:ExternalId': '111122223333' } }),
      ),
    },
    { name: 'EC2 attaches it to our own instances', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
    { name: 'Lambda', policy: policyOf(allow({ Service: 'lambda.amazonaws.com' })) },
    {
      name: 'a service-linked role',
      role: 'arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig',
      policy: policyOf(allow({ Service: 'config.amazonaws.com' })),
    },
    { name: 'a service that sends no source keys', policy: policyOf(allow({ Service: 'eks.amazonaws.com' })) },
  ],
  check: (context) => {
    if (/:role\/aws-service-role\//.test(context.question.role ?? '')) return [];
    const madeByConsole = /:role\/service-role\//.test(context.question.role ?? '');
    return context.allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        if (entry.name.kind !== 'service') return [];
        const kind = serviceKind(entry.name.service);
        if (kind === 'compute' || kind === 'without-source-keys') return [];
        const only = (other: typeof entry) => other === entry;
        if (!context.alive(statement, only)) return [];
        // Some services send the account as the external ID (Firehose, Cognito); where one does not, nobody gets in by it.
        if ([...sourceKeys, 'sts:ExternalId'].some((key) => context.guardedFor(statement, key, only))) return [];
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            severity: step(kind === 'cross-tenant' ? context.raised('medium') : 'low', madeByConsole ? -1 : 0),
            message: `\`${entry.name.service}\` can assume this role for any customer’s resource: neither \`aws:SourceArn\` nor \`aws:SourceAccount\` is asked for.`,
          },
        ];
      }),
    );
  },
  fix: (context, hit) => {
    const statement = context.policy.statements[hit.statement ?? -1];
    const entries = statement?.principal.entries ?? [];
    // Only where every service of the statement is known to send the key: a fix must not shut out whom it serves.
    const sent = entries.every(({ name }) => name.kind === 'service' && serviceKind(name.service) === 'cross-tenant');
    if (!sent || context.home === undefined) return undefined;
    return addCondition(context, hit.statement, 'StringEquals', 'aws:SourceAccount', context.home);
  },
});
