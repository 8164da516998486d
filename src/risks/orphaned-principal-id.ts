/** Is a deleted user or role still named, by the unique id that IAM leaves in its place? */
import { removeAt } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const orphanedPrincipalId = defineRiskRule({
  id: 'orphaned-principal-id',
  title: 'The policy still names a principal that was deleted',
  severity: 'medium',
  about: 'state',
  why: 'IAM shows a bare `AROA…` or `AIDA…` id where the user or role it stood for was deleted. It matches nobody, not even a principal created again under the same name, and nobody can see any more who was trusted.',
  remedy:
    'Remove the id; or, where the principal was created again and should be trusted, write its ARN in place of the id.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal"'],
  fires: [
    { name: 'a role', policy: policyOf(allow({ AWS: 'AROAEXAMPLE0123456789' })) },
    {
      name: 'a user beside a role that exists',
      policy: policyOf(allow({ AWS: ['arn:aws:iam::111122223333:role/deploy', 'AIDAEXAMPLE0123456789'] })),
    },
    {
      name: 'in a Deny, which then denies nobody',
      policy: policyOf(allow({ AWS: '111122223333' }), {
        Effect: 'Deny',
        Principal: { AWS: 'AROAEXAMPLE0123456789' },
        Action: 'sts:AssumeRole',
      }),
    },
  ],
  silent: [
    { name: 'an ARN', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/AROAEXAMPLE0123456789' })) },
    { name: 'an account id', policy: policyOf(allow({ AWS: '111122223333' })) },
    {
      name: 'the id in a condition, where it is a pattern for sessions',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringLike: { 'aws:userid': 'AROAEXAMPLE0123456789:*' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) =>
        entry.name.kind === 'unique-id'
          ? [
              {
                pointer: entry.pointer,
                statement: statement.index,
                message: `\`${entry.text}\` is what is left of a ${entry.name.of} that was deleted; it matches nobody.`,
              },
            ]
          : [],
      ),
    ),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    if (statement === undefined || statement.principal.entries.length < 2) return undefined;
    const text = removeAt(policy, hit.pointer);
    return text === undefined ? undefined : { summary: 'Remove the id, which matches nobody.', text };
  },
});
