/** Is every test that the threat model names really there? */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const files = globSync('{src,test}/**/*.ts', { cwd: root });
const rows = readFileSync(join(root, 'docs/threat-model.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attack') && !line.startsWith('| ---'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

function fileOf(name: string): string | undefined {
  if (name.includes('*')) return globSync(name, { cwd: root })[0];
  return files.find((file) => file === name || (!name.includes('/') && basename(file) === name));
}

test.for(rows.map(([, attack = '', , shows = '']) => [attack, shows] as const))('%s', ([, shows]) => {
  const named = [...shows.matchAll(/`([^`]+)`(?: "([^"]+)")?/g)];
  expect(named.length).toBeGreaterThan(0);
  for (const [, file = '', title] of named) {
    const found = fileOf(file);
    expect(found, file).toBeDefined();
    // A title that is long is cut off by dots.
    for (const part of title?.split('…').filter((one) => one.trim() !== '') ?? [])
      expect(readFileSync(join(root, found ?? ''), 'utf8'), `${file}: ${title}`).toContain(part.trim());
  }
});
