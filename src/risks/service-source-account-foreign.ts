/** Is the resource that a service acts for in somebody else's account? */

import { splitArn } from '../policy/document/names.ts';
import { allow, policyOf } from './example-policies.ts';
import { removeValue } from './remove-value.ts';
import { defineRiskRule } from './risk-rule.ts';
import { isSourceKey } from './service-callers.ts';

export const serviceSourceAccountForeign = defineRiskRule({
  id: 'service-source-account-foreign',
  title: 'A service may use the role for a foreign account’s resource',
  severity: 'high',
  about: 'state',
  why: 'The condition lets the service assume this role on behalf of a resource of an account that is not ours: its owner then steers what is done with the role.',
  remedy: 'Write the role’s own account, or register the other account.',
  references: ['IAM User Guide, "The confused deputy problem", cross-service'],
  fires: [
    {
      name: 'a foreign source account',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '999999999999' } }),
      ),
    },
    {
      name: 'a foreign resource',
      policy: policyOf(
        allow(
          { Service: 'events.amazonaws.com' },
          { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:999999999999:rule/*' } },
        ),
      ),
    },
    {
      name: 'in any letter case',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEqualsIgnoreCase: { 'aws:SourceAccount': '999999999999' } }),
      ),
    },
    {
      name: 'beside our own',
      policy: policyOf(
        allow(
          { Service: 'sns.amazonaws.com' },
          { StringEquals: { 'aws:SourceAccount': ['111122223333', '999999999999'] } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'our own account',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '111122223333' } }),
      ),
    },
    {
      name: 'a registered partner',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '777788889999' } }),
      ),
    },
    {
      name: 'an ARN without an account has a rule of its own',
      policy: policyOf(
        allow(
          { Service: 's3.amazonaws.com' },
          {
            ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket' },
            StringEquals: { 'aws:SourceAccount': '111122223333' },
          },
        ),
      ),
    },
  ],
  check: (context) => {
    if (context.home === undefined) return [];
    return context.allows.flatMap((statement) =>
      statement.conditions.flatMap(({ key, operator, values }) => {
        if (!isSourceKey(key) || !/^(String|Arn)(Equals(IgnoreCase)?|Like)$/.test(operator.base)) return [];
        return values.flatMap((value) => {
          const account = /^\d{12}$/.test(value.text) ? value.text : splitArn(value.text)?.account;
          if (
            account === undefined ||
            !/^\d{12}$/.test(account) ||
            !['unknown', 'vendor'].includes(context.standing(account))
          )
            return [];
          return [
            {
              pointer: value.pointer,
              statement: statement.index,
              message: `The service can assume this role for resources of ${context.nameOf(account)}${context.standing(account) === 'vendor' ? ` (${account})` : ', which is not registered'}.`,
            },
          ];
        });
      }),
    );
  },
  fix: removeValue,
});
