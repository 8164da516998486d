/**
 * All figures in one table: `npm run bench`, or `node bench/run.ts NAME…` for some. Each is a process of its own, one after
 * the other, so that none warms or slows another; what one cannot measure on this machine is said and is no failure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';

/** File under `bench/`, its arguments, and what it asks. */
const benches: readonly (readonly [name: string, args: readonly string[], question: string])[] = [
  ['evaluate', [], 'evaluations of a policy'],
  ['compare', [], 'comparison of two policies'],
  ['check', [], 'all risk rules over one policy'],
  ['account', ['10000'], 'check of all roles of an account'],
  ['replay', [], 'records through the live service, in memory'],
  ['handler', [], 'events through the functions'],
  ['storm', ['2000'], 'denials in a storm, with both stores'],
  ['audit', [], 'history read from files, beside what one would use instead'],
  ['report', ['5000'], 'report of 5,000 findings in a browser'],
];

/** `npm start` after one run to warm the file cache: until its first line stands there, and until its end. */
async function startTimes(): Promise<string> {
  const root = join(import.meta.dirname, '..');
  const times: (readonly [first: number, end: number])[] = [];
  for (let round = 0; round < 4; round += 1) {
    const start = performance.now();
    const child = spawn(process.execPath, ['src/cli/trusttrail.js', 'replay', 'samples'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let first = 0;
    child.stdout.on('data', () => {
      first ||= performance.now() - start;
    });
    await once(child, 'close');
    if (round > 0) times.push([first, performance.now() - start]);
  }
  const [first, end] = times.reduce((best, one) => (one[1] < best[1] ? one : best));
  return `first line after ${Math.round(first)} ms, all findings after ${Math.round(end)} ms (best of 3)`;
}

function measured(name: string, args: readonly string[]): string {
  const file = join(import.meta.dirname, `${name}.ts`);
  if (!existsSync(file)) return 'not there';
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    timeout: 600_000,
  });
  const said = stdout.trim();
  if (status === 0) return said;
  return [
    said,
    `not measured: ${
      stderr
        .trim()
        .split('\n')
        .findLast((line) => /Error|error/.test(line)) ?? `exit code ${status}`
    }`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

if (import.meta.main) {
  const wanted = new Set(process.argv.slice(2));
  const unknown = [...wanted].filter((name) => name !== 'start' && !benches.some(([known]) => known === name));
  if (unknown.length > 0) {
    console.error(
      `no bench of that name: ${unknown.join(', ')}; there are start, ${benches.map(([name]) => name).join(', ')}`,
    );
    process.exit(2);
  }
  const isWanted = (name: string): boolean => wanted.size === 0 || wanted.has(name);
  const table = new Table({ head: ['bench', 'asks', 'measured'], style: { head: [], border: [] }, wordWrap: false });
  if (isWanted('start')) table.push(['start', 'replay of the samples', await startTimes()]);
  for (const [name, args, question] of benches.filter(([name]) => isWanted(name))) {
    process.stderr.write(`${name} …\n`);
    table.push([name, question, measured(name, args)]);
  }
  console.log(table.toString());
  const [cpu] = cpus();
  console.log(
    `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}, Node.js ${process.version}`,
  );
}
