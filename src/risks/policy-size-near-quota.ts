/** Is there hardly any room left in the document? */
import { countedSize } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const roles = (count: number) =>
  policyOf(
    allow({
      AWS: Array.from({ length: count }, (_, at) => `arn:aws:iam::777788889999:role/service-number-${at + 100}`),
    }),
  );

export const policySizeNearQuota = defineRiskRule({
  id: 'policy-size-near-quota',
  title: 'The document nearly fills its quota',
  severity: 'info',
  about: 'state',
  why: 'IAM allows a trust policy 2,048 characters unless the quota was raised; white space does not count. The next change may be refused with `LimitExceeded`, in the middle of a deployment or an incident.',
  remedy: 'Trust an organization or a pattern of roles in place of a list, merge statements, or have the quota raised.',
  references: ['IAM User Guide, "IAM and AWS STS quotas"'],
  fires: [
    { name: 'over four fifths', policy: roles(35), severity: 'info' },
    { name: 'over the quota', policy: roles(50), severity: 'medium' },
    { name: 'over a quota that was raised', policy: roles(100), more: { sizeQuota: 4_096 }, severity: 'medium' },
  ],
  silent: [
    { name: 'a short document', policy: roles(3) },
    { name: 'a long one under a quota that was raised', policy: roles(50), more: { sizeQuota: 8_192 } },
    { name: 'white space only', policy: `${' '.repeat(4_000)}${JSON.stringify(roles(3))}` },
  ],
  check: ({ policy, question: { sizeQuota = 2_048 } }) => {
    const size = countedSize(policy.text);
    if (size * 5 <= sizeQuota * 4) return [];
    const counted = `${size.toLocaleString('en')} of ${sizeQuota.toLocaleString('en')} characters`;
    return [
      size > sizeQuota
        ? {
            pointer: '',
            severity: 'medium' as const,
            message: `The document takes ${counted}; IAM refuses it unless the quota of the account is higher.`,
          }
        : { pointer: '', message: `The document takes ${counted}.` },
    ];
  },
});
