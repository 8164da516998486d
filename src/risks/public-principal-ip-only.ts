/** Is the network all that keeps strangers out? */

import { isWideRange } from '../policy/keys/address-ranges.ts';
import { allow, policyOf } from './example-policies.ts';
import { holdToOwn } from './hold-to-own.ts';
import { publicStatements } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalIpOnly = defineRiskRule({
  id: 'public-principal-ip-only',
  title: 'Everyone who calls from a network can assume the role',
  severity: 'high',
  about: 'state',
  why: 'The condition says where a call comes from and not who makes it. Any AWS credentials used from those networks get in: a guest on the network, a machine behind the same address, another tenant of a cloud provider’s range.',
  remedy: 'Name the principals or require `aws:PrincipalOrgID`, and keep the network condition beside it.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:SourceIp'],
  fires: [
    { name: 'a small range', policy: policyOf(allow({ AWS: '*' }, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })) },
    {
      name: 'a range of a whole provider',
      policy: policyOf(allow({ AWS: '*' }, { IpAddress: { 'aws:SourceIp': ['8.8.4.0/24', '52.0.0.0/8'] } })),
      severity: 'critical',
    },
    {
      name: 'an external ID beside it is no secret',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' }, StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } },
        ),
      ),
    },
    {
      name: 'a VPC',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:SourceVpc': 'vpc-0a1b2c3d4e5f60718' } })),
    },
  ],
  silent: [
    {
      name: 'the organization as well',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' }, StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
        ),
      ),
    },
    {
      name: 'one account',
      policy: policyOf(allow({ AWS: '111122223333' }, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })),
    },
    {
      name: 'a private range lets nobody in',
      policy: policyOf(allow({ AWS: '*' }, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })),
    },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ protection }) => protection === 'network')
      .map(({ statement, star }) => {
        const wide = statement.conditions.some(
          (condition) =>
            condition.key.toLowerCase() === 'aws:sourceip' && condition.values.some(({ text }) => isWideRange(text)),
        );
        return {
          pointer: star.pointer,
          statement: statement.index,
          severity: wide ? ('critical' as const) : ('high' as const),
          message: `Anyone with AWS credentials can assume this role from ${wide ? 'a very wide range of addresses' : 'those networks'}.`,
        };
      }),
  fix: holdToOwn,
});
