/** Does any certificate of any trust anchor of the account open the role? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { rolesAnywhereScopes } from './roles-anywhere-scope.ts';

const anywhere = { Service: 'rolesanywhere.amazonaws.com' };
const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'] as const;
const anchor = 'arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1b2c3d4';

export const rolesAnywhereUnscoped = defineRiskRule({
  id: 'roles-anywhere-unscoped',
  title: 'Any certificate of any trust anchor opens the role',
  severity: 'high',
  about: 'state',
  why: 'Whoever holds a certificate of any authority that the account trusts, for whatever purpose it was issued, can assume this role from outside of AWS.',
  remedy:
    'Require `aws:SourceArn` with the ARN of the trust anchor, and a field of the certificate such as `aws:PrincipalTag/x509Subject/CN`.',
  references: ['IAM Roles Anywhere User Guide, "Trust model in AWS Identity and Access Management Roles Anywhere"'],
  folds: ['roles-anywhere-partial-scope'],
  fires: [
    { name: 'no condition', policy: policyOf(allow(anywhere, undefined, actions)) },
    {
      name: 'only the account, which holds every anchor',
      policy: policyOf(allow(anywhere, { StringEquals: { 'aws:SourceAccount': '111122223333' } }, actions)),
    },
    {
      name: 'any anchor of the account',
      policy: policyOf(
        allow(
          anywhere,
          { ArnLike: { 'aws:SourceArn': 'arn:aws:rolesanywhere:*:111122223333:trust-anchor/*' } },
          actions,
        ),
      ),
    },
    {
      name: 'the field may be anything',
      policy: policyOf(allow(anywhere, { StringLike: { 'aws:PrincipalTag/x509Subject/CN': '*' } }, actions)),
    },
  ],
  silent: [
    {
      name: 'anchor and certificate',
      policy: policyOf(
        allow(
          anywhere,
          { ArnEquals: { 'aws:SourceArn': anchor }, StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-1' } },
          actions,
        ),
      ),
    },
    {
      name: 'the anchor alone, of which another rule speaks',
      policy: policyOf(allow(anywhere, { ArnEquals: { 'aws:SourceArn': anchor } }, actions)),
    },
    {
      name: 'a source identity, which holds the common name',
      policy: policyOf(
        allow(
          anywhere,
          { ArnEquals: { 'aws:SourceArn': anchor }, StringLike: { 'sts:SourceIdentity': 'CN=build-*' } },
          actions,
        ),
      ),
    },
    { name: 'another service', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
  ],
  check: (context) =>
    rolesAnywhereScopes(context)
      .filter(({ anchor: held, certificate }) => !held && !certificate)
      .map(({ statement, entry }) => ({
        pointer: entry.pointer,
        statement: statement.index,
        message: 'Any certificate of any trust anchor of the account can assume this role through IAM Roles Anywhere.',
      })),
});
