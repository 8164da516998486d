/** Does the check of a service's resource pass when the service sends none? */

import { allow, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';
import { isSourceKey, sourceKeys } from './service-callers.ts';

const sns = { Service: 'sns.amazonaws.com' };

export const serviceSourceIfexists = defineRiskRule({
  id: 'service-source-ifexists',
  title: 'The check of a service’s resource is optional',
  severity: 'medium',
  about: 'state',
  why: 'With `IfExists` the condition holds when the service does not send the key.',
  remedy: 'Use the plain operator if the documentation of the service says that it sends the key.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators", IfExists'],
  folds: ['service-confused-deputy', 'condition-vacuous-ifexists', 'condition-vacuous-forallvalues'],
  fires: [
    {
      name: 'the account',
      policy: policyOf(allow(sns, { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } })),
    },
    {
      name: 'the resource',
      policy: policyOf(allow(sns, { ArnLikeIfExists: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:t' } })),
    },
    {
      name: 'both',
      policy: policyOf(
        allow(sns, {
          StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' },
          ArnLikeIfExists: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:t' },
        }),
      ),
    },
  ],
  silent: [
    { name: 'plain', policy: policyOf(allow(sns, { StringEquals: { 'aws:SourceAccount': '111122223333' } })) },
    {
      name: 'optional beside a plain one',
      policy: policyOf(
        allow(sns, {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLikeIfExists: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:t' },
        }),
      ),
    },
    { name: 'a compute service, which need not send it', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const services = (entry: { readonly type: string }) => entry.type === 'Service';
      if (!statement.principal.entries.some(services)) return [];
      if (sourceKeys.some((key) => context.guardedFor(statement, key, services))) return [];
      return statement.conditions
        .filter(({ key, operator }) => isSourceKey(key) && operator.ifExists)
        .map(({ key, pointer }) => ({
          pointer,
          statement: statement.index,
          message: `The condition on \`${key}\` holds when the service does not send it.`,
        }));
    }),
  fix: (context, hit) => replaceOperator(context, hit, (operator) => operator.replace(/IfExists$/i, '')),
});
