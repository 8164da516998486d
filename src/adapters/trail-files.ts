/** Which files of the trail does a message name, and what do they hold that matters? */
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { eventPatterns, matchesPattern, toEventBridgeEvent } from '../cloudtrail/event-patterns.ts';
import { readEvents } from '../cloudtrail/read-record.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
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
/** Bytes of its text: what is more is no file of CloudTrail's, or would not fit into the function. */
const mostText = 900_000_000;

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

/**
 * @param skipped told of each record that cannot be read.
 * @returns the records that the rules of EventBridge would have caught.
 * @throws {PoisonMessage} where the file can never be read.
 */
export async function watchedRecords(
  client: Pick<S3Client, 'send'>,
  file: TrailFile,
  skipped: () => void,
): Promise<readonly CloudTrailRecord[]> {
  const { key, size } = file;
  if ((size ?? 0) > mostBytes)
    throw new PoisonMessage(`${key} has ${size} bytes: larger than any file of CloudTrail’s`);
  const bytes = await contentOf(client, file);
  let text: string;
  try {
    text = isGzip(bytes)
      ? gunzipSync(bytes, { maxOutputLength: mostText }).toString('utf8')
      : Buffer.from(bytes).toString('utf8');
  } catch (error) {
    throw new PoisonMessage(`${key} cannot be decompressed: ${error instanceof Error ? error.message : 'damaged'}`);
  }
  const { records, problems } = readEvents(text, key);
  if (records.length === 0 && problems[0] !== undefined) throw new PoisonMessage(`${key}: ${problems[0].message}`);
  for (const _ of problems) skipped();
  // Without an id of its own a record could be counted again with each delivery, and its time decides what was in force.
  return records.filter((record) => record.derived === undefined && isWatched(record));
}

async function contentOf(client: Pick<S3Client, 'send'>, { bucket, key }: TrailFile): Promise<Uint8Array> {
  try {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (body === undefined) throw new Error('S3 answered without the file');
    return await body.transformToByteArray();
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') throw new PoisonMessage(`${key} is not there any more`);
    throw error;
  }
}

/** Whether a rule of EventBridge would have sent it. */
function isWatched(record: CloudTrailRecord): boolean {
  const event = toEventBridgeEvent(record);
  return Object.values(eventPatterns).some((pattern) => matchesPattern(event, pattern));
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new PoisonMessage('not JSON');
  }
}
