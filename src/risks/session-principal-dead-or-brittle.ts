/** Is one session of a role trusted rather than the role? */
import type { PrincipalName, Statement } from '../policy/document/trust-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const sessionPrincipalDeadOrBrittle = defineRiskRule({
  id: 'session-principal-dead-or-brittle',
  title: 'One session of a role is trusted',
  severity: 'low',
  about: 'state',
  why: 'An assumed-role ARN matches one session name, which whoever starts the session chooses. It breaks as soon as the name differs, and it proves nothing about who is behind it.',
  remedy:
    'Name the role; where the session name matters, add a condition on `sts:RoleSessionName` to the role that is assumed first.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal", assumed-role session principals'],
  fires: [
    { name: 'a session', policy: policyOf(allow({ AWS: 'arn:aws:sts::111122223333:assumed-role/ci/build-17' })) },
    {
      name: 'beside a role',
      policy: policyOf(
        allow({ AWS: ['arn:aws:iam::111122223333:role/cd', 'arn:aws:sts::111122223333:assumed-role/ci/build-17'] }),
      ),
    },
    {
      name: 'of another account',
      policy: policyOf(allow({ AWS: 'arn:aws:sts::777788889999:assumed-role/scanner/session' })),
    },
  ],
  silent: [
    { name: 'the role', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })) },
    {
      name: 'a session that is denied',
      policy: policyOf(
        allow({ AWS: '111122223333' }),
        deny({ AWS: 'arn:aws:sts::111122223333:assumed-role/ci/build-17' }),
      ),
    },
    {
      name: 'a role with a session name',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { StringEquals: { 'sts:RoleSessionName': 'build' } }),
      ),
    },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) =>
      statement.principal.entries.flatMap(({ name, pointer }) =>
        name.kind === 'session'
          ? [
              {
                pointer,
                statement: statement.index,
                message: allows.some((other) => meansOthersOf(name, other))
                  ? `Of role \`${name.role}\` the session named \`${name.session}\` is trusted by its name, beside whoever else of the account is.`
                  : `Only the session named \`${name.session}\` of role \`${name.role}\` is trusted; any other name is refused.`,
              },
            ]
          : [],
      ),
    ),
});

/** Whether the statement trusts further sessions of the role: by another name, the role, its account or everyone. */
function meansOthersOf(session: PrincipalName & { readonly kind: 'session' }, { principal }: Statement): boolean {
  return (
    principal.element === 'NotPrincipal' ||
    principal.entries.some(({ name }) => {
      if (name.kind === 'everyone') return true;
      if (!('account' in name) || name.account !== session.account) return false;
      if (name.kind === 'session') return name.role === session.role && name.session !== session.session;
      return name.kind === 'account' || (name.kind === 'role' && name.name === session.role);
    })
  );
}
