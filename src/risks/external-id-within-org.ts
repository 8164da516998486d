/** Is an external ID asked of our own accounts only? */
import { allow, policyOf } from './example-policies.ts';
import { accountOf } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const externalIdWithinOrg = defineRiskRule({
  id: 'external-id-within-org',
  title: 'An external ID between our own accounts',
  severity: 'info',
  about: 'state',
  why: 'An external ID guards against a vendor being steered by another customer. Between our own accounts there is no such vendor; it gives a false sense of protection, for anyone who may read the role sees it.',
  remedy: 'Name the role of the other account, or require `aws:PrincipalOrgID`.',
  references: ['IAM User Guide, "The confused deputy problem"'],
  fires: [
    {
      name: 'the role’s own account',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'another own account',
      policy: policyOf(allow({ AWS: '222233334444' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
      world: { accounts: ['111122223333', '222233334444'] },
    },
    {
      name: 'a role of the own account',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::111122223333:role/ci' },
          { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'a partner',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a partner beside our own account',
      policy: policyOf(
        allow({ AWS: ['111122223333', '777788889999'] }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
    { name: 'no external ID', policy: policyOf(allow({ AWS: '111122223333' })) },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const condition = statement.conditions.find(
        ({ key, operator }) => key.toLowerCase() === 'sts:externalid' && operator.base !== 'Null',
      );
      if (condition === undefined || statement.principal.element !== 'Principal') return [];
      const ours = statement.principal.entries.every((entry) => {
        const account = entry.type === 'AWS' ? accountOf(entry.name) : undefined;
        return account !== undefined && ['home', 'own'].includes(context.standing(account));
      });
      return ours
        ? [
            {
              pointer: condition.pointer,
              statement: statement.index,
              message: 'Only our own accounts are trusted here; an external ID adds nothing between them.',
            },
          ]
        : [];
    }),
});
