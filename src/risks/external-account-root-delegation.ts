/** Is a whole outside account trusted, whoever in it? */
import { allow, deny, policyOf } from './example-policies.ts';
import { saysNothingOfCaller } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';
import { askedOf, outsideParties } from './trusted-accounts.ts';

/** Keys of conditions that the message tells of. */
const told = /^(?:sts:externalid|aws:multifactorauthpresent|aws:principalaccount)$/;

export const externalAccountRootDelegation = defineRiskRule({
  id: 'external-account-root-delegation',
  title: 'A whole outside account is trusted',
  severity: 'medium',
  about: 'state',
  why: 'The account principal (`:root` or the bare id) delegates to the other account: every user and role that its administrators allow to call `sts:AssumeRole` can become this role.',
  remedy: 'Name the role that needs it, or add `ArnEquals` on `aws:PrincipalArn`.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal", AWS account principals'],
  fires: [
    { name: 'the root of an unknown account', policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:root' })) },
    {
      name: 'the bare id of a partner',
      policy: policyOf(allow({ AWS: ['arn:aws:iam::111122223333:role/deploy', '777788889999'] })),
    },
    {
      name: 'with an external ID, as vendors often need it',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
      ),
      severity: 'low',
    },
    {
      name: 'by a condition, under a star',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '999999999999' } })),
    },
    {
      name: 'people with MFA',
      policy: policyOf(allow({ AWS: '999999999999' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
      severity: 'low',
    },
    {
      name: 'the role is not known, so it may be its own account',
      role: null,
      policy: policyOf(allow({ AWS: '444455556666' })),
      severity: 'low',
    },
  ],
  silent: [
    { name: 'our own account', policy: policyOf(allow({ AWS: '111122223333' })) },
    {
      name: 'narrowed to a role by its ARN',
      policy: policyOf(
        allow({ AWS: '999999999999' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/ci' } }),
      ),
    },
    {
      name: 'narrowed by a Deny',
      policy: policyOf(
        allow({ AWS: '999999999999' }),
        deny({ AWS: '*' }, { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/ci' } }),
      ),
    },
    { name: 'a role of the account', policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:role/ci' })) },
    {
      name: 'held to our own organization',
      policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'another account of our own',
      policy: policyOf(allow({ AWS: '222233334444' })),
      world: { accounts: ['111122223333', '222233334444'] },
    },
  ],
  check: (context) =>
    outsideParties(context).flatMap((party) => {
      const { statement, entry, account, standing, whole, pointer } = party;
      if (!whole || askedOf(context, party, 'aws:PrincipalArn')) return [];
      const whose =
        standing === 'unknown'
          ? `account ${account}${context.mayBeHome(account) ? ', which may be the role’s own,' : ''}`
          : `${context.nameOf(account)} (${account})`;
      const externalId = askedOf(context, party, 'sts:ExternalId');
      const guarded = externalId || askedOf(context, party, 'aws:MultiFactorAuthPresent');
      const conditional = context.guards(statement).some((key) => !told.test(key) && !saysNothingOfCaller(key));
      const who = `Every user and role of ${whose}${entry.name.kind === 'account' ? ' that its administrators allow' : ''}`;
      return [
        {
          pointer,
          statement: statement.index,
          discriminator: account,
          severity: guarded || context.mayBeHome(account) ? ('low' as const) : ('medium' as const),
          message: `${who} can assume this role${externalId ? ', with the external ID' : guarded ? ', with MFA' : ''}${conditional ? ', where it meets the other conditions' : ''}.`,
        },
      ];
    }),
});
