/** Is a claim asked for that AWS does not read from the token? */
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { namedProviders } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const issuer = 'token.actions.githubusercontent.com';
const sub = { sub: 'repo:acme/app:ref:refs/heads/main' };

export const oidcUnsupportedClaim = defineRiskRule({
  id: 'oidc-unsupported-claim',
  title: 'A claim is asked for that AWS does not read',
  severity: 'medium',
  about: 'state',
  why: 'AWS makes condition keys of a few claims of a token only. A condition on another one never holds, so that nobody gets in; a negated one or one with `IfExists` always does.',
  remedy: 'Ask for a claim that AWS reads; GitHub can put others into `sub`.',
  references: ['IAM User Guide, "Available keys for AWS OIDC federation"', 'GitHub Docs, "OpenID Connect reference"'],
  folds: [
    'condition-never-true',
    'condition-unknown-key',
    'condition-vacuous-ifexists',
    'condition-negated-missing-key',
  ],
  fires: [
    {
      name: 'the owner by name',
      policy: policyOf(oidc(issuer, { StringEquals: { ...sub, repository_owner: 'acme' } })),
    },
    { name: 'the issuer', policy: policyOf(oidc(issuer, { StringEquals: { ...sub, iss: `https://${issuer}` } })) },
    {
      name: 'a claim of one’s own',
      policy: policyOf(oidc('id.example.org', { StringEquals: { aud: 'app', groups: 'admins' } })),
    },
    {
      name: 'negated',
      policy: policyOf(oidc(issuer, { StringEquals: sub, StringNotEquals: { event_name: 'pull_request' } })),
    },
    { name: 'GitLab’s project', policy: policyOf(oidc('gitlab.com', { StringEquals: { project_path: 'acme/app' } })) },
  ],
  silent: [
    {
      name: 'claims that AWS reads',
      policy: policyOf(oidc(issuer, { StringEquals: { ...sub, repository_owner_id: '123', ref: 'refs/heads/main' } })),
    },
    {
      name: 'those of every provider',
      policy: policyOf(oidc('id.example.org', { StringEquals: { aud: 'app', sub: 'x', email: 'a@example.org' } })),
    },
    {
      name: 'CircleCI, of which AWS reads more',
      policy: policyOf(
        oidc('oidc.circleci.com/org/2c1e6f0a', { StringEquals: { 'oidc.circleci.com/project-id': '9f3b5d17' } }),
      ),
    },
    {
      name: 'another provider’s, which has a rule of its own',
      policy: policyOf({
        ...oidc(issuer, { StringEquals: sub }),
        Condition: { StringEquals: { 'gitlab.com:project_path': 'a/b' } },
      }),
    },
  ],
  check: (context) =>
    namedProviders(context).flatMap((trust) => {
      const prefix = `${trust.url.toLowerCase()}:`;
      if (readsMore(trust.url)) return [];
      return trust.statement.conditions.flatMap(({ key, pointer }) => {
        if (!key.toLowerCase().startsWith(prefix)) return [];
        const found = lookUpKey(key);
        if (found.kind === 'registered' && found.key.presence['web-identity'] !== 'never') return [];
        return [
          {
            pointer,
            statement: trust.statement.index,
            message: `AWS does not make a condition key of the claim \`${key.slice(prefix.length)}\`: \`${key}\` is in no request.`,
          },
        ];
      });
    }),
});

/** Providers of which AWS reads claims that the registry does not list (since February 2026). */
function readsMore(url: string): boolean {
  return /^oidc\.circleci\.com\/|^accounts\.google\.com$|(^|\.)oracle(cloud)?\.com(\/|$)|(^|\.)oci\./.test(
    url.toLowerCase(),
  );
}
