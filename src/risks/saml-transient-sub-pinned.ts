/** Is a user asked for by a name that the SAML provider may make anew for each log-in? */
import { addCondition } from './add-condition.ts';
import { policyOf } from './example-policies.ts';
import { saml } from './example-providers.ts';
import { hasWildcard, isPositive, takesPatterns } from './oidc-trust.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { assertionGetsIn, samlTrusts } from './saml-trust.ts';

const aud = { 'SAML:aud': 'https://signin.aws.amazon.com/saml' };

export const samlTransientSubPinned = defineRiskRule({
  id: 'saml-transient-sub-pinned',
  title: 'A user is named by what may change with each log-in',
  severity: 'medium',
  about: 'state',
  why: 'With a transient name the SAML provider makes `saml:sub` up for each session: the user who is meant does not get in again, and the same value may be another user’s one day.',
  remedy: 'Have the provider send persistent names and require `saml:sub_type` to be `persistent`.',
  references: ['IAM User Guide, "Available keys for SAML-based AWS STS federation"'],
  fires: [
    { name: 'one user', policy: policyOf(saml({ StringEquals: { ...aud, 'saml:sub': '_8a7f3c' } })) },
    { name: 'a list', policy: policyOf(saml({ StringEquals: { ...aud, 'saml:sub': ['_8a7f3c', '_1b2c3d'] } })) },
    {
      name: 'transient names by intent',
      policy: policyOf(saml({ StringEquals: { ...aud, 'saml:sub': '_8a7f3c', 'saml:sub_type': 'transient' } })),
    },
  ],
  silent: [
    {
      name: 'persistent names',
      policy: policyOf(saml({ StringEquals: { ...aud, 'saml:sub': '_8a7f3c', 'saml:sub_type': 'persistent' } })),
    },
    { name: 'no user is named', policy: policyOf(saml({ StringEquals: aud })) },
    {
      name: 'names of one domain',
      policy: policyOf(saml({ StringEquals: aud, StringLike: { 'saml:sub': '*@example.org' } })),
    },
    {
      name: 'transient names are shut out',
      policy: policyOf(
        saml({ StringEquals: { ...aud, 'saml:sub': '_8a7f3c' }, StringNotEquals: { 'saml:sub_type': 'transient' } }),
      ),
    },
  ],
  check: (context) =>
    samlTrusts(context).flatMap((trust) =>
      trust.statement.conditions
        .filter((condition) => condition.key.toLowerCase() === 'saml:sub' && isPositive(condition))
        .filter((condition) => condition.values.some(({ text }) => !takesPatterns(condition) || !hasWildcard(text)))
        .filter(
          () => assertionGetsIn(context, trust, [clause('StringEquals', 'saml:sub_type', ['transient'])]) === 'yes',
        )
        .map(({ pointer }) => ({
          pointer,
          statement: trust.statement.index,
          message: '`saml:sub` is asked for, and a name that was made up for one session would fit as well.',
        })),
    ),
  fix: (context, hit) => addCondition(context, hit.statement, 'StringEquals', 'saml:sub_type', 'persistent'),
});
