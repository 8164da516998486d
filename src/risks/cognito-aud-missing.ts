/** Can identities of anybody’s Cognito identity pool assume the role? */
import { cognitoIssuer, cognitoTrusts, holdsPool } from './cognito-guests.ts';
import { deny, policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { defineRiskRule } from './risk-rule.ts';

const pool = 'eu-west-1:3f5b9c1e-7d24-4a86-9b0f-2c6e8d1a5f73';
const loggedIn = { 'ForAnyValue:StringLike': { amr: 'authenticated' } };

export const cognitoAudMissing = defineRiskRule({
  id: 'cognito-aud-missing',
  title: 'Identities of any Cognito identity pool can assume the role',
  severity: 'critical',
  about: 'state',
  why: 'All identity pools of all customers share one issuer. Anybody can make a pool in an account of their own and assume this role with an identity of it.',
  remedy: 'Require the id of the pool with `StringEquals` on `cognito-identity.amazonaws.com:aud`.',
  references: [
    'Amazon Cognito Developer Guide, "IAM roles", role trust and permissions',
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
  ],
  folds: [
    'oidc-no-condition',
    'oidc-shared-tenant-claim-missing',
    'oidc-tenant-claim-wildcard-only',
    'oidc-audience-not-pinned',
    'cognito-amr-missing',
    'cognito-unauthenticated-allowed',
    'cognito-amr-forallvalues',
  ],
  fires: [
    { name: 'who logged in, to whichever pool', policy: policyOf(builtIn(cognitoIssuer, loggedIn)) },
    { name: 'any pool', policy: policyOf(builtIn(cognitoIssuer, { ...loggedIn, StringLike: { aud: '*' } })) },
    {
      name: 'any pool of a region',
      policy: policyOf(builtIn(cognitoIssuer, { ...loggedIn, StringLike: { aud: 'eu-west-1:*' } })),
    },
    { name: 'no condition', policy: policyOf(builtIn(cognitoIssuer)) },
    {
      name: 'all pools but one',
      policy: policyOf(builtIn(cognitoIssuer, { ...loggedIn, StringNotEquals: { aud: pool } })),
    },
  ],
  silent: [
    { name: 'one pool', policy: policyOf(builtIn(cognitoIssuer, { ...loggedIn, StringEquals: { aud: pool } })) },
    {
      name: 'a Deny asks for the pool',
      policy: policyOf(
        builtIn(cognitoIssuer, loggedIn),
        deny({ Federated: cognitoIssuer }, { StringNotEquals: { [`${cognitoIssuer}:aud`]: pool } }),
      ),
    },
    { name: 'one identity', policy: policyOf(builtIn(cognitoIssuer, { StringEquals: { sub: pool } })) },
    {
      name: 'a user pool is another issuer',
      policy: policyOf(builtIn('www.amazon.com', { StringEquals: { app_id: 'amzn1.application.1' } })),
    },
  ],
  check: (context) =>
    cognitoTrusts(context).flatMap((trust) =>
      holdsPool(context, trust)
        ? []
        : [
            {
              pointer: trust.entry.pointer,
              statement: trust.statement.index,
              message: 'Identities of any Cognito identity pool, in any account, can assume this role.',
            },
          ],
    ),
});
