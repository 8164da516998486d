/** Is it checked that the SAML assertion was made for AWS? */
import { addCondition } from './add-condition.ts';
import { deny, policyOf } from './example-policies.ts';
import { saml } from './example-providers.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { assertionGetsIn, samlAudience, samlKeyGuards, samlTrusts } from './saml-trust.ts';

/** Endpoints of others that a loose pattern fits. */
const elsewhere = [
  clause('StringEquals', 'saml:aud', [
    'https://sign-in.example.net/saml',
    'https://signin.aws.amazon.com.example.net/saml',
  ]),
];

const aud = 'https://signin.aws.amazon.com/saml';

export const samlAudMissing = defineRiskRule({
  id: 'saml-aud-missing',
  title: 'It is not checked that the SAML assertion was made for AWS',
  severity: 'medium',
  about: 'state',
  why: 'Without a condition on `SAML:aud` an assertion that was posted to another endpoint is as good as one for AWS sign-in.',
  remedy: 'Require `SAML:aud` to be the sign-in endpoint, `https://signin.aws.amazon.com/saml`.',
  references: [
    'IAM User Guide, "Available keys for SAML-based AWS STS federation"',
    'IAM User Guide, "Create a role for SAML 2.0 federation"',
  ],
  folds: ['saml-user-unrestricted'],
  fires: [
    { name: 'no condition', policy: policyOf(saml()) },
    { name: 'any audience', policy: policyOf(saml({ StringLike: { 'SAML:aud': '*' } })) },
    { name: 'any endpoint of anybody', policy: policyOf(saml({ StringLike: { 'SAML:aud': 'https://*' } })) },
    { name: 'another attribute', policy: policyOf(saml({ StringEquals: { 'saml:edupersonorgdn': 'ExampleOrg' } })) },
  ],
  silent: [
    { name: 'the sign-in endpoint', policy: policyOf(saml({ StringEquals: { 'SAML:aud': aud } })) },
    {
      name: 'that of a region as well',
      policy: policyOf(saml({ StringLike: { 'saml:aud': 'https://*.signin.aws.amazon.com/saml' } })),
    },
    {
      name: 'a Deny asks for it',
      policy: policyOf(saml(), deny({ AWS: '*' }, { StringNotEquals: { 'SAML:aud': aud } }, 'sts:AssumeRoleWithSAML')),
    },
  ],
  check: (context) =>
    samlTrusts(context).flatMap((trust) =>
      samlKeyGuards(context, trust, 'saml:aud') && assertionGetsIn(context, trust, elsewhere) !== 'yes'
        ? []
        : [
            {
              pointer: trust.entry.pointer,
              statement: trust.statement.index,
              message: 'Assertions of this SAML provider get in for whichever endpoint they were made.',
            },
          ],
    ),
  fix: (context, hit) => {
    const trust = samlTrusts(context).find(({ entry }) => entry.pointer === hit.pointer);
    const audience = trust === undefined ? undefined : samlAudience(trust.partition);
    if (audience === undefined) return undefined;
    return addCondition(context, hit.statement, 'StringEquals', 'SAML:aud', audience);
  },
});
