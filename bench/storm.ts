/**
 * What does a storm cost: 100,000 denials of one role, of 10,000 roles, and of one role over an hour, through the watch with
 * its store in SQLite and in DynamoDB? `node bench/storm.ts [DENIALS] [PART OF A NAME] [sqlite|dynamodb|emulator]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbTrustStore } from '../src/adapters/dynamodb-trust-store.ts';
import { sqliteTrustStore } from '../src/adapters/sqlite-trust-store.ts';
import type { CloudTrailRecord } from '../src/cloudtrail/record.ts';
import type { TrustStore } from '../src/ports/trust-store.ts';
import { watch } from '../src/watch/watch.ts';
import {
  clientOf,
  DynamoDbError,
  type DynamoDbInMemory,
  dynamoDbInMemory,
} from '../test/adapters/dynamodb-in-memory.ts';
import { startEmulatedAws } from '../test/live/emulated-aws.ts';
import { configured, created, denied, document, home, start } from '../test/watch/service.ts';
import type { Answer } from './dynamodb-worker.ts';

export interface Storm {
  readonly denials: number;
  readonly roles: number;
  readonly callers: number;
  /** Over how long, by the time of the events and of the clock. */
  readonly seconds: number;
  /** Records of one batch: the queue gives the function up to a hundred. */
  readonly batch: number;
}

/** A store, and what its service was asked. */
export interface Stormed {
  readonly store: TrustStore;
  /** Requests over the network by operation, and what they are billed as; none of a store that has no network. */
  bill?(): Promise<Bill>;
  close(): Promise<void>;
}

export interface Bill {
  readonly requests: ReadonlyMap<string, number>;
  readonly units: { readonly write: number; readonly read: number };
}

export interface StormCost {
  /** By the clock, and of the processor: on a busy machine they are far apart. */
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly reads: number;
  readonly writes: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly bill: Bill | undefined;
  /** Told to programs, and to people. */
  readonly told: number;
  readonly toldToPeople: number;
  /** Megabytes of the heap that are held after the first batch, after each quarter of the storm, and at its end. */
  readonly heap: readonly number[];
  /** Denials that the findings of the end speak of. */
  readonly counted: number;
}

const reading: ReadonlySet<string> = new Set(['events', 'denials', 'finding', 'findings']);

export async function runStorm(storm: Storm, { store, bill, close }: Stormed = inSqlite()): Promise<StormCost> {
  const calls = new Map<string, number>();
  const tally = { told: 0, toldToPeople: 0 };
  const counts = new Map<string, number>();
  let now = start;
  const one = watch({
    store: counting(store, calls),
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
  const heap: number[] = [];
  for (let from = 0; from < storm.denials; from += storm.batch) {
    const records: CloudTrailRecord[] = [];
    for (let n = from; n < Math.min(storm.denials, from + storm.batch); n += 1) records.push(denialOf(storm, n));
    now = records.at(-1)?.at ?? now;
    await one.take(records);
    if (from === 0 || from + storm.batch >= (heap.length * storm.denials) / 4) heap.push(held());
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const billed = await bill?.();
  await close();
  const sum = (wanted: boolean): number =>
    [...calls].reduce((total, [name, times]) => total + (reading.has(name) === wanted ? times : 0), 0);
  return {
    seconds,
    processorSeconds: (user + system) / 1_000_000,
    reads: sum(true),
    writes: sum(false),
    calls,
    bill: billed,
    ...tally,
    heap,
    counted: [...counts.values()].reduce((total, count) => total + count, 0),
  };
}

/** @param file a path, or `:memory:`. */
export function inSqlite(file = ':memory:'): Stormed {
  const store = sqliteTrustStore(file);
  return { store, close: () => store.close() };
}

/** @param service where it answers: here, in the same heap, or in a thread of its own. */
export function inDynamoDb(service: DynamoDbInMemory = dynamoDbInMemory()): Stormed {
  const store = dynamodbTrustStore(clientOf(service), 'table', { now: Date.now });
  return { store, bill: async () => service, close: () => store.close() };
}

/** In a thread of its own, so that what the table holds does not count as what the service holds. */
function inDynamoDbApart(): Stormed {
  const worker = new Worker(new URL('./dynamodb-worker.ts', import.meta.url));
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  worker.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = (operation: string, input: unknown): Promise<Answer> => {
    asked += 1;
    const id = asked;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ id, operation, input });
    });
  };
  const client = clientOf(dynamoDbInMemory(), async (_, operation, input) => {
    const { output, error } = await ask(operation, input);
    if (error !== undefined) throw new DynamoDbError(error.type, error.message, error.reasons);
    return output ?? {};
  });
  const store = dynamodbTrustStore(client, 'table', { now: Date.now });
  return {
    store,
    bill: async () => (await ask('bill', {})).output as unknown as Bill,
    close: async () => {
      await store.close();
      await worker.terminate();
    },
  };
}

/** A real server behind a real network, which answers a few events a second. */
export async function inEmulator(): Promise<Stormed> {
  const aws = await startEmulatedAws();
  const client = new DynamoDBClient(aws.client);
  await client.send(
    new CreateTableCommand({
      TableName: 'table',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  const requests = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => (args) => {
      const name = String(context['commandName']).replace(/Command$/, '');
      requests.set(name, (requests.get(name) ?? 0) + 1);
      return next(args);
    },
    { step: 'initialize' },
  );
  const store = dynamodbTrustStore(client, 'table', { now: Date.now });
  return {
    store,
    bill: async () => ({ requests, units: { write: Number.NaN, read: Number.NaN } }),
    close: async () => {
      await store.close();
      client.destroy();
      await aws.stop();
    },
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

/** The same store; each call is counted by its name. */
function counting(store: TrustStore, calls: Map<string, number>): TrustStore {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
        return Reflect.apply(member, target, args);
      };
    },
  });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held, and not what is only not collected yet. */
function held(): number {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

async function main(): Promise<void> {
  const [, , many = '100000', part = '', where = ''] = process.argv;
  const denials = Number(many);
  const storms: Readonly<Record<string, Storm>> = {
    'one role, one minute': { denials, roles: 1, callers: 10, seconds: 60, batch: 100 },
    '10,000 roles, ten minutes': {
      denials,
      roles: Math.min(10_000, denials / 10),
      callers: 10,
      seconds: 600,
      batch: 100,
    },
    'one role, one hour': { denials, roles: 1, callers: 3, seconds: 3_600, batch: 100 },
  };
  const folder = mkdtempSync(join(tmpdir(), 'trusttrail-storm-'));
  const places: Readonly<Record<string, (name: string) => Stormed | Promise<Stormed>>> = {
    sqlite: (name) => inSqlite(join(folder, `${name.replaceAll(/\W+/g, '-')}.sqlite`)),
    dynamodb: inDynamoDbApart,
    ...(where === 'emulator' ? { emulator: inEmulator } : {}),
  };
  try {
    for (const [name, storm] of Object.entries(storms))
      for (const [place, open] of Object.entries(places))
        if (name.includes(part) && place.includes(where))
          say(`${name}, ${place}`, storm, await runStorm(storm, await open(name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function say(name: string, { denials }: Storm, cost: StormCost): void {
  const round = (value: number): string => Math.round(value).toLocaleString('en');
  const each = (calls: ReadonlyMap<string, number>): string =>
    [...calls].map(([call, times]) => `${call} ${round(times)}`).join(', ');
  const lines = [
    `${name}: ${round(denials)} denials in ${cost.seconds.toFixed(1)} s (${cost.processorSeconds.toFixed(1)} s of the processor: ${round(denials / cost.processorSeconds)} a second)`,
    `  ${round(cost.writes)} writes, ${round(cost.reads)} reads of the store (${each(cost.calls)})`,
    ...(cost.bill === undefined
      ? []
      : [
          `  requests: ${each(cost.bill.requests)}; units: ${round(cost.bill.units.write)} written, ${round(cost.bill.units.read)} read`,
        ]),
    `  told ${round(cost.told)} to programs, ${round(cost.toldToPeople)} to people; ${round(cost.counted)} counted`,
    `  heap ${cost.heap.map(round).join(' → ')} MB, resident ${round(process.memoryUsage().rss / 1024 / 1024)} MB`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
