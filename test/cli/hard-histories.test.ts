/** `audit` and `who` over histories that are hard to read: is everything said that is known, and nothing more? */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { deniedCall, iamCall } from '../cloudtrail/records.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-hard-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

type Raw = Record<string, unknown>;

const deploy = 'arn:aws:iam::111122223333:role/deploy';

/** @param trusted account ids and ARNs. */
function trusting(...trusted: readonly string[]): string {
  const principals = trusted.map((one) => (one.includes(':') ? one : `arn:aws:iam::${one}:root`));
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principals }, Action: 'sts:AssumeRole' }],
  });
}

let made = 0;
function changed(eventTime: string, policyDocument: string, more: Raw = {}): Raw {
  made += 1;
  return iamCall(
    'UpdateAssumeRolePolicy',
    { roleName: 'deploy', policyDocument },
    {
      eventTime,
      eventID: `change-${made}`,
      ...more,
    },
  );
}

/** Of one caller, a minute apart. */
function burst(hour: string): readonly Raw[] {
  return [0, 1, 2, 3, 4, 5].map((minute) =>
    deniedCall({
      eventTime: `2026-03-02T${hour}:0${minute}:00Z`,
      eventID: `call-${hour}-${minute}`,
      errorMessage: `User: arn:aws:iam::444455556666:user/dev is not authorized to perform: sts:AssumeRole on resource: ${deploy}`,
    }),
  );
}

async function file(name: string, records: readonly Raw[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ Records: records }));
  return path;
}

async function cli(...args: readonly string[]): Promise<FakeIo> {
  const io = fakeIo({}, { cwd: folder, columns: 200 });
  await run(args, io);
  return io;
}

async function findingsOf(command: 'audit' | 'replay', path: string): Promise<readonly Finding[]> {
  const io = await cli(command, path, '--format', 'json');
  return (JSON.parse(io.printed()) as { readonly findings: readonly Finding[] }).findings;
}

describe('a change after those that a finding speaks of', () => {
  const overtaken =
    /^The trust policy was changed again, last at 2026-03-02T12:00:00Z by `arn:.*user\/admin`: compare /;

  test('is told beside the repair and the undoing that it has overtaken, in an audit as in a replay', async () => {
    const path = await file('overtaken.json', [
      changed('2026-03-01T10:00:00Z', trusting('444455556666')),
      changed('2026-03-02T10:00:00Z', trusting('444455556666', '999988887777')),
      changed('2026-03-02T10:30:00Z', trusting('999988887777')),
      ...burst('11'),
      changed('2026-03-02T12:00:00Z', trusting('111122223333')),
    ]);
    for (const command of ['audit', 'replay'] as const) {
      const findings = await findingsOf(command, path);
      const told = findings.filter(({ notes = [] }) => notes.some((note) => overtaken.test(note)));
      // The first change has nothing to undo, the third would open a door again, and the last is overtaken by none.
      expect(told.map(({ kind, time }) => [kind, time])).toEqual([
        ['trust-change', '2026-03-02T10:00:00Z'],
        ['denial-spike', '2026-03-02T11:00:00Z'],
      ]);
    }
  });

  test('may lie between the change that closed the door and the calls that it kept out', async () => {
    const path = await file('between.json', [
      changed('2026-03-01T10:00:00Z', trusting('arn:aws:iam::444455556666:user/dev')),
      changed('2026-03-02T08:00:00Z', trusting('111122223333')),
      changed('2026-03-02T10:00:00Z', trusting('111122223333', '222233334444')),
      ...burst('11'),
    ]);
    const spike = (await findingsOf('audit', path)).find(({ kind }) => kind === 'denial-spike');
    expect(spike?.correlatedChange?.time).toBe('2026-03-02T08:00:00Z');
    expect(spike?.rollback?.commands.join()).toContain('444455556666');
    expect(spike?.notes?.at(-1)).toMatch(/changed again, last at 2026-03-02T10:00:00Z by .*: compare what is proposed/);
  });

  test('that lets in the same callers overtakes nothing', async () => {
    const path = await file('same.json', [
      changed('2026-03-01T10:00:00Z', trusting('444455556666')),
      changed('2026-03-02T10:00:00Z', trusting('999988887777')),
      ...burst('11'),
      changed('2026-03-02T12:00:00Z', `${trusting('999988887777')} `),
    ]);
    const findings = await findingsOf('audit', path);
    expect(findings.find(({ kind }) => kind === 'denial-spike')?.fix?.verified).toBe(true);
    expect(findings.flatMap(({ notes = [] }) => notes).filter((note) => /changed again/.test(note))).toEqual([]);
  });

  test('may be the end of the role', async () => {
    const path = await file('ended.json', [
      changed('2026-03-01T10:00:00Z', trusting('444455556666')),
      changed('2026-03-02T10:00:00Z', trusting('999988887777')),
      ...burst('11'),
      iamCall('DeleteRole', { roleName: 'deploy' }, { eventTime: '2026-03-02T12:00:00Z', eventID: 'end' }),
    ]);
    const spike = (await findingsOf('audit', path)).find(({ kind }) => kind === 'denial-spike');
    expect(spike?.notes?.at(-1)).toMatch(/^The role was deleted at 2026-03-02T12:00:00Z by .*as it was before\.$/);
  });
});

test('the report shows the versions that the JSON has: from the one on that was in force at `--since`', async () => {
  const path = await file('since.json', [
    changed('2026-03-01T10:00:00Z', trusting('444455556666'), { eventID: 'before' }),
    changed('2026-03-02T10:00:00Z', trusting('999988887777'), { eventID: 'in-force' }),
    changed('2026-03-03T10:00:00Z', trusting('111122223333'), { eventID: 'after' }),
  ]);
  const io = await cli('audit', path, '--since', '2026-03-03', '--format', 'json', '--report', 'since.html');
  const { roles } = JSON.parse(io.printed()) as { roles: readonly [{ versions: readonly { eventId: string }[] }] };
  expect(roles[0].versions.map(({ eventId }) => eventId)).toEqual(['in-force', 'after']);
  const page = await readFile(join(folder, 'since.html'), 'utf8');
  expect(page).toMatch(/· 2 versions/);
  expect(page).not.toContain('444455556666');
});

describe('who changed it', () => {
  test('is told by what the record has of a name, alike in the life of the role, in `who` and in the finding', async () => {
    const names: readonly (readonly [Raw, string])[] = [
      [{ type: 'AWSService', invokedBy: 'sso.amazonaws.com' }, 'sso.amazonaws.com'],
      [{ type: 'IAMUser', userName: 'dana', accountId: '111122223333' }, 'dana'],
      [{ type: 'IdentityCenterUser', accountId: '111122223333' }, 'account 111122223333'],
    ];
    for (const [userIdentity, name] of names) {
      const path = await file('names.json', [
        changed('2026-03-01T10:00:00Z', trusting('444455556666'), { userIdentity }),
      ]);
      const audit = (await cli('audit', path)).printed();
      expect(audit).toContain(`2026-03-01 10:00:00 UTC  changed by ${name}`);
      expect(audit).toContain(`by      ${name}, from`);
      expect((await cli('who', 'deploy', path)).printed()).toContain(`Set 2026-03-01 10:00:00 UTC by ${name} (event`);
    }
  });
});

describe('`who`', () => {
  test('says with its answer that a change may be among what could not be read', async () => {
    const path = await file('unread.json', [
      changed('2026-03-01T10:00:00Z', trusting('444455556666')),
      changed('2026-03-01T11:00:00Z', trusting('999988887777'), { requestParameters: null }),
    ]);
    const unread = '1 record or file could not be read: a change of this role in them would not be known';
    const asked = ['who', 'deploy', path, '--at', '2026-03-01T10:30:00Z'];
    expect((await cli(...asked)).printed()).toContain(`Note: ${unread}.`);
    expect(JSON.parse((await cli(...asked, '--format', 'json')).printed())).toMatchObject({
      notes: expect.arrayContaining([unread]),
    });
    const policy = await cli(...asked, '--format', 'policy');
    expect(policy.printed()).toBe(`${trusting('444455556666')}\n`);
    expect(policy.warned()).toContain(`trusttrail: ${unread}\n`);
  });

  test('says beside the document alone why it is not one to use as it is', async () => {
    const path = await file('cut.json', [changed('2026-03-01T10:00:00Z', trusting('444455556666').slice(0, 40))]);
    const io = await cli('who', 'deploy', path, '--at', '2026-03-01T10:30:00Z', '--format', 'policy');
    expect(io.exitCode()).toBe(1);
    expect(io.warned()).toContain('trusttrail: the document that was set cannot be read as a trust policy\n');
  });

  test('tells what is wrong with its words in one line', async () => {
    const path = await file('words.json', [changed('2026-03-01T10:00:00Z', trusting('444455556666'))]);
    for (const [words, line] of [
      [
        ['arn:aws:sts::111122223333:assumed-role/deploy/dana', path],
        /: a session, not a role \(the role is arn:aws:iam::111122223333:role\/deploy, or /,
      ],
      [['arn:aws:iam::111122223333:user/deploy', path], /: no role \(expected the ARN or the name of a role\)$/],
      [['', path], /^trusttrail: '': no role /],
      [['deploy', 'nowhere.json'], /^trusttrail: nowhere\.json: no such file or folder$/],
    ] as const) {
      const io = await cli('who', ...words);
      expect(io.exitCode()).toBe(2);
      expect(io.warned().trimEnd()).toMatch(line);
      expect(io.warned().trimEnd()).not.toContain('\n');
    }
    // Fractions of any length, as other programs write them.
    expect((await cli('who', 'deploy', path, '--at', '2026-03-01T10:00:01.123456Z')).exitCode()).toBe(0);
  });

  test('answers for the time that is asked about where the policy asks for one', async () => {
    const document = JSON.parse(trusting('444455556666')) as { Statement: [Record<string, unknown>] };
    document.Statement[0]['Condition'] = { DateLessThan: { 'aws:CurrentTime': '2026-03-01T12:00:00Z' } };
    const path = await file('time.json', [changed('2026-03-01T10:00:00Z', JSON.stringify(document))]);
    const note = 'its conditions on the time of the call are decided for the time asked about';
    for (const [at, summaries] of [
      ['2026-03-01T11:59:59Z', ['any principal of account 444455556666']],
      ['2026-03-01T12:00:00Z', []],
    ] as const) {
      const io = await cli('who', 'deploy', path, '--at', at, '--format', 'json');
      const answer = JSON.parse(io.printed()) as { allowed: readonly { summary: string }[]; notes: readonly string[] };
      expect(answer.allowed.map(({ summary }) => summary)).toEqual(summaries);
      expect(answer.notes).toContain(note);
      expect(io.exitCode()).toBe(0);
    }
    const text = (await cli('who', 'deploy', path, '--at', '2026-03-02')).printed();
    expect(text).toContain('Nobody could assume it.');
    // The document is shown as it was set.
    expect(text).toContain('"aws:CurrentTime"');
  });

  test('finds a role by every path it has had, and tells the one of the time', async () => {
    const created = (path: string, account: string, eventTime: string): Raw =>
      iamCall(
        'CreateRole',
        { roleName: 'deploy', path, assumeRolePolicyDocument: trusting(account) },
        {
          eventTime,
          eventID: `created-${path}`,
          responseElements: { role: { roleName: 'deploy', path, arn: `arn:aws:iam::111122223333:role${path}deploy` } },
        },
      );
    const path = await file('paths.json', [
      created('/ci/', '444455556666', '2026-03-01T10:00:00Z'),
      iamCall('DeleteRole', { roleName: 'deploy' }, { eventTime: '2026-03-01T11:00:00Z', eventID: 'gone' }),
      created('/other/', '999988887777', '2026-03-01T12:00:00Z'),
    ]);
    const [ci, other] = ['ci', 'other'].map((name) => `arn:aws:iam::111122223333:role/${name}/deploy`);
    const note = (arn: string | undefined) => `the role of this name had the ARN ${arn} at that time`;
    for (const [asked, at, role, notes] of [
      [ci, '10:30', ci, []],
      [ci, '11:30', ci, []],
      [ci, '12:30', other, [note(other)]],
      [other, '10:30', ci, [note(ci)]],
      [other, '12:30', other, []],
      ['deploy', '10:30', ci, []],
    ] as const) {
      const io = await cli('who', asked ?? '', path, '--at', `2026-03-01T${at}:00Z`, '--format', 'json');
      const answer = JSON.parse(io.printed()) as { role: string; notes: readonly string[] };
      expect([asked, at, answer.role, answer.notes.filter((one) => / ARN /.test(one))]).toEqual([
        asked,
        at,
        role,
        notes,
      ]);
    }
  });
});

test('a folder holds results of queries under the names that Lake and Athena give them', async () => {
  const results = join(folder, 'results');
  await mkdir(results);
  const row = (name: string): string =>
    [
      'eventid,eventname,eventtime,eventsource,recipientaccountid,requestparameters',
      `${name},UpdateAssumeRolePolicy,2026-03-01T10:00:00Z,iam.amazonaws.com,111122223333,"${JSON.stringify({ roleName: name, policyDocument: trusting('444455556666') }).replaceAll('"', '""')}"`,
    ].join('\n');
  await writeFile(join(results, 'query_result_1.csv'), row('lake'));
  await writeFile(join(results, '0f1e2d3c-1234-5678-9abc-0123456789ab.csv'), row('athena'));
  await writeFile(join(results, 'costs.csv'), 'month,sum\n3,7\n');
  const io = await cli('audit', results, '--format', 'json');
  const { roles, problems } = JSON.parse(io.printed()) as { roles: { role: string }[]; problems: unknown[] };
  expect(roles.map(({ role }) => role.slice(31))).toEqual(['athena', 'lake']);
  expect(problems).toEqual([]);
});

test('copies of one event count once, and the fuller one is read whichever file comes first', async () => {
  const full = changed('2026-03-02T10:00:00Z', trusting('444455556666'), { eventID: 'copied' });
  const poor = { ...full, userIdentity: {} };
  const first = changed('2026-03-01T10:00:00Z', trusting('111122223333'));
  const answers: string[] = [];
  for (const order of [
    [full, poor],
    [poor, full],
  ]) {
    const path = await file('copies.json', [first, ...order]);
    const { findings, summary } = JSON.parse((await cli('audit', path, '--format', 'json')).printed());
    expect(summary).toMatchObject({ records: 3, kept: 2, trustChanges: 2 });
    expect(findings).toHaveLength(2);
    answers.push(JSON.stringify(findings));
  }
  expect(answers[0]).toBe(answers[1]);
});

test('a burst that began before `--since` is told from then on', async () => {
  const path = await file('begun.json', [changed('2026-03-01T10:00:00Z', trusting('111122223333')), ...burst('11')]);
  const told = async (since: string): Promise<readonly (number | undefined)[]> => {
    const io = await cli('audit', path, '--since', since, '--format', 'json');
    const { findings } = JSON.parse(io.printed()) as { readonly findings: readonly Finding[] };
    return findings.map(({ count }) => count);
  };
  expect(await told('2026-03-02T00:00:00Z')).toEqual([6]);
  expect(await told('2026-03-02T11:01:00Z')).toEqual([5]);
  expect(await told('2026-03-02T11:06:00Z')).toEqual([]);
});

describe('a timeline', () => {
  test('is kept for a role by every path it has had, and names whoever is named otherwise than by an ARN', async () => {
    const made = (eventTime: string, path: string) =>
      iamCall(
        'CreateRole',
        { roleName: 'deploy', path, assumeRolePolicyDocument: trusting('111122223333') },
        {
          eventTime,
          eventID: `made-${eventTime}`,
          userIdentity: { type: 'IAMUser', userName: 'dana', accountId: '111122223333' },
          responseElements: { role: { arn: `arn:aws:iam::111122223333:role${path}deploy`, roleName: 'deploy', path } },
        },
      );
    const path = await file('paths.json', [
      made('2026-03-01T10:00:00Z', '/ci/'),
      iamCall('DeleteRole', { roleName: 'deploy' }, { eventTime: '2026-03-01T11:00:00Z', eventID: 'gone' }),
      made('2026-03-01T12:00:00Z', '/other/'),
    ]);
    for (const of of ['ci', 'other', '*']) {
      const io = await cli('audit', path, '--role', `arn:aws:iam::111122223333:role/${of}/*`, '--format', 'json');
      const { roles } = JSON.parse(io.printed());
      expect(roles).toMatchObject([{ role: 'arn:aws:iam::111122223333:role/other/deploy' }]);
      expect(roles[0].versions[1]).toMatchObject({ by: 'dana', change: 'create-role' });
    }
    const none = await cli('audit', path, '--role', 'arn:aws:iam::111122223333:role/third/*', '--format', 'json');
    expect(JSON.parse(none.printed())).toMatchObject({ roles: [] });
  });

  test('shows a document that cannot be read as a trust policy as the text that it is, and says so', async () => {
    const twice = '{"Version":"2012-10-17","Statement":[],"Statement":[{"Effect":"Allow"}]}';
    const path = await file('unreadable.json', [changed('2026-03-01T10:00:00Z', twice)]);
    const { roles } = JSON.parse((await cli('audit', path, '--format', 'json')).printed());
    const note = 'the document that was set cannot be read as a trust policy';
    expect(roles[0].versions[1]).toMatchObject({ policy: twice, notes: [note] });
    const who = JSON.parse((await cli('who', 'deploy', path, '--at', '2026-03-02', '--format', 'json')).printed());
    expect(who).toMatchObject({ allowed: null, notes: expect.arrayContaining([note]) });
    expect(who.notes.filter((one: string) => one === note)).toHaveLength(1);
  });

  test('says of a deletion in the very second that it was one', async () => {
    const path = await file('deleted.json', [
      changed('2026-03-01T10:00:00Z', trusting('111122223333')),
      iamCall('DeleteRole', { roleName: 'deploy' }, { eventTime: '2026-03-01T11:00:00Z', eventID: 'deleted' }),
    ]);
    const io = await cli('who', 'deploy', path, '--at', '2026-03-01T11:00:00Z');
    expect(io.printed()).toContain('it was deleted in this very second');
  });
});
