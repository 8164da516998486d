/** Can every repository of the Bitbucket workspace assume the role? */
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { claimGuards, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const url = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const aud = { aud: 'ari:cloud:bitbucket::workspace/0f8b1a52-6d3e-4a8b-9a55-3c1b5f0a7e21' };
const repository = '{5d2c7b1e-90a4-4d3e-8f27-6b1c0a9e4d52}';

export const bitbucketSubMissing = defineRiskRule({
  id: 'bitbucket-sub-missing',
  title: 'Every repository of the Bitbucket workspace can assume the role',
  severity: 'high',
  about: 'state',
  why: 'The issuer is the workspace’s own and says nothing of the repository. Whoever can push to any repository of the workspace, on any branch, runs a pipeline that assumes the role.',
  remedy:
    'Require the repository, and the environment where there is one, in `sub`: `{REPOSITORY_UUID}:{ENVIRONMENT_UUID}:*`.',
  references: ['Bitbucket Support, "Deploy on AWS using Bitbucket Pipelines OpenID Connect"'],
  folds: ['oidc-no-condition', 'oidc-audience-not-pinned'],
  fires: [
    { name: 'the audience alone', policy: policyOf(oidc(url, { StringEquals: aud })) },
    { name: 'any subject', policy: policyOf(oidc(url, { StringEquals: aud, StringLike: { sub: '*' } })) },
    { name: 'no condition', policy: policyOf(oidc(url)) },
  ],
  silent: [
    {
      name: 'the repository',
      policy: policyOf(oidc(url, { StringEquals: aud, StringLike: { sub: `${repository}:*` } })),
    },
    {
      name: 'an environment, whose id is its own',
      policy: policyOf(oidc(url, { StringLike: { sub: '*:{7a1f6d20-2c4b-4be1-93f0-1d5e8c7b6a94}:*' } })),
    },
    {
      name: 'a Deny asks for the repository',
      policy: policyOf(oidc(url, { StringEquals: aud }), oidcDeny(url, { StringNotLike: { sub: `${repository}:*` } })),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) =>
      trust.issuer?.name !== 'a Bitbucket workspace' || claimGuards(context, trust, 'sub')
        ? []
        : [
            {
              pointer: trust.entry.pointer,
              statement: trust.statement.index,
              message: 'Pipelines of every repository of the Bitbucket workspace can assume this role.',
            },
          ],
    ),
});
