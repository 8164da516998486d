/** Is it left to the SAML provider alone who may assume the role? */
import { policyOf } from './example-policies.ts';
import { saml } from './example-providers.ts';
import { defineRiskRule } from './risk-rule.ts';
import { samlKeyGuards, samlTrusts } from './saml-trust.ts';

const aud = { 'SAML:aud': 'https://signin.aws.amazon.com/saml' };

export const samlUserUnrestricted = defineRiskRule({
  id: 'saml-user-unrestricted',
  title: 'Which users may assume the role is decided by the SAML provider alone',
  severity: 'info',
  about: 'state',
  why: 'The audience says where an assertion was sent, not for whom it was made. That the provider gives each user the right roles is how it is meant to be; for a role with much power, a condition on an attribute is a second lock.',
  remedy:
    'For a privileged role require an attribute as well, such as `saml:edupersonorgdn` or a session tag with `aws:RequestTag/…`.',
  references: ['IAM User Guide, "Available keys for SAML-based AWS STS federation"'],
  fires: [
    { name: 'the audience alone', policy: policyOf(saml({ StringEquals: aud })) },
    {
      name: 'the audience and the issuer',
      policy: policyOf(saml({ StringEquals: { ...aud, 'saml:iss': 'https://idp.example.org/metadata' } })),
    },
    { name: 'no condition', policy: policyOf(saml()) },
    {
      name: 'an attribute that may have any value',
      policy: policyOf(saml({ StringEquals: aud, StringLike: { 'saml:sub': '*' } })),
    },
  ],
  silent: [
    { name: 'an attribute', policy: policyOf(saml({ StringEquals: { ...aud, 'saml:edupersonorgdn': 'ExampleOrg' } })) },
    {
      name: 'a list of users',
      policy: policyOf(saml({ StringEquals: { ...aud, 'saml:sub': ['anna', 'ben'], 'saml:sub_type': 'persistent' } })),
    },
    { name: 'a session tag', policy: policyOf(saml({ StringEquals: { ...aud, 'aws:RequestTag/team': 'platform' } })) },
    {
      name: 'the name of the session',
      policy: policyOf(saml({ StringEquals: aud, StringLike: { 'sts:RoleSessionName': '*@example.org' } })),
    },
  ],
  check: (context) =>
    samlTrusts(context).flatMap((trust) => {
      const keys = [trust.statement, ...context.denies].flatMap(({ conditions }) =>
        conditions.map(({ key }) => key.toLowerCase()),
      );
      const ofUsers = keys.filter(
        (key) =>
          /^(saml:|aws:requesttag\/|aws:principaltag\/|sts:rolesessionname$|sts:sourceidentity$)/.test(key) &&
          !ofProvider.has(key),
      );
      if (ofUsers.some((key) => samlKeyGuards(context, trust, key))) return [];
      return [
        {
          pointer: trust.entry.pointer,
          statement: trust.statement.index,
          message: 'Every user whom the SAML provider gives this role can assume it; nothing else is asked of them.',
        },
      ];
    }),
});

/** Attributes that say where an assertion comes from and goes to, not whom it is about. */
const ofProvider: ReadonlySet<string> = new Set([
  'saml:aud',
  'saml:iss',
  'saml:doc',
  'saml:namequalifier',
  'saml:sub_type',
]);
