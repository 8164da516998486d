/** The same history by the other way in: files in the trail's bucket, and notifications of them. */
import { gzipSync } from 'node:zlib';
import { denied } from '../watch/service.ts';
import type { Happening } from './history.ts';
import type { Random } from './seeded.ts';

/** What stands in functions/environment.ts as `BUCKET`. */
export const trailBucket = 'trail';

/** A file as it lies in the bucket in the end, and what is wrong with it until somebody mends it. */
export interface TrailObject {
  readonly whole: Uint8Array;
  readonly spoilt?: 'gone' | 'refused' | 'half';
  /** What is there of one that is cut off. */
  readonly half: Uint8Array;
}

export interface Trail {
  readonly happenings: readonly Happening[];
  /** By key. */
  readonly objects: Map<string, TrailObject>;
}

interface Written {
  readonly name: string;
  readonly at: number;
}

/** @param spoilt of the files: how many are gone, refused or cut off, as long as anything goes wrong. */
export function trailOf(history: readonly Happening[], random: Random, spoilt: number): Trail {
  const objects = new Map<string, TrailObject>();
  const happenings: Happening[] = [];
  let notified = 0;
  const write = (records: readonly unknown[], mayBeSpoilt = true): string => {
    const text = Buffer.from(JSON.stringify({ Records: records }));
    // Half a packed file is inflated by another thread, for which the virtual clock would not wait.
    const state = mayBeSpoilt && random.chance(spoilt) ? random.pick(['gone', 'refused', 'half'] as const) : undefined;
    const isPacked = state !== 'half' && random.chance(0.8);
    const name = `${trailKey(objects.size)}.json${isPacked ? '.gz' : ''}`;
    objects.set(name, {
      whole: isPacked ? gzipSync(text, { level: 1 }) : text,
      half: text.subarray(0, random.int(1, text.length - 2)),
      ...(state === undefined ? {} : { spoilt: state }),
    });
    return name;
  };
  const notify = (files: readonly Written[], poison = false): void => {
    notified += 1;
    happenings.push({
      id: `notification-${notified}`,
      at: Math.max(...files.map(({ at }) => at)),
      body: notificationOf(
        files.map(({ name }) => name),
        { isWrapped: random.chance(0.3) },
      ),
      queue: 'trail-object',
      poison,
    });
  };
  const readable = history.filter(({ poison }) => !poison).toSorted((left, right) => left.at - right.at);
  let waiting: Written[] = [];
  for (let from = 0; from < readable.length; ) {
    const some = readable.slice(from, from + random.int(1, 8));
    from += some.length;
    const last = some.at(-1) ?? some[0];
    if (last === undefined) break;
    const records = some.map(detailOf);
    // Of every ten records nine mean nothing to the service; and CloudTrail may write one twice.
    const harmless = { ...denied(0, { id: `harmless-${from}` }).raw, eventName: 'GetCallerIdentity' };
    const again = random.chance(0.2) ? [detailOf(random.pick([last, ...readable]))] : [];
    waiting.push({ name: write(random.shuffled([...records, harmless, ...again])), at: last.at });
    if (random.chance(0.8)) {
      notify(waiting);
      waiting = [];
    }
  }
  if (waiting.length > 0) notify(waiting);
  const [first] = readable;
  if (first !== undefined && history.some(({ poison }) => poison)) {
    const { eventID: _, ...nameless } = detailOf(first);
    notify([{ name: write([nameless], false), at: first.at }], true);
    happenings.push(
      foreign('another-bucket', first.at, notificationOf([trailKey(0)], { bucket: 'somebody-elses' })),
      foreign('no-notification', first.at, '{"Records":[{"body":"x"}]}'),
    );
  }
  return { happenings, objects };
}

function foreign(id: string, at: number, body: string): Happening {
  return { id, at, body, queue: 'trail-object', poison: true };
}

/** The record within the event that a rule would have sent. */
export function detailOf({ body }: Happening): Readonly<Record<string, unknown>> {
  return (JSON.parse(body) as { readonly detail: Readonly<Record<string, unknown>> }).detail;
}

export function trailKey(n: number): string {
  return `AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2026/03/09/file ${n}`;
}

export function notificationOf(
  keys: readonly string[],
  { bucket = trailBucket, isWrapped = false }: { readonly bucket?: string; readonly isWrapped?: boolean } = {},
): string {
  const body = JSON.stringify({
    Records: keys.map((key) => ({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key).replaceAll('%20', '+') } },
    })),
  });
  return isWrapped ? JSON.stringify({ Type: 'Notification', Message: body }) : body;
}
