/** Does a wildcard stand where a shared issuer’s customer should be named? */
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { valuesOf } from './github-subject.ts';
import { admits, hasWildcard, oidcTrusts, token, unforeseen } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import { everySubject } from './subject-segments.ts';

export const pulumiUpboundScalrUnpinned = defineRiskRule({
  id: 'pulumi-upbound-scalr-unpinned',
  title: 'A wildcard stands where the customer of a shared issuer should be named',
  severity: 'high',
  about: 'state',
  why: 'All customers of the service have tokens of the same issuer. A pattern in the claim that tells them apart fits names that others can register.',
  remedy: 'Write the organization or account out, without a wildcard.',
  references: ['IAM User Guide, "Identity-provider controls for shared OIDC providers"'],
  notCovered: 'GitHub, GitLab, HCP Terraform and Buildkite, which have rules of their own.',
  folds: ['oidc-no-condition', 'oidc-tenant-claim-wildcard-only', 'oidc-audience-not-pinned'],
  fires: [
    {
      name: 'Pulumi organizations that begin alike',
      policy: policyOf(oidc('api.pulumi.com/oidc', { StringLike: { aud: 'acme*' } })),
    },
    {
      name: 'any Pulumi organization',
      policy: policyOf(oidc('api.pulumi.com/oidc', { StringLike: { aud: 'aws:*' } })),
    },
    {
      name: 'any organization of Upbound',
      policy: policyOf(
        oidc('proidc.upbound.io', {
          StringEquals: { aud: 'sts.amazonaws.com' },
          StringLike: { sub: 'mcp:*/prod:provider:provider-aws' },
        }),
      ),
    },
    {
      name: 'any account of Scalr',
      policy: policyOf(oidc('scalr.io', { StringLike: { sub: 'account:*:environment:prod:workspace:web' } })),
    },
  ],
  silent: [
    {
      name: 'one Pulumi organization',
      policy: policyOf(oidc('api.pulumi.com/oidc', { StringEquals: { aud: 'aws:acme' } })),
    },
    {
      name: 'any stack of one organization',
      policy: policyOf(
        oidc('api.pulumi.com/oidc', {
          StringEquals: { aud: 'acme' },
          StringLike: { sub: 'pulumi:deploy:org:acme:project:web:*' },
        }),
      ),
    },
    {
      name: 'any workspace of one account of Scalr',
      policy: policyOf(oidc('scalr.io', { StringLike: { sub: 'account:acme:environment:prod:*' } })),
    },
    {
      name: 'a Deny keeps out all but one organization',
      policy: policyOf(
        oidc('api.pulumi.com/oidc', { StringLike: { aud: 'acme*' } }),
        oidcDeny('api.pulumi.com/oidc', { StringNotEquals: { aud: 'acme' } }),
      ),
    },
    {
      name: 'the subject names the organization',
      policy: policyOf(
        oidc('api.pulumi.com/oidc', { StringLike: { aud: 'aws:*', sub: 'pulumi:environments:org:acme:env:prod' } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const key = trust.issuer?.tenantKey;
      if (key === undefined || withOwnRule.has(trust.url) || !key.startsWith(`${trust.url}:`)) return [];
      const claim = key.slice(trust.url.length + 1);
      const inSubject = trust.issuer?.tenantInSubject;
      if (inSubject !== undefined && everySubject(trust, ({ text }) => inSubject.test(text))) return [];
      const value = valuesOf(trust, claim).find(
        ({ text, pattern }) =>
          pattern && !/^[*?]*$/.test(text) && hasWildcard(claim === 'sub' ? tenantPart(text) : text),
      );
      if (value === undefined) return [];
      const tenant = claim === 'sub' ? tenantPart(value.text) : value.text;
      const other = value.text.replace(tenant, unforeseen(tenant));
      if (admits(context, trust, token(context, trust, { [claim]: [other] })) !== 'yes') return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `Customers of ${trust.issuer?.name ?? trust.url} that are not meant can assume this role: \`${value.text}\` fits them.`,
        },
      ];
    }),
});

const withOwnRule: ReadonlySet<string> = new Set([
  'token.actions.githubusercontent.com',
  'gitlab.com',
  'app.terraform.io',
  'agent.buildkite.com',
  'cognito-identity.amazonaws.com',
]);

/** The subject's first name and value, which say whose it is. */
function tenantPart(text: string): string {
  return text.split(':').slice(0, 2).join(':');
}
