/** `--help` of every command fits the terminal, however narrow; commands of its examples stay whole. */
import { describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { run } from '../../src/cli/main.ts';
import { columnsOf } from '../../src/findings/forms/wrap.ts';
import { fakeIo } from './fake-io.ts';

async function help(columns: number, ...command: readonly string[]): Promise<string> {
  const io = fakeIo({}, { tty: true, columns });
  await run([...command, '--help'], io);
  expect(io.exitCode()).toBe(0);
  return io.printed();
}

describe.each([40, 60, 80, 200])('at %s columns', (columns) => {
  test.each([[], ...commandTable.map(({ name }) => [name])])('%s', async (...command) => {
    const text = await help(columns, ...command);
    const [before = '', after = ''] = text.split('Examples:\n');
    // A command of an example, and what goes on with it, is to be copied.
    const lines = [...before.split('\n'), ...after.split('\n').filter((line) => !line.startsWith(' '))];
    const long = lines.filter((line) => columnsOf(line) > Math.min(columns, 100));
    // The one word that is too long stands alone.
    expect(long.filter((line) => line.trim().includes(' '))).toEqual([]);
    expect(after).not.toBe('');
  });
});

test('narrow, each description stands under its term, and nothing is left out', async () => {
  const words = (text: string) => text.split(/\s+/).join(' ');
  const [narrow, wide] = [await help(40), await help(100)];
  expect(narrow).toContain('  check\n      validate trust policies and look\n      for risks\n');
  expect(wide).toContain('  check                validate trust policies and look for risks\n');
  expect(words(narrow)).toBe(words(wide));
});
