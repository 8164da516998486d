/**
 * How fast is history read? The scanner and the whole audit beside what a user would run instead, on one generated archive:
 * `zcat`, `gunzip` and `JSON.parse` in one thread, and DuckDB where it is to be had (`DUCKDB=FOLDER`, the folder above its
 * node_modules). `node bench/audit.ts [MEGABYTES] [SHARE THAT MATTERS] [FOLDER]`; 4,000 MB, so that start-up does not count,
 * and one record in a thousand. Each contender is a process of its own that reads the same files from the same cache, best
 * of three rounds, and of each round's ratios the median; the seconds of the processor hold on a busy machine too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { logFilesSource } from '../src/adapters/log-files-source.ts';
import {
  assumeCalls,
  identityChanges,
  organizationChanges,
  principalEvents,
  trustChanges,
} from '../src/cloudtrail/recognise.ts';
import { generateArchive } from './generate-logs.ts';

const changes = new Set([
  ...trustChanges.keys(),
  ...principalEvents.keys(),
  ...identityChanges.keys(),
  ...organizationChanges,
]);
const assumes: ReadonlySet<string> = new Set(assumeCalls);
const program = join(import.meta.dirname, '..', 'src', 'cli', 'trusttrail.js');
const threads = 2;

export interface Result {
  readonly name: string;
  /** Of the clock. */
  readonly seconds: number;
  /** Of the processor, all threads together. */
  readonly processor: number;
  /** Megabytes, at most. */
  readonly memory: number;
  /** Records that matter, as the contender counts them. */
  readonly found: number | undefined;
}

/** The contenders, each the arguments of a process. */
function contenders(folder: string): readonly { readonly name: string; readonly command: readonly string[] }[] {
  const self = (what: string): readonly string[] => [process.execPath, import.meta.filename, `--${what}`, folder];
  return [
    { name: `scan, ${threads} workers`, command: self('scan') },
    {
      name: `trusttrail audit, ${threads} workers`,
      command: [process.execPath, program, 'audit', folder, '--jobs', String(threads), '--format', 'ndjson'],
    },
    { name: 'zcat > /dev/null', command: ['sh', '-c', `find '${folder}' -name '*.gz' | xargs zcat > /dev/null`] },
    { name: 'gunzip + JSON.parse, one thread', command: self('parse') },
    ...(process.env['DUCKDB'] === undefined
      ? []
      : [{ name: `DuckDB read_json, ${threads} threads`, command: self('duckdb') }]),
  ];
}

/** Runs a contender once. */
function measured(name: string, command: readonly string[]): Result {
  const { stdout, stderr, error } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="took %R %U %S"; time "$@"', 'bash', ...command],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellMemory)}` },
    },
  );
  const [, real = '', user = '', system = ''] = /took ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  if (error !== undefined || real === '') throw new Error(`${name}: ${stderr}`);
  const found = /^found (\d+)/m.exec(stdout)?.[1];
  return {
    name,
    seconds: Number(real),
    processor: Number(user) + Number(system),
    memory: Math.max(0, ...[...stderr.matchAll(/memory (\d+)/g)].map(([, kilobytes]) => Number(kilobytes) / 1000)),
    found: found === undefined ? undefined : Number(found),
  };
}

/** The least of the rounds, and the most memory. */
function best(rounds: readonly [Result, ...Result[]]): Result {
  const least = (of: (one: Result) => number): number => Math.min(...rounds.map(of));
  return {
    ...rounds[0],
    seconds: least(({ seconds }) => seconds),
    processor: least(({ processor }) => processor),
    memory: Math.max(...rounds.map(({ memory }) => memory)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Linux counts the parent's memory into a child's `maxRSS` (it is taken over at exec): its own high-water mark is read. */
const tellMemory = `
  import { readFileSync } from 'node:fs';
  const most = () => {
    try { return Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]); }
    catch { return process.resourceUsage().maxRSS; }
  };
  process.on('exit', () => process.stderr.write('memory ' + most() + '\\n'))`;

async function scan(folder: string): Promise<number> {
  let found = 0;
  for await (const { records } of logFilesSource([folder], { jobs: threads }).read()) found += records.length;
  return found;
}

function parse(folder: string): number {
  let found = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.gz')) continue;
    const text = gunzipSync(readFileSync(join(folder, file))).toString();
    for (const { eventName, errorCode } of (JSON.parse(text) as { readonly Records: readonly Raw[] }).Records)
      if (changes.has(eventName) || (assumes.has(eventName) && errorCode !== undefined)) found += 1;
  }
  return found;
}

interface Raw {
  readonly eventName: string;
  readonly errorCode?: string;
}

/** The same question in SQL, with as many threads. */
async function duckdb(folder: string): Promise<number> {
  const { DuckDBInstance } = createRequire(join(process.env['DUCKDB'] ?? '.', 'x.js'))('@duckdb/node-api') as DuckDb;
  const names = (list: Iterable<string>): string => [...list].map((name) => `'${name}'`).join(', ');
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`
    select count(*) from (
      select unnest(Records) as r from read_json('${folder}/**/*.json.gz', maximum_object_size = 200000000,
        columns = {Records: 'STRUCT(eventName VARCHAR, errorCode VARCHAR, eventID VARCHAR, eventTime VARCHAR,
          userIdentity JSON, requestParameters JSON)[]'}))
    where r.eventName in (${names(changes)}) or (r.eventName in (${names(assumes)}) and r.errorCode is not null)`);
  const found = Number(reader.getRows()[0]?.[0]);
  connection.closeSync();
  return found;
}

interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Readonly<Record<string, string>>,
    ): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>;
        closeSync(): void;
      }>;
    }>;
  };
}

/** Makes the archive and lets the contenders run. */
export function measure(megabytes: number, matter: number, folder: string): void {
  const made = generateArchive({ folder, megabytes, matter });
  console.log(
    `${made.records} records, ${Math.round(made.textBytes / 1e6)} MB of JSON in ${made.files.length} gzip files (${Math.round(made.packedBytes / 1e6)} MB); ${made.trustChanges} changes of trust policies, ${made.denials} denials`,
  );
  // In turns, and the ratios within a round: the speed of a shared machine drifts.
  const rounds = [0, 1, 2].map(() => contenders(folder).map(({ name, command }) => measured(name, command)));
  const [first = []] = rounds;
  const audit = first.findIndex(({ name }) => name.startsWith('trusttrail audit'));
  for (const [index, one] of first.entries()) {
    const { name, seconds, processor, memory, found } = best([one, ...rounds.flatMap((round) => round[index] ?? [])]);
    const ratio = median(rounds.map((round) => (round[index]?.seconds ?? 0) / (round[audit]?.seconds ?? 0)));
    const columns = [
      name.padEnd(34),
      `${seconds.toFixed(2).padStart(6)} s`,
      `${Math.round(made.textBytes / 1e6 / seconds)
        .toString()
        .padStart(5)} MB/s`,
      `${ratio.toFixed(2).padStart(5)} times audit's`,
      `processor ${processor.toFixed(2).padStart(6)} s`,
      memory === 0 ? '' : `${Math.round(memory)} MB of memory`,
      found === undefined ? '' : `${found} records found`,
    ];
    console.log(columns.join('  ').trimEnd());
  }
  console.log(
    execFileSync('uptime', { encoding: 'utf8' })
      .trim()
      .replace(/^.*load/, 'load'),
  );
}

if (import.meta.main) {
  const [first = '4000', second = '0.001', third] = process.argv.slice(2);
  const only = /^--(scan|parse|duckdb)$/.exec(first)?.[1];
  if (only === 'scan') console.log(`found ${await scan(second)}`);
  else if (only === 'parse') console.log(`found ${parse(second)}`);
  else if (only === 'duckdb') console.log(`found ${await duckdb(second)}`);
  else {
    const folder = third ?? join(tmpdir(), `trusttrail-bench-${process.pid}`);
    try {
      measure(Number(first), Number(second), folder);
    } finally {
      if (third === undefined) rmSync(folder, { recursive: true, force: true });
    }
  }
}
