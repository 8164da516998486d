/** Is an address inside a VPC trusted without saying which VPC? */
import type { ConditionClause } from '../policy/document/trust-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionVpcSourceIpAlone = defineRiskRule({
  id: 'condition-vpc-source-ip-alone',
  title: 'A private address is trusted in any VPC',
  severity: 'medium',
  about: 'state',
  why: 'Private addresses are not unique: anybody can make a VPC with the same range and call through an endpoint of it. `aws:VpcSourceIp` says something only together with the VPC or the endpoint.',
  remedy: 'Add `aws:SourceVpc` or `aws:SourceVpce`.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:VpcSourceIp'],
  fires: [
    { name: 'in an Allow', policy: policyOf(allow(account, { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' } })) },
    {
      name: 'in a Deny',
      policy: policyOf(allow(account), deny({ AWS: '*' }, { NotIpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' } })),
    },
    {
      name: 'the VPC is optional',
      policy: policyOf(
        allow(account, {
          IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' },
          StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-*' },
        }),
      ),
    },
    {
      name: 'any endpoint',
      policy: policyOf(
        allow(account, { IpAddress: { 'AWS:vpcsourceip': '10.0.0.0/16' }, StringLike: { 'aws:SourceVpce': '*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'with the VPC',
      policy: policyOf(
        allow(account, {
          IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' },
          StringEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d' },
        }),
      ),
    },
    {
      name: 'with the endpoint',
      policy: policyOf(
        allow(account, {
          IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' },
          StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d' },
        }),
      ),
    },
    {
      name: 'a Deny holds it to the VPC',
      policy: policyOf(
        allow(account, { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' } }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d' } }),
      ),
    },
    { name: 'the public address', policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })) },
  ],
  check: (context) => {
    const hits = new Map<string, { readonly pointer: string; readonly statement: number; readonly message: string }>();
    for (const allowed of context.allows) {
      const holder = [allowed, ...context.denies].find(({ conditions }) => conditions.some(isAddressInVpc));
      const condition = holder?.conditions.find(isAddressInVpc);
      if (holder === undefined || condition === undefined) continue;
      if (!context.guarded(allowed, 'aws:VpcSourceIp') || !context.alive(allowed)) continue;
      if (networkNames.some((key) => context.guarded(allowed, key))) continue;
      hits.set(condition.pointer, {
        pointer: condition.pointer,
        statement: holder.index,
        message: "`aws:VpcSourceIp` alone admits the same private addresses of anybody's VPC.",
      });
    }
    return [...hits.values()];
  },
});

function isAddressInVpc({ key, operator }: ConditionClause): boolean {
  return key.toLowerCase() === 'aws:vpcsourceip' && operator.base !== 'Null';
}

/** Each of them tells one VPC, or the VPCs of one owner, from all others. */
const networkNames = [
  'aws:SourceVpc',
  'aws:SourceVpce',
  'aws:SourceVpcArn',
  'aws:VpceAccount',
  'aws:VpceOrgID',
  'aws:VpceOrgPaths',
];
