/** Is a federated user trusted, which cannot assume roles? */
import { removeAt } from '../policy/document/edit.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const federatedUserPrincipalDead = defineRiskRule({
  id: 'federated-user-principal-dead',
  title: 'A federated user is trusted, and cannot assume roles',
  severity: 'low',
  about: 'state',
  why: 'Sessions made by `GetFederationToken` may call nothing of STS but `GetCallerIdentity`, so this principal can never assume the role.',
  remedy: 'Trust the user that stands behind it, or a role.',
  references: ['IAM User Guide, "Compare AWS STS credentials"'],
  fires: [
    { name: 'alone', policy: policyOf(allow({ AWS: 'arn:aws:sts::111122223333:federated-user/bob' })) },
    {
      name: 'beside a role',
      policy: policyOf(
        allow({ AWS: ['arn:aws:iam::111122223333:role/ci', 'arn:aws:sts::111122223333:federated-user/bob'] }),
      ),
    },
    { name: 'of another account', policy: policyOf(allow({ AWS: 'arn:aws:sts::777788889999:federated-user/bob' })) },
  ],
  silent: [
    { name: 'a user', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:user/bob' })) },
    { name: 'a session of a role', policy: policyOf(allow({ AWS: 'arn:aws:sts::111122223333:assumed-role/ci/bob' })) },
    {
      name: 'denied',
      policy: policyOf(allow({ AWS: '111122223333' }), deny({ AWS: 'arn:aws:sts::111122223333:federated-user/bob' })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) =>
        entry.name.kind === 'federated-user'
          ? [
              {
                pointer: entry.pointer,
                statement: statement.index,
                message: `Federated user \`${entry.name.name}\` cannot call AssumeRole, so it is trusted in vain.`,
              },
            ]
          : [],
      ),
    ),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    if (statement === undefined || statement.principal.entries.length < 2) return undefined;
    const text = removeAt(policy, hit.pointer);
    return text === undefined
      ? undefined
      : { summary: 'Remove the federated user, which can never assume the role.', text };
  },
});
