/** Is `aws:SourceIp` compared with private addresses, which it never holds? */
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { isPrivateRange } from '../policy/keys/address-ranges.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionPrivateSourceIp = defineRiskRule({
  id: 'condition-private-source-ip',
  title: '`aws:SourceIp` compared with a private address range',
  severity: 'high',
  about: 'state',
  why: '`aws:SourceIp` is the public address of the caller; through a VPC endpoint it is missing. A private range never matches: an Allow shuts everyone out, and a Deny with `NotIpAddress` denies everyone.',
  remedy:
    'Use the public range that the calls leave from; for calls through a VPC endpoint use `aws:VpcSourceIp` together with `aws:SourceVpc`.',
  references: [
    'IAM User Guide, "AWS global condition context keys", aws:SourceIp',
    'IAM User Guide, "Access Analyzer policy check reference", private IP address',
  ],
  folds: [
    'condition-never-true',
    'condition-vacuous-ifexists',
    'condition-negated-missing-key',
    'deny-ineffective',
    'deny-locks-out-everyone',
  ],
  fires: [
    {
      name: 'a private range in an Allow',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })),
    },
    {
      name: 'a Deny that denies everyone',
      policy: policyOf(
        allow(account),
        deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': ['192.168.0.0/16', '172.16.0.0/12'] } }),
      ),
    },
    {
      name: 'addresses of the carrier-grade kind',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '100.64.3.0/24' } })),
    },
    {
      name: 'unique local IPv6',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': 'fd12:3456::/32' } })),
    },
    {
      name: 'private beside public: of no effect',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '8.8.4.0/24'] } })),
      severity: 'info',
    },
  ],
  silent: [
    { name: 'a public range', policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })) },
    {
      name: 'the private address key',
      policy: policyOf(
        allow(account, {
          IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' },
          StringEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d' },
        }),
      ),
    },
    {
      name: 'a range that merely contains private ones',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        if (condition.key.toLowerCase() !== 'aws:sourceip' || !/IpAddress$/.test(condition.operator.base)) return [];
        const hidden = condition.values.filter(({ text }) => isPrivateRange(text));
        const [first] = hidden;
        if (first === undefined) return [];
        const where = { pointer: first.pointer, statement: statement.index };
        if (hidden.length < condition.values.length)
          return [
            {
              ...where,
              severity: 'info' as const,
              message: `\`${first.text}\` is private, so \`aws:SourceIp\` never holds an address of it; it has no effect here.`,
            },
          ];
        return [
          {
            ...where,
            message: `\`aws:SourceIp\` is never in \`${first.text}\`, which is private: ${consequence(statement, condition)}.`,
          },
        ];
      }),
    ),
});

function consequence({ effect }: Statement, { operator }: ConditionClause): string {
  const allows = effect === 'Allow';
  if (operator.base === 'NotIpAddress')
    return allows ? 'this condition keeps nobody out' : 'this Deny denies every address';
  if (operator.ifExists || operator.set === 'ForAllValues')
    return `${allows ? 'the statement lets in' : 'this Deny denies'} only calls that bring no address, as those through a VPC endpoint`;
  return allows ? 'the statement lets nobody in' : 'this Deny denies nobody';
}
