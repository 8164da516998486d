/** Can strangers who use the same service as we do assume the role? */
import { github, policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { isGithub } from './github-subject.ts';
import { foreignOrganizationGetsIn } from './github-workflows.ts';
import { claimGuards, isWildcardOnly, keyOf, type OidcTrust, oidcTrusts, positiveConditionsOn } from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { everySubject } from './subject-segments.ts';

const aud = { aud: 'sts.amazonaws.com' };

export const oidcSharedTenantClaimMissing = defineRiskRule({
  id: 'oidc-shared-tenant-claim-missing',
  title: 'Strangers who use the same service can assume the role',
  severity: 'critical',
  about: 'state',
  why: 'All customers of the service have tokens of the same issuer. The claim that tells them apart is not asked for, so that any of them, with a free account, assumes the role.',
  remedy:
    'Require the claim that names the tenant: `sub` for GitHub, GitLab, HCP Terraform, Buildkite and most others, `aud` for Cognito, Pulumi and Vercel.',
  references: [
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
    'Datadog Cloud Security Atlas, "IAM role can be assumed by any GitHub Action"',
  ],
  notCovered: 'IBM Turbonomic, whose issuers change.',
  folds: ['oidc-audience-generic'],
  fires: [
    { name: 'GitHub with the audience alone', policy: policyOf(github({})), severity: 'critical' },
    {
      name: 'GitLab with the audience alone',
      policy: policyOf(oidc('gitlab.com', { StringEquals: { aud: 'https://gitlab.com' } })),
    },
    {
      name: 'HCP Terraform with the audience alone',
      policy: policyOf(oidc('app.terraform.io', { StringEquals: { aud: 'aws.workload.identity' } })),
    },
    {
      name: 'all but one',
      policy: policyOf(
        oidc('agent.buildkite.com', { StringEquals: aud, StringNotLike: { sub: 'organization:evil:*' } }),
      ),
    },
    { name: 'Pulumi with neither', policy: policyOf(oidc('api.pulumi.com/oidc', { StringLike: { aud: '*' } })) },
    {
      name: 'Vercel, of whichever team, beside our own',
      policy: policyOf(
        oidc('oidc.vercel.com', {
          StringLike: {
            sub: ['owner:acme:project:web:environment:production', 'owner:*:project:web:environment:production'],
          },
        }),
      ),
      severity: 'critical',
    },
    {
      name: 'the subject is not asked for, though an id is: IAM may refuse it',
      policy: policyOf(github({}, { ...aud, repository_id: '456', ref: 'refs/heads/main' })),
      severity: 'info',
    },
    {
      name: 'Vercel with the subject and no audience: IAM may refuse it',
      policy: policyOf(
        oidc('oidc.vercel.com', { StringEquals: { sub: 'owner:acme:project:web:environment:production' } }),
      ),
      severity: 'info',
    },
  ],
  silent: [
    { name: 'GitHub with the subject', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    {
      name: 'Pulumi with the audience',
      policy: policyOf(oidc('api.pulumi.com/oidc', { StringEquals: { aud: 'aws:acme' } })),
    },
    {
      name: 'GitLab with the subject',
      policy: policyOf(oidc('gitlab.com', { StringLike: { sub: 'project_path:acme/app:ref_type:branch:ref:main' } })),
    },
    {
      name: 'an issuer of one cluster',
      policy: policyOf(oidc('oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE1234567890', { StringEquals: aud })),
    },
    {
      name: 'an issuer of one Vercel team',
      policy: policyOf(oidc('oidc.vercel.com/acme', { StringEquals: { aud: 'https://vercel.com/acme' } })),
    },
    {
      name: 'the subject if it exists, which it always does',
      policy: policyOf(oidc('gitlab.com', { StringLikeIfExists: { sub: 'project_path:acme/app:*' } })),
    },
    {
      name: 'Microsoft Sentinel with its workspace',
      policy: policyOf({
        ...oidc('sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d'),
        Condition: {
          StringEquals: {
            'sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d:aud': 'api://1462b192-27f7-4cb9-8523-0f4ecb54b47e',
            'sts:RoleSessionName': 'MicrosoftSentinel_0f8b1a52',
          },
        },
      }),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const key = trust.issuer?.tenantKey;
      if (key === undefined) return [];
      const name = trust.issuer?.name ?? trust.url;
      const at = { pointer: trust.entry.pointer, statement: trust.statement.index };
      if (!isClosed(context, trust, key))
        return [
          {
            ...at,
            message: `Any customer of ${name} can assume this role: \`${keyOf(trust, key)}\` keeps no stranger out.`,
          },
        ];
      if (positiveConditionsOn(trust, key).some((condition) => !isWildcardOnly(condition))) return [];
      if (trust.issuer?.name === 'GitHub Actions' && positiveConditionsOn(trust, 'job_workflow_ref').length > 0)
        return [];
      return [
        {
          ...at,
          severity: 'info' as const,
          message: `Strangers are kept out, yet IAM may refuse this policy when it is next written: it wants \`${keyOf(trust, key)}\` asked for.`,
        },
      ];
    }),
});

function isClosed(context: RiskContext, trust: OidcTrust, key: string): boolean {
  if (isGithub(trust.url)) return !foreignOrganizationGetsIn(context, trust);
  if (claimGuards(context, trust, key)) return true;
  const inSubject = trust.issuer?.tenantInSubject;
  return (
    inSubject !== undefined &&
    everySubject(trust, ({ text }) => inSubject.test(text)) &&
    claimGuards(context, trust, 'sub')
  );
}
