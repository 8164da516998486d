/** Which files of the trail does a message name, and what do they hold that matters? */
import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { ruleFor, toEventBridgeEvent } from '../cloudtrail/event-patterns.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { unusableBecause } from '../cloudtrail/unusable-record.ts';
import { scanLogFile } from './fast-scan-file.ts';
import { PoisonMessage } from './poison-message.ts';

/** Amazon S3 User Guide, "Event message structure"; an SNS topic on the way wraps it in its `Message`. */
const notification = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string(), size: z.number().optional() }),
      }),
    }),
  ),
});
const testMessage = z.object({ Event: z.literal('s3:TestEvent') });
const wrapped = z.object({ Type: z.literal('Notification'), Message: z.string() });

/** Bytes of a file as it is stored; CloudTrail's are 50 MB at most (AWS CloudTrail User Guide, "CloudTrail log files"). */
const mostBytes = 60_000_000;
/** Of its text, which is ten to twenty times as much: a bomb would take the function's time. */
const mostText = 1_500_000_000;

export interface TrailFile {
  readonly bucket: string;
  readonly key: string;
  readonly size: number | undefined;
}

/**
 * @param trail the trail's bucket; files of any other are not read.
 * @returns the log files that the message names; digests, insights and S3's test message name none.
 * @throws {PoisonMessage}
 */
export function filesOf(body: string, trail: string | undefined): readonly TrailFile[] {
  let value = parsed(body);
  const outer = wrapped.safeParse(value);
  if (outer.success) value = parsed(outer.data.Message);
  if (testMessage.safeParse(value).success) return [];
  const read = notification.safeParse(value);
  if (!read.success) throw new PoisonMessage('no notification of S3');
  return read.data.Records.filter(({ eventName }) => /ObjectCreated/.test(eventName)).flatMap(({ s3 }) => {
    if (s3.bucket.name !== trail) throw new PoisonMessage(`of the bucket ${s3.bucket.name}, which is not the trail’s`);
    // Keys in notifications are encoded as in a form: a space is a plus.
    const key = decodedKey(s3.object.key);
    return /\/CloudTrail\/.*\.json(?:\.gz)?$/.test(key) ? [{ bucket: s3.bucket.name, key, size: s3.object.size }] : [];
  });
}

function decodedKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw new PoisonMessage('a key that is not encoded as S3 encodes it');
  }
}

/** What a file holds that matters, and what is wrong with it. */
export interface WatchedFile {
  readonly records: readonly CloudTrailRecord[];
  /** Why there may be more that matters: no delivery changes that, so that somebody has to look at the file. */
  readonly damage?: PoisonMessage;
}

/**
 * @returns the records that the rules of EventBridge would have caught. The file is never in memory as a whole text.
 * @throws where S3 does not answer with all of the file, which another try may change.
 */
export async function watchedRecords(client: Pick<S3Client, 'send'>, file: TrailFile): Promise<WatchedFile> {
  const { key } = file;
  const content = await contentOf(client, file);
  if (content instanceof PoisonMessage) return { records: [], damage: content };
  const scan = await scanLogFile({ name: key, content, named: true, mostText });
  const records: CloudTrailRecord[] = [];
  const wrong = scan.problems.map(({ place, message }) => `${place}: ${message}`);
  for (const record of scan.records.filter(isWatched)) {
    const because = unusableBecause(record);
    if (because === undefined) records.push(record);
    else wrong.push(`${key}, ${record.eventName}, event ${record.eventId}: ${because}`);
  }
  const [first, ...more] = wrong;
  if (first === undefined) return { records };
  return { records, damage: new PoisonMessage(more.length === 0 ? first : `${first}; and ${more.length} more`) };
}

/** @returns why there is nothing to be had, where that is for good. */
async function contentOf(
  client: Pick<S3Client, 'send'>,
  { bucket, key, size }: TrailFile,
): Promise<Uint8Array | PoisonMessage> {
  if ((size ?? 0) > mostBytes) return tooLarge(key, size);
  try {
    const { Body: body, ContentLength: length } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (body === undefined) throw new Error('S3 answered without the file');
    // It may be another one by now than the one that the notification speaks of.
    if ((length ?? 0) > mostBytes) {
      if (body instanceof Readable) body.destroy();
      return tooLarge(key, length);
    }
    const content = await body.transformToByteArray();
    // Half a file would look damaged for good.
    if (length !== undefined && content.length < length)
      throw new Error(`S3 sent ${content.length} of ${length} bytes of ${key}`);
    return content;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'NoSuchKey') return new PoisonMessage(`${key} is not there any more`);
    if (error.name !== 'AccessDenied') throw error;
    // Of a file that is gone S3 says the same to whoever may not list the bucket, which the function may not.
    const because =
      'the policy of the bucket or of its key does not let the function read it, or it is not there any more';
    throw Object.assign(new Error(`S3 refuses ${key}: ${because}`, { cause: error }), { name: 'AccessDenied' });
  }
}

function tooLarge(key: string, size: number | undefined): PoisonMessage {
  return new PoisonMessage(`${key} has ${size} bytes: larger than any file of CloudTrail’s`);
}

/** Whether a rule of EventBridge would have sent it. */
function isWatched(record: CloudTrailRecord): boolean {
  return ruleFor(toEventBridgeEvent(record)) !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new PoisonMessage('not JSON');
  }
}
