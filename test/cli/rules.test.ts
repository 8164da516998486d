/** `trusttrail rules`: the table, a page, both for programs, and what it says to an id that is not there. */
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { columnsOf } from '../../src/findings/forms/wrap.ts';
import { riskRules } from '../../src/risks/catalogue.ts';
import { fakeIo } from './fake-io.ts';

async function rules(...args: readonly string[]) {
  return on({}, ...args);
}

async function on(stream: Parameters<typeof fakeIo>[1], ...args: readonly string[]) {
  const io = fakeIo({}, stream);
  await run(['rules', ...args], io);
  return { code: io.exitCode(), out: io.printed(), err: io.warned() };
}

test('the table has a row for every rule', async () => {
  const { code, out, err } = await rules();
  expect(code).toBe(0);
  expect(err).toBe('');
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(riskRules.length);
  expect(lines).toContain(lines.find((line) => /^CRITICAL +public-principal-unconditional +Anyone with/.test(line)));
});

test.each([40, 60, 80, 100, 140])(
  'on a terminal of %s columns no row is longer, and no word is lost',
  async (columns) => {
    const { out } = await on({ tty: true, columns });
    // An id is never cut: it has to be copied whole.
    expect(out.split('\n').filter((line) => columnsOf(line) > columns && line.trim().includes(' '))).toEqual([]);
    const words = out.split(/\s+/).join(' ');
    for (const { id, title, severity } of riskRules)
      expect(words).toContain(`${severity.toUpperCase()} ${id} ${title.split(' ')[0] ?? ''}`);
  },
);

test('a program that reads it gets a line for each, however narrow the terminal', async () => {
  const { out } = await on({ tty: false, columns: 40 });
  expect(out.trimEnd().split('\n')).toHaveLength(riskRules.length);
});

test('colour is there only where the stream takes it, and moves no column', async () => {
  const plain = (await on({ tty: true, columns: 100 })).out;
  const painted = (await on({ tty: true, columns: 100, colour: true })).out;
  expect(plain).not.toContain('\u001b');
  expect(painted).toContain('\u001b[');
  expect(stripVTControlCharacters(painted)).toBe(plain);
});

test('on a terminal the page of one is wrapped, and its examples stay whole', async () => {
  const { out } = await on({ tty: true, columns: 40 }, 'public-principal-unconditional');
  const [prose, ...code] = out.split(/^```/m);
  expect(prose?.split('\n').filter((line) => columnsOf(line) > 40 && line.includes(' '))).toEqual([]);
  expect(code.join('')).toContain(
    '"Statement": [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }]',
  );
});

test('the page of one is the page under docs', async () => {
  const { code, out } = await rules('public-principal-unconditional');
  expect(code).toBe(0);
  expect(out).toBe(
    readFileSync(new URL('../../docs/rules/public-principal-unconditional.md', import.meta.url), 'utf8'),
  );
});

test('for programs: all, and one', async () => {
  const all = JSON.parse((await rules('--format', 'json')).out) as { rules: { id: string; severity: string }[] };
  expect(all.rules.map(({ id }) => id)).toEqual(riskRules.map(({ id }) => id));
  const one = JSON.parse((await rules('external-id-weak', '--format', 'json')).out) as Record<string, unknown>;
  expect(one).toMatchObject({
    id: 'external-id-weak',
    severity: 'medium',
    about: 'state',
    docs: 'docs/rules/external-id-weak.md',
  });
  expect(one['fires']).not.toEqual([]);
});

test.for([
  ['external-id-week', 'did you mean `external-id-weak`?'],
  ['public-principal-unconditionel', 'did you mean `public-principal-unconditional`?'],
  ['weak', 'did you mean `external-id-weak`?'],
  ['quite-another-thing', '`trusttrail rules` lists them'],
  ['\u001b[31mred', '`trusttrail rules` lists them'],
] as const)('an id that is not there: %s', async ([id, hint]) => {
  const { code, out, err } = await rules(id);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toContain(hint);
  expect(err).not.toContain('\u001b');
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});
