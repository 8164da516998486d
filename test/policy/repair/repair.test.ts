/** Is the smallest change made, in the text as it stands, and is nothing called verified that is not? */
import { describe, expect, test } from 'vitest';
import { newAccess } from '../../../src/policy/compare/compare.ts';
import { parseTrustPolicy } from '../../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../../src/policy/document/trust-policy.ts';
import { callerFromArn, callerFromProvider } from '../../../src/policy/evaluate/caller.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest, Caller } from '../../../src/policy/evaluate/request.ts';
import { type Repair, repair } from '../../../src/policy/repair/repair.ts';
import { questionAbout } from './question.ts';

const ana = 'arn:aws:iam::444455556666:user/ana';
const deploy = 'arn:aws:iam::444455556666:role/ci/deploy';
const provider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';

function callerOf(arn: string): Caller {
  const caller = arn.includes(':oidc-provider/') ? callerFromProvider(arn) : callerFromArn(arn);
  if (caller === undefined) throw new Error(`${arn} is no caller`);
  return caller;
}

function callBy(
  caller: string | Caller,
  context: Readonly<Record<string, readonly string[]>> = {},
  ...more: readonly string[]
): AssumeRequest {
  const who = typeof caller === 'string' ? callerOf(caller) : caller;
  const first = who.kind === 'web-identity' ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole';
  return {
    caller: who,
    actions: [first, ...more],
    context: new Map([['sts:rolesessionname', ['s1']], ...Object.entries(context)]),
    absent: new Set(),
    closed: true,
  };
}

function read(text: string): TrustPolicy {
  const parsed = parseTrustPolicy(text);
  if (parsed.status !== 'read') throw new Error(`not read: ${text}`);
  return parsed.policy;
}

function repaired(
  document: unknown,
  call: AssumeRequest,
  options: { readonly at?: number; readonly left?: (key: string) => boolean } = {},
): Repair | undefined {
  const policy = read(typeof document === 'string' ? document : JSON.stringify(document));
  const statement = policy.statements[options.at ?? 0];
  if (statement === undefined) throw new Error('no such statement');
  return repair(questionAbout(policy, statement, call, options.left));
}

const one = (statement: object, version = '2012-10-17') => ({ Version: version, Statement: [statement] });
const allow = (principal: object | string, condition?: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'sts:AssumeRole',
  ...(condition === undefined ? {} : { Condition: condition }),
  ...more,
});
const documentOf = (found: Repair | undefined) =>
  found === undefined
    ? undefined
    : (JSON.parse(found.text) as { readonly Statement: readonly Record<string, unknown>[] });

describe('the text as it stands', () => {
  const text = `{
    "Version" : "2012-10-17",
    "Id": "kept",
    "Statement": [
        { "Sid": "First", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole" },
        {
            "Action"    : [ "sts:AssumeRole" ],
            "Sid"       : "CiAccess",
            "Effect"    : "Allow",
            "Principal" : { "AWS" : "arn:aws:iam::444455556666:role/build" },
            "Condition" : { "StringEquals" : { "aws:RequestedRegion" : "eu-west-1" } }
        },
        { "Sid": "Last", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
          "Condition": { "Bool": { "aws:SecureTransport": "false" } } }
    ]
}
`;
  const call = callBy(deploy, { 'aws:requestedregion': ['eu-west-1'], 'aws:securetransport': ['true'] });

  test('a principal is added, and every other byte stays', () => {
    const found = repaired(text, call, { at: 1 });
    expect(found?.verified).toBe(true);
    expect(found?.summary).toBe(`In statement 2 (CiAccess), add \`${deploy}\` to the principals.`);
    const [before, after] = text.split('"arn:aws:iam::444455556666:role/build"');
    expect(found?.text.startsWith(before ?? '?')).toBe(true);
    expect(found?.text.endsWith(after ?? '?')).toBe(true);
    expect(documentOf(found)?.Statement[1]?.['Principal']).toEqual({
      AWS: ['arn:aws:iam::444455556666:role/build', deploy],
    });
  });

  test('a list of principals gets one more, in its own style', () => {
    const found = repaired(
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["777788889999", "888899990000"]},"Action":"sts:AssumeRole"}}',
      call,
    );
    expect(found?.text).toBe(
      `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["777788889999", "888899990000", "${deploy}"]},"Action":"sts:AssumeRole"}}`,
    );
    expect(found?.verified).toBe(true);
  });

  test('a single statement that is no list becomes one where another has to stand beside it', () => {
    const found = repaired(
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}}',
      callBy(deploy, {}, 'sts:TagSession'),
    );
    expect(documentOf(found)?.Statement).toHaveLength(2);
    expect(found?.verified).toBe(true);
  });
});

describe('one fault of an Allow', () => {
  const cases: readonly (readonly [string, object, AssumeRequest, object | undefined])[] = [
    [
      'a principal of another type stands there alone',
      allow({ Service: 'ec2.amazonaws.com' }),
      callBy(ana),
      { Principal: { Service: 'ec2.amazonaws.com', AWS: ana } },
    ],
    [
      'a value',
      allow({ AWS: ana }, { StringEquals: { 'aws:username': 'bob' } }),
      callBy(ana),
      { Condition: { StringEquals: { 'aws:username': ['bob', 'ana'] } } },
    ],
    [
      'a value in a list',
      allow({ AWS: '444455556666' }, { ArnEquals: { 'aws:PrincipalArn': ['arn:aws:iam::444455556666:role/a'] } }),
      callBy(deploy),
      { Condition: { ArnEquals: { 'aws:PrincipalArn': ['arn:aws:iam::444455556666:role/a', deploy] } } },
    ],
    [
      'the key in other letters',
      allow({ AWS: '444455556666' }, { ArnLike: { 'AWS:principalARN': 'arn:aws:iam::444455556666:role/a*' } }),
      callBy(deploy),
      { Condition: { ArnLike: { 'AWS:principalARN': ['arn:aws:iam::444455556666:role/a*', deploy] } } },
    ],
    [
      'a wildcard taken literally, beside other keys',
      allow(
        { AWS: '444455556666' },
        {
          StringEquals: {
            'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/ci/*',
            'aws:PrincipalAccount': '444455556666',
          },
        },
      ),
      callBy(deploy),
      {
        Condition: {
          StringEquals: { 'aws:PrincipalAccount': '444455556666' },
          ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/ci/*' },
        },
      },
    ],
    [
      'a key that does not exist',
      allow({ AWS: ana }, { StringEquals: { ExternalId: 'ab"c\n' } }),
      callBy(ana, { 'sts:externalid': ['ab"c\n'] }),
      { Condition: { StringEquals: { 'sts:ExternalId': 'ab"c\n' } } },
    ],
    [
      'an action',
      allow({ AWS: ana }),
      callBy(ana, {}, 'sts:TagSession'),
      { Action: ['sts:AssumeRole', 'sts:TagSession'] },
    ],
    [
      'principal, action and value together',
      allow({ AWS: 'arn:aws:iam::777788889999:user/x' }, { StringLike: { 'aws:username': 'x' } }),
      callBy(ana, {}, 'sts:SetSourceIdentity'),
      undefined,
    ],
  ];
  test.each(cases)('%s', (_, statement, call, expected) => {
    const found = repaired(one(statement), call);
    expect(found?.verified).toBe(true);
    if (found === undefined) return;
    expect(evaluate(prepare(read(found.text)), call).decision).toBe('allow');
    if (expected !== undefined) expect(documentOf(found)?.Statement).toEqual([{ ...statement, ...expected }]);
    // Without the caller nobody gains.
    const without = {
      Version: '2012-10-17',
      Statement: [...(documentOf(found)?.Statement ?? []), deniedTo(call.caller)],
    };
    const gains = newAccess(read(JSON.stringify(one(statement))), read(JSON.stringify(without))).answer;
    expect(gains === 'no' || /in place of/.test(found.summary)).toBe(true);
  });

  test('where others would gain, the caller gets a statement of its own under the same conditions', () => {
    const statement = allow(
      { AWS: '444455556666' },
      { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, Bool: { 'aws:SecureTransport': 'true' } },
      { Sid: 'Office' },
    );
    const found = repaired(
      one(statement),
      callBy(deploy, { 'aws:sourceip': ['198.51.100.7'], 'aws:securetransport': ['true'] }),
    );
    expect(found?.verified).toBe(true);
    expect(documentOf(found)?.Statement).toEqual([
      statement,
      {
        Effect: 'Allow',
        Principal: { AWS: deploy },
        Action: 'sts:AssumeRole',
        Condition: {
          IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '198.51.100.7'] },
          Bool: { 'aws:SecureTransport': 'true' },
        },
      },
    ]);
  });

  test('an id that means nobody any more gives its place to the ARN', () => {
    const policy = read(JSON.stringify(one(allow({ AWS: ['AROAGONEGONEGONEGONE1', ana] }))));
    const [statement] = policy.statements;
    const [gone] = statement?.principal.entries ?? [];
    if (statement === undefined || gone === undefined) throw new Error('no statement');
    const found = repair({ ...questionAbout(policy, statement, callBy(deploy)), gone });
    expect(documentOf(found)?.Statement).toEqual([allow({ AWS: [deploy, ana] })]);
    expect(found?.verified).toBe(true);
  });
});

describe('what is left to the caller', () => {
  const statement = allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'acme-1' } });
  const left = (key: string) => key === 'sts:ExternalId';

  test('its condition stays, and the rest is verified for when the caller meets it', () => {
    const found = repaired(one(statement), callBy(ana), { left });
    expect(found?.verified).toBe(true);
    expect(documentOf(found)?.Statement).toEqual([{ ...statement, Principal: { AWS: ['777788889999', ana] } }]);
    expect(found?.grants).toContain('ana');
  });

  test('a condition that no call can meet is verified of nobody', () => {
    const never = allow(
      { AWS: '777788889999' },
      { StringEquals: { 'sts:ExternalId': 'a' }, StringNotEquals: { 'sts:ExternalId': 'a' } },
    );
    expect(repaired(one(never), callBy(ana), { left })?.verified ?? false).toBe(false);
  });

  test('what is not recorded leaves it unverified', () => {
    const call = { ...callBy(ana), closed: false };
    const found = repaired(one(statement), call);
    expect(found).toMatchObject({ verified: false });
    expect(documentOf(found)?.Statement).toEqual([{ ...statement, Principal: { AWS: ['777788889999', ana] } }]);
  });
});

describe('a Deny', () => {
  const deny = (condition?: object, principal: unknown = { AWS: '*' }) => ({
    Effect: 'Deny',
    Principal: principal,
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  });
  const both = (second: object) => ({ Version: '2012-10-17', Statement: [allow({ AWS: '444455556666' }), second] });
  const question = (document: object) => {
    const policy = read(JSON.stringify(document));
    const [statement] = policy.statements;
    if (statement === undefined) throw new Error('no statement');
    return { ...questionAbout(policy, statement, callBy(deploy)), statement: undefined };
  };

  test.each([
    ['without a condition', deny(), { ArnNotEquals: { 'aws:PrincipalArn': deploy } }],
    ['an empty condition', deny({}), { ArnNotEquals: { 'aws:PrincipalArn': deploy } }],
    [
      'a list of those whom it spares',
      deny({ ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::444455556666:role/a*'] } }),
      { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::444455556666:role/a*', deploy] } },
    ],
    [
      'by the account',
      deny({ StringEquals: { 'aws:PrincipalAccount': '444455556666' } }),
      { StringEquals: { 'aws:PrincipalAccount': '444455556666' }, ArnNotEquals: { 'aws:PrincipalArn': deploy } },
    ],
  ])('%s: the caller alone is excepted', (_, statement, condition) => {
    const found = repair(question(both(statement)));
    expect(found?.verified).toBe(true);
    expect(documentOf(found)?.Statement[1]).toEqual({ ...statement, Condition: condition });
  });

  test.each([
    ['MFA', deny({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })],
    ['an address', deny({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
    [
      'an address beside a list of those spared',
      deny({
        NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
        ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/a*' },
      }),
    ],
  ])('%s is for the caller to meet: nothing is lifted', (_, statement) => {
    const policy = both(statement);
    expect(
      repair({
        ...question(policy),
        call: callBy(deploy, { 'aws:sourceip': ['198.51.100.7'] }),
        denies: read(JSON.stringify(policy)).statements.slice(1),
      }),
    ).toBeUndefined();
  });

  test('another Deny that is not dealt with leaves no repair', () => {
    const policy = read(JSON.stringify({ Version: '2012-10-17', Statement: [allow({ AWS: '777788889999' }), deny()] }));
    const [statement] = policy.statements;
    if (statement === undefined) throw new Error('no statement');
    expect(repair({ ...questionAbout(policy, statement, callBy(deploy)), denies: [] })).toBeUndefined();
    expect(repair(questionAbout(policy, statement, callBy(deploy)))?.verified).toBe(true);
  });
});

describe('never', () => {
  test('without a path that is known', () => {
    const caller = callerOf('arn:aws:sts::444455556666:assumed-role/deploy/s1');
    expect(repaired(one(allow({ AWS: '777788889999' })), callBy(caller))).toBeUndefined();
  });

  test('the account where the role is known', () => {
    const found = repaired(
      one(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '777788889999' } })),
      callBy(deploy),
    );
    expect(found?.verified).toBe(true);
    expect(documentOf(found)?.Statement[1]?.['Principal']).toEqual({ AWS: deploy });
    const meant = {
      Version: '2012-10-17',
      Statement: [...(documentOf(found)?.Statement ?? []).slice(0, 1), allow({ AWS: deploy })],
    };
    expect(newAccess(read(JSON.stringify(meant)), read(found?.text ?? '')).answer).toBe('no');
  });

  test('a provider without the subject of the token', () => {
    const context = {
      'token.actions.githubusercontent.com:sub': ['repo:acme/app:ref:refs/heads/main'],
      'token.actions.githubusercontent.com:aud': ['sts.amazonaws.com'],
    };
    const statement = allow({ Service: 'ec2.amazonaws.com' });
    expect(repaired(one(statement), callBy(provider))).toBeUndefined();
    expect(documentOf(repaired(one(statement), callBy(provider, context)))?.Statement[1]).toEqual({
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:acme/app:ref:refs/heads/main',
        },
      },
    });
  });

  test('a condition lost where two would fall on one place', () => {
    const statement = allow(
      { AWS: '444455556666' },
      {
        StringEquals: { 'aws:username': 'a*' },
        StringLike: { 'aws:username': ['b*', 'an?'] },
      },
    );
    const found = repaired(one(statement), callBy(ana));
    const condition = JSON.stringify(found === undefined ? statement : documentOf(found)?.Statement);
    expect(condition).toContain('a*');
    expect(condition).toContain('an?');
  });

  test.each([
    ['aws:PrincipalArn', '*'],
    ['aws:PrincipalArn', 'arn:aws:iam::*:role/ci/*'],
    ['aws:PrincipalArn', 'arn:aws:iam::4444*:role/ci/deploy'],
  ])('a wildcard made one that lets in other accounts: %s %s', (key, text) => {
    const found = repaired(one(allow({ AWS: '*' }, { StringEquals: { [key]: text } })), callBy(deploy));
    expect(found?.verified).toBe(true);
    expect(documentOf(found)?.Statement[0]?.['Condition']).toEqual({ StringEquals: { [key]: [text, deploy] } });
  });

  test.each(['*', 'repo:*', 'repo:ac*'])('a subject made one of anybody at the provider: %s', (text) => {
    const key = 'token.actions.githubusercontent.com:sub';
    const sub = 'repo:acme/app:ref:refs/heads/main';
    const statement = {
      ...allow({ Federated: provider }, { StringEquals: { [key]: text } }),
      Action: 'sts:AssumeRoleWithWebIdentity',
    };
    const found = repaired(one(statement), callBy(provider, { [key]: [sub] }));
    expect(documentOf(found)?.Statement[0]?.['Condition']).toEqual({ StringEquals: { [key]: [text, sub] } });
  });

  test('yes and no at once, which is no test any more', () => {
    const statement = allow({ AWS: ana }, { Bool: { 'aws:SecureTransport': 'true' } });
    expect(repaired(one(statement), callBy(ana, { 'aws:securetransport': ['false'] }))).toBeUndefined();
  });

  test('operators and keys that differ by case alone run into each other', () => {
    const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole",
      "Condition":{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/ci/*"},"stringlike":{"aws:principalarn":"arn:aws:iam::444455556666:role/*"},
      "StringLike":{"aws:username":"x"}}}]}`;
    const found = repaired(text, callBy(deploy));
    for (const kept of ['role/ci/*', '"arn:aws:iam::444455556666:role/*"', '"aws:username":"x"'])
      expect(found?.text ?? text).toContain(kept);
  });

  test.each([
    ['a provider without any condition', { Federated: provider }, undefined, 'sts:AssumeRole'],
    ['a provider for the audience alone', { Federated: provider }, { StringEquals: { aud: 'other' } }, undefined],
    [
      'an audience and any subject',
      { Federated: provider },
      { StringEquals: { aud: 'x' }, StringLike: { sub: '*' } },
      undefined,
    ],
    [
      'subjects of every owner',
      { Federated: provider },
      { StringEquals: { aud: 'x' }, StringLike: { sub: 'repo:*' } },
      undefined,
    ],
    [
      'a subject where there is one',
      { Federated: provider },
      { StringEquals: { aud: 'x' }, StringLikeIfExists: { sub: 'repo:acme/*' } },
      undefined,
    ],
    ['everyone, by another action', { AWS: '*' }, undefined, 'sts:AssumeRole'],
  ])('whoever has a token of the provider: %s', (_, principal, tests, action = 'sts:AssumeRoleWithWebIdentity') => {
    const issuer = 'token.actions.githubusercontent.com';
    const condition = Object.fromEntries(
      Object.entries(tests ?? {}).map(([operator, block]) => [
        operator,
        Object.fromEntries(Object.entries(block).map(([key, value]) => [`${issuer}:${key}`, value])),
      ]),
    );
    const statement = allow(principal, tests === undefined ? undefined : condition, { Action: action });
    const by = (sub: string) =>
      callBy(provider, { [`${issuer}:sub`]: [sub], [`${issuer}:aud`]: ['sts.amazonaws.com'] });
    const found = repaired(one(statement), by('repo:acme/app:ref:refs/heads/main'));
    expect(found?.verified).toBe(true);
    const policy = read(found?.text ?? '');
    expect(evaluate(prepare(policy), by('repo:acme/app:ref:refs/heads/main')).decision).toBe('allow');
    expect(evaluate(prepare(policy), by('repo:mallory/app:ref:refs/heads/main')).decision).toBe('implicit-deny');
    // Without the subject there is nothing to hold it to.
    expect(repaired(one(statement), callBy(provider))).toBeUndefined();
  });

  test('a provider of another account takes the tests of the subject along', () => {
    const key = 'token.actions.githubusercontent.com';
    const sub = 'repo:acme/app:ref:refs/heads/main';
    const statement = {
      ...allow(
        { Federated: provider.replace('111122223333', '999988887777') },
        { StringEquals: { [`${key}:aud`]: 'sts.amazonaws.com', [`${key}:sub`]: sub } },
      ),
      Action: 'sts:AssumeRoleWithWebIdentity',
    };
    const call = callBy(provider, { [`${key}:sub`]: [sub], [`${key}:aud`]: ['sts.amazonaws.com'] });
    const found = repaired(one(statement), call);
    expect(found?.verified).toBe(true);
    expect(documentOf(found)?.Statement[1]).toEqual({ ...statement, Principal: { Federated: provider } });
  });

  test.each([
    [
      'a moment that passed',
      { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:currenttime': ['2026-03-01T00:00:00Z'] },
    ],
    ['what must not be', { StringNotEquals: { 'aws:username': 'ana' } }, {}],
    ['a key that is not there', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }, {}],
    ['a session name', { StringEquals: { 'sts:RoleSessionName': 'other' } }, {}],
  ])('%s is let in', (_, condition, context) => {
    expect(repaired(one(allow({ AWS: ana }, condition)), callBy(ana, context))).toBeUndefined();
  });

  test('an old version’s text taken for a variable', () => {
    const found = repaired(
      one(allow({ AWS: ana }, { StringEquals: { 'aws:username': '${aws:username}' } }), '2008-10-17'),
      callBy(ana),
    );
    expect(documentOf(found)?.Statement[0]?.['Condition']).toEqual({
      StringEquals: { 'aws:username': ['${aws:username}', 'ana'] },
    });
  });

  test('NotPrincipal and NotAction edited as if they listed whom they let in', () => {
    expect(
      repaired(one({ Effect: 'Allow', NotPrincipal: { AWS: ana }, Action: 'sts:AssumeRole' }), callBy(ana)),
    ).toBeUndefined();
    const found = repaired(one({ Effect: 'Allow', Principal: { AWS: ana }, NotAction: 'sts:AssumeRole' }), callBy(ana));
    expect(documentOf(found)?.Statement.at(-1)).toEqual(allow({ AWS: ana }));
  });
});

function deniedTo(caller: Caller): object {
  const arn =
    caller.kind === 'user' ? ana : caller.kind === 'role-session' ? deploy : 'arn:aws:iam::000000000000:user/nobody';
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:*',
    Condition: { StringEquals: { 'aws:PrincipalArn': arn } },
  };
}

test('what was found for one call of a caller holds for its next one, and for nobody else', () => {
  const policyOf = (account: string) => one(allow({ AWS: `arn:aws:iam::${account}:root` }));
  const asked = (account: string, caller: string, session: string) =>
    repaired(policyOf(account), callBy(caller, { 'sts:rolesessionname': [session] }));
  const first = asked('111122223333', ana, 's1');
  expect(first).toMatchObject({ verified: true, grants: 'user `ana` of account 444455556666' });
  expect(asked('111122223333', deploy, 's1')?.grants).toBe('role `ci/deploy` of account 444455556666');
  // More than are kept in mind.
  for (let account = 0; account < 150; account += 1)
    expect(asked(String(700_000_000_000 + account), ana, 's1')?.text).toContain(String(700_000_000_000 + account));
  expect(asked('111122223333', ana, 's2')).toEqual(first);
  // The same document asked from another account, which has the role already: nothing is to be gained.
  expect(asked('444455556666', ana, 's1')?.grants ?? 'nothing').toBe('nothing');
});
