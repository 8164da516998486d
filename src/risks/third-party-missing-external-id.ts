/** Is an outside account trusted without an external ID? */
import type { Severity } from '../findings/finding.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { askedOf, type OutsideParty, outsideParties } from './trusted-accounts.ts';

export const thirdPartyMissingExternalId = defineRiskRule({
  id: 'third-party-missing-external-id',
  title: 'An outside account is trusted without an external ID',
  severity: 'high',
  about: 'state',
  why: 'If the outside account serves several customers, another customer can have it assume this role: the confused deputy. The external ID tells the vendor’s customers apart.',
  remedy:
    'Ask the vendor for the external ID it generated for you and require it with `StringEquals` on `sts:ExternalId`.',
  references: ['IAM User Guide, "The confused deputy problem"', 'AWS IAM permissions guardrails, IAM-STS-1'],
  notCovered: 'A registered partner’s named role: a partner that serves nobody else needs no external ID.',
  folds: ['external-account-root-delegation'],
  fires: [
    { name: 'the root of an unknown account', policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:root' })) },
    {
      name: 'a role of an unknown account',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:role/scanner' })),
    },
    {
      name: 'by a condition, under a star',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '999999999999' } })),
    },
    { name: 'a vendor of the public list', policy: policyOf(allow({ AWS: '464622532012' })) },
    {
      name: 'a role of another account, and nothing is configured',
      world: { accounts: [], organizations: [], partners: [] },
      policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:role/scanner' })),
      severity: 'medium',
    },
    {
      name: 'the role that Organizations makes for the management account, and nothing is configured',
      role: 'arn:aws:iam::111122223333:role/OrganizationAccountAccessRole',
      world: { accounts: [], organizations: [], partners: [] },
      policy: policyOf(allow({ AWS: '999999999999' })),
      severity: 'low',
    },
    {
      name: 'a role of that name, where the accounts of the organization are configured',
      role: 'arn:aws:iam::111122223333:role/OrganizationAccountAccessRole',
      policy: policyOf(allow({ AWS: '999999999999' })),
      severity: 'high',
    },
    { name: 'the role is not known', role: null, policy: policyOf(allow({ AWS: '999999999999' })), severity: 'low' },
    {
      name: 'the external ID is optional',
      policy: policyOf(
        allow({ AWS: '999999999999' }, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'with the external ID',
      policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'asked for by a Deny',
      policy: policyOf(
        allow({ AWS: '999999999999' }),
        deny({ AWS: '*' }, { StringNotEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
    {
      name: 'people with MFA: no service that could be steered',
      policy: policyOf(allow({ AWS: '999999999999' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    { name: 'our own account', policy: policyOf(allow({ AWS: '111122223333' })) },
    {
      name: 'the named role of a registered partner',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/scanner' })),
    },
    {
      name: 'held to our own organization',
      policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'held to our own organization in any letter case',
      policy: policyOf(
        allow({ AWS: '999999999999' }, { StringEqualsIgnoreCase: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'held to a unit of our own organization',
      policy: policyOf(
        allow(
          { AWS: '999999999999' },
          { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/*' } },
        ),
      ),
    },
  ],
  check: (context) =>
    outsideParties(context).flatMap((party, _, all) => {
      const { statement, account, standing, whole, pointer } = party;
      if (standing === 'partner' && !whole) return [];
      // Where the whole account is trusted, its users and roles are told of with it.
      if (!whole && all.some((other) => other.whole && other.account === account && other.statement === statement))
        return [];
      if (askedOf(context, party, 'sts:ExternalId')) return [];
      // Whoever shows MFA is a person; a vendor's service that another customer could steer never does.
      if (askedOf(context, party, 'aws:MultiFactorAuthPresent')) return [];
      return [
        {
          pointer,
          statement: statement.index,
          discriminator: account,
          severity: severityFor(context, party),
          message: `${standing === 'unknown' ? `Account ${account}` : `${context.nameOf(account)} (${account})`} can assume this role without an external ID${context.mayBeHome(account) ? ', unless it is the role’s own account' : ''}.`,
        },
      ];
    }),
});

/** Roles that AWS makes in every account of an organization for its management account, which takes no external ID. */
const ofTheManagementAccount = /:role\/(?:OrganizationAccountAccessRole|AWSControlTowerExecution)$/;

/** Where nothing is configured, an exact role or user of another account may well be our own; an account that may be the role's own, all the more. */
function severityFor(context: RiskContext, { account, whole, standing }: OutsideParty): Severity {
  if (context.mayBeHome(account)) return whole ? 'low' : 'info';
  const { accounts, organizations, partners } = context.question.world;
  const told = accounts.length > 0 || organizations.length > 0 || partners.length > 0;
  if (!told && standing === 'unknown' && ofTheManagementAccount.test(context.question.role ?? '')) return 'low';
  return told || whole || standing === 'vendor' ? 'high' : 'medium';
}
