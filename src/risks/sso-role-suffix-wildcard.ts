/** Does a pattern for an Identity Center role also fit another permission set? */
import { replaceAt } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/${name}`;

export const ssoRoleSuffixWildcard = defineRiskRule({
  id: 'sso-role-suffix-wildcard',
  title: 'A pattern for an Identity Center role that other permission sets fit',
  severity: 'medium',
  about: 'state',
  why: 'Identity Center names its roles `AWSReservedSSO_NAME_` and 16 hexadecimal digits. A `*` in place of the digits also fits a permission set whose name begins alike, such as `Admin_ReadOnly` beside `Admin`.',
  remedy: 'Write sixteen `?` in place of the `*`, and the account id out.',
  references: ['IAM Identity Center User Guide, "Referencing permission sets in resource policies"'],
  fires: [
    {
      name: 'a star for the suffix',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnLike: { 'aws:PrincipalArn': role('AWSReservedSSO_Admin_*') } }),
      ),
    },
    {
      name: 'every set whose name begins so',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnLike: { 'aws:PrincipalArn': role('AWSReservedSSO_Read*') } }),
      ),
      severity: 'medium',
    },
    {
      name: 'with the region',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          { StringLike: { 'aws:PrincipalArn': role('eu-west-1/AWSReservedSSO_Admin_*') } },
        ),
      ),
    },
    {
      name: 'any account',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            ArnLike: {
              'aws:PrincipalArn': `arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_${'?'.repeat(16)}`,
            },
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
          },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'sixteen question marks',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          { ArnLike: { 'aws:PrincipalArn': role(`AWSReservedSSO_Admin_${'?'.repeat(16)}`) } },
        ),
      ),
    },
    {
      name: 'any account in the pattern, and one in the principal',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          {
            ArnLike: {
              'aws:PrincipalArn': `arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_${'?'.repeat(16)}`,
            },
          },
        ),
      ),
    },
    {
      name: 'the whole name',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          { ArnLike: { 'aws:PrincipalArn': role('AWSReservedSSO_Admin_0123456789abcdef') } },
        ),
      ),
    },
    {
      name: 'a role of another kind',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/admin-*' } }),
      ),
    },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) =>
      statement.conditions.flatMap(({ key, operator, values }) => {
        if (key.toLowerCase() !== 'aws:principalarn' || !/^(ArnLike|ArnEquals|StringLike)$/.test(operator.base))
          return [];
        // A principal of one account leaves no other to a pattern.
        const open = statement.principal.entries.some(({ name }) => name.kind === 'everyone');
        const anywhere = (text: string) => open && inAnyAccount(text);
        return values
          .filter(({ text }) => /AWSReservedSSO_/.test(text) && (/AWSReservedSSO_[^/]*\*/.test(text) || anywhere(text)))
          .map(({ text, pointer }) => ({
            pointer,
            statement: statement.index,
            // `AWSReservedSSO_Name_*` is how most people write it; a star within the name reaches much further.
            severity:
              /AWSReservedSSO_[\w+=,.@-]+_\*$/.test(text) && !anywhere(text) ? ('low' as const) : ('medium' as const),
            message: /AWSReservedSSO_[^/]*\*/.test(text)
              ? `\`${text}\` also fits other permission sets whose name begins alike.`
              : `\`${text}\` fits that permission set in every account.`,
          }));
      }),
    ),
  fix: ({ policy }, hit) => {
    const values = policy.statements[hit.statement ?? -1]?.conditions.flatMap(({ values: all }) => all) ?? [];
    const pattern = values.find(({ pointer }) => pointer === hit.pointer)?.text;
    if (pattern === undefined || !/_\*$/.test(pattern) || inAnyAccount(pattern)) return undefined;
    const text = replaceAt(policy, hit.pointer, `${pattern.slice(0, -1)}${'?'.repeat(16)}`);
    return text === undefined ? undefined : { summary: 'Write sixteen `?` in place of the `*`.', text };
  },
});

function inAnyAccount(arn: string): boolean {
  return /^arn:[^:]*:iam::[^:]*[*?]/.test(arn);
}
