/** Is an attribute with several values compared as if it had one? */
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { policyOf } from './example-policies.ts';
import { saml } from './example-providers.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';
import { namedSamlProviders } from './saml-trust.ts';

const aud = { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } };

export const samlListKeyWithoutSetOperator = defineRiskRule({
  id: 'saml-list-key-without-set-operator',
  title: 'A SAML attribute with several values is compared as if it had one',
  severity: 'medium',
  about: 'state',
  why: 'Attributes such as `saml:edupersonaffiliation` are lists. A condition on them without `ForAnyValue` or `ForAllValues` never holds, so that nobody gets in.',
  remedy: 'Put `ForAnyValue:` before the operator.',
  references: [
    'IAM User Guide, "Available keys for SAML-based AWS STS federation"',
    'IAM User Guide, "Set operators for multivalued context keys"',
  ],
  folds: ['condition-multivalue-no-set-operator', 'condition-never-true'],
  fires: [
    {
      name: 'the affiliation',
      policy: policyOf(saml({ ...aud, StringLike: { 'saml:edupersonaffiliation': 'staff' } })),
    },
    { name: 'the mail address', policy: policyOf(saml({ ...aud, StringLike: { 'saml:mail': '*@example.org' } })) },
    { name: 'the name', policy: policyOf(saml({ ...aud, StringEqualsIgnoreCase: { 'SAML:cn': 'Anna' } })) },
  ],
  silent: [
    {
      name: 'ForAnyValue',
      policy: policyOf(saml({ ...aud, 'ForAnyValue:StringLike': { 'saml:edupersonaffiliation': 'staff' } })),
    },
    {
      name: 'an attribute with one value',
      policy: policyOf(saml({ ...aud, StringLike: { 'saml:edupersonorgdn': 'Example*' } })),
    },
    { name: 'whether it is there at all', policy: policyOf(saml({ ...aud, Null: { 'saml:mail': 'false' } })) },
  ],
  check: (context) =>
    namedSamlProviders(context).flatMap(({ statement }) =>
      statement.conditions.flatMap(({ key, operator, pointer }) => {
        const found = lookUpKey(key);
        if (!/^saml:/i.test(key) || operator.set !== undefined || operator.base === 'Null') return [];
        if (found.kind !== 'registered' || !found.key.multivalued) return [];
        return [
          {
            pointer,
            statement: statement.index,
            message: `\`${key}\` is a list, which \`${operator.text}\` never matches.`,
          },
        ];
      }),
    ),
  fix: (context, hit) =>
    replaceOperator(
      context,
      hit,
      (operator) => `ForAnyValue:${operator}`,
      'users whose attribute holds one of the values',
    ),
});
