/** `trusttrail replay`: what it prints, in each form, of good input and of bad, and what it leaves behind. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parseHTML } from 'linkedom';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { iamCall } from '../cloudtrail/records.ts';
import { created, denied, document, iam, updated } from '../watch/service.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const samples = `${root}/samples`;
const folder = mkdtempSync(join(tmpdir(), 'trusttrail-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function replay(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<FakeIo> {
  const io = fakeIo(files, { cwd: folder });
  await run(['replay', ...args], io);
  return io;
}

const ci = 'arn:aws:iam::444455556666:role/ci';
const raw = (...records: readonly { readonly raw: unknown }[]): string =>
  JSON.stringify({ Records: records.map((one) => one.raw) });

describe('of the samples', () => {
  test('prints each finding once, the broken record in one line, and a summary; a second time the same', async () => {
    const first = await replay([samples]);
    const second = await replay([samples]);
    expect(first.exitCode()).toBe(0);
    expect(second.printed()).toBe(first.printed());
    const headlines = first
      .printed()
      .split('\n')
      .filter((line) => /^(?:CRITICAL|HIGH|MEDIUM|LOW|INFO)\b/.test(line));
    expect(headlines).toHaveLength(24);
    expect(first.warned()).toMatch(/^trusttrail: .*day-two\.jsonl, line 4: not JSON[^\n]*\n$/);
    expect(first.printed()).toContain('24 findings: ');
    expect(first.printed().trimEnd()).toMatch(/from 40 records in 6 files .*; 1 record or file could not be read\.$/);
  });

  test('is the default', async () => {
    expect((await replay([])).printed()).toBe((await replay([samples])).printed());
  });

  test('never prints the external ID, unless asked', async () => {
    const secret =
      /"sts:ExternalId": ?"([^"]{4,})"/.exec(
        readFileSync(`${samples}/trust-policies/vendor-monitoring-before.json`, 'utf8'),
      )?.[1] ?? '';
    expect(secret.length).toBeGreaterThan(4);
    for (const format of ['text', 'json', 'ndjson'])
      expect((await replay([samples, '--format', format])).printed()).not.toContain(secret);
    expect((await replay([samples, '--format', 'json', '--show-external-ids'])).printed()).toContain(secret);
  });

  test('writes a report that needs nothing but itself', async () => {
    const io = await replay([samples, '--report', 'report.html']);
    expect(io.printed()).toMatch(/The report is in report\.html\n$/);
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    const { document: page } = parseHTML(html);
    expect(page.querySelectorAll('article, .finding').length).toBeGreaterThanOrEqual(24);
    const svg = page.querySelector('figure svg');
    expect(svg?.querySelectorAll('.dot').length).toBeGreaterThan(5);
    expect(svg?.querySelectorAll('.join path, path.join').length).toBeGreaterThan(0);
    expect(svg?.outerHTML).not.toMatch(/<style|style="/);
    expect(page.body.textContent).toContain('Who can assume what');
    expect(html).not.toMatch(/(?:src|href)="https?:[^"]*\.(?:js|css|png|woff2?)"/);
    await replay([samples, '--report', 'again.html']);
    expect(readFileSync(join(folder, 'again.html'), 'utf8')).toBe(html);
  });
});

describe('as JSON', () => {
  test('is one document of findings, problems and a summary', async () => {
    const answer = JSON.parse((await replay([samples, '--format', 'json'])).printed());
    expect(Object.keys(answer)).toEqual(['findings', 'problems', 'summary']);
    expect(answer.summary).toMatchObject({ records: 40, files: 6, findings: 24, problems: 1, denials: 13 });
    for (const finding of answer.findings as readonly Finding[])
      expect(finding).toMatchObject({
        schema: 'trusttrail/finding/1',
        revision: expect.any(Number),
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
  });

  test('is one finding a line, the same ones', async () => {
    const lines = (await replay([samples, '--format', 'ndjson'])).printed().trimEnd().split('\n');
    const whole = JSON.parse((await replay([samples, '--format', 'json'])).printed());
    expect(lines.map((line) => JSON.parse(line))).toEqual(whole.findings);
  });
});

describe('the store', () => {
  test('that is kept goes on from what it holds', async () => {
    const before = file('store/before.json', raw(created(0, document(ci))));
    const after = file('store/after.json', raw(updated(60, document([ci, '999999999999']))));
    const store = join(folder, 'kept.sqlite');
    await replay([before, '--store', store]);
    const io = await replay([after, '--store', store, '--format', 'json']);
    const changed = (JSON.parse(io.printed()).findings as Finding[]).find(({ title }) =>
      title.includes('999999999999'),
    );
    expect(changed?.change).toMatchObject({ verdict: 'broader', previousFrom: 'store' });
    const again = await replay([after, '--store', store, '--format', 'json']);
    expect(again.printed()).toBe(io.printed());
  });

  test('that is something else is refused in one line', async () => {
    const io = await replay([samples, '--store', file('no-store', 'x'.repeat(5000))]);
    expect(io.exitCode()).toBe(2);
    expect(io.warned().trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the configuration', () => {
  test('that is given counts', async () => {
    const records = file(
      'config/records.json',
      raw(created(0, document(`arn:aws:iam::111122223333:role/x`)), updated(60, document('999999999999'))),
    );
    const severityWith = async (config: unknown): Promise<string | undefined> => {
      const path = file('config/c.json', JSON.stringify(config));
      const io = fakeIo({ [path]: JSON.stringify(config) }, { cwd: folder });
      await run(['replay', records, '--config', path, '--format', 'json'], io);
      return (JSON.parse(io.printed()).findings as Finding[]).at(-1)?.severity;
    };
    expect(await severityWith({})).toBe('high');
    expect(await severityWith({ accounts: ['999999999999'] })).not.toBe('high');
  });

  test.for([
    ['no JSON', '{', 'not JSON'],
    ['no configuration', '{"accounts":["12"]}', 'at /accounts/0'],
  ] as const)('that is %s is told in one line', async ([, text, expected]) => {
    const io = await replay([samples, '--config', 'c.json'], { 'c.json': text });
    expect(io.exitCode()).toBe(2);
    expect(io.warned()).toContain(expected);
    expect(io.warned().trimEnd().split('\n')).toHaveLength(1);
    expect(io.printed()).toBe('');
  });
});

describe('of bad input', () => {
  test.for([
    ['nothing there', (): string => 'not-there'],
    ['no JSON', (): string => file('bad/text.json', 'hello')],
    ['an empty file', (): string => file('bad/empty.json', '')],
    ['a policy', (): string => file('bad/policy.json', document(ci))],
    [
      'a damaged gzip',
      (): string =>
        file('bad/damaged.json.gz', Buffer.concat([gzipSync(raw(denied(0))).subarray(0, 20), Buffer.from('xx')])),
    ],
    [
      'an empty folder',
      (): string => {
        mkdirSync(join(folder, 'bad/folder'), { recursive: true });
        return join(folder, 'bad/folder');
      },
    ],
  ] as const)('%s is one line and exit code 2', async ([, make]) => {
    const io = await replay([make()]);
    expect(io.exitCode()).toBe(2);
    expect(io.printed()).toBe('');
    expect(io.warned()).toMatch(/^trusttrail: [^\n]+\n$/);
  });

  test('a bad file among good ones costs its line, and the rest is told', async () => {
    const io = await replay([file('mixed/a.json', '{'), file('mixed/b.json', raw(denied(0))), join(folder, 'missing')]);
    expect(io.exitCode()).toBe(0);
    expect(io.warned().trimEnd().split('\n')).toHaveLength(2);
    expect(io.printed()).toContain('1 finding: 1 low; from 1 record in');
    expect(io.printed()).toContain('2 records or files could not be read');
  });

  test('a record without its time is told and not put into 1970', async () => {
    const { eventTime: _, ...timeless } = denied(0).raw as Record<string, unknown>;
    const io = await replay([file('timeless.json', JSON.stringify({ Records: [timeless, denied(5).raw] }))]);
    expect(io.warned()).toContain('a record without its time');
    expect(io.printed()).not.toContain('1970');
  });

  test('a change that does not name its role is told, and not passed over in silence', async () => {
    const nameless = iamCall('UpdateAssumeRolePolicy', null);
    const io = await replay([file('nameless.json', JSON.stringify({ Records: [nameless, denied(5).raw] }))]);
    expect(io.warned()).toMatch(
      /nameless\.json: UpdateAssumeRolePolicy, event \S+: a change of a role that the record/,
    );
    expect(io.printed()).toContain('1 record or file could not be read');
  });

  test('text of a record cannot steer the terminal', async () => {
    const evil = '\u001b[31mred\u0007\u202e';
    const io = await replay([
      file(
        'evil.json',
        raw(
          denied(0, { more: { userAgent: evil, errorMessage: evil } }),
          iam('UpdateAssumeRolePolicy', 5, { roleName: 'deploy', policyDocument: `{"a":"${evil}"}` }),
        ),
      ),
    ]);
    expect(io.exitCode()).toBe(0);
    expect(io.printed()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test('only what the rules of EventBridge ask for is looked at', async () => {
    const io = await replay([
      file(
        'noise.json',
        raw(denied(0, { more: { errorCode: undefined, errorMessage: undefined } }), iam('ListRoles', 1, {})),
      ),
    ]);
    expect(io.exitCode()).toBe(0);
    expect(io.printed()).toMatch(/^0 findings; from 2 records in 1 file/);
  });
});
