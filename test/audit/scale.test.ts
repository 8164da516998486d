/** Does the audit stay small while the logs grow? Memory and time at 1, 10 and 100 times the records. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateArchive } from '../../bench/generate-logs.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-scale-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'trusttrail.js');
/**
 * The heap is bounded alike for all three: a collector that waits because there is room says nothing of what is kept.
 * Linux counts the parent's memory into a child's `maxRSS` (it is taken over at exec), so its own high-water mark is read.
 */
const tell = `
  import { readFileSync } from 'node:fs';
  const most = () => {
    try { return Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]); }
    catch { return process.resourceUsage().maxRSS; }
  };
  process.on('exit', () => process.stderr.write('used ' + most() + ' ' + process.cpuUsage().user))`;

interface Used {
  readonly records: number;
  /** Megabytes. */
  readonly memory: number;
  /** Seconds of the processor. */
  readonly time: number;
}

function audit(name: string, megabytes: number): Used {
  const logs = join(folder, name);
  const archive = generateArchive({ folder: logs, megabytes, fileMegabytes: 0.3, matter: 0.02 });
  const hook = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=160', hook, program, 'audit', logs, '--format', 'json', '--jobs', '2'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  );
  const { summary } = JSON.parse(stdout) as {
    readonly summary: { readonly records: number; readonly problems: number };
  };
  expect(summary).toMatchObject({ records: archive.records, problems: 0 });
  const [, memory = '', time = ''] = /used (\d+) (\d+)/.exec(stderr) ?? [];
  return { records: archive.records, memory: Number(memory) / 1000, time: Number(time) / 1e6 };
}

test('memory stays nearly flat, and time grows no faster than the logs', { timeout: 180_000 }, () => {
  const one = audit('1', 0.3);
  const ten = audit('10', 3);
  const hundred = audit('100', 30);
  expect(hundred.records).toBeGreaterThan(90 * one.records);
  expect(hundred.memory).toBeLessThan(400);
  // A hundred times the logs: what is kept is what matters of them, two in a hundred.
  expect(hundred.memory).toBeLessThan(ten.memory + 200);
  // The start of the program counts in the small ones; beyond it ten times the logs take ten times as long, no more.
  expect(hundred.time).toBeLessThan(Math.max(4, 12 * ten.time));
  expect(hundred.time / hundred.records).toBeLessThan(one.time / one.records);
});
