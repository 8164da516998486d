/** Did a change let in an account that is known, but not ours? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { newlyTrustedAccounts } from './trusted-accounts.ts';

export const externalAccountKnownAdded = defineRiskRule({
  id: 'external-account-known-added',
  title: 'A partner or known vendor can newly assume the role',
  severity: 'medium',
  about: 'change',
  why: 'An outside account that somebody knows newly gets in. That is how a new integration looks; it still wants a second look.',
  remedy: 'Confirm that the integration is wanted, and that it asks for an external ID.',
  references: ['IAM User Guide, "Access to AWS accounts owned by third parties"'],
  fires: [
    {
      name: 'a registered partner',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(
        allow({ AWS: ['111122223333', '777788889999'] }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }),
      ),
    },
    {
      name: 'a vendor of the public list',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: '111122223333' }), allow({ AWS: 'arn:aws:iam::464622532012:root' })),
    },
    {
      name: 'more of a partner that was let in before in part',
      previous: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/scanner' })),
      policy: policyOf(allow({ AWS: '777788889999' })),
    },
  ],
  silent: [
    {
      name: 'an unknown account has a rule of its own',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: ['111122223333', '999999999999'] })),
    },
    {
      name: 'nothing new',
      previous: policyOf(allow({ AWS: '777788889999' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:root' })),
    },
    {
      name: 'less than before',
      previous: policyOf(allow({ AWS: '777788889999' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/scanner' })),
    },
  ],
  check: (context) =>
    newlyTrustedAccounts(context)
      .filter(({ account }) => ['partner', 'vendor'].includes(context.standing(account)))
      .map(({ account, pointer, answer }) => ({
        pointer,
        statement: answer.classes[0].statement,
        discriminator: account,
        message: `${context.nameOf(account)} (${account})${context.standing(account) === 'vendor' ? ', a publicly known vendor not registered as a partner,' : ''} can newly assume this role. Let in: ${answer.classes[0].summary}.`,
      })),
});
