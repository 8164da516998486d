/** Would the simulation notice? Each thing that the service's promise rests on, taken away: a run has to go wrong. */
import { expect, test, vi } from 'vitest';
import { readEvents } from '../../src/cloudtrail/read-record.ts';
import type { StoredEvent, TrustStore } from '../../src/ports/trust-store.ts';
import { start } from '../watch/service.ts';
import { handlers } from './entry-points.ts';
import type { DeadLetter } from './queue.ts';
import { type How, trial } from './trial.ts';
import { type Faults, noFaults, type Plant } from './world.ts';

vi.mock('../../functions/service.ts', async () => ({ service: (await import('./world.ts')).serviceOfRunning }));
vi.mock('../../src/adapters/logger.ts', async (original) => ({
  ...(await original<typeof import('../../src/adapters/logger.ts')>()),
  standardOutput: () => ({ write: () => true }),
}));

/** Seeds that are tried before a fault counts as unnoticed. */
const most = 60;

interface Planted {
  readonly name: string;
  /** Seeds to try, where it shows seldom. */
  readonly most?: number;
  /** Where it shows in one kind of weather more than in others. */
  readonly weather?: Faults;
  /** By which way things come in, and whether IAM can be asked, where that matters. */
  readonly world?: Pick<How, 'way' | 'readers' | 'asks'>;
  /** A fresh one for each seed. */
  readonly plant: () => Plant;
  /** How it shows. */
  readonly shows: RegExp;
}

const planted: readonly Planted[] = [
  {
    name: 'the idempotency of denials: each delivery counts as a call of its own',
    plant: () => {
      let times = 0;
      return {
        store: (store) => ({
          ...store,
          addDenials: async (denials) => {
            times += 1;
            const renamed = denials.map((one) => ({ ...one, eventId: `${one.eventId}-${times}` }));
            return store.addDenials(renamed);
          },
        }),
      };
    },
    shows: /made up: /,
  },
  {
    name: 'the idempotency of changes: each delivery is a change of its own',
    plant: () => {
      let times = 0;
      return {
        store: (store) => ({
          ...store,
          addEvents: (stream, events) => {
            times += 1;
            const renamed = (one: StoredEvent): StoredEvent => ({
              ...one,
              eventId: `${one.eventId}-${times}`,
              body: one.body.replaceAll(one.eventId, `${one.eventId}-${times}`),
            });
            return store.addEvents(stream, stream.startsWith('role:') ? events.map(renamed) : events);
          },
        }),
      };
    },
    shows: /made up: /,
  },
  {
    name: 'the order: what came last counts as the newest',
    plant: () => ({ store: inOrderOfArrival }),
    shows: /(?:lost|made up): /,
  },
  {
    name: 'the dead letters of the queue: what failed too often is gone',
    plant: () => ({
      deadLetters: (letter, keep) => {
        if (!isGivenUp(letter)) keep(letter);
      },
    }),
    shows: /lost: /,
  },
  {
    name: 'the dead letters of the function: what cannot be read is gone',
    plant: () => ({
      deadLetters: (letter, keep) => {
        if (isGivenUp(letter)) keep(letter);
      },
    }),
    shows: /not among the dead letters: /,
  },
  {
    name: 'the revision check: whoever writes last has written',
    most: 400,
    plant: () => ({ store: withoutRevisionCheck }),
    shows: /(?:lost|made up|never told|not noted|told again)/,
  },
  {
    name: 'the note of what was told',
    plant: () => ({ store: (store) => ({ ...store, delivered: async () => {} }) }),
    shows: /not noted for /,
  },
  {
    name: 'the note of what was told, read back: everything looks untold',
    plant: () => ({
      store: (store) => ({
        ...store,
        findings: async (subject, window) =>
          (await store.findings(subject, window)).map((one) => ({ ...one, deliveries: new Map() })),
        // Read once more when it is claimed.
        finding: async (key) => {
          const one = await store.finding(key);
          return one === undefined ? undefined : { ...one, deliveries: new Map() };
        },
      }),
    }),
    shows: /told again although a note said that it was told/,
  },
  {
    name: 'the claim to tell: whoever sees something untold tells it',
    // Nothing fails here; there are many at work, much comes twice, and answers take long.
    weather: { ...noFaults, late: 1, duplicated: 0.9, redelivered: 0.3, lateAnswer: 0.05, atOnce: 3 },
    plant: () => ({ store: (store) => ({ ...store, claim: async () => true }) }),
    shows: /told by two at once/,
  },
  {
    name: 'the claim of a function that died: it never runs out',
    plant: () => ({
      store: (store) => ({
        ...store,
        claim: (key, revision, claim) => store.claim(key, revision, claim, 0),
      }),
    }),
    shows: /(?:never told|not noted|people never heard|a dead letter|it never ends)/,
  },
  {
    name: 'the answer of the batch: what failed counts as done',
    plant: () => ({ response: () => ({ batchItemFailures: [] }) }),
    shows: /(?:lost|never told|not noted)/,
  },
  {
    name: 'the failure of a channel: nobody hears of it',
    plant: () => ({
      publisher: (publisher) => ({ ...publisher, publish: (finding) => publisher.publish(finding).catch(() => {}) }),
    }),
    shows: /(?:never told|people never heard)/,
  },
  {
    name: 'what the store has promised: one event in twenty is forgotten',
    weather: { ...noFaults, late: 3 },
    plant: () => {
      let times = 0;
      return {
        store: (store) => ({
          ...store,
          addEvents: async (stream, events) => {
            times += 1;
            if (times % 20 !== 0) await store.addEvents(stream, events);
          },
        }),
      };
    },
    shows: /(?:lost|made up): /,
  },
  {
    name: 'the files of the trail that are gone: they count as empty',
    weather: { ...noFaults, spoiltFiles: 0.5 },
    world: { way: 'bucket' },
    plant: () => ({ spoiltFile: ({ spoilt, half }) => (spoilt === 'gone' ? Buffer.from('{"Records":[]}') : half) }),
    shows: /lost: /,
  },
  {
    name: 'the files of the trail that are refused: they count as empty',
    weather: { ...noFaults, spoiltFiles: 0.5 },
    world: { way: 'bucket' },
    plant: () => ({
      spoiltFile: ({ spoilt, half }) =>
        spoilt === 'refused' ? Buffer.from('{"Records":[]}') : spoilt === 'half' ? half : undefined,
    }),
    shows: /lost: /,
  },
  {
    name: 'the files of the trail that are cut off: what is there counts as all',
    weather: { ...noFaults, spoiltFiles: 0.5 },
    world: { way: 'bucket' },
    plant: () => ({ spoiltFile: ({ spoilt, half }) => (spoilt === 'half' ? mended(half) : undefined) }),
    shows: /lost: /,
  },
  {
    name: 'the knowledge of its own roles: what denies its reader is told, and told again',
    weather: noFaults,
    world: { readers: true },
    plant: () => ({ settings: {} }),
    shows: /(?:made up: |the reader role was read)/,
  },
  {
    name: 'the difference between a role that cannot be read and one that is not there',
    weather: { ...noFaults, throttled: 0.03 },
    world: { readers: true },
    plant: () => ({
      roleReader: (reader) => ({
        ...reader,
        read: async (arn) => {
          const answer = await reader.read(arn);
          return answer.answer === 'unknown' ? { answer: 'no-such-role' } : answer;
        },
      }),
    }),
    shows: /(?:lost|made up): /,
  },
  {
    name: 'the quarter of an hour in which LookupEvents may not have shown all: what it shows is all',
    world: { asks: 'lookups' },
    plant: () => ({
      store: (store) => ({
        ...store,
        addEvents: (stream, events) =>
          store.addEvents(stream, stream.startsWith('looked-up:') ? events.map(withoutDoubt) : events),
      }),
    }),
    shows: /(?:a false proof|compared with another version|lost|made up): /,
  },
  {
    name: 'the difference between what LookupEvents does not answer and what it does not have',
    world: { asks: 'lookups' },
    weather: { ...noFaults, late: 3 },
    plant: () => {
      let times = 0;
      return {
        history: (history) => ({
          changesOf: async (role, before) => {
            times += 1;
            return times % 2 === 0 ? [] : history.changesOf(role, before);
          },
        }),
      };
    },
    shows: /(?:lost|made up): /,
  },
  {
    name: 'the roles that were changed without an event: the daily look keeps them to itself',
    world: { asks: 'daily look' },
    plant: () => ({
      store: (store) => ({
        ...store,
        putFinding: async (state) => state.kind === 'drift' || store.putFinding(state),
      }),
    }),
    shows: /(?:lost|it never ends)/,
  },
  {
    name: 'the drift whose event came late: it stays',
    world: { asks: 'daily look' },
    plant: () => ({
      store: (store) => ({
        ...store,
        putFinding: async (state) =>
          (state.kind === 'drift' && state.supersededBy !== undefined) || store.putFinding(state),
      }),
    }),
    shows: /made up: drift/,
  },
  {
    name: 'the difference between an account that was not read and one without roles',
    world: { asks: 'daily look' },
    weather: { ...noFaults, throttled: 0.03 },
    plant: () => ({
      accountRoles: (roles) => ({
        rolesOf: async (account) => {
          const answer = await roles.rolesOf(account);
          return answer.answer === 'roles' ? answer : { answer: 'roles', roles: [], readAt: start };
        },
      }),
    }),
    shows: /(?:lost|made up): /,
  },
];

/** The note of a question that came too soon, as that of one that did not. */
function withoutDoubt(note: StoredEvent): StoredEvent {
  return { ...note, body: note.body.replace('"early":true', '"early":false') };
}

test.for(planted)('$name', { timeout: 600_000 }, async ({ plant, weather, world, shows, most: rounds = most }) => {
  const found: string[] = [];
  for (let n = 0; n < rounds && !found.some((text) => shows.test(text)); n += 1) {
    // What a fault breaks may also make the watch throw: then nothing settles, which is noticed as well.
    const how: How = {
      plant: plant(),
      way: 'rules',
      readers: false,
      asks: 'nothing',
      ...world,
      ...(weather === undefined ? {} : { faults: weather }),
    };
    const { wrong } = await trial(`s${n}`, handlers, how).catch((error: unknown) => ({
      wrong: [`it never ends: ${String(error)}`],
    }));
    found.push(...wrong);
  }
  expect(found.filter((text) => shows.test(text))).not.toEqual([]);
});

/** By SQS, or by the function with what it failed of to the last. */
function isGivenUp({ reason }: DeadLetter): boolean {
  return reason === undefined || reason.startsWith('given up');
}

function inOrderOfArrival(store: TrustStore): TrustStore {
  const arrived = new Map<string, string[]>();
  return {
    ...store,
    addEvents: async (stream, events) => {
      const known = arrived.get(stream) ?? [];
      for (const { eventId } of events) if (!known.includes(eventId)) known.push(eventId);
      arrived.set(stream, known);
      await store.addEvents(stream, events);
    },
    events: async (stream, window) => {
      const order = arrived.get(stream) ?? [];
      const found = await store.events(stream, window);
      return found.toSorted((left, right) => order.indexOf(left.eventId) - order.indexOf(right.eventId));
    },
  };
}

/** As a plain write would do it: no matter what stands there. */
function withoutRevisionCheck(store: TrustStore): TrustStore {
  return {
    ...store,
    putFinding: async (state) => {
      let revision = 1;
      while (!(await store.putFinding({ ...state, revision }))) revision += 1;
      return true;
    },
  };
}

/** The records that are whole, as if they were all. */
function mended(half: Uint8Array): Uint8Array {
  const { records } = readEvents(Buffer.from(half).toString('utf8'), 'half');
  return Buffer.from(JSON.stringify({ Records: records.map(({ raw }) => raw) }));
}
