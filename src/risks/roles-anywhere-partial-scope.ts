/** Is IAM Roles Anywhere held to a trust anchor or to a certificate, but not to both? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { rolesAnywhereScopes } from './roles-anywhere-scope.ts';

const anywhere = { Service: 'rolesanywhere.amazonaws.com' };
const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'] as const;
const anchor = 'arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1b2c3d4';

export const rolesAnywherePartialScope = defineRiskRule({
  id: 'roles-anywhere-partial-scope',
  title: 'IAM Roles Anywhere is held to the anchor or to the certificate only',
  severity: 'medium',
  about: 'state',
  why: 'A common name is unique only within one certificate authority: another anchor, added for another purpose, may issue the same name. An anchor alone lets in every certificate that its authority issues.',
  remedy: 'Require both: `aws:SourceArn` with the ARN of the trust anchor, and a field of the certificate.',
  references: ['IAM Roles Anywhere User Guide, "Trust model in AWS Identity and Access Management Roles Anywhere"'],
  fires: [
    {
      name: 'the anchor alone',
      policy: policyOf(allow(anywhere, { ArnEquals: { 'aws:SourceArn': anchor } }, actions)),
    },
    {
      name: 'the common name alone',
      policy: policyOf(allow(anywhere, { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-1' } }, actions)),
    },
    {
      name: 'the source identity alone',
      policy: policyOf(allow(anywhere, { StringEquals: { 'sts:SourceIdentity': 'CN=build-1' } }, actions)),
    },
    {
      name: 'the common name, and any anchor of the account',
      policy: policyOf(
        allow(
          anywhere,
          {
            ArnLike: { 'aws:SourceArn': 'arn:aws:rolesanywhere:*:111122223333:trust-anchor/*' },
            StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-1' },
          },
          actions,
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'both',
      policy: policyOf(
        allow(
          anywhere,
          { ArnEquals: { 'aws:SourceArn': anchor }, StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-1' } },
          actions,
        ),
      ),
    },
    {
      name: 'the issuer and the anchor',
      policy: policyOf(
        allow(
          anywhere,
          { ArnLike: { 'aws:SourceArn': anchor }, StringEquals: { 'aws:PrincipalTag/x509Issuer/CN': 'Build CA' } },
          actions,
        ),
      ),
    },
    { name: 'neither, of which another rule speaks', policy: policyOf(allow(anywhere, undefined, actions)) },
    { name: 'another service', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
  ],
  check: (context) =>
    rolesAnywhereScopes(context)
      .filter(({ anchor: held, certificate }) => held !== certificate)
      .map(({ statement, entry, anchor: held }) => ({
        pointer: entry.pointer,
        statement: statement.index,
        message: held
          ? 'Every certificate of that trust anchor can assume this role.'
          : 'A certificate with those fields can assume this role, whichever trust anchor of the account stands behind it.',
      })),
});
