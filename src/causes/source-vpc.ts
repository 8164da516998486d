/** Did the call not come through the VPC or endpoint that the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const keys: ReadonlySet<string> = new Set([
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpcsourceip',
  'aws:sourcevpcarn',
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
]);
const asks = trusting(user, { StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d' } });

export const sourceVpc = defineCause({
  id: 'source-vpc',
  title: 'The call does not come through the VPC or endpoint asked for',
  side: 'trust-policy',
  who: 'owner',
  means:
    '`aws:SourceVpc`, `aws:SourceVpce` and their kin are in a request only when it comes through a VPC endpoint of STS.',
  toldApart: 'The record shows another endpoint, or a public address, with which a call comes through no endpoint.',
  fix: 'Call STS through the endpoint, or correct the id in the condition.',
  isIt: [
    { name: 'from the internet', event: byUser(null), policy: asks, confidence: 'proved', says: 'had none' },
    {
      name: 'another endpoint',
      event: byUser(null, { vpcEndpointId: 'vpce-ffffffff', sourceIPAddress: '10.1.2.3' }),
      policy: asks,
      confidence: 'proved',
      says: 'vpce-ffffffff',
    },
    {
      name: 'the VPC of the endpoint is not recorded',
      event: byUser({}, { vpcEndpointId: 'vpce-ffffffff', sourceIPAddress: '10.1.2.3' }),
      policy: trusting(user, { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }),
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'the right endpoint',
      event: byUser(null, { vpcEndpointId: 'vpce-0a1b2c3d', sourceIPAddress: '10.1.2.3' }),
      policy: asks,
    },
    {
      name: 'an address is asked for',
      event: byUser(null),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': '203.0.112.0/24' } }),
    },
  ],
  claimsCondition: (part) => (keys.has(part.clause.key.toLowerCase()) ? { summary: unmet(part) } : undefined),
});
