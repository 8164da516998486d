/** Is a session listed beside the role it belongs to? */
import { removeAt } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = 'arn:aws:iam::111122223333:role/ci';
const session = 'arn:aws:sts::111122223333:assumed-role/ci/build';

export const redundantSessionWithRole = defineRiskRule({
  id: 'redundant-session-with-role',
  title: 'A session is listed beside its role',
  severity: 'info',
  about: 'state',
  why: 'The role stands for all its sessions; the session beside it adds nothing.',
  remedy: 'Remove the session.',
  references: ['IAM User Guide, "Access Analyzer policy check reference", redundant principal'],
  folds: ['session-principal-dead-or-brittle'],
  fires: [
    { name: 'both in one list', policy: policyOf(allow({ AWS: [role, session] })) },
    {
      name: 'a role with a path',
      policy: policyOf(allow({ AWS: [session, 'arn:aws:iam::111122223333:role/build/ci'] })),
    },
    {
      name: 'two sessions',
      policy: policyOf(allow({ AWS: [session, 'arn:aws:sts::111122223333:assumed-role/ci/deploy', role] })),
    },
  ],
  silent: [
    { name: 'another role', policy: policyOf(allow({ AWS: ['arn:aws:iam::111122223333:role/cd', session] })) },
    {
      name: 'the role in another account',
      policy: policyOf(allow({ AWS: ['arn:aws:iam::777788889999:role/ci', session] })),
    },
    {
      name: 'listed by a Deny, where both are needed',
      policy: policyOf(allow({ AWS: '111122223333' }), {
        Effect: 'Deny',
        Principal: { AWS: [role, session] },
        Action: 'sts:AssumeRole',
      }),
    },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        const { name } = entry;
        if (name.kind !== 'session') return [];
        const parent = statement.principal.entries.find(
          (other) => other.name.kind === 'role' && other.name.account === name.account && other.name.name === name.role,
        );
        return parent === undefined
          ? []
          : [
              {
                pointer: entry.pointer,
                statement: statement.index,
                message: `\`${entry.text}\` is a session of \`${parent.text}\`, which is trusted as well.`,
              },
            ];
      }),
    ),
  fix: ({ policy }, hit) => {
    const text = removeAt(policy, hit.pointer);
    return text === undefined ? undefined : { summary: 'Remove the session; its role stays.', text };
  },
});
