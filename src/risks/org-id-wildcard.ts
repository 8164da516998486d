/** Is a pattern used where AWS says that only exact values make sense? */
import { addCondition } from './add-condition.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

/** IAM User Guide, "Access Analyzer policy check reference": keys for which a wildcard has no valid use. */
const sensitive: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpceaccount',
  'aws:vpceorgid',
]);

export const orgIdWildcard = defineRiskRule({
  id: 'org-id-wildcard',
  title: 'A pattern for an account, organization or network id',
  severity: 'high',
  about: 'state',
  why: 'Ids of accounts, organizations, VPCs and endpoints are handed out by AWS; a pattern for one matches those of strangers.',
  remedy: 'Write the exact ids with `StringEquals`.',
  references: ['IAM User Guide, "AWS global condition context keys", sensitive keys'],
  fires: [
    {
      name: 'any organization',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalOrgID': 'o-*' } })),
    },
    {
      name: 'a prefix of account ids',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalAccount': '11112222*' } })),
    },
    {
      name: 'any source account for a service',
      policy: policyOf(allow({ Service: 'sns.amazonaws.com' }, { StringLike: { 'aws:SourceAccount': '*' } })),
    },
    {
      name: 'in the Deny that should hold the rest off',
      policy: policyOf(
        allow({ AWS: '999999999999' }),
        deny({ AWS: '*' }, { StringNotLike: { 'aws:PrincipalOrgID': 'o-*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'exact',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'an exact value under StringLike',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'paths are made for patterns',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } }),
      ),
    },
    {
      name: 'a Deny leaves our own organization alone',
      policy: policyOf(
        allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalOrgID': 'o-*' } }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'a role of our own is asked for beside it',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringLike: { 'aws:PrincipalOrgID': 'o-*' },
            ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci' },
          },
        ),
      ),
    },
    {
      name: 'a pattern beside the exact value in any letter case',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringLike: { 'aws:PrincipalOrgID': 'o-*' },
            StringEqualsIgnoreCase: { 'aws:PrincipalOrgID': 'o-own1234567' },
          },
        ),
      ),
    },
    {
      name: 'a pattern beside the exact value',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringLike: { 'aws:PrincipalOrgID': 'o-*' }, StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
        ),
      ),
    },
  ],
  check: (context) =>
    context.policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { key, operator, values } = condition;
        // "Whoever is not like this" in a Deny lets in whoever is.
        const letsIn =
          statement.effect === 'Allow'
            ? /^(StringLike|ArnLike|ArnEquals)$/
            : /^(StringNotLike|ArnNotLike|ArnNotEquals)$/;
        if (!sensitive.has(key.toLowerCase()) || !letsIn.test(operator.base)) return [];
        const value = values.find(({ text }) => /[*?]/.test(text));
        if (value === undefined || (statement.effect === 'Allow' && !context.alive(statement))) return [];
        // Where what else is asked leaves nobody but our own, the ids of strangers fit in vain.
        const others = statement.effect === 'Allow' ? [statement] : context.allows;
        if (/^aws:principal/i.test(key) && !others.some((one) => context.letsInOthers(one))) return [];
        const exact = statement.conditions.some(
          (other) =>
            other.key.toLowerCase() === key.toLowerCase() &&
            /^StringEquals(IgnoreCase)?$/.test(other.operator.base) &&
            !other.operator.ifExists,
        );
        return exact
          ? []
          : [
              {
                pointer: value.pointer,
                statement: statement.index,
                message: `\`${key}\` is compared with the pattern \`${value.text}\`, which ids of strangers fit.`,
              },
            ];
      }),
    ),
  fix: (context, hit) => {
    const { organizations, accounts } = context.question.world;
    const statement = context.policy.statements[hit.statement ?? -1];
    const own = statement?.conditions.find(({ values }) => values.some(({ pointer }) => pointer === hit.pointer));
    if (statement?.effect !== 'Allow' || own === undefined) return undefined;
    const exact = /^aws:(principal|source)orgid$/i.test(own.key)
      ? organizations
      : /^aws:(principal|source)account$/i.test(own.key)
        ? accounts
        : [];
    return exact.length === 0 ? undefined : addCondition(context, statement.index, 'StringEquals', own.key, exact);
  },
});
