/** Is a set operator put on a key that holds one value? */
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { allow, github, githubProvider, policyOf } from './example-policies.ts';
import { wayInWithoutKey } from './passes-when-absent.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionSetOperatorOnSingle = defineRiskRule({
  id: 'condition-set-operator-on-single',
  title: 'A set operator on a key with one value',
  severity: 'low',
  about: 'state',
  why: 'Set operators are for keys that hold a list. On a key with one value `ForAnyValue` says nothing more, and `ForAllValues` also holds when the key is missing, which is rarely meant.',
  remedy: 'Take the set operator away.',
  references: [
    'IAM User Guide, "Single-valued vs. multivalued context keys"',
    'IAM User Guide, "Access Analyzer policy check reference", ForAllValues with a single-valued key',
  ],
  fires: [
    {
      name: 'ForAnyValue',
      policy: policyOf(allow({ AWS: '*' }, { 'ForAnyValue:StringEquals': { 'aws:PrincipalOrgID': 'o-own1234567' } })),
      severity: 'low',
    },
    {
      name: 'ForAllValues, which also holds without a tag',
      policy: policyOf(allow(account, { 'ForAllValues:StringEquals': { 'aws:PrincipalTag/team': 'ci' } })),
      severity: 'medium',
    },
    {
      name: 'ForAllValues on a claim that every token has',
      policy: policyOf(
        allow(
          { Federated: githubProvider },
          {
            StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
            'ForAllValues:StringLike': {
              'token.actions.githubusercontent.com:sub': 'repo:acme/app:ref:refs/heads/main',
            },
          },
        ),
      ),
      severity: 'low',
    },
  ],
  silent: [
    {
      name: 'a key with several values',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } }),
      ),
    },
    {
      name: 'how a guest signed in',
      policy: policyOf(
        allow(
          { Federated: 'cognito-identity.amazonaws.com' },
          {
            StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-abcd-4abc-9abc-1234567890ab' },
            'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
          },
        ),
      ),
    },
    { name: 'the plain operator', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
    {
      name: 'the audience, which may be a list in a token',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.example.com/tenant' },
          {
            'ForAnyValue:StringEquals': { 'oidc.example.com/tenant:aud': 'sts.amazonaws.com' },
            StringEquals: { 'oidc.example.com/tenant:sub': 'x' },
          },
        ),
      ),
    },
    {
      name: 'a list of attributes from SAML',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
          {
            StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
            'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': 'staff' },
          },
        ),
      ),
    },
  ],
  check: (context) =>
    context.policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { key, operator, pointer } = condition;
        const found = lookUpKey(key);
        if (operator.set === undefined || operator.base === 'Null') return [];
        if (found.kind !== 'registered' || found.key.multivalued) return [];
        const isAudience = found.key.from === 'provider' && key.toLowerCase().endsWith(':aud');
        if (isAudience && operator.set === 'ForAnyValue') return [];
        const passes =
          operator.set === 'ForAllValues' &&
          statement.effect === 'Allow' &&
          wayInWithoutKey(context, statement, condition);
        return [
          {
            pointer,
            statement: statement.index,
            ...(passes ? { severity: 'medium' as const } : {}),
            message: `\`${key}\` holds one value; \`${operator.set}:\` ${passes ? 'only makes the condition hold for callers without it' : 'is not for such a key'}.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => replaceOperator(context, hit, (operator) => operator.replace(/^For(Any|All)Values?:/i, '')),
});
