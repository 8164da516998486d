/** Does a comparison tell of nobody who would need keys in one request that no request has together? */
import { expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { allow, type Condition, deny, other, policy } from './policies.ts';

const mfa: Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const recent: Condition = { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } };
const aged: Condition = { Null: { 'aws:MultiFactorAuthAge': 'false' } };
const noMfa: Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'false' } };
const tooOld: Condition = { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' } };
const address: Condition = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };
const endpoint: Condition = { StringEquals: { 'aws:SourceVpce': 'vpce-1' } };
const network: Condition = { StringEquals: { 'aws:SourceVpc': 'vpc-1' } };
const inside: Condition = { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } };
const noAddress: Condition = { Null: { 'aws:SourceIp': 'true' } };
const atHomeOrInside: Condition = {
  NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' },
  StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' },
};

const nobody = allow(other, { StringEquals: { ExternalId: 'x' } });

test.each<[string, object[], object[], string]>([
  ['MFA, and a recent one', [allow(other, { ...mfa, ...recent })], [allow(other, recent)], 'equivalent'],
  [
    'a recent MFA, where none is reported to be',
    [allow(other, recent)],
    [allow(other, { ...recent, ...noMfa })],
    'narrower',
  ],
  ['an age and no MFA: nobody', [nobody], [allow(other, { ...aged, ...noMfa })], 'equivalent'],
  [
    'an age and no word of MFA: nobody',
    [nobody],
    [allow(other, { Null: { 'aws:MultiFactorAuthAge': 'false', 'aws:MultiFactorAuthPresent': 'true' } })],
    'equivalent',
  ],
  // AWS does not say that whoever was authenticated with MFA brings its age.
  ['any age, and MFA', [allow(other, aged)], [allow(other, mfa)], 'broader'],
  [
    'no age, and no MFA',
    [allow(other, { Null: { 'aws:MultiFactorAuthAge': 'true' } })],
    [allow(other, noMfa)],
    'narrower',
  ],
  [
    'an old MFA denied, and whoever has one',
    [allow(other, mfa), deny('*', tooOld)],
    [allow(other, mfa), deny('*', { ...tooOld, ...mfa })],
    'equivalent',
  ],
  [
    'an old MFA denied where there is none: nobody is',
    [allow(other)],
    [allow(other), deny('*', { ...tooOld, ...noMfa })],
    'equivalent',
  ],
  ['an address, and an endpoint besides: nobody', [nobody], [allow(other, { ...address, ...endpoint })], 'equivalent'],
  [
    'an address, and a network besides: nobody',
    [nobody],
    [allow(other, { ...address, StringLike: { 'aws:SourceVpc': '*' } })],
    'equivalent',
  ],
  [
    'an address, and one inside: nobody',
    [nobody],
    [allow(other, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24', 'aws:VpcSourceIp': '10.0.0.0/8' } })],
    'equivalent',
  ],
  [
    'an endpoint, and no address',
    [allow(other, endpoint)],
    [allow(other, { ...endpoint, ...noAddress })],
    'equivalent',
  ],
  [
    'an endpoint in a network',
    [nobody],
    [allow(other, { StringEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:SourceVpc': 'vpc-1' } })],
    'broader',
  ],
  ['an address within a network', [nobody], [allow(other, { ...network, ...inside })], 'broader'],
  // AWS does not say which of the keys of an endpoint every request through one brings.
  ['no address, and a network', [allow(other, noAddress)], [allow(other, network)], 'narrower'],
  [
    'a perimeter, as two statements',
    [allow(other), deny('*', atHomeOrInside)],
    [allow(other, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }), allow(other, network)],
    'equivalent',
  ],
  ['a perimeter, without the network', [allow(other), deny('*', atHomeOrInside)], [allow(other, address)], 'narrower'],
])('%s', (_, old, now, verdict) => {
  const [one, two] = [policy(...old), policy(...now)];
  const answer = compare(one, two);
  expect(answer.verdict).toBe(verdict);
  for (const { witness } of [...answer.gained, ...answer.lost]) {
    const context = new Map(Object.entries(witness.context).map(([key, values]) => [key.toLowerCase(), values]));
    const asks = `${JSON.stringify(old)}${JSON.stringify(now)}`.includes('MultiFactorAuthPresent');
    if (asks && context.has('aws:multifactorauthage'))
      expect(context.get('aws:multifactorauthpresent')).toEqual(['true']);
    if (context.has('aws:sourceip'))
      for (const key of ['aws:sourcevpc', 'aws:sourcevpce', 'aws:vpcsourceip']) expect(context.has(key)).toBe(false);
  }
});
