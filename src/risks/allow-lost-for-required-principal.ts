/** Does a caller that needs the role no longer get in? */

import { splitArn } from '../policy/document/names.ts';
import type { PrincipalEntry } from '../policy/document/trust-policy.ts';
import { callerFromArn } from '../policy/evaluate/caller.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { clause, type Limits, riskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const ci = 'arn:aws:iam::111122223333:role/ci';
const session = 'arn:aws:sts::111122223333:assumed-role/ci/build-7';
const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const allowLostForRequiredPrincipal = defineRiskRule({
  id: 'allow-lost-for-required-principal',
  title: 'A caller that needs the role is shut out',
  severity: 'high',
  about: 'change',
  why: 'The caller is declared to need this role, or was seen to use it, and after the change the trust policy lets it in by no request at all. Its next call fails.',
  remedy: 'Let just this caller in again.',
  references: ['IAM User Guide, "Update a role trust policy"'],
  folds: ['tightening-without-session-revocation'],
  notCovered: 'A caller that still gets in, but only by requests of another kind than those it makes.',
  fires: [
    {
      name: 'its name is gone',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ops' })),
      more: { requiredPrincipals: [ci] },
    },
    {
      name: 'a Deny shuts it out',
      previous: policyOf(allow(account)),
      policy: policyOf(
        allow(account),
        deny({ AWS: '*' }, { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ops' } }),
      ),
      more: { requiredPrincipals: [session] },
    },
    {
      name: 'a service',
      previous: policyOf(allow({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      more: { requiredPrincipals: ['lambda.amazonaws.com'] },
    },
    {
      name: 'an identity provider',
      previous: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
          { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
        ),
      ),
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/corp2' },
          { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
        ),
      ),
      more: { requiredPrincipals: ['arn:aws:iam::111122223333:saml-provider/corp'] },
    },
  ],
  silent: [
    {
      name: 'it still gets in, by its account',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow(account)),
      more: { requiredPrincipals: [ci, session] },
    },
    {
      name: 'it did not get in before',
      previous: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ops' })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      more: { requiredPrincipals: [ci] },
    },
    {
      name: 'another caller lost its access',
      previous: policyOf(allow({ AWS: [ci, 'arn:aws:iam::111122223333:role/ops'] })),
      policy: policyOf(allow({ AWS: ci })),
      more: { requiredPrincipals: [ci] },
    },
    {
      name: 'nobody is known to need the role',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
    },
  ],
  check: (context) => {
    const { question, previous } = context;
    if (previous === undefined) return [];
    const before = riskContext({ ...question, policy: previous });
    return (question.requiredPrincipals ?? []).flatMap((required) => {
      const limits = limitsTo(required);
      if (limits === undefined || before.someone(limits).answer !== 'yes' || context.someone(limits).answer !== 'no')
        return [];
      return [
        {
          pointer: '/Statement',
          discriminator: required,
          message: `\`${required}\` needs this role and can no longer assume it.`,
        },
      ];
    });
  },
});

/** Requests of one caller: an ARN of IAM or STS, a service, or an identity provider. */
function limitsTo(required: string): Limits | undefined {
  const isNamed = ({ type, text }: PrincipalEntry) => type !== 'AWS' && text === required;
  const arn = splitArn(required);
  const caller = callerFromArn(required);
  const ofAnAccount = ({ type }: PrincipalEntry) => type === 'AWS';
  if (caller?.kind === 'someone' || caller?.kind === 'root')
    return { entries: ofAnAccount, clauses: [clause('StringEquals', 'aws:PrincipalAccount', [caller.account])] };
  if (arn === undefined || /^(saml|oidc)-provider\//.test(arn.resource)) return { entries: isNamed };
  if (caller === undefined) return undefined;
  if (caller.kind === 'user')
    return { entries: ofAnAccount, clauses: [clause('ArnEquals', 'aws:PrincipalArn', [required])] };
  if (caller.kind !== 'role-session') return undefined;
  const role = `arn:${caller.partition}:iam::${caller.account}:role`;
  // The ARN of a session does not show the path of its role.
  const roles =
    caller.path === undefined
      ? [`${role}/${caller.role}`, `${role}/*/${caller.role}`]
      : [`${role}${caller.path}${caller.role}`];
  return {
    entries: (entry) =>
      ofAnAccount(entry) &&
      (entry.name.kind !== 'session' || caller.session === undefined || entry.name.session === caller.session),
    clauses: [clause('ArnLike', 'aws:PrincipalArn', roles)],
  };
}
