/** `audit` and `who` on the command line: the same as the replay, in any order of files, with what is wrong told once. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateArchive } from '../../bench/generate-logs.ts';
import { run } from '../../src/cli/main.ts';
import { runs } from '../arbitraries/runs.ts';
import { deniedCall, iamCall } from '../cloudtrail/records.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

const root = join(import.meta.dirname, '..', '..');
const samples = join(root, 'samples');
let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-audit-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function cli(...args: readonly string[]): Promise<FakeIo> {
  const io = fakeIo({}, { cwd: folder, columns: 120 });
  await run(args, io);
  return io;
}

interface ReviewJson {
  readonly findings: readonly {
    readonly id: string;
    readonly kind: string;
    readonly severity: string;
    readonly role?: string;
    readonly time: string;
  }[];
  readonly roles: readonly {
    readonly role: string;
    readonly versions: readonly {
      readonly certainty: string;
      readonly policy: unknown;
      readonly until: string | null;
    }[];
  }[];
  readonly problems: readonly { readonly place: string; readonly message: string }[];
  readonly summary: Readonly<Record<string, number | string | boolean>>;
}

async function audited(...args: readonly string[]): Promise<ReviewJson> {
  const io = await cli('audit', ...args, '--format', 'json');
  return JSON.parse(io.printed()) as ReviewJson;
}

describe('audit', () => {
  test('agrees with the replay of the same records', async () => {
    const { findings, summary } = await audited(samples);
    const replayed = await cli('replay', samples, '--format', 'json');
    const expected = JSON.parse(replayed.printed()) as ReviewJson;
    expect(findings.length).toBeGreaterThan(15);
    expect(findings).toEqual(expected.findings);
    expect(summary['records']).toBe(expected.summary['records']);
  });

  test('any permutation of the files, and any way of cutting them, gives the same report', async () => {
    const file = '111122223333_CloudTrail_us-east-1_20260309T0810Z_mN3kQ7vT1xWz5RbL.json.gz';
    const first = JSON.parse(gunzipSync(await readFile(join(samples, 'cloudtrail', file))).toString()) as {
      Records: object[];
    };
    const others = [
      '111122223333_CloudTrail_us-east-1_20260309T1545Z_c9HdY2sPq8EoJ4Ua.json',
      'day-two.jsonl',
      'eventbridge-at-night.json',
    ];
    await mkdir(at('permuted'));
    await writeFile(at('permuted', 'a'), JSON.stringify({ Records: first.Records }));
    await writeFile(at('permuted', 'b'), '{"Records":[]}');
    const pathOf = (name: string): string =>
      name.length === 1 ? at('permuted', name) : join(samples, 'cloudtrail', name);
    const expected = await audited(...['a', 'b', ...others].map(pathOf));
    expect(expected.findings.length).toBeGreaterThan(8);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(first.Records, { minLength: first.Records.length }),
        fc.shuffledSubarray(['a', 'b', ...others], { minLength: others.length + 2 }),
        fc.nat({ max: first.Records.length }),
        async (records, order, cut) => {
          await writeFile(at('permuted', 'a'), JSON.stringify({ Records: records.slice(0, cut + 2) }));
          // Some of them twice, as they are delivered.
          await writeFile(at('permuted', 'b'), JSON.stringify({ Records: records.slice(cut) }));
          const { findings, roles, problems } = await audited(...order.map(pathOf));
          expect({ findings, roles, problems }).toEqual({
            findings: expected.findings,
            roles: expected.roles,
            problems: expected.problems,
          });
        },
      ),
      { numRuns: runs(4) },
    );
  });

  test('filters by time, role and account', async () => {
    const whole = await audited(samples);
    const night = await audited(samples, '--since', '2026-03-10', '--until', '2026-03-10T03:00:00Z');
    expect(night.findings.length).toBeGreaterThan(0);
    expect(night.findings.length).toBeLessThan(whole.findings.length);
    for (const { time } of night.findings) expect(time.slice(0, 12)).toBe('2026-03-10T0');
    const deploy = await audited(samples, '--role', 'ci-*');
    expect(new Set(deploy.findings.map(({ role }) => role))).toEqual(
      new Set(['arn:aws:iam::111122223333:role/ci-deploy']),
    );
    expect(deploy.roles.map(({ role }) => role)).toEqual(['arn:aws:iam::111122223333:role/ci-deploy']);
    expect((await audited(samples, '--account', '999999999999')).findings).toEqual([]);
  });

  test('what happened before --since is still known: nothing that was there already is told as new', async () => {
    const whole = await audited(samples);
    const later = await audited(samples, '--since', '2026-03-09T11:00:00Z');
    const expected = whole.findings.filter(({ time }) => time >= '2026-03-09T11:00:00Z');
    expect(later.findings).toEqual(expected);
  });

  test('with --since, the life of a role begins with what was in force then', async () => {
    const since = '2026-03-09T14:10:00Z';
    const { roles } = await audited(samples, '--since', since);
    expect(roles.length).toBeGreaterThan(5);
    for (const { versions } of roles)
      for (const { until } of versions) expect(until === null || until > since).toBe(true);
    const text = async (...more: string[]): Promise<string> => (await cli('audit', samples, ...more)).printed();
    expect(await text('--since', since)).toContain('2026-03-09 14:02:18 UTC  changed');
    expect(await text('--since', since)).not.toContain('2026-03-09 08:00:04 UTC  created');
    expect(await text('--since', '2027-01-01')).not.toContain('Trust policies over time');
  });

  test('the exit code is that of --fail-on', async () => {
    expect((await cli('audit', samples, '--format', 'ndjson')).exitCode()).toBe(1);
    expect((await cli('audit', samples, '--format', 'ndjson', '--role', 'nothing')).exitCode()).toBe(0);
    await writeFile(at('calm.json'), JSON.stringify({ Records: [{ eventName: 'ListBuckets' }] }));
    const calm = await cli('audit', at('calm.json'), '--fail-on', 'info');
    expect([calm.exitCode(), calm.warned()]).toEqual([0, '']);
    expect(calm.printed()).toMatch(/^0 findings; 0 roles\.\nRead 1 record in 1 file/);
  });

  test('text: every finding, the life of each role, and what was read', async () => {
    const text = (await cli('audit', samples)).printed();
    expect(text).toMatch(/Trust policies over time/);
    expect(text).toMatch(
      /role\/vendor-monitoring\n.*no such role \(inferred\).*\n.*created by .*terraform.*\n.*changed, broader by .*marek/,
    );
    expect(text).toMatch(
      /\d+ findings: 1 critical.*; 9 roles\.\nRead 40 records in 6 files .*: 16 changes of roles and principals, 13 denied calls/,
    );
  });

  test('ndjson: a finding a line; sarif: a log of them', async () => {
    const lines = (await cli('audit', samples, '--format', 'ndjson')).printed().trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ schema: 'trusttrail/finding/1' });
    const sarif = JSON.parse((await cli('audit', samples, '--format', 'sarif')).printed()) as {
      readonly version: string;
      readonly runs: readonly [
        {
          readonly results: readonly object[];
          readonly tool: { readonly driver: { readonly rules: readonly object[] } };
        },
      ];
    };
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.runs[0].results.length).toBeGreaterThanOrEqual(lines.length);
    expect(sarif.runs[0].tool.driver.rules.length).toBeGreaterThan(3);
  });

  test('the report holds the findings and the versions', async () => {
    const io = await cli('audit', samples, '--report', 'report.html');
    expect(io.printed()).toMatch(/The report is in report\.html/);
    const page = await readFile(at('report.html'), 'utf8');
    expect(page).toMatch(/vendor-monitoring/);
    expect(page).toMatch(/Roles and their policies/);
  });

  test('external IDs are masked in every form, unless they are asked for', async () => {
    for (const format of ['text', 'json', 'ndjson', 'sarif'])
      expect((await cli('audit', samples, '--format', format)).printed()).not.toMatch(/"?northwind-[0-9a-z-]{8,}/i);
    const shown = await cli('audit', samples, '--format', 'json', '--show-external-ids');
    const hidden = await cli('audit', samples, '--format', 'json');
    expect(shown.printed()).not.toBe(hidden.printed());
    expect(hidden.printed()).toMatch(/no… \(26 characters\)/);
  });
});

describe('what is wrong', () => {
  test('one clear line each, the rest processed, counted in the summary', async () => {
    await mkdir(at('mixed'));
    const good = JSON.stringify({ Records: [deniedCall({ eventID: 'a' }), { eventName: 'Other' }] });
    await writeFile(at('mixed', 'good.json.gz'), gzipSync(good));
    await writeFile(at('mixed', 'cut.json.gz'), gzipSync(good).subarray(0, 60));
    await writeFile(
      at('mixed', 'damaged.json.gz'),
      Buffer.concat([gzipSync(good).subarray(0, 20), Buffer.alloc(200, 0xff)]),
    );
    await writeFile(at('mixed', 'cut.json'), good.slice(0, -40));
    await writeFile(at('mixed', 'empty.json'), '');
    await writeFile(at('mixed', 'other.json'), '{"name":"not a log"}');
    const io = await cli('audit', at('mixed'), at('missing'), '--format', 'json');
    const { problems, summary } = JSON.parse(io.printed()) as ReviewJson;
    expect(problems.map(({ place }) => place.slice(folder.length + 1).replace(/,.*/, ''))).toEqual([
      'missing',
      'mixed/cut.json',
      'mixed/cut.json.gz',
      'mixed/damaged.json.gz',
      'mixed/empty.json',
    ]);
    expect(summary).toMatchObject({ problems: 5, passedOver: 1, denials: expect.any(Number) });
    expect(io.warned().trimEnd().split('\n')).toHaveLength(5);
    expect(io.exitCode()).not.toBe(2);
  });

  test.for([
    [['audit'], /missing required argument/],
    [['audit', 'missing-folder'], /missing-folder: no such file or folder/],
    [['audit', '.', '--since', 'yesterday'], /--since yesterday: no such time/],
    [['audit', '.', '--since', '2026-03-02', '--until', '2026-03-01'], /--since is after --until/],
    [['audit', 's3:/x'], /expected s3:\/\/bucket/],
    [['audit', 'gs://x'], /no such kind of source/],
    [['audit', 'athena:x'], /expected athena:database\.table/],
    [['audit', 'lookup:mars'], /mars is no region/],
    [['audit', '.', '--account', '12'], /12 digits/],
    [['audit', '.', '--jobs', '0'], /from 1 to 64/],
    [['who', 'x'], /missing required argument/],
    [['who', 'nobody', samples], /no change of a role of this name/],
    [['who', 'ci-deploy', samples, '--at', '2026-13-01'], /no such time/],
  ] as const)('%j is one line and exit code 2', async ([args, message]) => {
    const io = await cli(...args);
    expect(io.exitCode()).toBe(2);
    expect(io.warned()).toMatch(message);
    expect(io.warned().trimEnd().split('\n').at(-1)).toMatch(/^trusttrail: /);
  });

  test('a change that does not name its role is told, and not passed over in silence', async () => {
    const nameless = iamCall('UpdateAssumeRolePolicy', { roleName: 'no such name' });
    await writeFile(at('nameless.json'), JSON.stringify({ Records: [nameless] }));
    const { problems, summary } = await audited(at('nameless.json'));
    expect(problems.map(({ place, message }) => [place, message.replace(/event \S+:/, 'event …:')])).toEqual([
      [at('nameless.json'), 'UpdateAssumeRolePolicy, event …: a change of a role that the record does not name'],
    ]);
    expect(summary['problems']).toBe(1);
  });

  test('text in a record stays text', async () => {
    const hostile = iamCall(
      'UpdateAssumeRolePolicy',
      { roleName: 'x', policyDocument: '{"a":"\u001b[31m\u202e"}' },
      {
        userIdentity: { arn: 'arn:aws:iam::111122223333:user/\u001b]0;x\u0007\u202e', accountId: '111122223333' },
        eventID: '\u001b[2J',
      },
    );
    await writeFile(at('hostile.json'), JSON.stringify(hostile));
    for (const args of [
      ['audit', at('hostile.json')],
      ['who', 'x', at('hostile.json')],
      ['audit', at('hostile.json'), '--format', 'json'],
    ]) {
      const io = await cli(...args);
      expect(io.printed().length).toBeGreaterThan(50);
      expect(io.printed() + io.warned()).not.toMatch(/[\u001b\u0007\u202e]/);
    }
  });
});

describe('who', () => {
  const who = (...args: readonly string[]) => cli('who', ...args, samples);

  test('names the version in force, who set it, and whom it let in', async () => {
    const io = await who('ci-deploy', '--at', '2026-03-09T14:05:00Z');
    expect(io.printed()).toMatch(/role\/ci-deploy at 2026-03-09 14:05:00 UTC/);
    expect(io.printed()).toMatch(
      /Set 2026-03-09 14:02:18 UTC by .*dana@example\.com.*in force until 2026-03-09 14:31:05 UTC/,
    );
    expect(io.printed()).toMatch(/any principal of account 444455565666/);
    expect(io.exitCode()).toBe(0);
  });

  test('by ARN, and as JSON', async () => {
    const io = await who(
      'arn:aws:iam::111122223333:role/ci-deploy',
      '--at',
      '2026-03-09T14:05:00Z',
      '--format',
      'json',
    );
    expect(JSON.parse(io.printed())).toMatchObject({
      role: 'arn:aws:iam::111122223333:role/ci-deploy',
      at: '2026-03-09T14:05:00Z',
      exists: true,
      version: { since: '2026-03-09T14:02:18Z', until: '2026-03-09T14:31:05Z', certainty: 'certain' },
      allowed: [{ summary: 'any principal of account 444455565666' }],
    });
  });

  test('`policy` prints the document as it was set, external IDs and all, for use in commands', async () => {
    const masked = await who('vendor-monitoring', '--at', '2026-03-09T10:00:00Z');
    const io = await who('vendor-monitoring', '--at', '2026-03-09T10:00:00Z', '--format', 'policy');
    const id = (JSON.parse(io.printed()) as { Statement: [{ Condition: { StringEquals: Record<string, string> } }] })
      .Statement[0].Condition.StringEquals['sts:ExternalId'];
    expect(id).toHaveLength(26);
    expect(masked.printed()).not.toContain(id);
    expect(masked.printed()).toMatch(/no… \(26 characters\)/);
    const before = await who('vendor-monitoring', '--at', '2026-03-01', '--format', 'policy');
    expect(before.exitCode()).toBe(2);
    expect(before.printed()).toBe('');
  });

  test('what is not known is said, with exit code 1; a name in two accounts is asked about', async () => {
    const update = (account: string, eventTime: string) =>
      iamCall(
        'UpdateAssumeRolePolicy',
        { roleName: 'shared', policyDocument: '{"Version":"2012-10-17","Statement":[]}' },
        {
          eventTime,
          eventID: account,
          recipientAccountId: account,
          userIdentity: { arn: `arn:aws:iam::${account}:user/x`, accountId: account },
        },
      );
    await writeFile(
      at('two.json'),
      JSON.stringify([update('111122223333', '2026-03-01T00:00:00Z'), update('444455556666', '2026-03-02T00:00:00Z')]),
    );
    const unknown = await cli('who', 'arn:aws:iam::111122223333:role/shared', at('two.json'), '--at', '2026-02-01');
    expect(unknown.printed()).toMatch(/not known/);
    expect(unknown.exitCode()).toBe(1);
    const two = await cli('who', 'shared', at('two.json'));
    expect(two.warned()).toMatch(/2 roles match/);
    expect((await cli('who', 'shared', at('two.json'), '--account', '444455556666')).exitCode()).toBe(1);
  });

  test('takes a role that was deleted and then changed for none that let nobody in', async () => {
    const name = { roleName: 'again' };
    const document = '{"Version":"2012-10-17","Statement":[]}';
    const records = [
      iamCall('DeleteRole', name, { eventTime: '2026-03-01T00:00:00Z', eventID: 'a-1' }),
      iamCall(
        'UpdateAssumeRolePolicy',
        { ...name, policyDocument: document },
        { eventTime: '2026-03-03T00:00:00Z', eventID: 'a-2' },
      ),
    ];
    await writeFile(at('again.json'), JSON.stringify(records));
    const between = await cli('who', 'again', at('again.json'), '--at', '2026-03-02');
    expect(between.printed()).toMatch(/^Deleted 2026-03-01/m);
    expect(between.printed()).toMatch(/not known/);
    expect(between.printed()).not.toMatch(/nobody/i);
    expect(between.exitCode()).toBe(1);
    await writeFile(at('gone.json'), JSON.stringify(records.slice(0, 1)));
    const gone = await cli('who', 'again', at('gone.json'), '--at', '2026-03-02');
    expect(gone.printed()).toMatch(/nobody could assume it/);
  });
});

describe('how a role is named', () => {
  const open = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}';
  const shown = { role: { arn: 'arn:aws:iam::111122223333:role/team/deploy', roleId: 'AROADEPLOY' } };
  beforeAll(async () => {
    await writeFile(
      at('paths.json'),
      JSON.stringify([
        iamCall(
          'CreateRole',
          { roleName: 'deploy', path: '/team/', assumeRolePolicyDocument: open },
          { eventID: 'p-1', responseElements: shown },
        ),
        iamCall('UpdateAssumeRolePolicy', { roleName: 'loader', policyDocument: open }, { eventID: 'p-2' }),
      ]),
    );
  });

  test.for([
    ['arn:aws:iam::111122223333:role/deploy', 'arn:aws:iam::111122223333:role/team/deploy'],
    ['arn:aws:iam::*:role/deploy', 'arn:aws:iam::111122223333:role/team/deploy'],
    ['team/deploy', 'arn:aws:iam::111122223333:role/team/deploy'],
    // The record of an update names the role alone.
    ['arn:aws:iam::111122223333:role/data/loader', 'arn:aws:iam::111122223333:role/loader'],
  ])('%s is found whether or not a record shows its path', async ([asked, role]) => {
    const { findings, roles } = await audited(at('paths.json'), '--role', asked ?? '');
    expect(findings.map((one) => one.role)).toEqual([role]);
    expect(roles.map((one) => one.role)).toEqual([role]);
    expect((await cli('who', asked ?? '', at('paths.json'))).printed()).toMatch(`${role} at `);
  });

  test.for(['arn:aws:iam::111122223333:role/other/deploy', 'arn:aws:iam::111122223333:role/data/*', 'loade'])(
    '%s is none of them',
    async (asked) => {
      expect((await audited(at('paths.json'), '--role', asked)).findings).toEqual([]);
      expect((await cli('who', asked, at('paths.json'))).exitCode()).toBe(2);
    },
  );

  test.for([
    ['laoder', 'role/loader?'],
    ['Loader', 'role/loader?'],
    ['arn:aws:iam::999999999999:role/deploy', '111122223333:role/team/deploy?'],
    ['something-else', 'its trust policy was not changed'],
  ])('who %s: told what may have been meant', async ([asked, told]) => {
    const io = await cli('who', asked ?? '', at('paths.json'));
    expect(io.exitCode()).toBe(2);
    expect(io.warned()).toContain(told);
    expect(io.warned().trimEnd()).not.toContain('\n');
  });
});

test('a zstd file with several frames is read to its end, and what is wrong behind them is told', async () => {
  const frame = (id: string) =>
    zstdCompressSync(`${JSON.stringify({ Records: [iamCall('DeleteRole', { roleName: id }, { eventID: id })] })}\n`);
  await mkdir(at('frames'));
  await writeFile(at('frames', 'a.json.zst'), Buffer.concat([frame('one'), frame('two')]));
  await writeFile(at('frames', 'b.json.zst'), Buffer.concat([frame('three'), frame('four').subarray(0, 40)]));
  const { roles, problems, summary } = await audited(at('frames'));
  expect(roles.map(({ role }) => role.slice(31))).toEqual(['one', 'three', 'two']);
  expect(problems).toEqual([
    {
      place: at('frames', 'b.json.zst'),
      message: 'the compressed data ends too early, the file was cut off: the record before that was read',
    },
  ]);
  expect(summary).toMatchObject({ parts: 2, records: 3, problems: 1 });
  const replayed = JSON.parse(
    (await cli('replay', at('frames', 'a.json.zst'), '--format', 'json')).printed(),
  ) as ReviewJson;
  expect(replayed.summary['records']).toBe(2);
});

test.for(['2026-02-30', '2026-02-30T10:00:00Z', '2026-13-01', '2026-03-01T25:00:00Z', '01.03.2026', 'now'])(
  '%s is no time',
  async (time) => {
    const io = await cli('audit', samples, '--since', time);
    expect([io.exitCode(), io.printed()]).toEqual([2, '']);
    expect(io.warned()).toContain(`--since ${time}: no such time`);
  },
);

const listening = `process.on('newListener', (name) => name === 'SIGINT' && process.stderr.write('listening\\n'))`;

test('a report that cannot be written is told before anything is read', async () => {
  for (const [report, why] of [
    ['no-such-folder/report.html', 'no such file or directory'],
    ['.', 'it is a folder'],
  ] as const) {
    const io = await cli('audit', at('no-such-logs'), '--report', report);
    expect(io.warned()).toMatch(new RegExp(`^trusttrail: ${report}: cannot be written: .*${why}`));
    expect(io.warned()).not.toContain('no-such-logs');
    expect(io.exitCode()).toBe(2);
  }
});

test('files that are no logs are named: a few, or with --verbose all of them and why', async () => {
  await mkdir(at('logs-and-others'));
  await writeFile(at('logs-and-others', 'log.json'), JSON.stringify({ Records: [deniedCall({})] }));
  for (const name of ['a', 'b', 'c', 'd'])
    await writeFile(at('logs-and-others', `${name}.json`), '{"Version":"2012-10-17"}');
  const short = await cli('audit', at('logs-and-others'));
  expect(short.printed()).toContain(
    `4 files passed over: no logs (${['a', 'b', 'c'].map((name) => at('logs-and-others', `${name}.json`)).join(', ')}, … and why: --verbose).`,
  );
  expect(short.warned()).toBe('');
  const long = await cli('audit', at('logs-and-others'), '--verbose');
  expect(long.printed()).toContain('4 files passed over: no logs.');
  expect(long.warned().match(/^trusttrail: passed over .*\.json: .+$/gm)).toHaveLength(4);
});

describe('as a program', () => {
  test('Ctrl-C prints what was read up to then, and says so', async () => {
    const archive = at('long');
    const { files } = generateArchive({ folder: archive, megabytes: 2, fileMegabytes: 2, matter: 0.02 });
    // The same file many times under other names: more than can be read before the interrupt comes.
    await Promise.all(
      Array.from({ length: 150 }, (_, index) => cp(files[0] ?? '', at('long', `copy-${index}.json.gz`))),
    );
    const child = spawn(
      process.execPath,
      [join(root, 'src/cli/trusttrail.js'), 'audit', archive, '--format', 'json', '--jobs', '1'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        // It says when it is ready for the signal, however slow the machine is.
        env: {
          ...process.env,
          NO_COLOR: '1',
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(listening)}`,
        },
      },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      if (chunk.toString().includes('listening')) setTimeout(() => child.kill('SIGINT'), 300);
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const code = await ended;
    expect(err).toMatch(/interrupted: this is what was read/);
    const { summary } = JSON.parse(out) as ReviewJson;
    expect(summary['interrupted']).toBe(true);
    expect([0, 1]).toContain(code);
  });
});
