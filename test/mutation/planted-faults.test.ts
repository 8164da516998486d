/** The checks see what is wrong: each fault that is planted on purpose is caught, and none where there is none. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { plantedFaults } from './planted-faults.ts';

interface Line {
  readonly name: string;
  readonly caught: string | null;
}

test('every planted fault is caught', { timeout: 240_000 }, async () => {
  const script = new URL('./planted-faults.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 1 << 24 });
  const [sound, ...planted] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(sound).toEqual({ name: 'none', caught: null });
  expect(planted.map(({ name }) => name)).toEqual(plantedFaults.map(({ name }) => name));
  // A fault that no longer applies, because the code was written anew, is not caught either: choose another.
  expect(planted.filter(({ caught }) => caught === null)).toEqual([]);
});
