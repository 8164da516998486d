/** Does the document use NotPrincipal, which trust policies do not support? */
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = 'arn:aws:iam::111122223333:role/deploy';

export const notprincipalPresent = defineRiskRule({
  id: 'notprincipal-present',
  title: 'NotPrincipal in a trust policy',
  severity: 'high',
  about: 'state',
  why: 'Trust policies do not support `NotPrincipal`; with Allow it would trust everyone else, and with Deny it shuts out sessions of the very role it means to spare.',
  remedy: 'Use a Deny for `{"AWS": "*"}` with `ArnNotLike` on `aws:PrincipalArn`, or name the trusted principals.',
  references: ['IAM User Guide, "AWS JSON policy elements: NotPrincipal"'],
  folds: ['invalid-notprincipal'],
  fires: [
    {
      name: 'with Deny',
      policy: policyOf(allow({ AWS: role }), { Effect: 'Deny', NotPrincipal: { AWS: role }, Action: 'sts:AssumeRole' }),
    },
    {
      name: 'with Allow',
      policy: policyOf({ Effect: 'Allow', NotPrincipal: { AWS: role }, Action: 'sts:AssumeRole' }),
    },
    {
      name: 'with Allow and a condition',
      policy: policyOf({
        Effect: 'Allow',
        NotPrincipal: { AWS: '999999999999' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
      }),
    },
  ],
  silent: [
    { name: 'Principal', policy: policyOf(allow({ AWS: role })) },
    {
      name: 'the exception said by a condition',
      policy: policyOf(allow({ AWS: role }), deny({ AWS: '*' }, { ArnNotLike: { 'aws:PrincipalArn': role } })),
    },
    {
      name: 'NotAction is another matter',
      policy: policyOf({ Effect: 'Deny', Principal: { AWS: '*' }, NotAction: 'sts:AssumeRole' }),
    },
  ],
  check: ({ policy }) =>
    policy.statements
      .filter((statement) => statement.principal.element === 'NotPrincipal')
      .map((statement) => ({
        pointer: statement.principal.pointer,
        statement: statement.index,
        message:
          statement.effect === 'Allow'
            ? 'Allow with `NotPrincipal` would trust everyone but those listed; IAM refuses it in a trust policy.'
            : 'Deny with `NotPrincipal` is not supported in a trust policy; IAM refuses it.',
      })),
});
