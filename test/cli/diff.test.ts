/** `diff`: answers in each form, exit codes, masking, `--at-most`, the batch form, and what it says to input that is wrong. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { fakeIo } from './fake-io.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const own = '111122223333';
const role = `arn:aws:iam::${own}:role/deploy`;
const secret = 'a-shared-name';

function policy(...statements: readonly Readonly<Record<string, unknown>>[]) {
  return {
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...one })),
  };
}
function guarded(externalId: string) {
  return { Principal: account, Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
}

const files = {
  'guarded.json': JSON.stringify(policy(guarded(secret))),
  'other-id.json': JSON.stringify(policy(guarded('a-sharad-name'))),
  'open.json': JSON.stringify(policy({ Principal: account })),
  'short.json': JSON.stringify(policy({ Principal: { AWS: own } }), null, 4),
  'direct.json': JSON.stringify(policy({ Principal: { AWS: [own, `arn:aws:iam::${own}:user/ann`] } })),
  'everyone.json': JSON.stringify(policy({ Principal: { AWS: '*' } })),
  'variable.json': JSON.stringify(
    policy({ Principal: account, Condition: { StringLike: { 'sts:RoleSessionName': '${aws:PrincipalTag/team}' } } }),
  ),
  'get-role.json': JSON.stringify({
    Role: { Arn: role, AssumeRolePolicyDocument: policy({ Principal: { AWS: own } }) },
  }),
  'encoded.json': encodeURIComponent(JSON.stringify(policy({ Principal: { AWS: own } }))),
  'refused.json': JSON.stringify(policy({ Principal: { AWS: '*' }, Resource: '*' })),
  'named-alike.json': JSON.stringify(policy({ ...guarded(secret), Principal: { AWS: secret } })),
  'broken.json': '{"Version": }',
  'meaningless.json': '{"Version":"2012-10-17"}',
};

async function diff(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
  options: Parameters<typeof fakeIo>[1] = {},
) {
  const io = fakeIo({ ...files, ...more }, options);
  await run(['diff', ...args], io);
  return { code: io.exitCode(), out: io.printed(), err: io.warned() };
}

async function json(...args: readonly string[]): Promise<Record<string, unknown> & { code: number }> {
  const { code, out } = await diff([...args, '--format', 'json']);
  return { ...(JSON.parse(out) as Record<string, unknown>), code };
}

describe('verdicts and exit codes', () => {
  test('broader: exit code 1, with a witness that can-assume confirms', async () => {
    const answer = await json('guarded.json', 'open.json', '--role', role);
    expect(answer).toMatchObject({ code: 1, verdict: 'broader', lost: [], direct: [], undecided: [] });
    expect(Object.keys(answer).filter((name) => name !== 'code')).toEqual([
      'verdict',
      'gained',
      'lost',
      'direct',
      'undecided',
    ]);
    const [gained] = answer['gained'] as [{ statement: number; summary: string; witness: Record<string, unknown> }];
    expect(gained.statement).toBe(0);
    expect(gained.summary).toContain(own);
    const decided = async (file: string) => {
      const io = fakeIo({
        ...files,
        '-': JSON.stringify({ policy: JSON.parse(files[file as keyof typeof files]), closed: true, ...gained.witness }),
      });
      await run(['can-assume', '--batch', '-'], io);
      return (JSON.parse(io.printed()) as { decision: string }).decision;
    };
    expect(await decided('open.json')).toBe('allow');
    expect(await decided('guarded.json')).toBe('implicit-deny');
  });

  test('narrower and equivalent: exit code 0', async () => {
    const narrower = await json('open.json', 'guarded.json');
    expect(narrower).toMatchObject({ code: 0, verdict: 'narrower', gained: [], direct: null });
    expect((narrower['lost'] as unknown[]).length).toBeGreaterThan(0);
    expect(await json('open.json', 'short.json')).toMatchObject({
      code: 0,
      verdict: 'equivalent',
      gained: [],
      lost: [],
    });
  });

  test('incomparable: another external ID', async () => {
    expect(await json('guarded.json', 'other-id.json')).toMatchObject({ code: 1, verdict: 'incomparable' });
  });

  test('undecided names the construct, and is no "nobody new"', async () => {
    const answer = await json('guarded.json', 'variable.json');
    expect(answer.code).toBe(1);
    const text = await diff(['guarded.json', 'variable.json']);
    expect(text.code).toBe(1);
    expect(text.out).not.toContain('Nobody new');
  });

  test('direct access in the own account: exit code 1, though no request is new', async () => {
    expect(await json('short.json', 'direct.json', '--role', role)).toMatchObject({
      code: 1,
      verdict: 'equivalent',
      direct: [{ statement: 0, principal: `arn:aws:iam::${own}:user/ann` }],
    });
    const elsewhere = 'arn:aws:iam::444455556666:role/deploy';
    expect(await json('short.json', 'direct.json', '--role', elsewhere)).toMatchObject({ code: 0, direct: [] });
    expect(await json('short.json', 'direct.json')).toMatchObject({ code: 0, direct: null });
  });

  test('the account comes from what get-role prints, too; URL-encoded text is read', async () => {
    expect(await json('get-role.json', 'direct.json')).toMatchObject({ code: 1, verdict: 'equivalent' });
    expect(await json('get-role.json', 'encoded.json')).toMatchObject({ code: 0, verdict: 'equivalent', direct: [] });
  });
});

describe('text', () => {
  test('the change of the document beside who gained, and a last line in words', async () => {
    const { out, err } = await diff(['guarded.json', 'open.json']);
    expect(err).toBe('');
    expect(out).toMatch(/^--- guarded\.json\n\+\+\+ open\.json\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    expect(out).toContain('-      "Condition": {');
    expect(out).toContain('by statement 1 of the new policy');
    expect(out).toMatch(/\n {2}gains +\S/);
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      'Somebody new can assume this role: 1 class of callers gained access.',
    );
  });

  test('statements are counted from one, as in every other answer, and go by their Sid; in JSON it is the index', async () => {
    const two = JSON.stringify(
      policy({ Principal: { AWS: `arn:aws:iam::${own}:role/ci` } }, { Sid: 'Partner', Principal: { AWS: '*' } }),
    );
    const first = JSON.stringify(policy({ Principal: { AWS: `arn:aws:iam::${own}:role/ci` } }));
    const widened = await diff(['first.json', 'two.json'], { 'first.json': first, 'two.json': two });
    expect(widened.out).toContain('by statement 2 (Partner) of the new policy');
    const narrowed = await diff(['two.json', 'first.json'], { 'first.json': first, 'two.json': two });
    expect(narrowed.out).toContain('by statement 2 (Partner) of the old policy');
    const answer = await diff(['first.json', 'two.json', '--format', 'json'], { 'first.json': first, 'two.json': two });
    expect(JSON.parse(answer.out)).toMatchObject({ gained: [{ statement: 1 }] });
  });

  test('a proof is told as one', async () => {
    const last = async (...args: string[]) => (await diff(args)).out.trimEnd().split('\n').at(-1);
    expect(await last('open.json', 'guarded.json')).toBe(
      'Nobody new can assume this role: proved for every request. 1 class of callers lost access.',
    );
    expect(await last('open.json', 'short.json')).toBe(
      'Nobody new can assume this role, and nobody lost access: proved for every request.',
    );
    expect(await last('short.json', 'direct.json', '--role', role)).toContain(
      'no longer needs an identity-based policy',
    );
  });

  test('formatting is no change, and an unknown account is said where it matters', async () => {
    expect((await diff(['short.json', 'short.json'])).out).toContain(
      'The documents say the same, apart from formatting.',
    );
    const unknown = (await diff(['short.json', 'direct.json'])).out.replace(/\s+/g, ' ');
    expect(unknown).toContain('Give --role ARN');
    expect(unknown).not.toContain('Nobody new');
    expect((await diff(['guarded.json', 'open.json'])).out).not.toContain('Give --role ARN');
  });

  test('colour only where the terminal takes it', async () => {
    const plain = await diff(['guarded.json', 'open.json']);
    expect(plain.out).not.toContain('\u001b');
    const coloured = await diff(['guarded.json', 'open.json'], {}, { colour: true });
    expect(coloured.out).toContain('\u001b[31m-');
    expect(coloured.out.replace(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });

  test('control characters of a policy and of a name show as escapes', async () => {
    const hostile = policy({ Sid: 'x\u001b[31m\u202e', Principal: { AWS: '*' } });
    const name = 'new\u001b]0;x\u0007.json';
    const { out } = await diff(['guarded.json', name], {
      [name]: JSON.stringify(hostile).replace('\\u202e', '\u202e'),
    });
    expect(out).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(out).toContain('new\\u001b]0;x\\u0007.json');
    expect(out).toContain('\\u202e');
  });
});

describe('external IDs', () => {
  test('show masked in every form, and a change of one still shows', async () => {
    for (const format of ['text', 'json', 'sarif']) {
      for (const pair of [
        ['guarded.json', 'open.json'],
        ['open.json', 'guarded.json'],
        ['guarded.json', 'other-id.json'],
      ]) {
        const { out } = await diff([...pair, '--format', format]);
        expect(out).not.toContain(secret);
        expect(out).not.toContain('a-sharad-name');
      }
    }
    const { out } = await diff(['guarded.json', 'other-id.json']);
    expect(out).toMatch(/^-.*"a-… \(13 characters\)"/m);
    expect(out).toMatch(/^\+.*"a-… \(13 characters\)"/m);
  });

  test('show masked in what IAM would say of a policy that has one for a principal as well', async () => {
    const { out, err } = await diff(['open.json', 'named-alike.json']);
    expect(err).toContain('IAM would refuse this policy');
    expect(out + err).not.toContain(secret);
    const whole = await diff(['open.json', 'named-alike.json', '--show-external-ids']);
    expect(whole.err).toContain(secret);
  });

  test('show whole where that is asked for', async () => {
    const { out } = await diff(['guarded.json', 'other-id.json', '--show-external-ids']);
    expect(out).toContain(secret);
    expect(out).toContain('a-sharad-name');
  });
});

describe('--at-most', () => {
  test.each([
    [
      'open.json',
      'guarded.json',
      true,
      0,
      'The policy allows at most what the reference allows: proved for every request.',
    ],
    [
      'open.json',
      'short.json',
      true,
      0,
      'The policy allows at most what the reference allows: proved for every request.',
    ],
    ['guarded.json', 'open.json', false, 1, 'The policy allows what the reference does not.'],
    ['guarded.json', 'other-id.json', false, 1, 'The policy allows what the reference does not.'],
  ])('%s, %s: %s', async (reference, asked, atMost, code, sentence) => {
    expect(await json('--at-most', reference, asked)).toMatchObject({ code, atMost });
    const { out } = await diff(['--at-most', reference, asked]);
    expect(out.trimEnd().split('\n').at(-1)).toBe(sentence);
    expect(out).not.toContain('loses');
  });
});

describe('sarif', () => {
  test('one result for each class that gained, at its statement in the new file', async () => {
    const { out, code } = await diff(['guarded.json', 'short.json', '--format', 'sarif']);
    expect(code).toBe(1);
    const log = JSON.parse(out) as {
      version: string;
      runs: [{ results: { ruleId: string; locations: [{ physicalLocation: Record<string, unknown> }] }[] }];
    };
    expect(log.version).toBe('2.1.0');
    expect(log.runs[0].results).toHaveLength(1);
    expect(log.runs[0].results[0]).toMatchObject({
      ruleId: 'access-gained',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'short.json' }, region: { startLine: 4, startColumn: 9 } } },
      ],
    });
  });

  test('direct access is a result of its own; nobody new is none', async () => {
    const direct = await diff(['short.json', 'direct.json', '--role', role, '--format', 'sarif']);
    expect(JSON.parse(direct.out)).toMatchObject({ runs: [{ results: [{ ruleId: 'access-direct' }] }] });
    const none = await diff(['open.json', 'guarded.json', '--format', 'sarif']);
    expect(JSON.parse(none.out)).toMatchObject({ runs: [{ results: [] }] });
    expect(none.code).toBe(0);
  });
});

describe('input', () => {
  test('one of the policies may come from standard input', async () => {
    const { out, code } = await diff(['-', 'open.json', '--format', 'json'], { '-': files['guarded.json'] });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ verdict: 'broader' });
  });

  test('what IAM would refuse is said on stderr, and compared all the same', async () => {
    const { out, err, code } = await diff(['everyone.json', 'refused.json', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({ verdict: 'equivalent' });
    expect(code).toBe(0);
    expect(err).toMatch(/refused\.json:1:\d+: .*`Resource`/);
  });

  test.each([
    ['no policies', [], /needs two policies/],
    ['one policy', ['open.json'], /needs two policies/],
    ['both from standard input', ['-', '-'], /only one/],
    ['no such file', ['open.json', 'none.json'], /none\.json/],
    ['not JSON', ['open.json', 'broken.json'], /broken\.json:1:1\d/],
    ['no Statement', ['meaningless.json', 'open.json'], /meaningless\.json:1:1: .*Statement/],
    ['a role that is none', ['open.json', 'short.json', '--role', 'deploy'], /--role deploy/],
    ['--at-most with two policies', ['--at-most', 'open.json', 'short.json', 'open.json'], /takes one POLICY/],
    ['--at-most with none', ['--at-most', 'open.json'], /needs a POLICY/],
    ['--batch with policies', ['--batch', '-', 'open.json'], /--batch/],
    ['another format', ['open.json', 'short.json', '--format', 'yaml'], /yaml/],
  ])('%s: one line on stderr and exit code 2', async (_, args, message) => {
    const { code, out, err } = await diff(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a batch', () => {
  const answers = async (lines: readonly unknown[], ...args: readonly string[]) => {
    const { code, out } = await diff(['--batch', '-', ...args], {
      '-': lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    const all = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { code, all, out };
  };
  const open = policy({ Principal: account });

  test('answers in order, policies as objects or text, null as not given, and goes on after a wrong line', async () => {
    const { code, all, out } = await answers([
      { id: 'a', old: policy(guarded(secret)), new: open, role: null },
      { id: 'b', old: open, new: JSON.stringify(policy(guarded(secret))) },
      { id: 'c', old: {}, new: open },
      { id: 'd', old: open },
      { id: 5, old: JSON.parse(files['short.json']), new: JSON.parse(files['direct.json']), role },
      { id: 'e', old: open, new: open, role: 7 },
    ]);
    expect(code).toBe(0);
    expect(all.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a', 'broader'],
      ['b', 'narrower'],
      ['c', undefined],
      ['d', undefined],
      [5, 'equivalent'],
      ['e', undefined],
    ]);
    expect(all[0]?.['direct']).toBeNull();
    expect(all[4]?.['direct']).toHaveLength(1);
    expect(all[2]?.['error']).toMatch(/Statement/);
    expect(all[3]?.['error']).toMatch(/`new`/);
    expect(all[5]?.['error']).toMatch(/role/);
    expect(out).not.toContain(secret);
  });

  test('what a line expects: pass, and exit code 1 where one fails or could not be tried', async () => {
    const passing = await answers([{ id: 1, old: open, new: open, expect: 'equivalent' }]);
    expect(passing.all[0]).toMatchObject({ id: 1, verdict: 'equivalent', pass: true });
    expect(passing.code).toBe(0);
    const failing = await answers([{ id: 1, old: policy(guarded(secret)), new: open, expect: 'equivalent' }]);
    expect(failing.all[0]).toMatchObject({ verdict: 'broader', pass: false });
    expect(failing.code).toBe(1);
    expect((await answers([{ id: 1, old: open, new: {}, expect: 'equivalent' }])).code).toBe(1);
    expect((await answers([{ id: 1, old: open, new: open, expect: 'same' }])).all[0]?.['error']).toMatch(/expect/);
  });
});
