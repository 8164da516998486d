/**
 * What does a storm cost: 100,000 denials of one role, of 10,000 roles, and of one role over an hour, through the watch and
 * its store? `node --expose-gc bench/storm.ts [DENIALS] [PART OF A NAME]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sqliteTrustStore } from '../src/adapters/sqlite-trust-store.ts';
import type { CloudTrailRecord } from '../src/cloudtrail/record.ts';
import type { TrustStore } from '../src/ports/trust-store.ts';
import { watch } from '../src/watch/watch.ts';
import { configured, created, denied, document, home, start } from '../test/watch/service.ts';

export interface Storm {
  readonly denials: number;
  readonly roles: number;
  readonly callers: number;
  /** Over how long, by the time of the events and of the clock. */
  readonly seconds: number;
  /** Records of one batch: the queue gives the function up to a hundred. */
  readonly batch: number;
}

export interface StormCost {
  /** By the clock, and of the processor: on a busy machine they are far apart. */
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly reads: number;
  readonly writes: number;
  /** Told to programs, and to people. */
  readonly told: number;
  readonly toldToPeople: number;
  /** Megabytes of the heap after a quarter of the storm, and at its end. */
  readonly heapEarly: number;
  readonly heapLate: number;
  /** Denials that the findings of the end speak of. */
  readonly counted: number;
}

/** @param file a path, or `:memory:`. */
export async function runStorm(storm: Storm, file = ':memory:'): Promise<StormCost> {
  const store = sqliteTrustStore(file);
  const tally = { reads: 0, writes: 0, told: 0, toldToPeople: 0 };
  const counts = new Map<string, number>();
  let now = start;
  const one = watch({
    store: counting(store, tally),
    publishers: [
      {
        channel: 'findings-bus',
        publish: async ({ id, kind, count, supersededBy }) => {
          tally.told += 1;
          if (kind !== 'denial' && kind !== 'denial-spike') return;
          if (supersededBy === undefined) counts.set(id, count);
          else counts.delete(id);
        },
      },
      {
        channel: 'sns',
        publish: async () => {
          tally.toldToPeople += 1;
        },
      },
    ],
    clock: { now: () => now },
    configuration: configured({ accounts: [home, '444455556666'] }),
  });
  if (storm.roles === 1) await one.take([created(-3600, document('arn:aws:iam::444455556666:role/other'))]);
  const began = performance.now();
  const cpu = process.cpuUsage();
  let heapEarly = 0;
  for (let from = 0; from < storm.denials; from += storm.batch) {
    const records: CloudTrailRecord[] = [];
    for (let n = from; n < Math.min(storm.denials, from + storm.batch); n += 1) records.push(denialOf(storm, n));
    now = records.at(-1)?.at ?? now;
    await one.take(records);
    if (heapEarly === 0 && from >= storm.denials / 4) heapEarly = heap();
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const heapLate = heap();
  await store.close();
  return {
    seconds,
    processorSeconds: (user + system) / 1_000_000,
    ...tally,
    heapEarly,
    heapLate,
    counted: [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}

function denialOf({ denials, roles, callers, seconds }: Storm, n: number): CloudTrailRecord {
  const role = roles === 1 ? {} : { role: `arn:aws:iam::${home}:role/role-${n % roles}` };
  return denied(Math.floor((n * seconds) / denials), {
    ...role,
    id: `storm-${n}`,
    caller: `caller-${n % callers}`,
  });
}

function counting(store: TrustStore, tally: { reads: number; writes: number }): TrustStore {
  const read = <T>(call: () => Promise<T>): Promise<T> => {
    tally.reads += 1;
    return call();
  };
  const write = <T>(call: () => Promise<T>): Promise<T> => {
    tally.writes += 1;
    return call();
  };
  return {
    addEvents: (stream, events) => write(() => store.addEvents(stream, events)),
    events: (stream, window) => read(() => store.events(stream, window)),
    addDenials: (added) => write(() => store.addDenials(added)),
    denials: (of, window) => read(() => store.denials(of, window)),
    finding: (key) => read(() => store.finding(key)),
    findings: (subject, window) => read(() => store.findings(subject, window)),
    putFinding: (state) => write(() => store.putFinding(state)),
    delivered: (key, channel, delivery) => write(() => store.delivered(key, channel, delivery)),
    close: () => store.close(),
  };
}

/** What is held, where `node --expose-gc` lets it be told from what is only not collected yet. */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

async function main(): Promise<void> {
  const denials = Number(process.argv[2] ?? 100_000);
  const storms = {
    'one role, one minute': { denials, roles: 1, callers: 10, seconds: 60, batch: 100 },
    '10,000 roles': { denials, roles: Math.min(10_000, denials / 10), callers: 10, seconds: 600, batch: 100 },
    'one role, one hour': { denials, roles: 1, callers: 3, seconds: 3_600, batch: 100 },
  };
  const folder = mkdtempSync(join(tmpdir(), 'trusttrail-storm-'));
  try {
    for (const [name, storm] of Object.entries(storms)) {
      if (!name.includes(process.argv[3] ?? '')) continue;
      const cost = await runStorm(storm, join(folder, `${name.replaceAll(/\W+/g, '-')}.sqlite`));
      const round = (value: number): string => Math.round(value).toLocaleString('en');
      process.stdout.write(
        `${name}: ${round(storm.denials)} denials in ${cost.seconds.toFixed(1)} s (${cost.processorSeconds.toFixed(1)} s of the processor: ${round(storm.denials / cost.processorSeconds)} a second); ${round(cost.writes)} writes, ${round(cost.reads)} reads; told ${round(cost.told)} to programs, ${round(cost.toldToPeople)} to people; ${round(cost.counted)} counted; heap ${round(cost.heapEarly)} → ${round(cost.heapLate)} MB, resident ${round(process.memoryUsage().rss / 1024 / 1024)} MB\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
