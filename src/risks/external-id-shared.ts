/** Do several customers' accounts share one external ID? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const policy = policyOf(
  allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
);
const elsewhere = (id: string, ...accounts: readonly string[]) => ({ externalIdsElsewhere: new Map([[id, accounts]]) });

export const externalIdShared = defineRiskRule({
  id: 'external-id-shared',
  title: 'The same external ID stands on roles of several accounts',
  severity: 'medium',
  about: 'state',
  why: 'An external ID tells one customer of a vendor from another. Where several accounts use the same one, whoever controls one of them can have the vendor act in the others.',
  remedy: 'Have the vendor generate one external ID for each account.',
  references: ['IAM User Guide, "Access to AWS accounts owned by third parties"'],
  notCovered: 'Roles that were not checked together with this one.',
  fires: [
    { name: 'in one other account', policy, more: elsewhere('b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945', '222233334444') },
    {
      name: 'in several',
      policy,
      more: elsewhere('b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945', '222233334444', '333344445555'),
    },
    {
      name: 'compared in any letter case',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { StringEqualsIgnoreCase: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
      more: elsewhere('b7e2f1c4-8a3d-4d56', '222233334444'),
    },
    {
      name: 'the second value of two',
      policy: policyOf(
        allow(
          { AWS: '777788889999' },
          { StringEquals: { 'sts:ExternalId': ['c8f3a2d5-9b4e-4e67', 'b7e2f1c4-8a3d-4d56'] } },
        ),
      ),
      more: elsewhere('b7e2f1c4-8a3d-4d56', '222233334444'),
    },
  ],
  silent: [
    { name: 'nothing known of other roles', policy },
    { name: 'another value there', policy, more: elsewhere('c8f3a2d5-9b4e-4e67-8a13-d2b8f9c4e056', '222233334444') },
    {
      name: 'only in the same account',
      policy,
      more: elsewhere('b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945', '111122223333'),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        if (
          condition.key.toLowerCase() !== 'sts:externalid' ||
          !/^String(Equals(IgnoreCase)?|Like)$/.test(condition.operator.base)
        )
          return [];
        return condition.values.flatMap((value) => {
          const others = (context.question.externalIdsElsewhere?.get(value.text) ?? []).filter(
            (account) => account !== context.home,
          );
          if (others.length === 0) return [];
          return [
            {
              pointer: value.pointer,
              statement: statement.index,
              message: `The same external ID stands on roles of account${others.length === 1 ? '' : 's'} ${others.join(', ')}.`,
            },
          ];
        });
      }),
    ),
});
