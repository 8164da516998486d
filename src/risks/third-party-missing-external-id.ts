/** Is an outside account trusted without an external ID? */
import { allow, deny, policyOf } from './example-policies.ts';
import { accountOf } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const thirdPartyMissingExternalId = defineRiskRule({
  id: 'third-party-missing-external-id',
  title: 'An outside account is trusted without an external ID',
  severity: 'high',
  about: 'state',
  why: 'If the outside account serves several customers, another customer can have it assume this role: the confused deputy. The external ID tells the vendor’s customers apart.',
  remedy: 'Ask the vendor for the external ID it generated for you and require it with `StringEquals` on `sts:ExternalId`.',
  references: ['IAM User Guide, "The confused deputy problem"', 'AWS IAM permissions guardrails, IAM-STS-1'],
  notCovered: 'A registered partner’s named role: a partner that serves nobody else needs no external ID.',
  fires: [
    { name: 'the root of an unknown account', policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:root' })) },
    { name: 'a role of an unknown account', policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:role/scanner' })) },
    { name: 'a vendor of the public list', policy: policyOf(allow({ AWS: '464622532012' })) },
    { name: 'the external ID is optional', policy: policyOf(allow({ AWS: '999999999999' }, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })) },
  ],
  silent: [
    { name: 'with the external ID', policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })) },
    {
      name: 'asked for by a Deny',
      policy: policyOf(allow({ AWS: '999999999999' }), deny({ AWS: '*' }, { StringNotEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    { name: 'our own account', policy: policyOf(allow({ AWS: '111122223333' })) },
    { name: 'the named role of a registered partner', policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/scanner' })) },
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
        if (account === undefined || context.home === undefined || entry.name.kind === 'federated-user') return [];
        const standing = context.standing(account);
        if (standing === 'home' || standing === 'own') return [];
        if (standing === 'partner' && entry.name.kind !== 'account') return [];
        const only = (other: typeof entry) => other === entry;
        if (!context.outsiders(statement, only, entry.pointer)) return [];
        if (context.guardedFor(statement, 'sts:ExternalId', only, entry.pointer)) return [];
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            message: `${standing === 'unknown' ? `Account ${account}` : `${context.nameOf(account)} (${account})`} can assume this role without an external ID.`,
          },
        ];
      });
    }),
});
