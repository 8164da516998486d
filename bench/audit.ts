/**
 * How fast is history read? The scanner and the whole audit beside what a user would run instead, on one generated archive:
 * `zcat`, `gunzip` and `JSON.parse` in one thread, and DuckDB where it is to be had (`DUCKDB=FOLDER`, the folder above its
 * node_modules). `node bench/audit.ts [MEGABYTES] [FOLDER]`; every contender reads the same files, best of three.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
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
import { type Archive, generateArchive } from './generate-logs.ts';

export interface Contest {
  readonly archive: Omit<Archive, 'files'> & { readonly files: number };
  /** Seconds. */
  readonly scan: number;
  readonly audit: number;
  readonly zcat: number;
  readonly parse: number;
  readonly duckdb: number | undefined;
  /** Megabytes at most, of all threads of the audit. */
  readonly auditMemory: number;
  /** Records that matter, as each contender counts them. */
  readonly found: { readonly scan: number; readonly parse: number; readonly duckdb: number | undefined };
}

const changes = new Set([
  ...trustChanges.keys(),
  ...principalEvents.keys(),
  ...identityChanges.keys(),
  ...organizationChanges,
]);
const assumes: ReadonlySet<string> = new Set(assumeCalls);
const program = join(import.meta.dirname, '..', 'src', 'cli', 'trusttrail.js');

export async function measure(archive: Archive, folder: string, jobs = 2): Promise<Contest> {
  let auditMemory = 0;
  let scanned = 0;
  let parsed = 0;
  const scan = await best(async () => {
    scanned = 0;
    for await (const { records } of logFilesSource([folder], { jobs }).read()) scanned += records.length;
  });
  const audit = await best(() => {
    const { stderr, status } = spawnSync(
      process.execPath,
      [
        `--import=data:text/javascript,${encodeURIComponent(tellMemory)}`,
        program,
        'audit',
        folder,
        '--jobs',
        String(jobs),
        '--format',
        'ndjson',
      ],
      { encoding: 'utf8', maxBuffer: 1 << 30 },
    );
    if (status !== 0 && status !== 1) throw new Error(stderr);
    auditMemory = Math.max(auditMemory, Number(/memory (\d+)/.exec(stderr)?.[1]) / 1000);
  });
  const zcat = await best(
    () => void spawnSync('sh', ['-c', 'xargs zcat > /dev/null'], { input: archive.files.join('\n') }),
  );
  const parse = await best(() => {
    parsed = 0;
    for (const file of archive.files) {
      const { Records: records } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
        readonly Records: readonly Raw[];
      };
      for (const record of records) if (matters(record)) parsed += 1;
    }
  });
  const duck = await duckdb(folder, jobs);
  const { files, ...counts } = archive;
  return {
    archive: { ...counts, files: files.length },
    scan,
    audit,
    zcat,
    parse,
    duckdb: duck?.seconds,
    auditMemory,
    found: { scan: scanned, parse: parsed, duckdb: duck?.found },
  };
}

interface Raw {
  readonly eventName: string;
  readonly errorCode?: string;
}

function matters({ eventName, errorCode }: Raw): boolean {
  return changes.has(eventName) || (assumes.has(eventName) && errorCode !== undefined);
}

const tellMemory = `process.on('exit', () => process.stderr.write('memory ' + process.resourceUsage().maxRSS))`;

/** The same question in SQL, with as many threads. */
async function duckdb(
  folder: string,
  threads: number,
): Promise<{ readonly seconds: number; readonly found: number } | undefined> {
  const place = process.env['DUCKDB'];
  if (place === undefined) return undefined;
  const { DuckDBInstance } = createRequire(join(place, 'x.js'))('@duckdb/node-api') as DuckDb;
  const names = (list: Iterable<string>): string => [...list].map((name) => `'${name}'`).join(', ');
  const query = `
    select count(*) from (
      select unnest(Records) as r from read_json('${folder}/**/*.json.gz', maximum_object_size = 200000000,
        columns = {Records: 'STRUCT(eventName VARCHAR, errorCode VARCHAR, errorMessage VARCHAR, eventID VARCHAR, eventTime VARCHAR, userIdentity JSON, requestParameters JSON, responseElements JSON)[]'}))
    where r.eventName in (${names(changes)}) or (r.eventName in (${names(assumes)}) and r.errorCode is not null)`;
  let found = 0;
  const seconds = await best(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(query);
    found = Number(reader.getRows()[0]?.[0]);
    connection.closeSync();
  });
  return { seconds, found };
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

/** @returns seconds: the best of three, since what else the machine does only ever makes it slower. */
async function best(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const start = performance.now();
    await work();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}

if (import.meta.main) {
  const [megabytes = '400', given] = process.argv.slice(2);
  const folder = given ?? join(tmpdir(), `trusttrail-bench-${process.pid}`);
  try {
    const archive = generateArchive({ folder, megabytes: Number(megabytes) });
    const { archive: made, found, ...result } = await measure(archive, folder);
    const { scan, audit, zcat, parse, duckdb: duck, auditMemory } = result;
    const row = (name: string, seconds: number | undefined, note = ''): string =>
      seconds === undefined
        ? `${name.padEnd(38)} not measured`
        : `${name.padEnd(38)} ${seconds.toFixed(2).padStart(6)} s  ${Math.round(made.textBytes / 1e6 / seconds)
            .toString()
            .padStart(5)} MB/s of JSON  ${note}`;
    console.log(
      `${made.records} records, ${Math.round(made.textBytes / 1e6)} MB of JSON in ${made.files} gzip files (${Math.round(made.packedBytes / 1e6)} MB); ${made.trustChanges} changes of trust policies, ${made.denials} denials`,
    );
    console.log(row('scan, 2 workers', scan, `${found.scan} records found`));
    console.log(row('trusttrail audit, 2 workers', audit, `${Math.round(auditMemory)} MB of memory`));
    console.log(row('zcat > /dev/null', zcat));
    console.log(row('gunzip + JSON.parse, one thread', parse, `${found.parse} records found`));
    console.log(row('DuckDB read_json, 2 threads', duck, `${found.duckdb} records found`));
    console.log(
      `load of the machine: ${execFileSync('uptime', { encoding: 'utf8' })
        .trim()
        .replace(/^.*load/, 'load')}`,
    );
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
