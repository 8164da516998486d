/** Is an identity provider trusted without any condition on its tokens? */
import { deny, policyOf } from './example-policies.ts';
import { oidc, oidcDeny, providerArn } from './example-providers.ts';
import { claimGuards, keysAsked, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const github = 'token.actions.githubusercontent.com';

export const oidcNoCondition = defineRiskRule({
  id: 'oidc-no-condition',
  title: 'Any token of the identity provider gets in',
  severity: 'critical',
  about: 'state',
  why: 'Nothing is asked of the token but that the provider issued it. Whoever can get a token there, for whatever purpose, assumes the role; for a service that many customers share, that is everybody.',
  remedy: 'Require the audience and the subject with conditions on `PROVIDER:aud` and `PROVIDER:sub`.',
  references: [
    'IAM User Guide, "Access Analyzer policy check reference", missing condition key for OIDC principal',
    'IAM User Guide, "Available keys for AWS OIDC federation"',
  ],
  folds: ['oidc-shared-tenant-claim-missing', 'oidc-audience-not-pinned', 'oidc-audience-generic', ...everyRef()],
  fires: [
    { name: 'GitHub Actions', policy: policyOf(oidc(github)), severity: 'critical' },
    {
      name: 'a condition of another kind',
      policy: policyOf({ ...oidc(github), Condition: { StringLike: { 'sts:RoleSessionName': 'ci-*' } } }),
    },
    {
      name: 'conditions that every token meets',
      policy: policyOf(oidc('gitlab.com', { StringLike: { sub: '*', aud: '*' } })),
    },
    { name: 'an issuer that nobody here knows', policy: policyOf(oidc('id.example.org')), severity: 'critical' },
    {
      name: 'an issuer of its own tenant',
      policy: policyOf(oidc('cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123')),
      severity: 'medium',
    },
    {
      name: 'the key of another provider, if it is there',
      policy: policyOf({ ...oidc(github), Condition: { StringLikeIfExists: { 'gitlab.com:sub': 'a' } } }),
    },
  ],
  silent: [
    { name: 'the audience alone', policy: policyOf(oidc(github, { StringEquals: { aud: 'sts.amazonaws.com' } })) },
    { name: 'the subject', policy: policyOf(oidc(github, { StringLike: { sub: 'repo:acme/app:*' } })) },
    {
      name: 'a Deny asks for the subject',
      policy: policyOf(oidc(github), oidcDeny(github, { StringNotLike: { sub: 'repo:acme/app:*' } })),
    },
    {
      name: 'a Deny shuts the provider out',
      policy: policyOf(oidc(github), deny({ Federated: providerArn(github) })),
    },
    {
      name: 'a statement about session tags beside one with conditions',
      policy: policyOf(oidc(github, { StringEquals: { sub: 'repo:acme/app:ref:refs/heads/main' } }), {
        Effect: 'Allow',
        Principal: { Federated: providerArn(github) },
        Action: 'sts:TagSession',
      }),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const prefix = `${trust.url.toLowerCase()}:`;
      const claims = [...keysAsked(context, trust)].filter((key) => key.startsWith(prefix));
      if (claims.some((key) => claimGuards(context, trust, key.slice(prefix.length)))) return [];
      if (trust.issuer?.tenantKey === 'sts:RoleSessionName' && claimGuards(context, trust, trust.issuer.tenantKey))
        return [];
      const own = trust.issuer?.shared === false;
      return [
        {
          pointer: trust.entry.pointer,
          statement: trust.statement.index,
          severity: own ? ('medium' as const) : ('critical' as const),
          message: `Any token of ${trust.issuer?.name ?? `\`${trust.url}\``} can assume this role; nothing is asked of it.`,
        },
      ];
    }),
});

/** With nothing asked, each of these holds as well. */
function everyRef(): readonly string[] {
  return [
    'github-actor-only',
    'github-sub-org-wide',
    'github-sub-any-ref',
    'github-sub-pull-request',
    'github-environment-unverified',
    'github-mutable-identity',
    'gitlab-any-ref',
    'vercel-environment-unpinned',
    'terraform-plan-phase-write',
  ];
}
