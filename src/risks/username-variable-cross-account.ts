/** Is a user name, unique only within an account, used for an outside one? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const usernameVariableCrossAccount = defineRiskRule({
  id: 'username-variable-cross-account',
  title: 'A user name is used for callers of an outside account',
  severity: 'low',
  about: 'state',
  why: 'User names are unique only within an account: another account can have a user of the same name. Role sessions have none at all and are shut out.',
  remedy: 'Use `aws:PrincipalArn` or `aws:userid`.',
  references: ['IAM User Guide, "IAM policy elements: Variables and tags"'],
  fires: [
    {
      name: 'the session name has to be the user name',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } })),
    },
    {
      name: 'a user name as the guard',
      policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'aws:username': 'eve' } })),
    },
    { name: 'for everyone', policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:username': 'eve' } })) },
  ],
  silent: [
    {
      name: 'our own account',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } })),
    },
    {
      name: 'by the unique id',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:userid': 'AIDAEXAMPLE0123456789' } })),
    },
    {
      name: 'under version 2008 it is plain text',
      policy: {
        Version: '2008-10-17',
        Statement: [allow({ AWS: '777788889999' }, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } })],
      },
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const outside = statement.principal.entries.some(
        ({ name }) =>
          (name.kind === 'everyone' && context.open(statement)) ||
          (name.kind === 'account' &&
            !['home', 'own'].includes(context.standing(name.account)) &&
            !context.mayBeHome(name.account)),
      );
      if (!outside) return [];
      return statement.conditions
        .filter(
          ({ key, values }) =>
            key.toLowerCase() === 'aws:username' ||
            (context.policy.version === '2012-10-17' && values.some(({ text }) => /\$\{\s*aws:username/i.test(text))),
        )
        .map(({ pointer }) => ({
          pointer,
          statement: statement.index,
          message: 'User names are unique only within an account; here callers of other accounts are let in by theirs.',
        }));
    }),
});
