/** Does the check of a service's resource let any account's resource pass? */
import { addCondition } from './add-condition.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const serviceSourceWildcard = defineRiskRule({
  id: 'service-source-wildcard',
  title: 'The resource that a service acts for may be in any account',
  severity: 'high',
  about: 'state',
  why: 'The condition on `aws:SourceArn` has no account in it, or a pattern in its place, and `aws:SourceAccount` is not asked for: resources of other customers fit.',
  remedy: 'Add `StringEquals` on `aws:SourceAccount`.',
  references: ['IAM User Guide, "The confused deputy problem", cross-service'],
  folds: ['service-confused-deputy'],
  fires: [
    {
      name: 'any resource',
      policy: policyOf(allow({ Service: 'sns.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': '*' } })),
    },
    {
      name: 'any account',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:topic' } }),
      ),
    },
    {
      name: 'a bucket, whose ARN has no account',
      policy: policyOf(allow({ Service: 's3.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::our-*' } })),
    },
  ],
  silent: [
    {
      name: 'with the account',
      policy: policyOf(
        allow(
          { Service: 's3.amazonaws.com' },
          {
            ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::our-bucket' },
            StringEquals: { 'aws:SourceAccount': '111122223333' },
          },
        ),
      ),
    },
    {
      name: 'the account in the ARN',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:111122223333:*' } }),
      ),
    },
    {
      name: 'held to the organization',
      policy: policyOf(
        allow(
          { Service: 'sns.amazonaws.com' },
          { ArnLike: { 'aws:SourceArn': '*' }, StringEquals: { 'aws:SourceOrgID': 'o-own1234567' } },
        ),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const services = (entry: { readonly type: string }) => entry.type === 'Service';
      if (!statement.principal.entries.some(services)) return [];
      const guarded = ['aws:SourceAccount', 'aws:SourceOrgID', 'aws:SourceOrgPaths'].some((key) =>
        context.guardedFor(statement, key, services),
      );
      if (guarded) return [];
      return statement.conditions.flatMap(({ key, operator, values }) => {
        if (key.toLowerCase() !== 'aws:sourcearn' || !/^(Arn|String)(Equals|Like)$/.test(operator.base)) return [];
        const value = values.find(({ text }) => !/^\d{12}$/.test(text.split(':')[4] ?? '*'));
        if (value === undefined || !context.alive(statement)) return [];
        return [
          {
            pointer: value.pointer,
            statement: statement.index,
            message: `\`${value.text}\` fits resources of other accounts, and \`aws:SourceAccount\` is not asked for.`,
          },
        ];
      });
    }),
  fix: (context, hit) =>
    context.home === undefined
      ? undefined
      : addCondition(context, hit.statement, 'StringEquals', 'aws:SourceAccount', context.home),
});
