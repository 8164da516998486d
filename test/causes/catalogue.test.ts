/** Is each cause what its module says: every example that must be it, every near miss that must not, one file each? */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { causeById, causes } from '../../src/causes/catalogue.ts';
import { causePage, causesTable } from '../../src/causes/cause-page.ts';
import { explained } from './run-example.ts';

const folder = join(import.meta.dirname, '../../src/causes');

test('one file a cause, one cause a file, named alike', () => {
  const files = readdirSync(folder).filter((file) =>
    /^export const \w+ = defineCause\(/m.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(files.sort()).toEqual(causes.map(({ id }) => `${id}.ts`).sort());
  expect(new Set(causes.map(({ id }) => id)).size).toBe(causes.length);
  expect(causes.every((cause) => causeById(cause.id) === cause)).toBe(true);
});

test('an id that was released is never taken away', () => {
  const released = JSON.parse(readFileSync(join(import.meta.dirname, '../released-ids.json'), 'utf8')) as {
    readonly causes: readonly string[];
  };
  expect(released.causes.filter((id) => causeById(id) === undefined)).toEqual([]);
  expect(released.causes.length).toBeGreaterThan(60);
});

const pages = join(import.meta.dirname, '../../docs/causes');

test('the table of all causes is made from the modules, and no page is left over', async () => {
  await expect(causesTable(causes)).toMatchFileSnapshot(join(pages, 'README.md'));
  const left = readdirSync(pages).filter(
    (file) => file !== 'README.md' && causeById(file.replace(/\.md$/, '')) === undefined,
  );
  expect(left).toEqual([]);
});

describe.for(causes)('$id', (cause) => {
  test('its page is made from the module', async () => {
    await expect(causePage(cause)).toMatchFileSnapshot(join(pages, `${cause.id}.md`));
  });

  test.for(cause.isIt)('is it: $name', (example) => {
    const { causes: named, ruledOut } = explained(example);
    const told = named.map((one) => `${one.cause} ${one.confidence}`);
    expect(told).toContain(`${cause.id} ${example.confidence}`);
    const own = named.find((one) => one.cause === cause.id);
    expect(own?.side).toBe(cause.side);
    expect(own?.summary).toMatch(/^[^\n]{20,900}\.$/);
    if (example.says !== undefined) expect(own?.summary).toContain(example.says);
    if (example.with !== undefined)
      expect(
        named
          .filter((one) => one.confidence === own?.confidence)
          .map((one) => one.cause)
          .sort(),
      ).toEqual([cause.id, ...example.with].sort());
    // Nothing is surer than the cause that the example is about, unless the example says so.
    if (example.with === undefined)
      expect(
        named.filter((one) => one.confidence === 'proved' && one.cause !== cause.id && one.cause !== 'explicit-deny')
          .length === 0 || example.confidence === 'proved',
      ).toBe(true);
    expect(ruledOut.map((one) => one.cause)).not.toContain(cause.id);
  });

  test.for(cause.isNot)('is not it: $name', (example) => {
    const { causes: named } = explained(example);
    expect(named.map((one) => one.cause)).not.toContain(cause.id);
  });
});
