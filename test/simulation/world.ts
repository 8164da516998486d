/** What happens to a history when everything goes wrong that can: one run, the same for the same seed. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { Context, ScheduledEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dynamodbTrustStore } from '../../src/adapters/dynamodb-trust-store.ts';
import { iamAccountRoles } from '../../src/adapters/iam-account-roles.ts';
import { iamCallerAccess } from '../../src/adapters/iam-caller-access.ts';
import { iamRoleReader } from '../../src/adapters/iam-role-reader.ts';
import { lookupChangeHistory } from '../../src/adapters/lookup-change-history.ts';
import { memoryTrustStore } from '../../src/adapters/memory-trust-store.ts';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Finding } from '../../src/findings/finding.ts';
import type { AccountRoles } from '../../src/ports/account-roles.ts';
import type { ChangeHistory } from '../../src/ports/change-history.ts';
import type { Publisher } from '../../src/ports/publisher.ts';
import type { RoleReader } from '../../src/ports/role-reader.ts';
import type { FindingKey, StoredFinding, TrustStore } from '../../src/ports/trust-store.ts';
import { type Watch, type WatchPorts, type WatchSettings, watch } from '../../src/watch/watch.ts';
import { clientOf, DynamoDbError, dynamoDbInMemory } from '../adapters/dynamodb-in-memory.ts';
import { configured, home, start } from '../watch/service.ts';
import { type Daily, dailyLooks } from './daily-look.ts';
import { eventHistory, trailClient } from './event-history.ts';
import { type FunctionName, type Happening, messageOf } from './history.ts';
import { denying, iamAnswer, iamClient, ownDenial, ownRoles, readerRole, surveyAnswer } from './iam.ts';
import { type DeadLetter, simulatedQueue } from './queue.ts';
import type { Random } from './seeded.ts';
import { detailOf, notificationOf, type TrailObject, trailKey, trailOf } from './trail.ts';
import { type Beside, deployedAt, nothingBeside, partner, recordsIn, rolesAt } from './truth.ts';
import { virtualTime } from './virtual-time.ts';

/** As infra/hub-stack.ts sets it. */
const functionTimeout = 60_000;
const hour = 3_600_000;
const mostSteps = 400_000;

export type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
export type LookHandler = (event: Partial<ScheduledEvent>, context: Context) => Promise<void>;
export type Handlers = Readonly<Record<FunctionName, Handler>> & { readonly reconcile: LookHandler };

export interface Faults {
  /** Of a call to the store or a channel: refused, and nothing happened. */
  readonly throttled: number;
  /** It happened, and the answer was an error. */
  readonly lostAnswer: number;
  /** The answer takes up to two minutes; the function is killed meanwhile. */
  readonly lateAnswer: number;
  /** Of a batch: the function dies at some call, before or after it took effect. */
  readonly crash: number;
  /** Of a batch: it was done, and comes again all the same. */
  readonly redelivered: number;
  /** Of a message: it comes twice, or at once to two functions. */
  readonly duplicated: number;
  /** Hours that a message may be late. */
  readonly late: number;
  /** Batches of one function that run at once. */
  readonly atOnce: number;
  /** Of a file of the trail: it is gone, refused, or cut off, until everything works again. */
  readonly spoiltFiles: number;
  /** The death of the n-th call of the whole run, before or after its effect: for trying each. */
  readonly crashAt?: { readonly call: number; readonly after: boolean };
}

export const noFaults: Faults = {
  throttled: 0,
  lostAnswer: 0,
  lateAnswer: 0,
  crash: 0,
  redelivered: 0,
  duplicated: 0,
  late: 0,
  atOnce: 1,
  spoiltFiles: 0,
};

/** What a planted fault replaces. */
export interface Plant {
  readonly store?: (store: TrustStore) => TrustStore;
  readonly publisher?: (publisher: Publisher) => Publisher;
  readonly response?: (response: SQSBatchResponse) => SQSBatchResponse;
  readonly settings?: WatchSettings;
  readonly roleReader?: (reader: RoleReader) => RoleReader;
  readonly history?: (history: ChangeHistory) => ChangeHistory;
  readonly accountRoles?: (roles: AccountRoles) => AccountRoles;
  /** What S3 answers for a file that is spoilt. */
  readonly spoiltFile?: (object: TrailObject) => Uint8Array | undefined;
  readonly deadLetters?: (letter: DeadLetter, keep: (letter: DeadLetter) => void) => void;
}

export interface Counts {
  steps: number;
  batches: number;
  calls: number;
  messages: number;
  crashes: number;
  killed: number;
  throttled: number;
  lostAnswers: number;
  lateAnswers: number;
  redeliveries: number;
  putAside: number;
  redriven: number;
  /** Calls to IAM; those that the reader role denied led to a message more each. */
  readings: number;
  ownDenials: number;
  /** Calls of LookupEvents. */
  lookups: number;
  /** Daily looks that were begun, and those that were not done to their end. */
  looks: number;
  looksFailed: number;
  filesRead: number;
  filesSpoilt: number;
  sends: number;
  /** The same revision sent again since whoever sent it died, or was not answered, before it was noted. */
  againAfterFault: number;
}

/** One finding sent to one channel. */
export interface Send {
  readonly channel: string;
  readonly finding: Finding;
}

export interface Outcome {
  readonly findings: readonly StoredFinding[];
  readonly sends: readonly Send[];
  /** What was delivered: a message a record, or files. */
  readonly messages: readonly Happening[];
  readonly deadLetters: readonly DeadLetter[];
  /** Messages that SQS put aside although no function died that could have said why. */
  readonly unexplained: readonly string[];
  /** What truly happened: what events tell, and what they do not. */
  readonly records: readonly CloudTrailRecord[];
  readonly beside: Beside;
  /** Roles that IAM was asked about. */
  readonly rolesRead: ReadonlySet<string>;
  readonly counts: Counts;
  /** What was sent twice although nothing went wrong and a note said so. */
  readonly sentAgain: readonly string[];
  /** What was sent by two that were at work at once, neither of which died or failed. */
  readonly atOnce: readonly string[];
}

/** One batch in one copy of a function. */
interface Invocation {
  dead: boolean;
  /** Calls left until it dies. */
  crashIn: number;
  readonly crashAfter: boolean;
  readonly holder: string;
  /** Whose role asks. */
  readonly name: FunctionName | 'reconcile';
  readonly world: Ports;
  /** Made when they are first needed: what was asked is remembered as long as this copy lives. */
  readers?: Pick<WatchPorts, 'roleReader' | 'callerAccess' | 'history' | 'accountRoles'>;
}

/** One `take` of a batch: what it has read decides what it may send. */
interface Task {
  readonly invocation: Invocation;
  readonly readAt: Map<string, number>;
}

interface Ports {
  taking(invocation: Invocation): Watch;
  putAside(invocation: Invocation, messageId: string, reason: string): Promise<void>;
  read(invocation: Invocation, key: string): Promise<ReadFile>;
}

/** A body that S3 sent, and how long it said that it is. */
interface ReadFile {
  readonly bytes: Uint8Array;
  readonly length: number;
}

const running = new AsyncLocalStorage<Invocation>();

/** The watch of the function that is running: what `service()` answers. */
export function serviceOfRunning(): Watch {
  const invocation = running.getStore();
  if (invocation === undefined) throw new Error('no function is running');
  return invocation.world.taking(invocation);
}

/** What SQS does with a message that the running function puts aside. */
export function putAsideByRunning(messageId: string, reason: string): Promise<void> {
  const invocation = running.getStore();
  if (invocation === undefined) throw new Error('no function is running');
  return invocation.world.putAside(invocation, messageId, reason);
}

/** What S3 answers the running function. */
export function readByRunning(key: string): Promise<ReadFile> {
  const invocation = running.getStore();
  if (invocation === undefined) throw new Error('no function is running');
  return invocation.world.read(invocation, key);
}

export interface Run {
  readonly history: readonly Happening[];
  readonly random: Random;
  readonly faults: Faults;
  readonly handlers: Handlers;
  readonly plant?: Plant;
  /** Where the facts are kept; SQLite's store is one call, DynamoDB's a request each over the network. */
  readonly place?: 'sqlite' | 'dynamodb' | 'memory';
  /** By which way the history comes in: by the rules of EventBridge, or by files of the trail. */
  readonly way?: 'rules' | 'bucket';
  /** Whether IAM can be asked. */
  readonly readers?: boolean;
  /** Whether everything is delivered once more in the end, which must change nothing. */
  readonly again?: boolean;
  /** What happened beside what is delivered. */
  readonly beside?: Beside;
  /** Whether LookupEvents can be asked, and whether it shows what happened at once. */
  readonly lookups?: 'at once' | 'late';
  /** When all roles are looked at. */
  readonly daily?: Daily;
}

export async function simulate({
  history: told,
  random,
  faults,
  handlers,
  plant = {},
  place = 'sqlite',
  way = 'rules',
  readers = false,
  again = false,
  beside = nothingBeside,
  lookups,
  daily,
}: Run): Promise<Outcome> {
  const trail =
    way === 'bucket'
      ? trailOf(told, random.fork('trail'), faults.spoiltFiles)
      : { happenings: told, objects: new Map<string, TrailObject>() };
  const { happenings: history, objects } = trail;
  const lastMade = Math.max(...told.map(({ at }) => at));
  const calmAt = lastMade + (faults.late + 2) * hour;
  const time = virtualTime(daily === undefined ? start : deployedAt);
  const records = recordsIn(told);
  const shown = eventHistory([...beside.past, ...records], lookups === 'late');
  const table = place === 'dynamodb' ? dynamoDbInMemory() : undefined;
  const local = place === 'memory' ? memoryTrustStore() : sqliteTrustStore();
  const subjects = new Map<string, FindingKey>();
  const counts: Counts = {
    steps: 0,
    batches: 0,
    calls: 0,
    messages: history.length,
    crashes: 0,
    killed: 0,
    throttled: 0,
    lostAnswers: 0,
    lateAnswers: 0,
    redeliveries: 0,
    putAside: 0,
    redriven: 0,
    readings: 0,
    ownDenials: 0,
    lookups: 0,
    looks: 0,
    looksFailed: 0,
    filesRead: 0,
    filesSpoilt: 0,
    sends: 0,
    againAfterFault: 0,
  };
  let sequence = 0;
  const rolesRead = new Set<string>();
  let deadLetters: DeadLetter[] = [];
  const unexplained: string[] = [];
  const sends: Send[] = [];
  /** By channel, id and revision: who sent it, and whether that one was told so. */
  const sentBy = new Map<string, { sender: Invocation; answered: boolean }[]>();
  /** By channel and id: which revisions were noted, and when. */
  const notes = new Map<string, { revision: number; at: number }[]>();
  const sentAgain: string[] = [];
  const atOnce: string[] = [];
  const isCalm = (): boolean => time.now() >= calmAt;
  const happens = (probability: number): boolean => probability > 0 && !isCalm() && random.chance(probability);
  const never = new Promise<never>(() => {});

  const die = (invocation: Invocation): Promise<never> => {
    invocation.dead = true;
    counts.crashes += 1;
    return never;
  };

  /** One call over the network: the way there, the effect, the way back, and what can go wrong on each. */
  const call = async <T>(invocation: Invocation, effect: () => Promise<T>, lost: () => void = () => {}): Promise<T> => {
    if (invocation.dead) return never;
    counts.calls += 1;
    invocation.crashIn -= 1;
    const isLast = invocation.crashIn === 0 || counts.calls === faults.crashAt?.call;
    const after = counts.calls === faults.crashAt?.call ? faults.crashAt.after : invocation.crashAfter;
    if (isLast && !after) return die(invocation);
    await time.pass(random.int(1, 40));
    // Whoever called may be dead by now; what is on its way arrives all the same.
    if (happens(faults.throttled)) {
      counts.throttled += 1;
      if (invocation.dead) return never;
      throw new Error('ThrottlingException');
    }
    // Also an error is an answer, which may be lost, late, or the last thing that is heard.
    const answer = await effect().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    if (isLast) {
      lost();
      return die(invocation);
    }
    const isLate = happens(faults.lateAnswer);
    if (isLate) counts.lateAnswers += 1;
    await time.pass(isLate ? random.int(1_000, 120_000) : random.int(1, 40));
    if (invocation.dead) {
      lost();
      return never;
    }
    if (happens(faults.lostAnswer)) {
      counts.lostAnswers += 1;
      lost();
      throw new Error('the answer was lost');
    }
    return answer();
  };

  /** DynamoDB behind the SDK: each of its requests is a call of its own, made by whoever is running. */
  const client =
    table === undefined
      ? undefined
      : clientOf(table, (send) => {
          const invocation = running.getStore();
          if (invocation === undefined) return send();
          return call(invocation, async () => send()).catch((error: unknown) => {
            throw error instanceof DynamoDbError ? error : new DynamoDbError('ThrottlingException', String(error));
          });
        });
  const opened = (): TrustStore => {
    if (client === undefined) return local;
    return dynamodbTrustStore(client, 'table', { now: time.now }, async (tries) => {
      await time.pass(random.int(1, 10 * 2 ** tries));
      if (running.getStore()?.dead === true) await never;
    });
  };
  /** What a store of one call is called over; one that makes requests is called as it is. */
  const over = <T>(invocation: Invocation, effect: () => Promise<T>): Promise<T> =>
    client === undefined ? call(invocation, effect) : effect();

  const shared = opened();
  // With its first request the SDK reads files of settings, for which the virtual clock would not wait.
  await shared.events('nothing');
  const spoilt = plant.store?.(shared);
  const storeOf = ({ invocation, readAt }: Task): TrustStore => {
    const planted = spoilt ?? opened();
    const noteRead = (subject: string): void => {
      sequence += 1;
      readAt.set(subject, sequence);
    };
    return {
      addEvents: (stream, events) => over(invocation, () => planted.addEvents(stream, events)),
      events: (stream, window) => over(invocation, () => planted.events(stream, window)),
      addDenials: (added) => over(invocation, () => planted.addDenials(added)),
      denials: (of, window) => over(invocation, () => planted.denials(of, window)),
      finding: (key) => over(invocation, () => planted.finding(key)),
      findings: (subject, window) =>
        over(invocation, () => {
          noteRead(subject);
          return planted.findings(subject, window);
        }),
      putFinding: (state) =>
        over(invocation, () => {
          subjects.set(state.id, { id: state.id, subject: state.subject, at: state.at });
          return planted.putFinding(state);
        }),
      claim: (key, revision, claim, now) => over(invocation, () => planted.claim(key, revision, claim, now)),
      delivered: async (key, deliveries) => {
        try {
          await over(invocation, async () => {
            await planted.delivered(key, deliveries);
            sequence += 1;
            for (const [channel, { revision }] of deliveries) {
              const name = `${channel} ${key.id}`;
              notes.set(name, [...(notes.get(name) ?? []), { revision, at: sequence }]);
            }
          });
        } catch (error) {
          // Sent, and not noted.
          for (const [channel, { revision }] of deliveries)
            for (const one of sentBy.get(`${channel} ${key.id} ${revision}`) ?? [])
              if (one.sender === invocation) one.answered = false;
          throw error;
        }
      },
      close: async () => {},
    };
  };

  const publisherOf = (channel: string, { invocation, readAt }: Task): Publisher => ({
    channel,
    publish: async (finding) => {
      const { id, revision } = finding;
      const mine = { sender: invocation, answered: true };
      await call(
        invocation,
        async () => {
          const name = `${channel} ${id} ${revision}`;
          const earlier = sentBy.get(name) ?? [];
          sentBy.set(name, [...earlier, mine]);
          sends.push({ channel, finding });
          counts.sends += 1;
          if (earlier.length === 0) return;
          const read = readAt.get(subjects.get(id)?.subject ?? '') ?? 0;
          const wasNoted = (notes.get(`${channel} ${id}`) ?? []).some(
            (one) => one.revision >= revision && one.at < read,
          );
          // It had died before it could note, or it was not answered: both are the price of never losing one.
          const isAfterFault = earlier.some(({ sender, answered }) => sender.dead || !answered);
          if (wasNoted) sentAgain.push(name);
          else if (isAfterFault) counts.againAfterFault += 1;
          else atOnce.push(name);
        },
        () => {
          mine.answered = false;
        },
      );
    },
  });

  /** The real readers, of this copy of the function, before an AWS that fails as everything else does. */
  const readersOf = (invocation: Invocation) => {
    invocation.readers ??= (() => {
      const iam = (account: string) =>
        iamClient((command) =>
          call(invocation, async () => {
            counts.readings += 1;
            if (command instanceof GetRoleCommand) rolesRead.add(command.input.RoleName ?? '');
            const isSurvey = invocation.name === 'reconcile' && account !== denying;
            if (isSurvey) return surveyAnswer(rolesOf(account), command);
            return iamAnswer(account, command, () => ownDenialArrives(account, invocation.name));
          }),
        );
      const trail = (account: string) =>
        trailClient((command) =>
          call(invocation, async () => {
            counts.lookups += 1;
            if (account === denying) ownDenialArrives(account, invocation.name);
            if (account !== home && account !== partner) throw new Error('AccessDenied');
            return shown(account, command, time.now());
          }),
        );
      const clients = { iam, trail, queues: () => undefined };
      const clock = { now: time.now };
      const roleReader = iamRoleReader(clients, clock);
      const history = lookupChangeHistory(clients, clock);
      const accountRoles = iamAccountRoles(clients, time.now);
      return {
        ...(readers
          ? {
              roleReader: plant.roleReader?.(roleReader) ?? roleReader,
              callerAccess: iamCallerAccess(clients, clock),
            }
          : {}),
        ...(lookups === undefined ? {} : { history: plant.history?.(history) ?? history }),
        ...(daily?.survey !== true ? {} : { accountRoles: plant.accountRoles?.(accountRoles) ?? accountRoles }),
      };
    })();
    return invocation.readers;
  };

  /** IAM shows what is done within a minute or so, each page as it is at that moment. */
  const rolesOf = (account: string) =>
    rolesAt(records, beside, time.now() - random.int(0, 60_000)).filter((one) => one.account === account);

  /** CloudTrail records that the reader role denied us, and the service's own rule sends it. */
  const ownDenialArrives = (account: string, by: string): void => {
    counts.ownDenials += 1;
    // Where each led to another it would go on for ever.
    if (counts.ownDenials > 50) return;
    const happening = messageOf(ownDenial(time.now(), account, `own-${counts.ownDenials}`, by));
    if (way === 'rules') {
      send(happening, time.now() + 60_000);
      return;
    }
    const key = `${trailKey(objects.size)}.json`;
    const whole = Buffer.from(JSON.stringify({ Records: [detailOf(happening)] }));
    objects.set(key, { whole, half: whole });
    send({ ...happening, queue: 'trail-object', body: notificationOf([key]) }, time.now() + 60_000);
  };

  const ports: Ports = {
    taking(invocation) {
      const task: Task = { invocation, readAt: new Map() };
      const channels = ['findings-bus', 'sns'].map((name) => publisherOf(name, task));
      return watch({
        store: storeOf(task),
        publishers: channels.map((one) => plant.publisher?.(one) ?? one),
        clock: { now: time.now },
        holder: invocation.holder,
        pause: async (milliseconds) => {
          await time.pass(milliseconds);
          if (invocation.dead) await never;
        },
        configuration: configured({ accounts: [home, partner, ...(daily?.survey === true ? [denying] : [])] }),
        settings: plant.settings ?? { readerRole, ownAccount: home, ownRoles },
        ...readersOf(invocation),
      });
    },
    read: (invocation, key) =>
      call(invocation, async () => {
        counts.filesRead += 1;
        const object = objects.get(key);
        const isSpoilt = object?.spoilt !== undefined && !isCalm();
        if (isSpoilt) counts.filesSpoilt += 1;
        const half = object?.spoilt === 'half' ? object.half : undefined;
        const bytes = isSpoilt ? (plant.spoiltFile === undefined ? half : plant.spoiltFile(object)) : object?.whole;
        if (bytes === undefined && object?.spoilt === 'refused')
          throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
        if (bytes === undefined)
          throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
        // The connection may end before the file does.
        const end = happens(faults.lostAnswer) ? random.int(0, bytes.length - 1) : bytes.length;
        return { bytes: bytes.subarray(0, end), length: bytes.length };
      }),
    putAside: (invocation, messageId, reason) =>
      call(invocation, async () => {
        const happening = [...queues.values()]
          .map((one) => one.happeningOf(messageId))
          .find((one) => one !== undefined);
        if (happening !== undefined) letterArrives({ happening, reason });
      }),
  };

  const letterArrives = (letter: DeadLetter): void => {
    counts.putAside += 1;
    const { crash, throttled, lostAnswer, lateAnswer } = faults;
    const isOrderly = crash + throttled + lostAnswer + lateAnswer + counts.crashes + counts.killed === 0;
    if (letter.reason === undefined && isOrderly) unexplained.push(letter.happening.id);
    const keep = (one: DeadLetter): void => void deadLetters.push(one);
    if (plant.deadLetters === undefined) keep(letter);
    else plant.deadLetters(letter, keep);
  };
  const queueOf = () => simulatedQueue(time.now, random.fork('queue'), () => happens(faults.duplicated), letterArrives);
  const ways: Readonly<Record<'rules' | 'bucket', readonly FunctionName[]>> = {
    rules: ['trust-changed', 'assume-role-denied'],
    bucket: ['trail-object'],
  };
  const queues = new Map(ways[way].map((name) => [name, queueOf()]));
  const inFlight = new Map<FunctionName, number>();

  /** @returns whether there was something to do, and somebody to do it. */
  const invoke = (name: FunctionName, queue: ReturnType<typeof simulatedQueue>): boolean => {
    const atWork = [...inFlight.values()].reduce((sum, one) => sum + one, 0);
    const isBusy = faults.atOnce === 1 ? atWork > 0 : (inFlight.get(name) ?? 0) >= faults.atOnce;
    if (isBusy) return false;
    // As infra/hub-stack.ts sets it: each file is large.
    const records = queue.receive(random.int(1, name === 'trail-object' ? 5 : 10));
    if (records.length === 0) return false;
    counts.batches += 1;
    counts.redeliveries += records.filter(({ attributes }) => attributes.ApproximateReceiveCount !== '1').length;
    inFlight.set(name, (inFlight.get(name) ?? 0) + 1);
    const invocation: Invocation = {
      dead: false,
      crashIn: happens(faults.crash) ? random.int(1, 60) : -1,
      crashAfter: random.chance(0.5),
      holder: `copy ${counts.batches}`,
      name,
      world: ports,
    };
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      inFlight.set(name, (inFlight.get(name) ?? 1) - 1);
      wakeAll();
    };
    time.at(time.now() + functionTimeout, () => {
      if (ended) return;
      if (!invocation.dead) counts.killed += 1;
      invocation.dead = true;
      end();
    });
    const until = time.now() + functionTimeout;
    const context = { awsRequestId: `r-${counts.batches}`, getRemainingTimeInMillis: () => until - time.now() };
    const handled = running.run(invocation, () => handlers[name]({ Records: [...records] }, context as Context));
    void handled.then(
      (answer) => {
        if (invocation.dead) return;
        const { batchItemFailures } = plant.response?.(answer) ?? answer;
        const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        const isLost = happens(faults.redelivered);
        for (const { messageId } of records) if (!failed.has(messageId) && !isLost) queue.remove(messageId);
        end();
      },
      () => end(),
    );
    return true;
  };
  const wakesAt = new Map<FunctionName, number>();
  const wake = (name: FunctionName): void => {
    const queue = queues.get(name);
    if (queue === undefined) return;
    // As many at once as may be: a backlog is worked off by all copies of the function together.
    while (invoke(name, queue));
    const next = queue.nextAt();
    if (next === undefined || next <= time.now() || (wakesAt.get(name) ?? 0) > time.now()) return;
    wakesAt.set(name, next);
    time.at(next, () => wake(name));
  };
  const wakeAll = (): void => {
    // Polls are a little apart, so that one function is not always first.
    for (const name of random.shuffled([...queues.keys()])) time.at(time.now() + random.int(1, 500), () => wake(name));
  };
  const send = (happening: Happening, at: number): void =>
    time.at(at, () => {
      queues.get(happening.queue)?.send(happening);
      wakeAll();
    });

  const lateness = (): number => {
    if (faults.late === 0) return 0;
    return random.chance(0.75) ? random.int(1_000, 900_000) : random.int(0, faults.late * hour);
  };
  for (const happening of history) {
    send(happening, happening.at + lateness());
    if (faults.duplicated > 0 && random.chance(faults.duplicated)) send(happening, happening.at + lateness());
  }
  // When everything works again, somebody sends the dead letters through once more, which is what they are kept for.
  time.at(calmAt + hour, () => {
    const letters = deadLetters;
    deadLetters = letters.filter(({ happening }) => happening.poison);
    for (const { happening } of letters)
      if (!happening.poison) {
        counts.redriven += 1;
        queues.get(happening.queue)?.send(happening);
      }
    wakeAll();
  });
  if (again)
    time.at(calmAt + 8 * hour, () => {
      for (const happening of random.shuffled(history))
        if (!happening.poison) queues.get(happening.queue)?.send(happening);
      wakeAll();
    });
  if (daily !== undefined)
    dailyLooks(daily, {
      time,
      random: random.fork('looks'),
      calmAt,
      // When everything works it is looked at twice more: the first time sees everything, the second nothing new.
      until: calmAt + 60 * hour,
      isTwice: () => happens(faults.duplicated),
      begin: (attempt, until) => {
        counts.looks += 1;
        const invocation: Invocation = {
          dead: false,
          // Of the first look, without which nothing is known of what was before, only one try dies.
          crashIn: happens(faults.crash) && attempt === 1 ? random.int(1, 150) : -1,
          crashAfter: random.chance(0.5),
          holder: `look ${counts.looks}`,
          name: 'reconcile',
          world: ports,
        };
        // The function reckons by the true clock.
        const context = { awsRequestId: `l-${counts.looks}`, getRemainingTimeInMillis: () => until - Date.now() };
        const looked = running.run(invocation, () => handlers.reconcile({ id: 'daily' }, context as Context));
        return {
          looked,
          end: () => {
            invocation.dead = true;
          },
        };
      },
      failed: () => {
        counts.looksFailed += 1;
      },
    });
  counts.steps = await time.settle(mostSteps);
  const findings: StoredFinding[] = [];
  for (const subject of new Set([...subjects.values()].map((key) => key.subject)))
    findings.push(...(await shared.findings(subject)));
  await shared.close();
  return {
    findings,
    sends,
    messages: history,
    records,
    beside,
    deadLetters,
    unexplained,
    rolesRead,
    counts,
    sentAgain,
    atOnce,
  };
}
