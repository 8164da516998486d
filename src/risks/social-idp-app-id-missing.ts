/** Can users of anybody’s application with Facebook or Amazon log-in assume the role? */
import { deny, policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { claimGuards, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const facebook = 'graph.facebook.com';
const amazon = 'www.amazon.com';

export const socialIdpAppIdMissing = defineRiskRule({
  id: 'social-idp-app-id-missing',
  title: 'Users of any application with this log-in can assume the role',
  severity: 'critical',
  about: 'state',
  why: 'Facebook and Login with Amazon give tokens for everybody’s applications. Without the id of ours, whoever logs in to an application of a stranger, or makes one, assumes the role.',
  remedy: 'Require the id of our application with `StringEquals` on `app_id`.',
  references: ['IAM User Guide, "Available keys for AWS OIDC federation"'],
  folds: ['oidc-no-condition', 'oidc-audience-not-pinned'],
  fires: [
    { name: 'Facebook, no condition', policy: policyOf(builtIn(facebook)) },
    { name: 'Amazon, no condition', policy: policyOf(builtIn(amazon)) },
    { name: 'any application', policy: policyOf(builtIn(facebook, { StringLike: { app_id: '*' } })) },
    {
      name: 'another key, that there is none of',
      policy: policyOf(builtIn(amazon, { StringEqualsIfExists: { appid: 'amzn1.application.1' } })),
    },
  ],
  silent: [
    {
      name: 'our application at Facebook',
      policy: policyOf(builtIn(facebook, { StringEquals: { app_id: '123456789' } })),
    },
    {
      name: 'our application at Amazon',
      policy: policyOf(builtIn(amazon, { StringEquals: { app_id: 'amzn1.application.1' } })),
    },
    { name: 'one user of it', policy: policyOf(builtIn(amazon, { StringEquals: { user_id: 'amzn1.account.1' } })) },
    {
      name: 'a Deny asks for the application',
      policy: policyOf(
        builtIn(facebook),
        deny({ Federated: facebook }, { StringNotEquals: { [`${facebook}:app_id`]: '123456789' } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      if (trust.url !== facebook && trust.url !== amazon) return [];
      // Both give a user another id in each application, so that the user's says which it is.
      const user = trust.url === facebook ? 'id' : 'user_id';
      if (['app_id', user, 'sub', 'aud'].some((claim) => claimGuards(context, trust, claim))) return [];
      return [
        {
          pointer: trust.entry.pointer,
          statement: trust.statement.index,
          message: `Users of any application that logs in with ${trust.issuer?.name ?? trust.url} can assume this role.`,
        },
      ];
    }),
});
