/** Can any Google account, or any service account of Google Cloud, assume the role? */

import { deny, policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { valuesOf } from './github-subject.ts';
import { googleIssuer, isPinningAudience } from './google-claims.ts';
import { admits, oidcTrusts, token } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = '112233445566778899001';

export const googleSubMissing = defineRiskRule({
  id: 'google-sub-missing',
  title: 'Any Google account can assume the role',
  severity: 'critical',
  about: 'state',
  why: 'Everybody has, or can have, a Google account or a service account of Google Cloud, and asks for a token with the audience of their choice. Neither the account nor the application is asked for here.',
  remedy: 'Require the numeric id of the account in `sub`, and the application in `aud`.',
  references: ['IAM User Guide, "Available keys for AWS OIDC federation"', 'IAM User Guide, "OIDC federation"'],
  folds: ['oidc-no-condition', 'oidc-audience-not-pinned', 'google-aud-azp-confusion'],
  fires: [
    { name: 'no condition', policy: policyOf(builtIn(googleIssuer)) },
    {
      name: 'an audience that anybody can ask for',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { oaud: 'sts.amazonaws.com' } })),
    },
    { name: 'any audience', policy: policyOf(builtIn(googleIssuer, { StringLike: { aud: '*' } })) },
    {
      name: 'an audience of no application of Google',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { aud: 'sts.amazonaws.com' } })),
    },
  ],
  silent: [
    { name: 'the account', policy: policyOf(builtIn(googleIssuer, { StringEquals: { sub: account } })) },
    {
      name: 'the service account by the claim azp',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { aud: account, oaud: 'sts.amazonaws.com' } })),
    },
    {
      name: 'an application',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { aud: '6407-abc.apps.googleusercontent.com' } })),
    },
    {
      name: 'the address of the account',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { email: 'ci@acme.iam.gserviceaccount.com' } })),
    },
    {
      name: 'a Deny asks for the account',
      policy: policyOf(
        builtIn(googleIssuer),
        deny({ Federated: googleIssuer }, { StringNotEquals: { [`${googleIssuer}:sub`]: account } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      if (trust.url !== googleIssuer) return [];
      const strangers = {
        sub: ['100000000000000000009'],
        email: ['stranger@x7.iam.gserviceaccount.com'],
        azp: ['100000000000000000009'],
      };
      const generic = valuesOf(trust, 'aud').filter(({ text }) => !isPinningAudience(text));
      const audiences = ['100000000000000000009', 'x7.apps.googleusercontent.com', ...generic.map(({ text }) => text)];
      if (admits(context, trust, token(context, trust, { ...strangers, aud: audiences })) !== 'yes') return [];
      return [
        {
          pointer: generic[0]?.pointer ?? trust.entry.pointer,
          statement: trust.statement.index,
          message: 'Any Google account, or any service account of Google Cloud, can assume this role.',
        },
      ];
    }),
});
