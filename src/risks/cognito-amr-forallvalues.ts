/** Does the check for who logged in to Cognito hold when the claim is missing? */
import { cognitoIssuer, cognitoTrusts } from './cognito-guests.ts';
import { deny, policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { admits, conditionsOn, isPositive } from './oidc-trust.ts';
import { replaceOperator } from './replace-operator.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const aud = { aud: 'eu-west-1:3f5b9c1e-7d24-4a86-9b0f-2c6e8d1a5f73' };
const all = { 'ForAllValues:StringEquals': { amr: 'authenticated' } };

export const cognitoAmrForallvalues = defineRiskRule({
  id: 'cognito-amr-forallvalues',
  title: 'The check for who logged in holds when the claim is missing',
  severity: 'high',
  about: 'state',
  why: '`ForAllValues` is true where the token has no `amr` at all, and false for identities whose `amr` also names the provider they logged in with. It lets in the wrong ones and shuts out the right ones.',
  remedy: 'Use `ForAnyValue:StringLike`.',
  references: [
    'IAM User Guide, "Set operators for multivalued context keys"',
    'Amazon Cognito Developer Guide, "IAM roles", role trust and permissions',
  ],
  folds: ['oidc-claim-ifexists-or-forallvalues', 'condition-vacuous-forallvalues', 'cognito-amr-missing'],
  fires: [
    { name: 'ForAllValues', policy: policyOf(builtIn(cognitoIssuer, { StringEquals: aud, ...all })) },
    {
      name: 'with a pattern',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAllValues:StringLike': { amr: 'authenticated' } }),
      ),
    },
    {
      name: 'with a list',
      policy: policyOf(
        builtIn(cognitoIssuer, {
          StringEquals: aud,
          'ForAllValues:StringEquals': { amr: ['authenticated', 'graph.facebook.com'] },
        }),
      ),
    },
  ],
  silent: [
    {
      name: 'ForAnyValue',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, 'ForAnyValue:StringLike': { amr: 'authenticated' } }),
      ),
    },
    {
      name: 'the claim has to be there as well',
      policy: policyOf(builtIn(cognitoIssuer, { StringEquals: aud, ...all, Null: { amr: 'false' } })),
    },
    {
      name: 'a Deny asks for the claim',
      policy: policyOf(
        builtIn(cognitoIssuer, { StringEquals: aud, ...all }),
        deny({ Federated: cognitoIssuer }, { Null: { [`${cognitoIssuer}:amr`]: 'true' } }),
      ),
    },
  ],
  check: (context) =>
    cognitoTrusts(context).flatMap((trust) =>
      conditionsOn(trust, 'amr')
        .filter((condition) => condition.operator.set === 'ForAllValues' && isPositive(condition))
        .filter(() => admits(context, trust, [clause('Null', `${cognitoIssuer}:amr`, ['true'])]) === 'yes')
        .map(({ operator, pointer }) => ({
          pointer,
          statement: trust.statement.index,
          message: `\`${operator.text}\` lets in identities whose token says nothing of a log-in.`,
        })),
    ),
  fix: (context, hit) =>
    replaceOperator(
      context,
      hit,
      (operator) => operator.replace(/^ForAllValues:/i, 'ForAnyValue:'),
      'identities that logged in with whichever provider',
    ),
});
