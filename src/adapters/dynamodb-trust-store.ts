/** The store in one table of DynamoDB: what several functions at once need, at a bounded number of writes. */
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../ports/clock.ts';
import {
  type Bucket,
  bucketsOf,
  type DenialSketch,
  emptySketch,
  inOrder,
  merge,
  minuteOf,
  type SketchEntry,
  weighed,
} from '../ports/denial-sketch.ts';
import type {
  Claim,
  Delivery,
  FindingKey,
  FindingState,
  KeptDenial,
  StoredEvent,
  StoredFinding,
  TrustStore,
} from '../ports/trust-store.ts';

const day = 24 * 60 * 60;
/**
 * Seconds that something is kept; a version of a trust policy is kept for good, or the next change would not know it. What
 * only ever stands beside denials, and grows with them, ends as they do.
 */
const lifetimes = { denial: 35 * day, finding: 400 * day, 'slack-thread': 90 * day } as const;
const besideDenials: readonly string[] = ['caller-side', 'caller-access', 'denied-from', 'probe', 'reading'];
/** Times that a write is tried where others write the same item. */
const mostTries = 12;
/** Calls under way at once. */
const concurrency = 8;
/** Bytes of a text that goes into an item as it is; an item may have 400 KB (DynamoDB Developer Guide, "Quotas"). */
const mostPlain = 60_000;

/** Events that a copy of the function knows to be in the table, so that it does not try to write them again. */
const mostRemembered = 50_000;

type Item = Readonly<Record<string, unknown>>;

/** Somebody else kept writing the same item: the delivery has to come again. */
export class StoreContended extends Error {
  override readonly name = 'StoreContended';
}

/**
 * @param table has the keys `pk` and `sk`, both strings, and `expires` as its time to live.
 * @param backOff waits before the next try, where others write the same item.
 */
export function dynamodbTrustStore(
  client: DynamoDBClient,
  table: string,
  clock: Clock,
  backOff: (tries: number) => Promise<void> = aLittleLongerEachTime,
): TrustStore {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const expiry = (kind: keyof typeof lifetimes): number => Math.floor(clock.now() / 1000) + lifetimes[kind];

  async function query(pk: string, from: string, to: string, newest?: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const page = await documents.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk and sk between :from and :to',
          ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
          ...(newest === undefined ? {} : { ScanIndexForward: false, Limit: newest - items.length }),
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && (newest === undefined || items.length < newest));
    return newest === undefined ? items : items.reverse();
  }

  // An event is never taken away while a copy of the function lives, and a refused write costs as much as one that is done: in a
  // storm each batch brings again that this role was denied from that account today.
  const written = new Set<string>();
  async function addEventOnce(stream: string, event: StoredEvent): Promise<void> {
    const name = `${stream}\n${event.eventId}`;
    if (written.has(name)) return;
    await addEvent(stream, event);
    const [oldest] = written;
    if (written.size >= mostRemembered && oldest !== undefined) written.delete(oldest);
    written.add(name);
  }

  /** A second item says that the stream holds the eventID, whatever its time. */
  async function addEvent(stream: string, { eventId, at, body }: StoredEvent): Promise<void> {
    const kind = stream.slice(0, stream.indexOf(':'));
    const expires = besideDenials.includes(kind)
      ? { expires: expiry('denial') }
      : kind === 'slack-thread'
        ? { expires: expiry(kind) }
        : {};
    const absent = 'attribute_not_exists(pk)';
    const put = (item: Item) => ({ Put: { TableName: table, Item: { ...item }, ConditionExpression: absent } });
    for (let tries = 1; ; tries += 1)
      try {
        await documents.send(
          new TransactWriteCommand({
            TransactItems: [
              put({ pk: `once:${stream}`, sk: eventId, ...expires }),
              put({ pk: `event:${stream}`, sk: `${timeKey(at)}#${eventId}`, eventId, at, ...packed(body), ...expires }),
            ],
          }),
        );
        return;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
        if (codes.includes('ConditionalCheckFailed')) return;
        if (!codes.includes('TransactionConflict') || tries >= mostTries) throw error;
        await backOff(tries);
      }
  }

  async function addToSketch(bucket: Bucket, added: readonly SketchEntry[]): Promise<DenialSketch> {
    const key = { pk: `denial:${bucket.stream}`, sk: `${timeKey(bucket.minute)}#${bucket.group}` };
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const { Item: item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      const before = item === undefined ? emptySketch : sketchOf(item);
      const after = merge(before, added);
      if (after === before) return after;
      const version = Number(item?.['version'] ?? 0);
      try {
        await documents.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...key,
              version: version + 1,
              more: after.more,
              entries: after.entries,
              expires: expiry('denial'),
            },
            ...(item === undefined
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': version } }),
          }),
        );
        return after;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        await backOff(tries);
      }
    }
    throw new StoreContended(`denials of ${bucket.stream} are written by too many at once`);
  }

  /** @returns false where the condition did not hold. */
  async function conditionally(write: Promise<unknown>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async addEvents(stream, events) {
      await inParallel(events, (event) => addEventOnce(stream, event));
    },
    async events(stream, { from, to, most } = {}) {
      if (most !== undefined && most <= 0) return [];
      const items = await query(`event:${stream}`, timeKey(from ?? 0), `${timeKey(to ?? latest)}#\uffff`, most);
      return items.map((item) => ({
        eventId: String(item['eventId']),
        at: Number(item['at']),
        body: unpacked(item),
      }));
    },
    async addDenials(denials) {
      const kept = new Set<string>();
      await inParallel(bucketsOf(denials), async ({ bucket, entries }) => {
        const stays = new Set((await addToSketch(bucket, entries)).entries.map(({ eventId }) => eventId));
        for (const { eventId } of entries) if (stays.has(eventId)) kept.add(eventId);
      });
      return kept;
    },
    async denials({ role, caller }, { from, to }) {
      const stream = role === undefined ? `caller:${caller}` : `role:${role}`;
      const first = from ?? 0;
      const last = to ?? latest;
      const items = await query(`denial:${stream}`, timeKey(minuteOf(first)), `${timeKey(last)}#\uffff`);
      return items
        .flatMap((item): readonly KeptDenial[] => weighed(sketchOf(item)))
        .filter(({ denial }) => denial.at >= first && denial.at <= last)
        .filter(({ denial }) => role === undefined || caller === undefined || denial.caller === caller)
        .sort((left, right) => inOrder(left.denial, right.denial));
    },
    async finding(key) {
      const { Item: item } = await documents.send(
        new GetCommand({ TableName: table, Key: findingKey(key), ConsistentRead: true }),
      );
      return item === undefined ? undefined : findingOf(item);
    },
    async findings(subject, { from, to } = {}) {
      const items = await query(`finding:${subject}`, timeKey(from ?? 0), `${timeKey(to ?? latest)}#\uffff`);
      return items.map(findingOf);
    },
    putFinding: (state) =>
      conditionally(
        state.revision === 1
          ? documents.send(firstWrite(table, state, expiry('finding')))
          : documents.send(nextWrite(table, state, expiry('finding'))),
      ),
    claim: (key, revision, claim, now) =>
      conditionally(
        documents.send(
          new UpdateCommand({
            TableName: table,
            Key: findingKey(key),
            UpdateExpression: 'set #claim = :claim',
            ConditionExpression:
              '#revision = :revision and (attribute_not_exists(#claim) or #claim.#holder = :holder or #claim.#until <= :now)',
            ExpressionAttributeNames: {
              '#claim': 'claim',
              '#revision': 'revision',
              '#holder': 'holder',
              '#until': 'until',
            },
            ExpressionAttributeValues: {
              ':claim': { ...claim },
              ':revision': revision,
              ':holder': claim.holder,
              ':now': now,
            },
          }),
        ),
      ),
    async delivered(key, deliveries) {
      const noted = await conditionally(documents.send(noteOf(table, key, [...deliveries])));
      // Of one of the channels a later revision is noted: each by itself then.
      if (!noted && deliveries.size > 1)
        for (const one of deliveries) await conditionally(documents.send(noteOf(table, key, [one])));
    },
    async close() {
      // The client is whoever's made it.
    },
  };
}

/** Milliseconds of the last time that the keys can hold. */
const latest = 999_999_999_999_999;

function timeKey(at: number): string {
  return String(Math.min(latest, Math.max(0, Math.floor(at)))).padStart(15, '0');
}

function findingKey({ subject, at, id }: FindingKey): { readonly pk: string; readonly sk: string } {
  return { pk: `finding:${subject}`, sk: `${timeKey(at)}#${id}` };
}

function firstWrite(table: string, state: FindingState, expires: number): PutCommand {
  const { subject, at, id, kind, revision, digest, body, supersededBy, claim } = state;
  return new PutCommand({
    TableName: table,
    Item: {
      ...findingKey(state),
      ...{ subject, at, id, kind, revision, digest, supersededBy, claim, expires },
      ...packed(body),
      deliveries: {},
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
}

function nextWrite(table: string, state: FindingState, expires: number): UpdateCommand {
  const { kind, revision, digest, body, supersededBy, claim } = state;
  const written = { kind, revision, digest, supersededBy, claim, expires, ...packed(body) };
  const present = Object.entries(written).filter(([, value]) => value !== undefined);
  // A text that is no longer compressed, or now is, must not leave the other form behind; nor a successor or a claim that is none.
  const gone = ['text', 'gzip', 'supersededBy', 'claim'].filter((name) => !present.some(([one]) => one === name));
  const names = [...present.map(([name]) => name), ...gone];
  return new UpdateCommand({
    TableName: table,
    Key: findingKey(state),
    UpdateExpression: `set ${present.map(([name]) => `#${name} = :${name}`).join(', ')} remove ${gone.map((name) => `#${name}`).join(', ')}`,
    ConditionExpression: '#revision = :before',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(present.map(([name, value]) => [`:${name}`, value])),
      ':before': revision - 1,
    },
  });
}

/** Of all channels in one write, which is billed by the size of the finding. */
function noteOf(table: string, key: FindingKey, deliveries: readonly (readonly [string, Delivery])[]): UpdateCommand {
  const each = (part: (n: number) => string): readonly string[] => deliveries.map((_, n) => part(n));
  const isNew = each((n) => `(attribute_not_exists(deliveries.#c${n}) or deliveries.#c${n}.revision <= :r${n})`);
  return new UpdateCommand({
    TableName: table,
    Key: findingKey(key),
    UpdateExpression: `set ${each((n) => `deliveries.#c${n} = :d${n}`).join(', ')}`,
    // The map is made with the finding; of one that is not there nothing can have been delivered.
    ConditionExpression: ['attribute_exists(deliveries)', ...isNew].join(' and '),
    ExpressionAttributeNames: Object.fromEntries(deliveries.map(([channel], n) => [`#c${n}`, channel])),
    ExpressionAttributeValues: Object.fromEntries(
      deliveries.flatMap(([, delivery], n) => [
        [`:d${n}`, { ...delivery }],
        [`:r${n}`, delivery.revision],
      ]),
    ),
  });
}

function findingOf(item: Item): StoredFinding {
  const deliveries = Object.entries((item['deliveries'] ?? {}) as Readonly<Record<string, Delivery>>);
  const superseded = item['supersededBy'];
  const claim = item['claim'] as Claim | undefined;
  return {
    subject: String(item['subject']),
    at: Number(item['at']),
    id: String(item['id']),
    kind: String(item['kind']),
    revision: Number(item['revision']),
    digest: String(item['digest']),
    body: unpacked(item),
    ...(typeof superseded === 'string' ? { supersededBy: superseded } : {}),
    ...(claim === undefined ? {} : { claim: { holder: claim.holder, until: claim.until } }),
    deliveries: new Map(deliveries),
  };
}

function sketchOf(item: Item): DenialSketch {
  const entries = (item['entries'] ?? []) as readonly (SketchEntry & { readonly role?: string })[];
  return { entries: entries.map((entry) => ({ ...entry, role: entry.role })), more: item['more'] === true };
}

function packed(text: string): { readonly text: string } | { readonly gzip: Uint8Array } {
  return Buffer.byteLength(text) > mostPlain ? { gzip: gzipSync(text) } : { text };
}

function unpacked(item: Item): string {
  const { text, gzip } = item as { readonly text?: string; readonly gzip?: Uint8Array };
  return text ?? (gzip === undefined ? '' : gunzipSync(gzip).toString('utf8'));
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next]; next < items.length; item = items[next]) {
      next += 1;
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}

/** Waits a little longer each time, and never as long as somebody else who waits too. */
function aLittleLongerEachTime(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1_000, 10 * 2 ** tries)));
}
