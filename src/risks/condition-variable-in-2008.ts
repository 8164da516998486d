/** Does a document of the old version use policy variables, which are plain text there? */
import { setMember } from '../policy/document/edit.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const named = allow(account, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } });
const guarded = deny({ AWS: '*' }, { StringEquals: { 'aws:PrincipalTag/owner': '${aws:ResourceTag/blocked}' } });

export const conditionVariableIn2008 = defineRiskRule({
  id: 'condition-variable-in-2008',
  title: 'A policy variable in a document of the old version',
  severity: 'high',
  about: 'state',
  why: 'Policy variables work only under `Version` `2012-10-17`. Under the old version, which also a document without `Version` has, `${…}` is plain text: an Allow that compares with it lets nobody in, and a Deny denies nobody.',
  remedy: 'Write `"Version": "2012-10-17"`, and look at what the condition then means.',
  references: [
    'IAM User Guide, "IAM policy elements: Variables and tags"',
    'IAM User Guide, "Access Analyzer policy check reference", variable unsupported in version',
  ],
  folds: ['condition-never-true', 'deny-ineffective', 'deny-locks-out-everyone', 'condition-literal-wildcard'],
  fires: [
    { name: 'no version', policy: { Statement: [named] } },
    { name: 'the old version', policy: { Version: '2008-10-17', Statement: [named] } },
    { name: 'a Deny that never applies', policy: { Version: '2008-10-17', Statement: [allow(account), guarded] } },
  ],
  silent: [
    { name: 'the new version', policy: policyOf(named) },
    {
      name: 'the old version without a variable',
      policy: { Version: '2008-10-17', Statement: [allow(account, { StringLike: { 'sts:RoleSessionName': 'ci-*' } })] },
    },
    {
      name: 'a dollar sign that is no variable',
      policy: {
        Version: '2008-10-17',
        Statement: [allow(account, { StringEquals: { 'aws:PrincipalTag/price': '$5' } })],
      },
    },
  ],
  check: ({ policy }) =>
    policy.version === '2012-10-17'
      ? []
      : policy.statements.flatMap((statement) =>
          statement.conditions.flatMap(({ key, values }) => {
            const value = values.find(({ text }) => holdsVariable(text));
            if (value === undefined) return [];
            return [
              {
                pointer: value.pointer,
                statement: statement.index,
                message: `Under the old version the variable in the condition on \`${key}\` is plain text, which ${statement.effect === 'Deny' ? 'makes the Deny mean something else' : 'no caller brings'}.`,
              },
            ];
          }),
        ),
  fix: ({ policy }) => {
    const text = setMember(policy, '', 'Version', '2012-10-17');
    if (text === undefined) return undefined;
    return {
      summary: 'Write `"Version": "2012-10-17"`.',
      text,
      intended: { policy: { ...policy, version: '2012-10-17' }, inWords: 'callers who match the variables' },
    };
  },
});

/** @returns whether the text has a policy variable, or what would be one under the new version. */
export function holdsVariable(text: string): boolean {
  return /\$\{[^}]+\}/.test(text);
}
