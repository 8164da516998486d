/** `trusttrail rules`: the table, a page, both for programs, and what it says to an id that is not there. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import { riskRules } from '../../src/risks/catalogue.ts';
import { fakeIo } from './fake-io.ts';

async function rules(...args: readonly string[]) {
  const io = fakeIo({});
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
