/** Is the role meant for guests of the Cognito identity pool? */
import { cognitoIssuer, cognitoTrusts, guestsGetIn, guestValue } from './cognito-guests.ts';
import { deny, policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { defineRiskRule } from './risk-rule.ts';

const aud = { aud: 'eu-west-1:3f5b9c1e-7d24-4a86-9b0f-2c6e8d1a5f73' };
const amr = (value: string | readonly string[]) =>
  builtIn(cognitoIssuer, { StringEquals: aud, 'ForAnyValue:StringLike': { amr: value } });

export const cognitoUnauthenticatedAllowed = defineRiskRule({
  id: 'cognito-unauthenticated-allowed',
  title: 'Anybody on the internet gets this role from the Cognito identity pool',
  severity: 'medium',
  about: 'state',
  why: 'The role is given to guests who never logged in. Whoever knows the id of the pool, which every visitor’s browser sees, has its permissions.',
  remedy: 'Turn guests off in the pool, or leave this role nothing but what the whole internet may do.',
  references: ['Amazon Cognito Developer Guide, "IAM roles", role trust and permissions'],
  fires: [
    { name: 'guests', policy: policyOf(amr('unauthenticated')) },
    { name: 'guests and who logged in', policy: policyOf(amr(['authenticated', 'unauthenticated'])) },
    { name: 'by a wildcard', policy: policyOf(amr('*authenticated')) },
    {
      name: 'the role is privileged',
      policy: policyOf(amr('unauthenticated')),
      more: { attachedPolicies: ['PowerUserAccess'] },
      severity: 'high',
    },
  ],
  silent: [
    { name: 'who logged in', policy: policyOf(amr('authenticated')) },
    { name: 'one provider', policy: policyOf(amr('accounts.google.com')) },
    {
      name: 'a Deny keeps guests out',
      policy: policyOf(
        amr(['authenticated', 'unauthenticated']),
        deny(
          { Federated: cognitoIssuer },
          { 'ForAnyValue:StringEquals': { [`${cognitoIssuer}:amr`]: 'unauthenticated' } },
        ),
      ),
    },
  ],
  check: (context) =>
    cognitoTrusts(context).flatMap((trust) => {
      const value = guestValue(trust);
      if (value === undefined || !guestsGetIn(context, trust)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: context.raised('medium'),
          message: `\`${value.text}\` lets guests in, who never logged in.`,
        },
      ];
    }),
});
