/** Is `aws:SourceIp` compared with private addresses, which it never holds? */
import { isPrivateRange } from '../policy/keys/address-ranges.ts';
import { defineCause } from './cause.ts';
import { byRole, byUser, policyOf, statement, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

export const sourceIpPrivate = defineCause({
  id: 'source-ip-private',
  title: 'aws:SourceIp is compared with a private range, which it never holds',
  side: 'trust-policy',
  who: 'owner',
  means:
    '`aws:SourceIp` always is a public address: a private range there lets nobody in, and in a Deny with NotIpAddress it shuts out everybody.',
  toldApart:
    'Every range of the condition is private, shared, loopback or link-local. It is proved whatever the record shows.',
  fix: 'Use the public range, or aws:VpcSourceIp together with aws:SourceVpc.',
  isIt: [
    {
      name: '10.0.0.0/8',
      event: byUser(null),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
      confidence: 'proved',
    },
    {
      name: 'all three of RFC 1918, a role calls',
      event: byRole(null, { sourceIPAddress: '10.1.2.3' }),
      policy: trusting('444455556666', {
        IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] },
      }),
      confidence: 'proved',
    },
    {
      name: 'a Deny of all but a private range',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'a public range beside the private one',
      event: byUser(null),
      policy: trusting(user, { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '203.0.112.0/24'] } }),
    },
    {
      name: 'aws:VpcSourceIp may be private',
      event: byUser(null),
      policy: trusting(user, { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } }),
    },
  ],
  claimsCondition: (part) => {
    const { clause, effect } = part;
    const base = effect === 'Allow' ? 'IpAddress' : 'NotIpAddress';
    if (clause.key.toLowerCase() !== 'aws:sourceip' || clause.operator.base !== base) return undefined;
    return clause.values.length > 0 && clause.values.every(({ text }) => isPrivateRange(text))
      ? {
          summary: unmet(
            part,
            `the key is always a public address, so that ${effect === 'Deny' ? 'every call is outside a private range' : 'a private range never matches'}`,
          ),
        }
      : undefined;
  },
});
