/** Does the check of the external ID pass when none is sent? */

import { allow, deny, policyOf } from './example-policies.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = { AWS: '777788889999' };

export const externalIdIfexists = defineRiskRule({
  id: 'external-id-ifexists',
  title: 'The external ID need not be sent',
  severity: 'high',
  about: 'state',
  why: 'With `IfExists` or `ForAllValues` the condition holds when the caller leaves the external ID out, so whoever wants to get past it just does.',
  remedy: 'Use plain `StringEquals`.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators", IfExists'],
  folds: [
    'third-party-missing-external-id',
    'condition-vacuous-ifexists',
    'condition-vacuous-forallvalues',
    'condition-set-operator-on-single',
  ],
  fires: [
    {
      name: 'IfExists',
      policy: policyOf(allow(vendor, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'ForAllValues',
      policy: policyOf(allow(vendor, { 'ForAllValues:StringEquals': { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a pattern, if one is sent',
      policy: policyOf(allow(vendor, { StringLikeIfExists: { 'sts:ExternalId': 'acme-*' } })),
    },
  ],
  silent: [
    {
      name: 'plain StringEquals',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'it also has to be there',
      policy: policyOf(
        allow(vendor, {
          StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' },
          Null: { 'sts:ExternalId': 'false' },
        }),
      ),
    },
    {
      name: 'a Deny asks for it',
      policy: policyOf(
        allow(vendor, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
        deny({ AWS: '*' }, { Null: { 'sts:ExternalId': 'true' } }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { operator, key, pointer } = condition;
        if (key.toLowerCase() !== 'sts:externalid' || !(operator.ifExists || operator.set === 'ForAllValues'))
          return [];
        if (context.guarded(statement, key) || !context.alive(statement)) return [];
        return [
          {
            pointer,
            statement: statement.index,
            message: `\`${operator.text}\` lets callers pass that send no external ID.`,
          },
        ];
      }),
    ),
  fix: (context, hit) =>
    replaceOperator(context, hit, (operator) => operator.replace(/^ForAllValues:/i, '').replace(/IfExists$/i, '')),
});
