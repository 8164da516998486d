/** Is MFA asked of callers that can never have it? */
import { allow, githubProvider, policyOf } from './example-policies.ts';
import { passesWithoutKey } from './passes-without-key.ts';
import { defineRiskRule } from './risk-rule.ts';

export const mfaOnNonhuman = defineRiskRule({
  id: 'mfa-on-nonhuman',
  title: 'MFA is asked of callers that never have it',
  severity: 'medium',
  about: 'state',
  why: 'Sessions of roles, services and federated identities carry no MFA: the condition shuts them all out, or with `IfExists` keeps none of them out.',
  remedy: 'Put them in a statement of their own; for people behind an identity provider use a claim of the provider.',
  references: ['IAM User Guide, "Secure API access with MFA"', 'IAM User Guide, "Compare AWS STS credentials"'],
  folds: ['condition-never-true', 'condition-vacuous-ifexists'],
  fires: [
    {
      name: 'a service',
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    {
      name: 'a role',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      ),
    },
    {
      name: 'a web identity',
      policy: policyOf(
        allow(
          { Federated: githubProvider },
          {
            Bool: { 'aws:MultiFactorAuthPresent': 'true' },
            StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:acme/app:ref:refs/heads/main' },
          },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'an account',
      policy: policyOf(allow({ AWS: '111122223333' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    {
      name: 'a user',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:user/eve' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      ),
    },
    {
      name: 'a role beside a user',
      policy: policyOf(
        allow(
          { AWS: ['arn:aws:iam::111122223333:user/eve', 'arn:aws:iam::111122223333:root'] },
          { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        ),
      ),
    },
    { name: 'a role asked for no MFA', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })) },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) => {
      const { entries, element } = statement.principal;
      if (
        element !== 'Principal' ||
        !entries.every(({ type, name }) => type !== 'AWS' || name.kind === 'role' || name.kind === 'session')
      )
        return [];
      return statement.conditions
        .filter(
          ({ key, operator, values }) =>
            /^aws:multifactorauth(present|age)$/i.test(key) &&
            operator.base !== 'Null' &&
            (operator.base !== 'Bool' || values.some(({ text }) => text.toLowerCase() === 'true')),
        )
        .map((condition) => ({
          pointer: condition.pointer,
          statement: statement.index,
          message: `These callers never carry MFA: the condition ${passesWithoutKey(condition) ? 'keeps nobody out' : 'shuts all of them out'}.`,
        }));
    }),
});
