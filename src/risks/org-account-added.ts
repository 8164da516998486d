/** Did a change let in another account of our own? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { newlyTrustedAccounts } from './trusted-accounts.ts';

const world = { accounts: ['111122223333', '222233334444'] } as const;

export const orgAccountAdded = defineRiskRule({
  id: 'org-account-added',
  title: 'Another of our own accounts can newly assume the role',
  severity: 'low',
  about: 'change',
  why: 'Trust between own accounts is a path along which an intruder moves from a weak account to a strong one.',
  remedy: 'Prefer the ARN of the role that needs it to the whole account.',
  references: ['IAM User Guide, "Cross-account access using roles"'],
  fires: [
    {
      name: 'the whole account',
      world,
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: ['111122223333', '222233334444'] })),
    },
    {
      name: 'a role of it',
      world,
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' }), allow({ AWS: 'arn:aws:iam::222233334444:role/ci' })),
    },
    {
      name: 'another role of it',
      world,
      previous: policyOf(allow({ AWS: 'arn:aws:iam::222233334444:role/ci' })),
      policy: policyOf(allow({ AWS: ['arn:aws:iam::222233334444:role/ci', 'arn:aws:iam::222233334444:role/cd'] })),
    },
  ],
  silent: [
    {
      name: 'nothing new',
      world,
      previous: policyOf(allow({ AWS: '222233334444' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::222233334444:root' })),
    },
    {
      name: 'an account that is not ours',
      world,
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: ['111122223333', '999999999999'] })),
    },
    {
      name: 'the role’s own account',
      world,
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ AWS: '111122223333' })),
    },
  ],
  check: (context) =>
    newlyTrustedAccounts(context)
      .filter(({ account }) => context.standing(account) === 'own')
      .map(({ account, pointer, answer }) => ({
        pointer,
        statement: answer.classes[0].statement,
        discriminator: account,
        message: `Our account ${account} can newly assume this role. Let in: ${answer.classes[0].summary}.`,
      })),
});
