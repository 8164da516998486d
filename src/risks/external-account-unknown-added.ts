/** Did a change let in an account that nobody here knows? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { newlyTrustedAccounts } from './trusted-accounts.ts';

export const externalAccountUnknownAdded = defineRiskRule({
  id: 'external-account-unknown-added',
  title: 'An unknown account can newly assume the role',
  severity: 'high',
  about: 'change',
  why: 'An account that is neither ours nor a registered partner can newly assume the role. A backdoor left by an intruder looks just like this.',
  remedy:
    'Undo the change unless somebody can say whose account it is; then register it under `partners` and require an external ID.',
  references: [
    'IAM User Guide, "AWS JSON policy elements: Principal"',
    'MITRE ATT&CK, "Account Manipulation: Additional Cloud Roles"',
  ],
  fires: [
    {
      name: 'the root of an unknown account beside a service',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' }), allow({ AWS: 'arn:aws:iam::999999999999:root' })),
    },
    {
      name: 'a role of an unknown account',
      previous: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/deploy' })),
      policy: policyOf(allow({ AWS: ['arn:aws:iam::111122223333:role/deploy', 'arn:aws:iam::999999999999:role/x'] })),
    },
    {
      name: 'by a condition, under a star',
      previous: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '111122223333' } })),
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': ['111122223333', '999999999999'] } }),
      ),
    },
    {
      name: 'the role is privileged',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: ['111122223333', '999999999999'] })),
      more: { attachedPolicies: ['AdministratorAccess'] },
      severity: 'critical',
    },
  ],
  silent: [
    {
      name: 'it was trusted before, written as an account id',
      previous: policyOf(allow({ AWS: '999999999999' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:root' })),
    },
    {
      name: 'a registered partner',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: ['111122223333', '777788889999'] })),
    },
    {
      name: 'named, and shut out by a condition that nobody of it meets',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(
        allow({ AWS: ['111122223333', '999999999999'] }, { StringEquals: { 'aws:PrincipalAccount': '111122223333' } }),
      ),
    },
    {
      name: 'an unknown account loses a condition of its own name only',
      previous: policyOf(allow({ AWS: '111122223333' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/deploy' })),
    },
  ],
  check: (context) =>
    newlyTrustedAccounts(context)
      .filter(({ account }) => context.standing(account) === 'unknown')
      .map(({ account, pointer, answer }) => ({
        pointer,
        statement: answer.classes[0].statement,
        discriminator: account,
        message: `Account ${account}, which is not registered here, can newly assume this role. Let in: ${answer.classes[0].summary}.`,
        severity: context.raised('high'),
      })),
});
