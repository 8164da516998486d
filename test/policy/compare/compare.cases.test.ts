/** Changes of a trust policy as people make them: who gains, who loses, in which words. */
import { describe, expect, test } from 'vitest';
import { compare, newAccess } from '../../../src/policy/compare/compare.ts';
import { idleStatements } from '../../../src/policy/compare/dead-statements.ts';
import { publicAccess } from '../../../src/policy/compare/public-access.ts';
import { decisionOn } from '../../../src/policy/compare/witness.ts';
import { prepare } from '../../../src/policy/evaluate/evaluate.ts';
import { type ChangeCase, edgeCases } from './change-cases.ts';
import { everydayCases } from './everyday-cases.ts';
import { allow, deny, github, home, other, policy } from './policies.ts';

const role = `arn:aws:iam::${home}:role/the-role`;
const externalId = (values: string | readonly string[]) => ({ StringEquals: { 'sts:ExternalId': values } });
const sub = 'token.actions.githubusercontent.com:sub';
const aud = { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' };
const organization = 'o-exampleorg1';

const cases: readonly ChangeCase[] = [
  ...edgeCases,
  ...everydayCases,
  {
    name: 'another account',
    old: [allow(home)],
    now: [allow([home, other])],
    verdict: 'broader',
    gained: [`any principal of account ${other}`],
  },
  {
    name: 'an external ID no longer asked for',
    old: [allow(other, externalId('example-7f3a'))],
    now: [allow(other)],
    verdict: 'broader',
    gained: [`any principal of account ${other}, without an external ID`],
  },
  {
    name: 'an external ID now asked for',
    old: [allow(other)],
    now: [allow(other, externalId('example-7f3a'))],
    verdict: 'narrower',
    lost: [`any principal of account ${other}, without an external ID`],
  },
  {
    name: 'one external ID for another: only the new one is told',
    old: [allow(other, externalId(['ab', 'cd']))],
    now: [allow(other, externalId(['cd', 'ef']))],
    verdict: 'incomparable',
    gained: [`any principal of account ${other}, with external ID \`ef\``],
    lost: [`any principal of account ${other}, with external ID \`ab\``],
  },
  {
    name: 'IfExists lets in whoever passes none',
    old: [allow(other, externalId('ab'))],
    now: [allow(other, { StringEqualsIfExists: { 'sts:ExternalId': 'ab' } })],
    verdict: 'broader',
    gained: [`any principal of account ${other}, with external ID \`ab\` or without an external ID`],
  },
  {
    name: 'a user with MFA from one network',
    old: [allow(home)],
    now: [
      allow(home),
      allow(`arn:aws:iam::${other}:user/ann`, {
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
      }),
    ],
    verdict: 'broader',
    gained: [`user \`ann\` of account ${other}, with MFA, from 203.0.113.0/24`],
  },
  {
    name: 'a role with MFA, which no session of a role has',
    old: [allow(home)],
    now: [allow(home), allow(`arn:aws:iam::${other}:role/deploy`, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    verdict: 'equivalent',
  },
  {
    name: 'MFA no longer asked for by a Deny',
    old: [allow(other), deny('*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })],
    now: [allow(other)],
    verdict: 'broader',
    gained: [`any principal of account ${other}, without MFA`],
  },
  {
    name: 'everyone',
    old: [allow(home)],
    now: [allow('*')],
    verdict: 'broader',
    gained: ['everyone with AWS credentials'],
    direct: [`any principal of account ${home} needs no identity-based policy any more`],
  },
  {
    name: 'everyone of an organization, by Deny or by Allow',
    old: [allow('*'), deny('*', { StringNotEquals: { 'aws:PrincipalOrgID': organization } })],
    now: [allow('*', { StringEquals: { 'aws:PrincipalOrgID': organization } })],
    verdict: 'equivalent',
  },
  {
    name: 'an account, by its id or by the key',
    old: [allow(home)],
    now: [allow('*', { StringEquals: { 'aws:PrincipalAccount': home } })],
    verdict: 'equivalent',
    direct: [`any principal of account ${home} needs no identity-based policy any more`],
  },
  {
    name: 'session tags, and nothing else',
    old: [allow(other)],
    now: [allow(other, undefined, ['sts:AssumeRole', 'sts:TagSession'])],
    verdict: 'broader',
    gained: [`any principal of account ${other}, passing session tags (sts:TagSession)`],
  },
  {
    name: 'session tags for an action that is not allowed by itself',
    old: [allow(other)],
    now: [allow(other), allow(home, undefined, 'sts:TagSession')],
    verdict: 'equivalent',
  },
  {
    name: 'a role named where its account was',
    old: [allow(home)],
    now: [allow(home), allow(`arn:aws:iam::${home}:role/deploy`)],
    verdict: 'equivalent',
    direct: [`role \`deploy\` of account ${home} needs no identity-based policy any more`],
  },
  {
    name: 'a role of the account by its name, beside a Deny that was there',
    old: [deny(`arn:aws:iam::${home}:role/bad`), allow(home)],
    now: [deny(`arn:aws:iam::${home}:role/bad`), allow([home, `arn:aws:iam::${home}:role/deploy`])],
    verdict: 'equivalent',
    direct: [`role \`deploy\` of account ${home} needs no identity-based policy any more`],
  },
  {
    name: 'one session in place of a role',
    old: [allow(`arn:aws:iam::${home}:role/deploy`)],
    now: [allow(`arn:aws:sts::${home}:assumed-role/deploy/ci`)],
    verdict: 'narrower',
    lost: [`role \`deploy\` of account ${home}, other than session \`ci\``],
  },
  {
    name: 'an account in place of one role',
    old: [allow(`arn:aws:iam::${other}:role/deploy`)],
    now: [allow(other)],
    verdict: 'broader',
    gained: [`any principal of account ${other}, other than role \`deploy\``],
  },
  {
    name: 'a role of the same name with a path is another role',
    old: [allow(`arn:aws:iam::${home}:role/deploy`)],
    now: [allow(`arn:aws:iam::${home}:role/ci/deploy`)],
    verdict: 'incomparable',
    gained: [`role \`ci/deploy\` of account ${home}`],
    lost: [`role \`deploy\` of account ${home}`],
  },
  {
    name: 'a role, by the Principal element or by its ARN',
    old: [allow(`arn:aws:iam::${home}:role/deploy`)],
    now: [allow(home, { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${home}:role/deploy` } })],
    verdict: 'equivalent',
  },
  {
    name: 'a workflow of any repository',
    old: [allow({ Federated: github }, { StringEquals: { ...aud, [sub]: 'repo:acme/app:ref:refs/heads/main' } })],
    now: [allow({ Federated: github }, { StringEquals: aud, StringLike: { [sub]: 'repo:acme/*' } })],
    verdict: 'broader',
    gained: ['any GitHub Actions workflow of organization `acme`, any branch, pull requests included'],
  },
  {
    name: 'a workflow of anybody',
    old: [allow({ Federated: github }, { StringEquals: { ...aud, [sub]: 'repo:acme/app:ref:refs/heads/main' } })],
    now: [allow({ Federated: github }, { StringEquals: aud })],
    verdict: 'broader',
    gained: ['any GitHub Actions workflow of any organization'],
  },
  {
    name: 'a service more',
    old: [allow({ Service: 'ec2.amazonaws.com' })],
    now: [allow({ Service: ['lambda.amazonaws.com', 'ec2.amazonaws.com'] })],
    verdict: 'broader',
    gained: ['service `lambda.amazonaws.com`'],
  },
  {
    name: 'a service for any account',
    old: [allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': home } })],
    now: [allow({ Service: 'sns.amazonaws.com' })],
    verdict: 'broader',
    gained: ['service `sns.amazonaws.com`, for any account'],
  },
  {
    name: 'another organization',
    old: [allow('*', { StringEquals: { 'aws:PrincipalOrgID': organization } })],
    now: [allow('*', { StringEquals: { 'aws:PrincipalOrgID': [organization, 'o-otherorg0002'] } })],
    verdict: 'broader',
    gained: ['any principal of organization `o-otherorg0002`'],
  },
  {
    name: 'a variable that stands in both',
    old: [allow(home, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } })],
    now: [allow(home, { StringEquals: { 'sts:RoleSessionName': '${AWS:username}' } })],
    verdict: 'equivalent',
  },
  {
    name: 'most serious first',
    old: [allow({ Service: 'ec2.amazonaws.com' })],
    now: [
      allow({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] }),
      allow(home, externalId('ab')),
      allow('*', externalId('cd')),
    ],
    verdict: 'broader',
    gained: [
      'everyone with AWS credentials, with external ID `cd`',
      `any principal of account ${home}, with external ID \`ab\``,
      'service `lambda.amazonaws.com`',
    ],
  },
];

describe('a change', () => {
  test.each(cases)('$name', ({ old, now, verdict, gained = [], lost = [], direct = [] }) => {
    const [before, after] = [policy(...old), policy(...now)];
    const answer = compare(before, after, { role });
    expect(answer).toMatchObject({ verdict, undecided: [] });
    expect(answer.gained.map(({ summary }) => summary)).toEqual(gained);
    expect(answer.lost.map(({ summary }) => summary)).toEqual(lost);
    expect(answer.direct?.map(({ summary }) => summary)).toEqual(direct);
    for (const [classes, allowing, denying] of [
      [answer.gained, after, before],
      [answer.lost, before, after],
    ] as const)
      for (const { witness } of classes) {
        expect(decisionOn(prepare(allowing), witness)).toBe('allow');
        expect(decisionOn(prepare(denying), witness)).toMatch(/deny$/);
      }
  });

  test.each(cases)('$name, the other way round', ({ old, now, verdict }) => {
    const mirrored = new Map([
      ['broader', 'narrower'],
      ['narrower', 'broader'],
    ]);
    expect(compare(policy(...now), policy(...old)).verdict).toBe(mirrored.get(verdict) ?? verdict);
  });
});

describe('what never changes the answer', () => {
  const tags = (value: string | readonly string[]) => ({ StringLike: { 'aws:PrincipalTag/team': value } });
  test.each<[string, readonly object[], readonly object[]]>([
    ['an account id or its root ARN', [allow(home)], [allow(`arn:aws:iam::${home}:root`)]],
    ['a statement split by principals', [allow([home, other])], [allow(other), allow(home)]],
    [
      'a statement split by actions',
      [allow(other, undefined, ['sts:AssumeRole', 'sts:TagSession'])],
      [allow(other, undefined, 'sts:TagSession'), allow(other)],
    ],
    [
      'a statement split by values',
      [allow(other, tags(['a*', 'b']))],
      [allow(other, tags('b')), allow(other, tags('a*'))],
    ],
    [
      'a value twice, and one that another includes',
      [allow(other, tags('a*'))],
      [allow(other, tags(['a*', 'a*', 'ab?']))],
    ],
    [
      'a range cut in two',
      [allow(other, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
      [allow(other, { IpAddress: { 'aws:SourceIp': ['203.0.113.0/25', '203.0.113.128/25'] } })],
    ],
    [
      'a private range',
      [allow(other, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
      [allow(other, { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '10.0.0.0/8', 'fd00::/8'] } })],
    ],
    [
      'letter case of keys and operators',
      [allow(other, externalId('ab'))],
      [allow(other, { stringequals: { 'STS:externalid': 'ab' } })],
    ],
    [
      'a statement that can never match',
      [allow(home)],
      [allow(home), allow(other, { StringEquals: { 'aws:username': 'a', 'aws:PrincipalType': 'AssumedRole' } })],
    ],
    ['a key that does not exist, negated', [allow(other)], [allow(other, { StringNotEquals: { ExternalId: 'ab' } })]],
    ['a key that is never there', [allow(other)], [allow(other, { Null: { 'sts:DurationSeconds': 'true' } })]],
  ])('%s', (_, old, now) => {
    expect(compare(policy(...old), policy(...now))).toMatchObject({
      verdict: 'equivalent',
      gained: [],
      lost: [],
      undecided: [],
    });
  });
});

describe('what cannot be decided', () => {
  test.each<[string, readonly object[], readonly object[], string]>([
    [
      'an unregistered key',
      [allow(other, { StringEquals: { 'acme:new': 'x' } })],
      [allow(other)],
      'unregistered key acme:new',
    ],
    [
      'whether a key is ever there',
      [allow(other)],
      [allow(other), allow(home, { StringEquals: { 'aws:VpceAccount': home } })],
      'whether such a call brings aws:VpceAccount',
    ],
    [
      'what AWS does not settle',
      [allow(other)],
      [allow(other), allow(home, { 'ForAnyValue:StringEqualsIfExists': { 'sts:DurationSeconds': 'x' } })],
      'ForAnyValue with IfExists where sts:DurationSeconds is absent',
    ],
    [
      'a star that is no ARN in six parts',
      [allow(other)],
      [allow(other), allow('*', { ArnLike: { 'aws:PrincipalArn': '**' } })],
      '`*` alone, of which AWS does not say whether it fits an ARN',
    ],
  ])('%s', (_, old, now, construct) => {
    const answer = compare(policy(...old), policy(...now));
    expect(answer).toMatchObject({ verdict: 'undecided', gained: [] });
    const found = answer.undecided.find((one) => one.construct === construct);
    // Where it stands in the document is told as well.
    expect(found?.pointer).toMatch(/^\/Statement\/\d\/Condition\//);
  });

  test('a variable that only the new policy has is no obstacle where a request shows the gain', () => {
    const answer = compare(
      policy(allow(home)),
      policy(allow(home), allow(other, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } })),
    );
    expect(answer.verdict).toBe('broader');
  });
});

test('a star that is no ARN in six parts is the same star wherever it stands', () => {
  const star = policy(allow('*', { ArnLike: { 'aws:PrincipalArn': '*' } }));
  expect(compare(star, policy(allow('*', { ArnEquals: { 'AWS:PrincipalArn': ['**', '*'] } }))).verdict).toBe(
    'equivalent',
  );
  const denied = policy(allow('*'), deny('*', { ArnNotLike: { 'aws:PrincipalArn': '*' } }));
  expect(compare(star, denied).verdict).toBe('equivalent');
  expect(compare(policy(allow('*')), denied)).toMatchObject({ gained: [], verdict: 'narrower' });
});

test('new access is asked one way', () => {
  const nobody = { ...policy(allow(other)), statements: [] };
  expect(newAccess(nobody, policy(allow(other)))).toMatchObject({ answer: 'yes' });
  expect(newAccess(policy(allow(other)), policy(allow(other, externalId('ab'))))).toEqual({ answer: 'no' });
});

describe('is it public', () => {
  test.each<[string, readonly object[], string]>([
    ['everyone', [allow('*')], 'yes'],
    ['everyone with an external ID', [allow('*', externalId('ab'))], 'yes'],
    ['the own organization', [allow('*', { StringEquals: { 'aws:PrincipalOrgID': organization } })], 'no'],
    ['another organization', [allow('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-otherorg0002' } })], 'yes'],
    ['the own account and a known one', [allow([home, other])], 'no'],
    ['a third account', [allow(['777788889999'])], 'yes'],
    ['everyone, taken back', [allow('*'), deny('*', { StringNotEquals: { 'aws:PrincipalAccount': other } })], 'no'],
    ['a service', [allow({ Service: 'ec2.amazonaws.com' })], 'no'],
    [
      'a path of the own organization',
      [allow('*', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${organization}/r-1/*` } })],
      'no',
    ],
    [
      'a path of another organization',
      [allow('*', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-otherorg0002/r-1/*' } })],
      'yes',
    ],
  ])('%s', (_, statements, answer) => {
    const inside = { accounts: [home, other], organizations: [organization] };
    expect(publicAccess(policy(...statements), inside).answer).toBe(answer);
  });
});

test('statements that change nothing', () => {
  const statements = [
    allow(other),
    allow(`arn:aws:iam::${other}:role/deploy`),
    allow(home, { StringEquals: { 'sts:DurationSeconds': '900' } }),
    deny('*', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    deny('*', { Bool: { 'aws:SecureTransport': 'false' } }),
  ];
  expect(idleStatements(policy(...statements))).toEqual([
    { statement: 1, kind: 'shadowed' },
    { statement: 2, kind: 'dead' },
    { statement: 3, kind: 'dead' },
  ]);
});

test('of a Deny for all but the listed, only what nobody needs is called idle', () => {
  const denyOthers = (...listed: readonly string[]) => ({
    Effect: 'Deny',
    NotPrincipal: { AWS: listed },
    Action: 'sts:AssumeRole',
  });
  // Of the account nobody is listed in full, so that it denies everyone, and the rest is as if it were not there.
  expect(idleStatements(policy(allow(home), denyOthers(home), deny(other)))).toEqual([
    { statement: 0, kind: 'shadowed' },
    { statement: 2, kind: 'shadowed' },
  ]);
  // It matches nobody that an Allow of the same words would; those it denies nobody lets in.
  expect(idleStatements(policy(allow(other), denyOthers('*')))).toEqual([{ statement: 1, kind: 'shadowed' }]);
});
