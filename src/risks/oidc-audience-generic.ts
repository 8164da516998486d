/** Does the role rest on an audience that everybody’s tokens have? */
import { github, policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { isGithub, valuesOf } from './github-subject.ts';
import { anyRepositoryGetsIn, unforeseenRepository } from './github-workflows.ts';
import { claimGuards, hasWildcard, type OidcTrust, oidcTrusts } from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const oidcAudienceGeneric = defineRiskRule({
  id: 'oidc-audience-generic',
  title: 'The audience is the one that everybody uses, and the subject is open',
  severity: 'low',
  about: 'state',
  why: 'An audience such as `sts.amazonaws.com` says only that the token is for AWS, for whichever account. It adds nothing where the subject is left open.',
  remedy: 'Ask for an audience of your own in the workflow and here, and write the subject out.',
  references: ['IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"'],
  fires: [
    { name: 'GitHub, any repository', policy: policyOf(github({ sub: 'repo:acme/*' })) },
    {
      name: 'HCP Terraform, any workspace',
      policy: policyOf(
        oidc('app.terraform.io', {
          StringEquals: { aud: 'aws.workload.identity' },
          StringLike: { sub: 'organization:acme:*' },
        }),
      ),
    },
    {
      name: 'Buildkite, any pipeline',
      policy: policyOf(
        oidc('agent.buildkite.com', {
          StringEquals: { aud: 'sts.amazonaws.com' },
          StringLike: { sub: 'organization:acme:*' },
        }),
      ),
    },
    { name: 'no subject', policy: policyOf(github({})) },
  ],
  silent: [
    { name: 'an audience of one’s own', policy: policyOf(github({ sub: 'repo:acme/*' }, { aud: 'acme-production' })) },
    { name: 'one repository', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/release/*' })) },
    {
      name: 'one workspace',
      policy: policyOf(
        oidc('app.terraform.io', {
          StringEquals: { aud: 'aws.workload.identity' },
          StringLike: { sub: 'organization:acme:project:web:workspace:prod:run_phase:*' },
        }),
      ),
    },
    {
      name: 'one service account',
      policy: policyOf(
        oidc('oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE1234567890', {
          StringEquals: { aud: 'sts.amazonaws.com', sub: 'system:serviceaccount:shop:api' },
        }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const usual = trust.issuer?.usualAudience;
      const value = usual === undefined ? undefined : valuesOf(trust, 'aud').find(({ text }) => text === usual);
      if (value === undefined || namesWorkload(context, trust)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `\`${value.text}\` is the audience of everybody’s tokens of ${trust.issuer?.name ?? trust.url}, and the subject is left open.`,
        },
      ];
    }),
});

/** Whether the subject says which repository, workspace, pipeline or service account it is, be the rest of it open. */
function namesWorkload(context: RiskContext, trust: OidcTrust): boolean {
  if (isGithub(trust.url))
    return !anyRepositoryGetsIn(context, trust) && unforeseenRepository(context, trust) === undefined;
  if (!claimGuards(context, trust, 'sub')) return false;
  const names = valuesOf(trust, 'sub').map(({ text, pattern }) => (pattern ? text : ''));
  return names.every((text) => !hasWildcard(workloadPart(text)));
}

function workloadPart(text: string): string {
  const named =
    /^(project_path:[^:]*|organization:[^:]*:project:[^:]*:workspace:[^:]*|organization:[^:]*:pipeline:[^:]*)/.exec(
      text,
    );
  return named?.[0] ?? text;
}
