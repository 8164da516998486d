/** Is the claim that tells a shared issuer’s customers apart asked for with nothing but a wildcard? */
import { github, policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { isGithub } from './github-subject.ts';
import { foreignOrganizationGetsIn } from './github-workflows.ts';
import { claimGuards, keyOf, oidcTrusts, positiveConditionsOn, takesPatterns } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

export const oidcTenantClaimWildcardOnly = defineRiskRule({
  id: 'oidc-tenant-claim-wildcard-only',
  title: 'The claim that names the tenant may have any value',
  severity: 'critical',
  about: 'state',
  why: 'A lone wildcard asks for the claim that tells the customers of a shared service apart and accepts all of them.',
  remedy: 'Write the own organization, project and branch in place of the wildcard.',
  references: ['IAM User Guide, "Identity-provider controls for shared OIDC providers"'],
  folds: [
    'oidc-no-condition',
    'oidc-shared-tenant-claim-missing',
    'oidc-audience-not-pinned',
    'oidc-audience-generic',
    'gitlab-any-ref',
    'terraform-plan-phase-write',
  ],
  fires: [
    { name: 'GitLab', policy: policyOf(oidc('gitlab.com', { StringLike: { sub: '*' } })) },
    { name: 'GitHub', policy: policyOf(github({ sub: '*' })) },
    { name: 'at least one character', policy: policyOf(oidc('oidc.codefresh.io', { StringLike: { sub: '?*' } })) },
    { name: 'an audience', policy: policyOf(oidc('api.pulumi.com/oidc', { StringLike: { aud: '*' } })) },
    {
      name: 'beside a good value',
      policy: policyOf(oidc('gitlab.com', { StringLike: { sub: ['project_path:acme/app:*', '*'] } })),
    },
  ],
  silent: [
    { name: 'a value', policy: policyOf(oidc('gitlab.com', { StringLike: { sub: 'project_path:acme/app:*' } })) },
    {
      name: 'a second condition names the project',
      policy: policyOf(
        oidc('gitlab.com', {
          StringLike: { sub: '*' },
          StringEquals: { sub: 'project_path:acme/app:ref_type:branch:ref:main' },
        }),
      ),
    },
    {
      name: 'a Deny names the project',
      policy: policyOf(
        oidc('gitlab.com', { StringLike: { sub: '*' } }),
        oidcDeny('gitlab.com', { StringNotLike: { sub: 'project_path:acme/app:*' } }),
      ),
    },
    {
      name: 'GitHub, held by the id of the repository',
      policy: policyOf(github({ sub: '*' }, { repository_id: '456' })),
    },
    { name: 'an issuer of one tenant', policy: policyOf(oidc('gitlab.example.com', { StringLike: { sub: '*' } })) },
    { name: 'a star that is a plain character', policy: policyOf(oidc('gitlab.com', { StringEquals: { sub: '*' } })) },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const key = trust.issuer?.tenantKey;
      if (key === undefined) return [];
      const value = positiveConditionsOn(trust, key)
        .filter(takesPatterns)
        .flatMap(({ values }) => values)
        .find(({ text }) => /^[*?]+$/.test(text));
      if (value === undefined) return [];
      const closed = isGithub(trust.url)
        ? !foreignOrganizationGetsIn(context, trust)
        : claimGuards(context, trust, key);
      if (closed) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `\`${value.text}\` for \`${keyOf(trust, key)}\` lets in every customer of ${trust.issuer?.name ?? trust.url}.`,
        },
      ];
    }),
});
