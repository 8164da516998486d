/** Whatever fails, and whenever a function dies: redelivered, the findings are those of a run in which nothing went wrong. */
import type { Context, SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Finding } from '../../src/findings/finding.ts';
import type { Publisher } from '../../src/ports/publisher.ts';
import type { TrustStore } from '../../src/ports/trust-store.ts';
import { watch } from '../../src/watch/watch.ts';
import { runs } from '../arbitraries/runs.ts';
import { configured, created, current, denials, denied, document, home, updated } from '../watch/service.ts';

vi.mock('../../src/adapters/logger.ts', async (original) => ({
  ...(await original<object>()),
  standardOutput: () => ({ write: () => undefined }),
}));

let handleRecords: typeof import('../../functions/records-batch.ts').handleRecords;
beforeAll(async () => {
  const variables = { TABLE: 't', TOPIC_ARN: 'a', FINDINGS_BUS: 'b', ACCOUNT: home, AWS_REGION: 'us-east-1' };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  ({ handleRecords } = await import('../../functions/records-batch.ts'));
});

const ci = 'arn:aws:iam::444455556666:role/ci';

/** A change that shuts a caller out, its calls, a change that lets them in again, and a door that is opened. */
const story: readonly (readonly CloudTrailRecord[])[] = [
  [created(0, document(ci), 'deploy', { id: 'e-created' }), created(1, document(ci), 'vendor', { id: 'e-vendor' })],
  [updated(600, document(`${ci}-other`), 'deploy', { id: 'e-shut' })],
  [...denials(4, 660, 10).map((_, n) => denied(660 + n * 10, { id: `e-denied-${n}` }))],
  [...denials(4, 700, 10).map((_, n) => denied(700 + n * 10, { id: `e-denied-${n + 4}` }))],
  [
    updated(900, document(ci), 'deploy', { id: 'e-open' }),
    updated(901, document([ci, '999999999999']), 'vendor', { id: 'e-stranger' }),
  ],
];

/** What goes wrong with one call. */
const faults = ['fails', 'times out', 'is throttled', 'dies before', 'dies after'] as const;
type Fault = (typeof faults)[number];

interface Plan {
  /** By the number of the call, counted over all processes. */
  readonly at: ReadonlyMap<number, Fault>;
}

interface Told {
  readonly channel: string;
  readonly finding: Finding;
}

interface Outcome {
  readonly told: readonly Told[];
  /** Every call, in order: `store.addEvents`, `sns.publish`. */
  readonly calls: readonly string[];
  readonly deliveries: number;
}

function messagesOf(records: readonly CloudTrailRecord[]): SQSEvent['Records'] {
  return records.map((record) => ({
    messageId: record.eventId,
    body: JSON.stringify({
      version: '0',
      id: record.eventId,
      'detail-type': 'AWS API Call via CloudTrail',
      source: `aws.${record.eventSource.split('.')[0]}`,
      account: record.recipientAccountId,
      time: record.eventTime,
      region: 'us-east-1',
      resources: [],
      detail: record.raw,
    }),
  })) as unknown as SQSEvent['Records'];
}

/** Delivers the batches as SQS does, each until all of it was taken, to a process that is replaced when it dies. */
async function run({ at }: Plan): Promise<Outcome> {
  const store = sqliteTrustStore();
  const told: Told[] = [];
  const calls: string[] = [];
  let throttled = 0;
  let dead = false;
  const call = async <T>(name: string, perform: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error('nobody is there any more');
    const fault = at.get(calls.length);
    calls.push(name);
    if (fault === 'is throttled') throttled = 3;
    if (throttled > 0) {
      throttled -= 1;
      throw Object.assign(new Error('rate exceeded'), { name: 'ThrottlingException' });
    }
    if (fault === 'fails') throw new Error('refused');
    if (fault === 'dies before') dead = true;
    if (dead) throw new Error('it died');
    const answer = await perform();
    if (fault === 'dies after') dead = true;
    if (fault === 'dies after' || fault === 'times out') throw new Error('no answer in time');
    return answer;
  };
  const faultyStore = new Proxy(store, {
    get: (target, name: keyof TrustStore) => {
      const method = target[name] as (...args: readonly unknown[]) => Promise<unknown>;
      return (...args: readonly unknown[]) => call(`store.${name}`, () => method.apply(target, [...args]));
    },
  });
  const channel = (name: string): Publisher => ({
    channel: name,
    publish: (finding) =>
      call(`${name}.publish`, async () => {
        told.push({ channel: name, finding });
      }),
  });
  const start = () => {
    dead = false;
    return watch({
      store: faultyStore,
      publishers: [channel('findings-bus'), channel('sns'), channel('slack')],
      clock: { now: () => Date.UTC(2026, 2, 9, 15) },
      configuration: configured({ accounts: [home, '444455556666'] }),
    });
  };
  let process = start();
  let deliveries = 0;
  for (const batch of story) {
    let waiting = messagesOf(batch);
    while (waiting.length > 0) {
      deliveries += 1;
      if (deliveries > 60) throw new Error('it never ends');
      const { batchItemFailures } = await handleRecords({ Records: waiting }, {} as Context, (records) =>
        process.take(records),
      );
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      // A process that died has answered nothing: everything comes again.
      if (dead) process = start();
      else waiting = waiting.filter(({ messageId }) => failed.has(messageId));
    }
  }
  await store.close();
  return { told, calls, deliveries };
}

/** What each channel knows in the end, apart from how often it was revised on the way there. */
function known({ told }: Outcome): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(
    ['findings-bus', 'sns', 'slack'].map((name) => {
      const last = current(told.filter(({ channel }) => channel === name).map(({ finding }) => finding));
      // People hear of a burst when it is one, and of its growth only now and then: of which form depends on the faults.
      const sparing = name !== 'findings-bus';
      return [
        name,
        last.map(({ revision: _, ...finding }) =>
          sparing && finding.kind === 'denial-spike' ? { id: finding.id, kind: finding.kind } : finding,
        ),
      ];
    }),
  );
}

function repeated({ told }: Outcome): readonly string[] {
  const seen = new Set<string>();
  return told.flatMap(({ channel, finding: { id, revision } }) => {
    const key = `${channel} ${id} ${revision}`;
    if (seen.has(key)) return [key];
    seen.add(key);
    return [];
  });
}

/** A send that nobody could note, or whose answer was lost: only there may something be told twice. */
function mayRepeat(name: string | undefined, fault: Fault): boolean {
  if (name === 'store.delivered') return true;
  return name?.endsWith('.publish') === true && (fault === 'times out' || fault === 'dies after');
}

test('undisturbed, everything is told once', async () => {
  const calm = await run({ at: new Map() });
  expect(calm.deliveries).toBe(story.length);
  expect(repeated(calm)).toEqual([]);
  const kinds = known(calm)['findings-bus']?.map((finding) => (finding as Finding).kind);
  expect(kinds).toEqual(expect.arrayContaining(['trust-change', 'denial-spike', 'resolved']));
  expect(calm.calls.length).toBeGreaterThan(60);
});

describe.each(faults)('where one call %s', (fault) => {
  test('nothing is lost, and nothing told twice that was known to be told', async () => {
    const calm = await run({ at: new Map() });
    const wanted = known(calm);
    const step = Math.max(1, Math.ceil(calm.calls.length / runs(8)));
    const offset = faults.indexOf(fault) % step;
    for (let index = offset; index < calm.calls.length; index += step) {
      const disturbed = await run({ at: new Map([[index, fault]]) });
      const where = `call ${index}, ${calm.calls[index]}, ${fault}`;
      expect(known(disturbed), where).toEqual(wanted);
      if (fault.startsWith('dies')) expect(disturbed.deliveries, where).toBeGreaterThan(calm.deliveries);
      else expect(disturbed.calls.length, where).toBeGreaterThan(calm.calls.length);
      if (!mayRepeat(calm.calls[index], fault)) expect(repeated(disturbed), where).toEqual([]);
      else expect(repeated(disturbed).length, where).toBeLessThanOrEqual(1);
    }
  }, 120_000);
});

test('law: any faults at any calls end in the same findings', async () => {
  const wanted = known(await run({ at: new Map() }));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.nat(250), fc.constantFrom(...faults)), { maxLength: 8, selector: ([index]) => index }),
      async (planned) => {
        expect(known(await run({ at: new Map(planned) }))).toEqual(wanted);
      },
    ),
    { numRuns: runs(8) },
  );
}, 120_000);
