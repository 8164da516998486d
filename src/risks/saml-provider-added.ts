/** Did the change let in assertions of a SAML provider that was not trusted before? */
import { allow, deny, policyOf } from './example-policies.ts';
import { saml } from './example-providers.ts';
import { defineRiskRule } from './risk-rule.ts';
import { samlTrusts } from './saml-trust.ts';

const corp = saml({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } });
const other = { Federated: 'arn:aws:iam::111122223333:saml-provider/other' };

export const samlProviderAdded = defineRiskRule({
  id: 'saml-provider-added',
  title: 'Another SAML provider is trusted',
  severity: 'high',
  about: 'change',
  why: 'Whoever runs the provider decides who assumes the role and under which name. A provider of one’s own is a way back in for an intruder.',
  remedy: 'Find out who runs the provider and who registered it. Undo the change unless both are known.',
  references: [
    'IAM User Guide, "SAML 2.0 federation"',
    'MITRE ATT&CK, "Domain or Tenant Policy Modification: Trust Modification"',
  ],
  fires: [
    { name: 'beside the other', previous: policyOf(corp), policy: policyOf(corp, allow(other)) },
    { name: 'in the other’s place', previous: policyOf(corp), policy: policyOf(allow(other)) },
    { name: 'the first', previous: policyOf(allow({ AWS: '111122223333' })), policy: policyOf(corp) },
  ],
  silent: [
    { name: 'the same', previous: policyOf(corp), policy: policyOf(saml()) },
    { name: 'shut out by a Deny', previous: policyOf(corp), policy: policyOf(corp, allow(other), deny(other)) },
    { name: 'gone', previous: policyOf(corp, allow(other)), policy: policyOf(corp) },
  ],
  check: (context) => {
    if (context.previous === undefined) return [];
    const known = new Set(
      context.previous.statements
        .filter(({ effect }) => effect === 'Allow')
        .flatMap(({ principal }) => principal.entries.map(({ text }) => text)),
    );
    return samlTrusts(context).flatMap(({ entry, statement }) => {
      if (known.has(entry.text)) return [];
      const answer = context.someoneNew({ entries: (one) => one === entry, statements: (one) => one === statement });
      if (answer.answer === 'no') return [];
      return [
        {
          pointer: entry.pointer,
          statement: statement.index,
          message: `Users of the SAML provider \`${entry.text}\` can newly assume this role.`,
        },
      ];
    });
  },
});
