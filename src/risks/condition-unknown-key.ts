/** Does a condition use a key that does not exist? */
import { renameMember } from '../policy/document/edit.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { allow, policyOf } from './example-policies.ts';
import { letsInBy } from './repaired-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = { AWS: 'arn:aws:iam::777788889999:role/scanner' };

export const conditionUnknownKey = defineRiskRule({
  id: 'condition-unknown-key',
  title: 'A condition on a key that does not exist',
  severity: 'medium',
  about: 'state',
  why: 'IAM accepts any key name. One that no request carries makes a positive condition always false, and a negated or `IfExists` one always true: the statement shuts everyone out, or guards nothing.',
  remedy: 'Write the key that was meant.',
  references: [
    'IAM User Guide, "AWS global condition context keys"',
    'Service Authorization Reference, "AWS Security Token Service"',
  ],
  folds: [
    'condition-never-true',
    'condition-vacuous-ifexists',
    'condition-vacuous-forallvalues',
    'condition-negated-missing-key',
    'deny-ineffective',
  ],
  fires: [
    {
      name: 'the prefix is missing',
      policy: policyOf(allow(vendor, { StringEquals: { ExternalId: 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a slip of spelling',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipleOrgID': 'o-own1234567' } })),
    },
    {
      name: 'the wrong prefix',
      policy: policyOf(allow(vendor, { StringEquals: { 'aws:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a key that is newer than the registry, or does not exist',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ShoeSize': '42' } })),
      severity: 'info',
    },
  ],
  silent: [
    {
      name: 'another letter case',
      policy: policyOf(allow(vendor, { StringEquals: { 'STS:externalid': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: 'a tag key',
      policy: policyOf(allow(vendor, { StringEquals: { 'aws:PrincipalTag/anything at all': 'x' } })),
    },
    {
      name: "a provider's own key",
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.example.com/tenant' },
          { StringEquals: { 'oidc.example.com/tenant:sub': 'x', 'oidc.example.com/tenant:aud': 'sts.amazonaws.com' } },
        ),
      ),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const found = lookUpKey(condition.key);
        if (found.kind === 'registered') return [];
        const where = { pointer: condition.pointer, statement: statement.index };
        return found.kind === 'misspelt'
          ? [
              {
                ...where,
                message: `\`${condition.key}\` is no condition key; \`${found.intended}\` was probably meant. No request carries it.`,
              },
            ]
          : [
              {
                ...where,
                severity: 'info' as const,
                message: `\`${condition.key}\` is not among the condition keys known for assuming roles; where AWS never sends it, the condition does not do what it seems to.`,
              },
            ];
      }),
    ),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const condition = statement?.conditions.find(({ pointer }) => pointer === hit.pointer);
    const found = condition === undefined ? undefined : lookUpKey(condition.key);
    if (statement === undefined || condition === undefined || found?.kind !== 'misspelt') return undefined;
    const text = renameMember(policy, condition.pointer, found.intended);
    if (text === undefined) return undefined;
    const summary = `Write \`${found.intended}\` in place of \`${condition.key}\`.`;
    const intended =
      statement.effect === 'Allow'
        ? letsInBy(policy, text, statement.index, `callers who meet the condition on ${found.intended}`)
        : undefined;
    return intended === undefined ? { summary, text } : { summary, text, intended };
  },
});
