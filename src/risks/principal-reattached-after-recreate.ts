/** Did a deleted principal get its trust back under its old name? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const orphan = policyOf(allow({ AWS: 'AROAEXAMPLE0123456789' }));
const role = 'arn:aws:iam::444455556666:role/ci';

export const principalReattachedAfterRecreate = defineRiskRule({
  id: 'principal-reattached-after-recreate',
  title: 'A principal that had been deleted is trusted again by name',
  severity: 'medium',
  about: 'change',
  why: 'The id of a deleted user or role gave way to an ARN. Whoever created that name anew, perhaps somebody else, now has the trust of the old one.',
  remedy: 'Confirm who owns the new principal.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal"'],
  fires: [
    { name: 'a role', previous: orphan, policy: policyOf(allow({ AWS: role })) },
    {
      name: 'a user',
      previous: policyOf(allow({ AWS: 'AIDAEXAMPLE0123456789' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::444455556666:user/eve' })),
    },
    {
      name: 'beside another principal',
      previous: policyOf(allow({ AWS: ['AROAEXAMPLE0123456789', '111122223333'] })),
      policy: policyOf(allow({ AWS: ['111122223333', role] })),
    },
  ],
  silent: [
    {
      name: 'the id is removed only',
      previous: policyOf(allow({ AWS: ['AROAEXAMPLE0123456789', '111122223333'] })),
      policy: policyOf(allow({ AWS: '111122223333' })),
    },
    { name: 'the id stays', previous: orphan, policy: policyOf(allow({ AWS: ['AROAEXAMPLE0123456789', role] })) },
    {
      name: 'there never was an id',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: ['111122223333', role] })),
    },
    {
      name: 'an id of a role gives way to a user',
      previous: orphan,
      policy: policyOf(allow({ AWS: 'arn:aws:iam::444455556666:user/eve' })),
    },
  ],
  check: ({ policy, previous }) => {
    if (previous === undefined) return [];
    const names = (of: typeof policy) =>
      of.statements.filter((s) => s.effect === 'Allow').flatMap((s) => s.principal.entries);
    const before = names(previous);
    const now = names(policy);
    const gone = before.filter((old) => old.name.kind === 'unique-id' && !now.some((entry) => entry.text === old.text));
    return policy.statements.flatMap((statement) =>
      statement.effect === 'Deny'
        ? []
        : statement.principal.entries.flatMap((entry) => {
            const fresh = !before.some((old) => old.text === entry.text);
            const old = gone.find(({ name }) => name.kind === 'unique-id' && name.of === entry.name.kind);
            return fresh && old !== undefined
              ? [
                  {
                    pointer: entry.pointer,
                    statement: statement.index,
                    message: `\`${entry.text}\` takes the place of \`${old.text}\`, whose ${entry.name.kind} was deleted.`,
                  },
                ]
              : [];
          }),
    );
  },
});
