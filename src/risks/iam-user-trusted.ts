/** Is an IAM user, with keys that never expire, trusted? */
import { addCondition } from './add-condition.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const iamUserTrusted = defineRiskRule({
  id: 'iam-user-trusted',
  title: 'An IAM user is trusted',
  severity: 'medium',
  about: 'state',
  why: 'An IAM user signs with access keys that do not expire. A leaked key is then enough to assume this role.',
  remedy: 'Trust a role or an IAM Identity Center permission set; where a user has to stay, require MFA.',
  references: ['IAM User Guide, "Security best practices in IAM"'],
  fires: [
    { name: 'a user', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:user/deployer' })) },
    {
      name: 'a user of a privileged role',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:user/deployer' })),
      more: { attachedPolicies: ['AdministratorAccess'] },
      severity: 'high',
    },
    {
      name: 'a vendor’s user with the external ID, as Snowflake has it',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::999999999999:user/abc1-b-self1234' },
          { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } },
        ),
      ),
      severity: 'low',
    },
    {
      name: 'a user beside the account',
      policy: policyOf(allow({ AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:user/ops/eve'] })),
    },
  ],
  silent: [
    {
      name: 'a user with MFA',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:user/deployer' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      ),
    },
    { name: 'a role', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/deployer' })) },
    {
      name: 'a user that is denied',
      policy: policyOf(allow({ AWS: '111122223333' }), {
        Effect: 'Deny',
        Principal: { AWS: 'arn:aws:iam::111122223333:user/deployer' },
        Action: 'sts:AssumeRole',
      }),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        if (entry.name.kind !== 'user' || statement.principal.element !== 'Principal') return [];
        const only = (other: typeof entry) => other === entry;
        if (!context.alive(statement, only)) return [];
        if (context.guardedFor(statement, 'aws:MultiFactorAuthPresent', only)) return [];
        // Vendors that integrate by a user of theirs leave no choice; their external ID is what there is to ask for.
        const integration =
          !['home', 'own'].includes(context.standing(entry.name.account)) &&
          context.guardedFor(statement, 'sts:ExternalId', only);
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            severity: context.raised(integration ? 'low' : 'medium'),
            message: `IAM user \`${entry.name.name}\` of account ${entry.name.account} can assume this role with its access keys, without MFA.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => {
    const entries = context.policy.statements[hit.statement ?? -1]?.principal.entries ?? [];
    if (!entries.every(({ name }) => name.kind === 'user')) return undefined;
    return addCondition(context, hit.statement, 'Bool', 'aws:MultiFactorAuthPresent', 'true');
  },
});
