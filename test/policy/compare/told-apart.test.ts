/** Is every request looked at that some key tells apart, and none that cannot be? */
import { describe, expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { allow, deny, home, other, policy } from './policies.ts';

const role = `arn:aws:iam::${home}:role/the-role`;
const web = 'sts:AssumeRoleWithWebIdentity';
const arn = (operator: string, pattern: string) => ({ [operator]: { 'aws:PrincipalArn': pattern } });
const sessionName = (...values: readonly string[]) => ({ StringEquals: { 'sts:RoleSessionName': values } });
const provider = (pattern: string) => ({ StringLike: { 'aws:FederatedProvider': pattern } });
const service = (pattern: string) => ({ StringLike: { 'aws:PrincipalServiceName': pattern } });
const address = (operator: string, ...values: readonly string[]) => ({ [operator]: { 'aws:SourceIp': values } });
const externalId = (operator: string, pattern: string) => ({ [operator]: { 'sts:ExternalId': pattern } });
const ann = `arn:aws:iam::${other}:user/ann`;
const tagging = ['sts:AssumeRole', 'sts:TagSession'];
const ci = `arn:aws:iam::${other}:role/ci`;
const own = { StringEquals: { 'aws:PrincipalAccount': home } };
const ofRole = { StringEquals: { 'aws:PrincipalAccount': '${aws:ResourceAccount}' } };
const beside = (...more: readonly object[]) => [allow(home), ...more];

describe('a change', () => {
  test.each<[string, readonly object[], readonly object[], string]>([
    ['services by a pattern of their name', beside(), beside(allow('*', service('logging.s3.*'))), 'broader'],
    [
      'services by a pattern that names none but those let in already',
      beside(allow({ Service: 'ec2.amazonaws.com' })),
      beside(allow({ Service: 'ec2.amazonaws.com' }), allow('*', service('ec2.amazonaws.com'))),
      'equivalent',
    ],
    [
      'all services but those of a pattern',
      beside(),
      beside(allow('*', service('*')), deny('*', service('s3.*'))),
      'broader',
    ],
    [
      'providers of the account by a pattern',
      beside(),
      beside(allow('*', provider(`arn:aws:iam::${home}:oidc-provider/*`), web)),
      'broader',
    ],
    ['a built-in provider by a pattern', beside(), beside(allow('*', provider('accounts.google.*'), web)), 'broader'],
    [
      'a provider and its claims by name',
      beside(),
      beside(
        allow(
          '*',
          { ...provider(`arn:aws:iam::${home}:oidc-provider/gitlab*`), StringEquals: { 'gitlab.com:sub': 'x' } },
          web,
        ),
      ),
      'broader',
    ],
    [
      'a claim of a provider that the pattern leaves out',
      beside(),
      beside(allow('*', { ...provider('*/example.com'), StringEquals: { 'gitlab.com:sub': 'x' } }, web)),
      'equivalent',
    ],
    [
      'the variable of a key that no session of a role has',
      [allow(ci, sessionName('x'))],
      [allow(ci, sessionName('x', '${aws:username}'))],
      'equivalent',
    ],
    [
      'the default of a variable that no session of a role has',
      [allow(ci, sessionName('x'))],
      [allow(ci, sessionName("${aws:username, 'x'}"))],
      'equivalent',
    ],
    [
      'the variable of a key that does not exist',
      [allow(ci, sessionName('x'))],
      [allow(ci, sessionName('x', '${PrincipalArn}'))],
      'equivalent',
    ],
    [
      'the variable of a key with several values',
      [allow(ci, sessionName('x'))],
      [allow(ci, sessionName('x', '${aws:PrincipalOrgPaths}'))],
      'equivalent',
    ],
    [
      'the variable of the name of services',
      beside(allow('*', { StringEquals: { 'sts:ExternalId': '${aws:PrincipalServiceName}' } })),
      beside(allow({ Service: 'ec2.amazonaws.com' }, externalId('StringEquals', 'ec2.amazonaws.com'))),
      'narrower',
    ],
    [
      'the name of the one user who is meant, by a variable',
      [allow(ann, sessionName('ann'))],
      [allow(ann, sessionName('${aws:username}'))],
      'equivalent',
    ],
    [
      'every user under the own name, and one',
      [allow(other, sessionName('${aws:username}'))],
      [allow(ann, sessionName('ann'))],
      'narrower',
    ],
    [
      'a user under the own name, who passes tags as well',
      [allow(ann, sessionName('ann'), tagging)],
      [allow([ann, ci], sessionName('${aws:username}'), tagging)],
      'equivalent',
    ],
    [
      'the account of the one role who is meant, by a variable',
      [allow([ci, ann], sessionName(other))],
      [allow([ci, ann], sessionName('${aws:PrincipalAccount}'))],
      'equivalent',
    ],
    [
      'the ARN of the one role who is meant, by a variable',
      [allow(ci, { StringEquals: { 'aws:PrincipalTag/owner': ci } })],
      [allow(ci, { StringEquals: { 'aws:PrincipalTag/owner': '${aws:PrincipalArn}' } })],
      'equivalent',
    ],
    ["the role's own account by a variable", [allow('*', own)], [allow('*', ofRole)], 'equivalent'],
    [
      "the role's account, which it is",
      beside(),
      beside(allow(other, { StringEquals: { 'aws:ResourceAccount': home } })),
      'broader',
    ],
    [
      "the role's account, which it is not",
      beside(),
      beside(allow(other, { StringEquals: { 'aws:ResourceAccount': other } })),
      'equivalent',
    ],
    [
      'an external ID of any or of some length',
      [allow(other, externalId('StringLike', '*'))],
      [allow(other, externalId('StringLike', '?*'))],
      'equivalent',
    ],
    ['an empty session name', beside(), beside(allow(other, sessionName(''))), 'equivalent'],
    [
      'an organization path that begins with no organization',
      beside(),
      beside(allow('*', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'r-ab12/*' } })),
      'equivalent',
    ],
    [
      'the unique id of a role, which no service has',
      [allow('AROAEXAMPLEID1234567')],
      [allow('*', { StringLike: { 'aws:userid': 'AROAEXAMPLEID1234567:*' } })],
      'equivalent',
    ],
    ...['aws:PrincipalTag', 'aws:PrincipalTag/'].map((key): [string, object[], object[], string] => [
      `${key}, which names no tag`,
      beside(),
      beside(allow(other, { StringLike: { [key]: '*' } })),
      'equivalent',
    ]),
    [
      'private addresses and no address, as texts',
      beside(),
      beside(allow(other, address('StringEquals', '10.0.0.1', 'x', '203.0.113.0/24'))),
      'equivalent',
    ],
    ['private addresses by a wildcard', beside(), beside(allow(other, address('StringLike', '10.*'))), 'equivalent'],
    [
      'one address as a range and as a text',
      [allow(other, address('IpAddress', '203.0.113.7/32'))],
      [allow(other, address('StringEqualsIgnoreCase', '203.0.113.7'))],
      'equivalent',
    ],
    [
      'a network as a range and as a text',
      [allow(other, address('IpAddress', '203.0.113.0/24'))],
      [allow(other, address('StringLike', '203.0.113.*'))],
      'equivalent',
    ],
    [
      'a network as a text and half of it as a range',
      [allow(other, address('StringLike', '203.0.113.*'))],
      [allow(other, address('IpAddress', '203.0.113.0/25'))],
      'narrower',
    ],
    [
      'no text at all and any address',
      [allow(other, address('StringLike', '*'))],
      [allow(other, address('IpAddress', '0.0.0.0/0', '::/0'))],
      'equivalent',
    ],
  ])('%s', (_, old, now, verdict) => {
    expect(compare(policy(...old), policy(...now), { role })).toMatchObject({ verdict, undecided: [] });
  });
});

test('an address of version 6 can be written in many ways: as a text it stays undecided', () => {
  const now = policy(allow(home), allow(other, address('StringLike', '*:1')));
  expect(compare(policy(allow(home)), now).verdict).not.toBe('equivalent');
});

describe('a partition that only a condition speaks of', () => {
  const everyoneBut = [allow('*'), deny('*', arn('ArnLike', 'arn:aws-cn:iam::*:*'))];
  test('may not be that of the role: those of the usual one gain', () => {
    const answer = compare(policy(allow(home)), policy(...everyoneBut));
    expect(answer.gained.map(({ summary, rank }) => [summary, rank])).toContainEqual([
      'everyone with AWS credentials, with principal ARN other than `arn:aws-cn:iam::*:*`',
      0,
    ]);
  });

  test('may be that of the role, where its ARN says so', () => {
    const inChina = role.replace('arn:aws:', 'arn:aws-cn:');
    const answer = compare(policy(allow(home)), policy(allow(home), ...everyoneBut), { role: inChina });
    expect(answer.gained.map(({ summary }) => summary)).toEqual(['any AWS service']);
  });

  test('is that of the role where a principal says so', () => {
    const root = `arn:aws-cn:iam::${other}:root`;
    expect(compare(policy(allow(other)), policy(allow(root))).verdict).toBe('equivalent');
  });
});

test('the name of a user who may be any of an account stays a variable', () => {
  const named = policy(allow(other, sessionName('ann')));
  expect(compare(policy(allow(other, sessionName('${aws:username}'))), named).verdict).toBe('incomparable');
});

test("without the role's ARN, its account may be any", () => {
  expect(compare(policy(allow('*', own)), policy(allow('*', ofRole))).verdict).toBe('incomparable');
});

test('an organization by a variable is shown by one that can be', () => {
  const fixed = policy(allow('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } }));
  const ofRoleToo = policy(allow('*', { StringEquals: { 'aws:PrincipalOrgID': '${aws:ResourceOrgID}' } }));
  const { verdict, gained } = compare(fixed, ofRoleToo);
  expect(verdict).toBe('incomparable');
  for (const { witness } of gained)
    for (const key of ['aws:PrincipalOrgID', 'aws:ResourceOrgID']) expect(witness.context[key]?.[0]).toMatch(/^o-/);
});

test('an address that shows a gain is one that people know as public', () => {
  const before = policy(allow(other, address('IpAddress', '0.0.0.0/0')));
  const [first] = compare(before, policy(allow(other, address('IpAddress', '0.0.0.0/0', '::/0')))).gained;
  expect(first?.witness.context['aws:SourceIp']?.[0]).toMatch(/^2[0-9a-f]{3}:/);
});
