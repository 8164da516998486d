/** Is an outside account trusted without an external ID? */
import type { Severity } from '../findings/finding.ts';
import type { PrincipalEntry } from '../policy/document/trust-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { accountOf, type RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

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
  fires: [
    { name: 'the root of an unknown account', policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:root' })) },
    {
      name: 'a role of an unknown account',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:role/scanner' })),
    },
    { name: 'a vendor of the public list', policy: policyOf(allow({ AWS: '464622532012' })) },
    {
      name: 'a role of another account, and nothing is configured',
      world: { accounts: [], organizations: [], partners: [] },
      policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:role/scanner' })),
      severity: 'medium',
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
    { name: 'our own account', policy: policyOf(allow({ AWS: '111122223333' })) },
    {
      name: 'the named role of a registered partner',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/scanner' })),
    },
    {
      name: 'held to our own organization',
      policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      if (statement.principal.element !== 'Principal') return [];
      return statement.principal.entries.flatMap((entry) => {
        const account = entry.type === 'AWS' ? accountOf(entry.name) : undefined;
        if (account === undefined || entry.name.kind === 'federated-user') return [];
        const standing = context.standing(account);
        if (standing === 'home' || standing === 'own') return [];
        if (standing === 'partner' && entry.name.kind !== 'account') return [];
        const only = (other: typeof entry) => other === entry;
        if (!context.outsiders(statement, only)) return [];
        if (context.guardedFor(statement, 'sts:ExternalId', only)) return [];
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            severity: severityFor(context, account, entry),
            message: `${standing === 'unknown' ? `Account ${account}` : `${context.nameOf(account)} (${account})`} can assume this role without an external ID${context.mayBeHome(account) ? ', unless it is the role’s own account' : ''}.`,
          },
        ];
      });
    }),
});

/** Where nothing is configured, an exact role or user of another account may well be our own; an account that may be the role's own, all the more. */
function severityFor(context: RiskContext, account: string, { name }: PrincipalEntry): Severity {
  if (context.mayBeHome(account)) return 'low';
  const { accounts, organizations, partners } = context.question.world;
  const told = accounts.length > 0 || organizations.length > 0 || partners.length > 0;
  return told || name.kind === 'account' || context.standing(account) === 'vendor' ? 'high' : 'medium';
}
