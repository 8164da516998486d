/** Is an external ID asked of callers that cannot send one? */
import { allow, github, githubProvider, policyOf } from './example-policies.ts';
import { passesWithoutKey } from './passes-without-key.ts';
import { defineRiskRule } from './risk-rule.ts';

export const externalIdOnUnsupportedCaller = defineRiskRule({
  id: 'external-id-on-unsupported-caller',
  title: 'An external ID is asked of callers that cannot send one',
  severity: 'medium',
  about: 'state',
  why: 'Only `AssumeRole` takes an external ID. `AssumeRoleWithWebIdentity` and `AssumeRoleWithSAML` have no such parameter: the condition shuts their callers out, or with `IfExists` keeps nobody out.',
  remedy: 'Put federated principals in a statement of their own, with conditions on their provider’s claims.',
  references: ['AWS Security Token Service API Reference, AssumeRoleWithWebIdentity, AssumeRoleWithSAML'],
  folds: ['condition-never-true', 'condition-vacuous-ifexists', 'condition-negated-missing-key'],
  fires: [
    {
      name: 'a web identity',
      policy: policyOf(
        allow({ Federated: githubProvider }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
    {
      name: 'a SAML identity',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/idp' },
          {
            StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56', 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
          },
        ),
      ),
    },
    {
      name: 'optional',
      policy: policyOf(
        allow({ Federated: githubProvider }, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'an account',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a service that sends one',
      policy: policyOf(
        allow({ Service: 'cognito-idp.amazonaws.com' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
    { name: 'claims of the provider', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/heads/main' })) },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) => {
      if (statement.effect !== 'Allow' || !statement.principal.entries.every((entry) => entry.type === 'Federated'))
        return [];
      return statement.conditions
        .filter(({ key, operator }) => key.toLowerCase() === 'sts:externalid' && operator.base !== 'Null')
        .map((condition) => ({
          pointer: condition.pointer,
          statement: statement.index,
          message: `Federated callers send no external ID: this condition ${passesWithoutKey(condition) ? 'keeps nobody out' : 'shuts them out'}.`,
        }));
    }),
});
