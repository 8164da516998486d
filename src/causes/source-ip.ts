/** Did the call come from an address outside `aws:SourceIp`? */
import { isPrivateRange } from '../policy/keys/address-ranges.ts';
import { type ClausePart, defineCause } from './cause.ts';
import { byUser, policyOf, statement, trusting, user } from './example-cases.ts';
import { shortened, unmet } from './wording.ts';

export const sourceIp = defineCause({
  id: 'source-ip',
  title: 'The address of the call is outside aws:SourceIp',
  side: 'trust-policy',
  who: 'owner',
  means: '`aws:SourceIp` is the public address of the caller. A call through a VPC endpoint has no such key at all.',
  toldApart: 'The record shows a public address that is outside the ranges, or a VPC endpoint on the way.',
  fix: 'Add the public range; for calls through an endpoint test aws:VpcSourceIp or aws:SourceVpc in place of it.',
  isIt: [
    {
      name: 'outside the range',
      event: byUser(null),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': '203.0.112.0/24' } }),
      confidence: 'proved',
      says: '52.94.1.1',
    },
    {
      name: 'through an endpoint the key is absent',
      event: byUser({}, { vpcEndpointId: 'vpce-0a1b2c3d', sourceIPAddress: '10.1.2.3' }),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': '203.0.112.0/24' } }),
      confidence: 'proved',
      says: 'endpoint',
    },
    {
      name: 'a Deny of all other addresses',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { NotIpAddress: { 'aws:SourceIp': '203.0.112.0/24' } }),
      ),
      confidence: 'proved',
    },
    {
      name: 'from a private address',
      event: byUser(null, { sourceIPAddress: '10.1.2.3' }),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': '203.0.112.0/24' } }),
      confidence: 'likely',
      says: 'private address',
    },
  ],
  isNot: [
    { name: 'inside', event: byUser(null), policy: trusting(user, { IpAddress: { 'aws:SourceIp': '52.94.0.0/16' } }) },
    {
      name: 'a private range, which no call meets',
      event: byUser(null),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    },
  ],
  claimsCondition: (part) =>
    part.clause.key.toLowerCase() === 'aws:sourceip' ? { summary: unmet(part, whyAbsent(part)) } : undefined,
});

function whyAbsent({ values, evidence: { denial } }: ClausePart): string {
  if (values === null) return 'it came through a VPC endpoint, where aws:SourceIp is not set';
  const { sourceIp: address } = denial.record;
  return values === undefined && address !== undefined && isPrivateRange(address)
    ? `it came from the private address ${shortened(address)}, as calls through a VPC endpoint do, where aws:SourceIp is not set`
    : '';
}
