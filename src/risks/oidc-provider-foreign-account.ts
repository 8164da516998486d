/** Is the identity provider one of another account, which AWS does not accept? */
import { replaceAt } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { builtIn, oidc } from './example-providers.ts';
import { lettingIn } from './letting-in.ts';
import { namedProviders } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const foreign = (url: string) => `arn:aws:iam::999999999999:oidc-provider/${url}`;
const issuer = 'token.actions.githubusercontent.com';
const condition = { StringEquals: { [`${issuer}:sub`]: 'repo:acme/app:ref:refs/heads/main' } };

export const oidcProviderForeignAccount = defineRiskRule({
  id: 'oidc-provider-foreign-account',
  title: 'The identity provider belongs to another account',
  severity: 'medium',
  about: 'state',
  why: 'A role can be assumed with tokens of a provider of its own account only. The statement lets nobody in; the account id in it is most likely left from a copy.',
  remedy: 'Create the provider in the role’s account and name that one.',
  references: ['IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"'],
  folds: [
    'oidc-audience-not-pinned',
    'oidc-audience-generic',
    'github-mutable-identity',
    'github-environment-unverified',
  ],
  fires: [
    { name: 'of an unknown account', policy: policyOf(allow({ Federated: foreign(issuer) }, condition)) },
    {
      name: 'of another account of ours',
      policy: policyOf(allow({ Federated: `arn:aws:iam::222233334444:oidc-provider/${issuer}` }, condition)),
      world: { accounts: ['111122223333', '222233334444'] },
    },
    {
      name: 'beside the right one',
      policy: policyOf(
        oidc(issuer, { StringEquals: { sub: 'repo:acme/app:ref:refs/heads/main' } }),
        allow({ Federated: foreign(issuer) }, condition),
      ),
    },
  ],
  silent: [
    {
      name: 'of the role’s account',
      policy: policyOf(oidc(issuer, { StringEquals: { sub: 'repo:acme/app:ref:refs/heads/main' } })),
    },
    {
      name: 'a provider that needs none in IAM',
      policy: policyOf(builtIn('accounts.google.com', { StringEquals: { sub: '112233445566778899001' } })),
    },
    { name: 'the role is not known', policy: policyOf(allow({ Federated: foreign(issuer) }, condition)), role: null },
  ],
  check: (context) => {
    if (context.question.role === undefined) return [];
    return namedProviders(context).flatMap(({ entry, statement }) =>
      entry.name.kind !== 'oidc-provider' || context.home === undefined || entry.name.account === context.home
        ? []
        : [
            {
              pointer: entry.pointer,
              statement: statement.index,
              message: `The provider is of account ${entry.name.account}, the role of ${context.home}: nobody can assume the role with its tokens.`,
            },
          ],
    );
  },
  fix: ({ policy, home }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const entry = statement?.principal.entries.find(({ pointer }) => pointer === hit.pointer);
    if (statement === undefined || entry?.name.kind !== 'oidc-provider' || home === undefined) return undefined;
    const arn = `arn:${entry.name.partition}:iam::${home}:oidc-provider/${entry.name.url}`;
    const meant = { ...entry, text: arn, name: { ...entry.name, account: home } };
    return lettingIn(
      policy,
      `Name \`${arn}\`.`,
      replaceAt(policy, hit.pointer, arn),
      { ...statement, principal: { ...statement.principal, entries: [meant] } },
      `the callers of ${entry.name.url} that the conditions mean`,
    );
  },
});
