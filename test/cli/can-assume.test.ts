/** `can-assume`: answers, exit codes, the batch form, and what it says to input that is wrong. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { fakeIo } from './fake-io.ts';

const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'a-shared-name' } },
    },
  ],
};
const files = { 'trust.json': JSON.stringify(policy), 'broken.json': '{"Version": }' };
const user = 'arn:aws:iam::111122223333:user/ann';

async function canAssume(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const io = fakeIo({ ...files, ...more });
  await run(['can-assume', ...args], io);
  return { code: io.exitCode(), out: io.printed(), err: io.warned() };
}

const withTrust = (...args: string[]) => canAssume(['--policy', 'trust.json', '--principal', user, ...args]);

describe('one question', () => {
  test('allowed: exit code 0, and what else AWS evaluates', async () => {
    const { code, out, err } = await withTrust('--context', 'STS:externalid=a-shared-name');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^allow: /);
    expect(out).toContain("the caller's identity-based policies");
  });

  test('the external ID shows masked, unless it is asked for', async () => {
    const masked = await withTrust('--context', 'sts:ExternalId=a-shared-name', '--format', 'json');
    expect(masked.out).not.toContain('a-shared-name');
    expect(masked.out).toContain('a-… (13 characters)');
    const whole = await withTrust('--context', 'sts:ExternalId=a-shared-name', '--show-external-ids');
    expect(whole.out).toContain('a-shared-name');
  });

  test('unknown without the key, denied when closed or absent: exit code 1', async () => {
    const open = await withTrust('--format', 'json');
    expect(open.code).toBe(1);
    expect(JSON.parse(open.out)).toMatchObject({
      decision: 'unknown',
      statements: [{ index: 0, effect: 'Allow', matches: 'unknown' }],
      unknownKeys: ['sts:ExternalId'],
    });
    for (const args of [['--closed'], ['--absent', 'sts:ExternalId']]) {
      const { code, out } = await withTrust(...args, '--format', 'json');
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ decision: 'implicit-deny', unknownKeys: [] });
    }
  });

  test.each([
    ['no caller', ['--policy', 'trust.json'], /who calls\?/],
    ['two callers', ['--policy', 'trust.json', '--principal', user, '--service', 'ec2.amazonaws.com'], /only one of/],
    ['no policy', ['--principal', user], /needs --policy FILE/],
    ['no such file', ['--policy', 'none.json', '--principal', user], /none\.json/],
    ['not JSON', ['--policy', 'broken.json', '--principal', user], /broken\.json:1:1\d/],
    [
      'a service as the principal',
      ['--policy', 'trust.json', '--principal', 'ec2.amazonaws.com'],
      /did you mean --service\?/,
    ],
    [
      'a provider as the principal',
      ['--policy', 'trust.json', '--principal', 'accounts.google.com'],
      /did you mean --federated\?/,
    ],
    ['a bare issuer', ['--policy', 'trust.json', '--federated', 'gitlab.com'], /oidc-provider\/gitlab\.com/],
    [
      'a session with a path',
      ['--policy', 'trust.json', '--principal', 'arn:aws:sts::111122223333:assumed-role/ci/deploy/s'],
      /without the path/,
    ],
    [
      'a context without a value',
      ['--policy', 'trust.json', '--principal', user, '--context', 'sts:ExternalId'],
      /key=value/,
    ],
    [
      'a slip in the action',
      ['--policy', 'trust.json', '--principal', user, '--action', 'sts:AsumeRole'],
      /did you mean sts:AssumeRole\?/,
    ],
    ['a batch and a question', ['--policy', 'trust.json', '--batch', '-'], /--batch stands in place of --policy/],
    [
      'given and absent',
      ['--policy', 'trust.json', '--principal', user, '--context', 'sts:ExternalId=x', '--absent', 'STS:ExternalId'],
      /both given/,
    ],
  ])('%s: one line on stderr and exit code 2', async (_, args, message) => {
    const { code, out, err } = await canAssume(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a key without its value is named, and an external ID in its place is not', async () => {
    expect((await withTrust('--context', 'sts:ExternalId')).err).toContain('--context sts:ExternalId: expected');
    for (const slip of ['a-shared-name', '=a-shared-name'])
      expect((await withTrust('--context', slip)).err).not.toContain('a-shared-name');
  });

  test('statements are counted from 1, as in every text for people', async () => {
    expect((await withTrust()).out).toContain('Statement 1, Allow: may match');
  });

  test('a misspelt key is named with the one meant', async () => {
    const { err } = await withTrust('--context', 'ExternalId=a-shared-name');
    expect(err).toContain('did you mean `sts:ExternalId`?');
  });
});

describe('a batch', () => {
  const answers = async (lines: readonly unknown[]) => {
    const { code, out, err } = await canAssume(['--batch', '-'], {
      '-': lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    return {
      code,
      err,
      all: out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  };

  test('answers in order, with values as text or lists, null as not given, and goes on after a wrong line', async () => {
    const { code, all } = await answers([
      {
        id: 'a',
        policy,
        principal: user,
        service: null,
        context: { 'sts:ExternalId': 'a-shared-name' },
        expect: 'allow',
      },
      {
        id: 'b',
        policy: JSON.stringify(policy),
        principal: [user],
        context: { 'sts:ExternalId': ['x'] },
        expect: 'implicit-deny',
      },
      { id: 'c', policy: {}, principal: user },
      { id: 'd', policy, principal: user, absent: 'sts:ExternalId' },
      { id: 5, policy, principal: user, closed: true, context: null },
    ]);
    expect(code).toBe(0);
    expect(all.map(({ id, decision, pass }) => [id, decision, pass])).toEqual([
      ['a', 'allow', true],
      ['b', 'implicit-deny', true],
      ['c', undefined, undefined],
      ['d', 'implicit-deny', undefined],
      [5, 'implicit-deny', undefined],
    ]);
    expect(all[2]?.['error']).toMatch(/Statement/);
  });

  test('what is said of a wrong context quotes no value of it', async () => {
    const contexts = ['sts:ExternalId=a-shared-name', { 'sts:ExternalId': { v: 'a-shared-name' } }];
    const { all } = await answers([
      ...contexts.map((context) => ({ id: 1, policy, principal: user, context })),
      { id: 1, policy, principal: user, context: { 'sts:ExternalId': [['a-shared-name']] } },
    ]);
    expect(all.map(({ error }) => error)).toEqual([
      '`context` is an object of condition keys, not a string',
      '`context`, sts:ExternalId: expected a string or a list of strings, received an object',
      '`context`, sts:ExternalId: expected a string or a list of strings, received an array',
    ]);
  });

  test('exit code 1 where an expectation fails, or could not be tried', async () => {
    const failing = await answers([{ id: 1, policy, principal: user, expect: 'allow' }]);
    expect(failing.all[0]).toMatchObject({ id: 1, decision: 'unknown', pass: false });
    expect(failing.code).toBe(1);
    const untried = await answers([{ id: 1, policy, principal: 'nobody', expect: 'allow' }]);
    expect(untried.code).toBe(1);
  });

  test.each([
    [{ policy, principal: user, closed: 'yes' }, /closed/],
    [{ policy, principal: user, context: ['x'] }, /context/],
    [{ policy, principal: user, context: { 'sts:ExternalId': { a: 1 } } }, /expected a string/],
    [{ policy, principal: user, expect: 'denied' }, /expect/],
    [{ polcy: policy, principal: user }, /did you mean `policy`/],
    [{ policy, principal: 5 }, /principal/],
    [{ policy }, /who calls/],
    [{ principal: user }, /no `policy`/],
  ])('a wrong line %# names what is wrong', async (line, message) => {
    const { all } = await answers([{ id: 'x', ...line }]);
    expect(all[0]?.['id']).toBe('x');
    expect(all[0]?.['error']).toMatch(message);
  });

  test('keys that would poison a prototype are plain keys', async () => {
    const line = `{"id":"p","policy":${JSON.stringify(policy)},"principal":"${user}","context":{"__proto__":"x","constructor":"y"},"closed":true}`;
    const { out } = await canAssume(['--batch', '-'], { '-': line });
    expect(JSON.parse(out)).toMatchObject({ id: 'p', decision: 'implicit-deny' });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
