/** Can guests of the Cognito identity pool, who never logged in, assume the role? */
import { addCondition } from './add-condition.ts';
import { cognitoIssuer, cognitoTrusts, guestsGetIn, guestValue, holdsIdentity, holdsPool } from './cognito-guests.ts';
import { deny, policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { conditionsOn } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const aud = { aud: 'eu-west-1:3f5b9c1e-7d24-4a86-9b0f-2c6e8d1a5f73' };

export const cognitoAmrMissing = defineRiskRule({
  id: 'cognito-amr-missing',
  title: 'Guests of the Cognito identity pool can assume the role',
  severity: 'high',
  about: 'state',
  why: 'An identity pool may give identities to visitors who never log in. Nothing here tells them from those who did, so that anybody on the internet may get this role.',
  remedy: 'Require `ForAnyValue:StringLike` on `cognito-identity.amazonaws.com:amr` to be `authenticated`.',
  references: ['Amazon Cognito Developer Guide, "IAM roles", role trust and permissions'],
  notCovered: 'Whether the pool gives identities to guests at all, which is a setting of the pool.',
  folds: ['oidc-claim-ifexists-or-forallvalues', 'condition-vacuous-forallvalues'],
  fires: [
    { name: 'the pool alone', policy: policyOf(builtIn(cognitoIssuer, { StringEquals: aud })) },
    {
      name: 'only a negated condition',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAnyValue:StringNotEquals': { amr: 'graph.facebook.com' } }),
      ),
    },
    {
      name: 'it holds as well when the claim is missing',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAllValues:StringNotEquals': { amr: 'graph.facebook.com' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'who logged in',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAnyValue:StringLike': { amr: 'authenticated' } }),
      ),
    },
    {
      name: 'who logged in with one provider',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAnyValue:StringEquals': { amr: 'graph.facebook.com' } }),
      ),
    },
    {
      name: 'guests by name, which has a rule of its own',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAnyValue:StringLike': { amr: 'unauthenticated' } }),
      ),
    },
    {
      name: 'a Deny keeps guests out',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud }),
        deny(
          { Federated: cognitoIssuer },
          { 'ForAllValues:StringNotEquals': { [`${cognitoIssuer}:amr`]: 'authenticated' } },
        ),
      ),
    },
    {
      name: 'any pool, which has a rule of its own',
      policy: policyOf(builtIn(cognitoIssuer, { StringLike: { aud: '*' } })),
    },
  ],
  check: (context) =>
    cognitoTrusts(context).flatMap((trust) => {
      if (!holdsPool(context, trust) || holdsIdentity(context, trust) || !guestsGetIn(context, trust)) return [];
      if (guestValue(trust) !== undefined) return [];
      if (
        conditionsOn(trust, 'amr').some(({ operator }) => operator.set === 'ForAllValues' && !/Not/.test(operator.base))
      )
        return [];
      return [
        {
          pointer: trust.entry.pointer,
          statement: trust.statement.index,
          message: 'Guests of the identity pool, who never logged in, can assume this role.',
        },
      ];
    }),
  fix: (context, hit) =>
    addCondition(context, hit.statement, 'ForAnyValue:StringLike', `${cognitoIssuer}:amr`, 'authenticated'),
});
