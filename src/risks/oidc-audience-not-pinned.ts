/** Do tokens that were made for somebody else than AWS get in? */
import { addCondition } from './add-condition.ts';
import { github, policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { issuerOf } from './oidc-issuers.ts';
import { claimGuards, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const sub = { sub: 'repo:acme/app:ref:refs/heads/main' };
const issuer = 'token.actions.githubusercontent.com';

export const oidcAudienceNotPinned = defineRiskRule({
  id: 'oidc-audience-not-pinned',
  title: 'The audience of the token is not checked',
  severity: 'low',
  about: 'state',
  why: 'The provider in IAM may accept several audiences. A token that the workload got for another service, and handed to it, then assumes this role as well.',
  remedy: 'Require the audience with `StringEquals` on `PROVIDER:aud`.',
  references: [
    'IAM User Guide, "Access Analyzer policy check reference", confirm audience claim type',
    'IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"',
  ],
  notCovered: 'The audiences that the provider in IAM accepts. Where there is one only, IAM asks for it already.',
  fires: [
    { name: 'the subject alone', policy: policyOf(github(sub, {})), severity: 'medium' },
    { name: 'any audience', policy: policyOf(github({ ...sub, aud: '*' }, {})) },
    {
      name: 'another provider',
      policy: policyOf(
        oidc('gitlab.example.com', { StringEquals: { sub: 'project_path:acme/app:ref_type:branch:ref:main' } }),
      ),
    },
    {
      name: 'all audiences but one',
      policy: policyOf(oidc(issuer, { StringEquals: sub, StringNotEquals: { aud: 'vault' } })),
    },
  ],
  silent: [
    { name: 'with the audience', policy: policyOf(github(sub)) },
    {
      name: 'a Deny asks for it',
      policy: policyOf(github(sub, {}), oidcDeny(issuer, { StringNotEquals: { aud: 'sts.amazonaws.com' } })),
    },
    {
      name: 'if it exists, which it always does',
      policy: policyOf(oidc(issuer, { StringEquals: sub, StringEqualsIfExists: { aud: 'sts.amazonaws.com' } })),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) =>
      trust.entry.name.kind !== 'oidc-provider' || claimGuards(context, trust, 'aud')
        ? []
        : [
            {
              pointer: trust.entry.pointer,
              statement: trust.statement.index,
              discriminator: trust.url,
              severity: 'medium' as const,
              message: `Tokens of \`${trust.url}\` for every audience that the provider accepts get in; how many that are is not known here.`,
            },
          ],
    ),
  fix: (context, hit) => {
    const audience = hit.discriminator === undefined ? undefined : issuerOf(hit.discriminator)?.usualAudience;
    if (audience === undefined) return undefined;
    return addCondition(context, hit.statement, 'StringEquals', `${hit.discriminator ?? ''}:aud`, audience);
  },
});
