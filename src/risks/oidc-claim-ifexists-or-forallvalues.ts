/** Does the check of a claim hold when the token does not have it? */
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { github, policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { isGithub } from './github-subject.ts';
import { admits, keyOf, oidcTrusts, token } from './oidc-trust.ts';
import { replaceOperator } from './replace-operator.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const issuer = 'token.actions.githubusercontent.com';
const sub = { sub: 'repo:acme/app:ref:refs/heads/main' };

export const oidcClaimIfexistsOrForallvalues = defineRiskRule({
  id: 'oidc-claim-ifexists-or-forallvalues',
  title: 'The check of a claim holds when the token does not have it',
  severity: 'high',
  about: 'state',
  why: 'With `IfExists` or `ForAllValues` a token without the claim passes. A GitHub job without an environment, for one, has no claim `environment`.',
  remedy: 'Use the plain operator, or `ForAnyValue` for a claim with several values.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Condition operators", IfExists',
    'IAM User Guide, "Set operators for multivalued context keys"',
  ],
  folds: ['condition-vacuous-ifexists', 'condition-vacuous-forallvalues', 'condition-set-operator-on-single'],
  fires: [
    {
      name: 'an environment that a job need not have',
      policy: policyOf(
        oidc(issuer, { StringLike: { sub: 'repo:acme/app:*' }, StringEqualsIfExists: { environment: 'production' } }),
      ),
      severity: 'high',
    },
    {
      name: 'ForAllValues on an address that a token need not have',
      policy: policyOf(
        oidc('id.example.org', { StringEquals: { aud: 'app' }, 'ForAllValues:StringLike': { email: '*@example.org' } }),
      ),
      severity: 'high',
    },
    {
      name: 'ForAllValues on the subject, which is always there',
      policy: policyOf(oidc(issuer, { 'ForAllValues:StringEquals': { ...sub, aud: 'sts.amazonaws.com' } })),
      severity: 'low',
    },
    {
      name: 'IfExists on the subject, which is always there',
      policy: policyOf(oidc(issuer, { StringLikeIfExists: sub, StringEquals: { aud: 'sts.amazonaws.com' } })),
      severity: 'low',
    },
  ],
  silent: [
    { name: 'plain operators', policy: policyOf(github(sub)) },
    {
      name: 'the claim has to be there as well',
      policy: policyOf(
        oidc(issuer, {
          StringEquals: sub,
          StringEqualsIfExists: { environment: 'production' },
          Null: { environment: 'false' },
        }),
      ),
    },
    {
      name: 'a Deny asks for the claim',
      policy: policyOf(
        oidc(issuer, { StringLike: { sub: 'repo:acme/app:*' }, StringEqualsIfExists: { environment: 'production' } }),
        oidcDeny(issuer, { Null: { environment: 'true' } }),
      ),
    },
    {
      name: 'the subject names the environment already',
      policy: policyOf(
        oidc(issuer, {
          StringEquals: { sub: 'repo:acme/app:environment:production' },
          StringEqualsIfExists: { environment: 'production' },
        }),
      ),
    },
    {
      name: 'the subject says that there is an environment, and another condition which',
      policy: policyOf(
        oidc(issuer, {
          StringEquals: { ...sub, environment: 'production' },
          StringEqualsIfExists: { environment: 'production' },
        }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const prefix = `${trust.url.toLowerCase()}:`;
      return trust.statement.conditions.flatMap(({ operator, key, pointer }) => {
        if (!key.toLowerCase().startsWith(prefix) || !(operator.ifExists || operator.set === 'ForAllValues')) return [];
        const found = lookUpKey(key);
        const at = { pointer, statement: trust.statement.index };
        if (found.kind === 'registered' && found.key.presence['web-identity'] === 'always') {
          // The same claim asked for plainly elsewhere makes the qualifier a mere oddity.
          return [
            {
              ...at,
              severity: 'low' as const,
              message: `\`${operator.text}\` on \`${key}\` keeps its promise only because that claim is never missing.`,
            },
          ];
        }
        const claim = key.slice(prefix.length).toLowerCase();
        // A job whose subject names its environment has the claim as well.
        const others =
          isGithub(trust.url) && claim === 'environment'
            ? token(context, trust, { 'sub #': { not: ['repo:*:environment:*'] } })
            : [];
        const absent = admits(context, trust, [clause('Null', keyOf(trust, claim), ['true']), ...others]);
        if (absent === 'no') return [];
        return [{ ...at, message: `\`${operator.text}\` lets in tokens that do not have \`${key}\`.` }];
      });
    }),
  fix: (context, hit) =>
    replaceOperator(context, hit, (operator) => {
      const plain = operator.replace(/IfExists$/i, '').replace(/^ForAllValues:/i, '');
      return /:amr$/i.test(hit.pointer) ? `ForAnyValue:${plain}` : plain;
    }),
});
