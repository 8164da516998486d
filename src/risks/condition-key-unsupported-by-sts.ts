/** Does a condition use a key that AWS never sets when a role is assumed? */

import type { ConditionKey } from '../policy/keys/condition-key.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { passesWithoutKey } from './passes-without-key.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionKeyUnsupportedBySts = defineRiskRule({
  id: 'condition-key-unsupported-by-sts',
  title: 'A key that is not set for the calls that assume a role',
  severity: 'medium',
  about: 'state',
  why: 'The key exists, but not in a call of AssumeRole: `sts:DurationSeconds` and `sts:AWSServiceName` are for bearer tokens, and STS is not among the services that set the newer keys of VPC endpoints. A positive condition then shuts everyone out, a negated or `IfExists` one guards nothing.',
  remedy:
    'For the network use `aws:SourceVpc` or `aws:SourceVpce`; for the duration set `MaxSessionDuration` of the role.',
  references: [
    'IAM User Guide, "AWS global condition context keys", aws:VpceAccount',
    'IAM User Guide, "IAM and AWS STS condition context keys", sts:DurationSeconds',
  ],
  folds: [
    'condition-never-true',
    'condition-vacuous-ifexists',
    'condition-vacuous-forallvalues',
    'condition-negated-missing-key',
    'condition-type-mismatch',
    'deny-ineffective',
  ],
  fires: [
    {
      name: 'the duration',
      policy: policyOf(allow(account, { NumericLessThanEquals: { 'sts:DurationSeconds': '3600' } })),
    },
    {
      name: 'the organization of an endpoint',
      policy: policyOf(allow(account, { StringEquals: { 'aws:VpceOrgID': 'o-own1234567' } })),
    },
    {
      name: 'in a Deny',
      policy: policyOf(
        allow(account),
        deny({ AWS: '*' }, { StringNotEqualsIfExists: { 'aws:VpceAccount': '111122223333' } }),
      ),
    },
    {
      name: 'the service that a token is for',
      policy: policyOf(allow(account, { StringEquals: { 'STS:awsservicename': 'codeartifact.amazonaws.com' } })),
    },
  ],
  silent: [
    {
      name: 'the endpoint itself',
      policy: policyOf(allow(account, { StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d' } })),
    },
    { name: 'the network', policy: policyOf(allow(account, { StringEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d' } })) },
    {
      name: 'a key that only some callers bring',
      policy: policyOf(
        allow(account, { StringEquals: { 'sts:SourceIdentity': 'eve' } }, ['sts:AssumeRole', 'sts:SetSourceIdentity']),
      ),
    },
    {
      name: 'the organization of the caller',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const found = lookUpKey(condition.key);
        if (found.kind !== 'registered' || !isNeverSet(found.key)) return [];
        const passes = passesWithoutKey(condition);
        const effect =
          statement.effect === 'Allow'
            ? passes
              ? 'guards nothing'
              : 'shuts everyone out'
            : passes
              ? 'denies everyone'
              : 'denies nobody';
        return [
          {
            pointer: condition.pointer,
            statement: statement.index,
            message: `AWS is not known to set \`${found.key.name}\` when a role is assumed; where it does not, the condition ${effect}.`,
          },
        ];
      }),
    ),
});

/** Claims of identity providers have rules of their own. */
function isNeverSet({ presence, from }: ConditionKey): boolean {
  const kinds = Object.values(presence);
  return from !== 'provider' && kinds.every((one) => one === 'never' || one === 'unknown');
}
