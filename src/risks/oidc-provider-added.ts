/** Did the change let in tokens of a provider that was not trusted before? */
import { github, policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { isMakeshift } from './oidc-issuers.ts';
import { oidcTrusts, providerUrl } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const before = policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' }));
const main = github({ sub: 'repo:acme/app:ref:refs/heads/main' });

export const oidcProviderAdded = defineRiskRule({
  id: 'oidc-provider-added',
  title: 'Another identity provider is trusted',
  severity: 'high',
  about: 'change',
  why: 'Whoever runs the provider, or holds its keys, decides who assumes the role. A provider of one’s own is how an intruder comes back: its keys are kept in a bucket or behind a tunnel.',
  remedy: 'Find out who runs the issuer and who registered it. Undo the change unless both are known.',
  references: [
    'IAM User Guide, "OIDC federation"',
    'MITRE ATT&CK, "Domain or Tenant Policy Modification: Trust Modification"',
  ],
  fires: [
    {
      name: 'a known service',
      previous: before,
      policy: policyOf(
        main,
        oidc('gitlab.com', { StringLike: { sub: 'project_path:acme/app:ref_type:branch:ref:main' } }),
      ),
      severity: 'high',
    },
    {
      name: 'an issuer that nobody here knows',
      previous: before,
      policy: policyOf(main, oidc('id.example.org', { StringEquals: { aud: 'app', sub: 'x' } })),
      severity: 'critical',
    },
    {
      name: 'behind a tunnel',
      previous: before,
      policy: policyOf(oidc('a1b2c3.ngrok.io', { StringEquals: { aud: 'app', sub: 'x' } })),
      severity: 'critical',
    },
    {
      name: 'in a bucket',
      previous: before,
      policy: policyOf(main, oidc('s3.eu-west-1.amazonaws.com/keys-x7', { StringEquals: { sub: 'x' } })),
      severity: 'critical',
    },
  ],
  silent: [
    { name: 'the same provider', previous: before, policy: policyOf(github({ sub: 'repo:acme/other:*' })) },
    {
      name: 'trusted, and shut out by a Deny',
      previous: before,
      policy: policyOf(main, oidc('id.example.org'), oidcDeny('id.example.org', { Null: { sub: 'false' } })),
    },
    {
      name: 'a second statement for the same provider',
      previous: before,
      policy: policyOf(main, github({ sub: 'repo:acme/other:ref:refs/heads/main' })),
    },
  ],
  check: (context) => {
    if (context.previous === undefined) return [];
    const known = new Set(
      context.previous.statements
        .filter(({ effect }) => effect === 'Allow')
        .flatMap(({ principal }) => principal.entries)
        .map((entry) => providerUrl(entry)?.toLowerCase()),
    );
    return oidcTrusts(context).flatMap(({ entry, statement, url, issuer }) => {
      if (known.has(url.toLowerCase())) return [];
      const answer = context.someoneNew({
        entries: (other) => other === entry,
        statements: (other) => other === statement,
      });
      if (answer.answer === 'no') return [];
      const doubtful = issuer === undefined || isMakeshift(url) || issuer.name === 'keys kept in a bucket';
      return [
        {
          pointer: entry.pointer,
          statement: statement.index,
          severity: doubtful ? ('critical' as const) : ('high' as const),
          message: `Tokens of \`${url}\` can newly assume this role${doubtful ? '; it is no service that is known here' : ''}.`,
        },
      ];
    });
  },
});
