/** Does a pattern stand where an external ID should? */
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = { AWS: '777788889999' };

export const externalIdWildcard = defineRiskRule({
  id: 'external-id-wildcard',
  title: 'The external ID may be any of many values',
  severity: 'high',
  about: 'state',
  why: 'A pattern for the external ID lets another customer of the vendor pass with an ID of its own that happens, or is made, to fit.',
  remedy: 'Require the exact value with `StringEquals`.',
  references: ['IAM User Guide, "The confused deputy problem"'],
  folds: ['third-party-missing-external-id', 'condition-literal-wildcard'],
  fires: [
    { name: 'a prefix', policy: policyOf(allow(vendor, { StringLike: { 'sts:ExternalId': 'acme-*' } })) },
    { name: 'anything at all', policy: policyOf(allow(vendor, { StringLike: { 'sts:ExternalId': '*' } })) },
    {
      name: 'one of several',
      policy: policyOf(allow(vendor, { StringLike: { 'sts:ExternalId': ['b7e2f1c4-8a3d-4d56', 'acme-??'] } })),
    },
  ],
  silent: [
    {
      name: 'an exact value',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'an exact value under StringLike',
      policy: policyOf(allow(vendor, { StringLike: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a pattern beside the exact value',
      policy: policyOf(
        allow(vendor, {
          StringLike: { 'sts:ExternalId': 'b7e2*' },
          StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' },
        }),
      ),
    },
    {
      name: 'another condition leaves a role of our own alone',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringLike: { 'sts:ExternalId': 'acme-*' },
            ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci' },
          },
        ),
      ),
    },
    {
      name: 'a Deny leaves our own account alone',
      policy: policyOf(
        allow({ AWS: '*' }, { StringLike: { 'sts:ExternalId': 'acme-*' } }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } }),
      ),
    },
    {
      name: 'a literal star matches nobody',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'acme-*' } })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const own = statement.conditions.filter(({ key }) => key.toLowerCase() === 'sts:externalid');
      if (
        own.some(
          ({ operator, values }) => /^StringEquals/.test(operator.base) && !operator.ifExists && values.length > 0,
        )
      )
        return [];
      return own.flatMap(({ operator, values }) => {
        if (operator.base !== 'StringLike') return [];
        const value = values.find(({ text }) => /[*?]/.test(text.replace(/\$\{[*?$]\}/g, '')));
        if (value === undefined || !context.alive(statement)) return [];
        // Whom a Deny or another condition leaves is of our own: an external ID keeps none of them apart.
        const callers = statement.principal.entries;
        if (callers.every(({ type }) => type === 'AWS') && !context.letsInOthers(statement)) return [];
        return [
          {
            pointer: value.pointer,
            statement: statement.index,
            message: 'The external ID is compared with a pattern that many values fit.',
          },
        ];
      });
    }),
});
