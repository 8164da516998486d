/** Does `explain` take what it is given in every form, answer like a colleague, and refuse wrong input in one line? */
import { describe, expect, test } from 'vitest';
import { byRole, byUser, deployRole, role, trusting, user } from '../../src/causes/example-cases.ts';
import { run } from '../../src/cli/main.ts';
import type { Explanation } from '../../src/findings/finding.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

const getRole = (policy: object, more: object = {}) => ({
  Role: {
    Arn: role,
    RoleId: 'AROAEXAMPLETARGET1234',
    RoleName: 'target',
    MaxSessionDuration: 3600,
    AssumeRolePolicyDocument: policy,
    ...more,
  },
});

async function explain(files: Readonly<Record<string, unknown>>, ...args: readonly string[]): Promise<FakeIo> {
  const texts = Object.entries(files).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const io = fakeIo(Object.fromEntries(texts) as Record<string, string>);
  await run(['explain', ...args], io);
  return io;
}

const answerOf = (io: FakeIo) => JSON.parse(io.printed()) as Explanation;

describe('what it is given', () => {
  test('records that nobody can read are named, and the rest is explained', async () => {
    const io = await explain({ e: `${JSON.stringify(byUser())}\n{"bad":\n{"x":1}` }, 'e', '--format', 'ndjson');
    expect(io.printed().trim().split('\n')).toHaveLength(1);
    expect(io.warned()).toContain('e, line 2');
    expect(io.warned()).toContain('e, line 3');
  });

  test('nothing to be read is named', async () => {
    for (const text of ['[]', '{"Records":[]}']) {
      const io = await explain({ e: text }, 'e');
      expect(io.exitCode()).toBe(2);
      expect(io.warned()).toMatch(/^trusttrail: e: no CloudTrail record in it, expected [^\n]*\n$/);
    }
  });

  test('the answer is in the order in which it is read', async () => {
    const io = await explain({ e: byUser() }, 'e', '--format', 'json');
    expect(Object.keys(answerOf(io))).toEqual(['event', 'causes', 'ruledOut', 'unknown']);
  });

  test('--policy and --previous-policy', async () => {
    const io = await explain(
      { e: byUser(), p: trusting('444455556667'), b: trusting(user) },
      'e',
      '--policy',
      'p',
      '--previous-policy',
      'b',
      '--format',
      'json',
    );
    const { causes } = answerOf(io);
    expect(causes[0]).toMatchObject({
      cause: 'wrong-account',
      confidence: 'proved',
      fix: { verified: true, who: 'owner' },
    });
    expect(causes[0]?.evidence.map(({ detail }) => detail).join(' ')).toContain('the version before');
    expect(io.exitCode()).toBe(0);
  });

  test('--role with what get-role prints is the policy and the settings', async () => {
    const files = { e: byUser({ durationSeconds: 7200 }), r: getRole(trusting('444455556667')) };
    expect(
      answerOf(await explain(files, 'e', '--role', 'r', '--format', 'json')).causes.map(({ cause }) => cause),
    ).toEqual(expect.arrayContaining(['wrong-account', 'duration-exceeds-role-maximum']));
  });

  test('--policy goes before the policy of --role', async () => {
    const files = { e: byUser(), r: getRole(trusting('444455556667')), p: trusting({ Service: 'ec2.amazonaws.com' }) };
    const { causes } = answerOf(await explain(files, 'e', '--role', 'r', '--policy', 'p', '--format', 'json'));
    expect(causes[0]?.cause).toBe('principal-missing');
  });

  test('--role by its ARN, with a path that the call left out', async () => {
    const io = await explain(
      { e: byUser() },
      'e',
      '--role',
      'arn:aws:iam::111122223333:role/apps/target',
      '--format',
      'json',
    );
    expect(answerOf(io).causes[0]).toMatchObject({ cause: 'role-not-found' });
  });

  test('standard input', async () => {
    const io = await explain({ '-': byRole(), p: trusting(deployRole) }, '-', '--policy', 'p', '--format', 'json');
    expect(answerOf(io).causes[0]?.cause).toBe('identity-policy-no-allow');
  });
});

describe('what it says', () => {
  test('reads from the cause to the commands, the undo as a comment', async () => {
    const io = await explain({ e: byUser(), p: trusting('444455556667') }, 'e', '--policy', 'p');
    const text = io.printed().replaceAll(/\s+/g, ' ');
    const order = [
      'was denied',
      'cause',
      'one digit off',
      'fix',
      'Verified: it lets in',
      'get-role',
      'update-assume-role-policy',
      'aws sts assume-role',
      '# undo:',
      'not explicit-deny:',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).not.toContain('$ #');
  });

  test('an external ID only where it is asked for', async () => {
    const files = { e: byUser(), p: trusting('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }) };
    for (const format of ['text', 'json']) {
      const io = await explain(files, 'e', '--policy', 'p', '--format', format);
      expect(io.printed()).not.toContain('acme-4711-xyz');
    }
    const io = await explain(files, 'e', '--policy', 'p', '--format', 'json', '--show-external-ids');
    expect(JSON.stringify(answerOf(io).causes[0]?.fix?.policy)).toContain('acme-4711-xyz');
  });

  test('several denials, one a line, and nothing to explain without an error', async () => {
    const several = { Records: [byUser(), byRole()] };
    const io = await explain({ e: several, p: trusting('777788889999') }, 'e', '--policy', 'p', '--format', 'ndjson');
    expect(io.printed().trim().split('\n')).toHaveLength(2);
    const none = await explain(
      { e: byUser({}, { errorCode: undefined, errorMessage: undefined }) },
      'e',
      '--format',
      'json',
    );
    expect(answerOf(none).causes).toEqual([]);
    expect(none.exitCode()).toBe(0);
    expect(none.warned()).not.toBe('');
  });

  test('exit code 1 where no cause is more than possible', async () => {
    const io = await explain({ e: byUser(null) }, 'e');
    expect(io.exitCode()).toBe(1);
  });
});

describe('wrong input is one line and exit code 2', () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>, readonly string[], RegExp]>([
    ['no event', {}, [], /EVENT/],
    ['no such file', {}, ['e'], /e: /],
    ['no JSON', { e: '{' }, ['e'], /e/],
    ['no record', { e: {} }, ['e'], /e/],
    ['no policy', { e: byUser(), p: '[]' }, ['e', '--policy', 'p'], /p/],
    ['an ARN of no role', { e: byUser() }, ['e', '--role', user], /--role/],
    ['a file without a role', { e: byUser(), r: '{}' }, ['e', '--role', 'r'], /--role r: no Arn/],
    ['a file that is no JSON', { e: byUser(), r: 'x' }, ['e', '--role', 'r'], /--role r: expected/],
    ['standard input twice', { '-': byUser() }, ['-', '--policy', '-'], /only once/],
    ['--live for a batch', { b: '{}' }, ['--batch', 'b', '--live'], /--live/],
    ['an event beside a batch', { b: '{}', e: '{}' }, ['e', '--batch', 'b'], /--batch stands in place of an EVENT/],
    ['a policy beside a batch', { b: '{}', p: '{}' }, ['--batch', 'b', '--policy', 'p'], /--batch stands in place/],
    ['several denials as one document', { e: { Records: [byUser(), byRole()] } }, ['e', '--format', 'json'], /ndjson/],
  ])('%s', async (_, files, args, said) => {
    const io = await explain(files, ...args);
    expect(io.exitCode()).toBe(2);
    expect(io.warned()).toMatch(said);
    expect(io.warned().trimEnd().split('\n')).toHaveLength(1);
    expect(io.printed()).toBe('');
  });
});
