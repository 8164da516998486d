/** A trail's bucket as a source of records: which of its files do the dates need, and what do they hold? */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { readEventValue } from '../cloudtrail/read-record.ts';
import type { ReadOptions, RecordBatch, RecordSource } from '../ports/record-source.ts';
import { awsFailure } from './aws-failure.ts';
import type { LogScan, ScanTask } from './fast-scan-file.ts';
import { scanAll } from './fast-scan-pool.ts';
import { asError, reasonOf as fileReason } from './log-files.ts';
import { batchOf } from './log-files-source.ts';

export interface S3LogsOptions {
  readonly client?: S3Client;
  /** Milliseconds: what was delivered before is not read. */
  readonly since?: number;
  /** Milliseconds: what was delivered more than a day later is not read. */
  readonly until?: number;
  readonly account?: string;
  readonly jobs?: number;
  /** A file of what was read before: it is not fetched again. */
  readonly resume?: string;
}

/** Objects that are fetched at a time. */
const fetchedAtOnce = 16;
/** Bytes of objects in memory at a time. */
const mostInMemory = 96 * 1024 * 1024;
/** An object whose transfer breaks off is fetched again so often. */
const mostAttempts = 3;
const day = 86_400_000;
/** CloudTrail's own files are at most 50 MB. */
const mostObject = 256 * 1024 * 1024;
const logName = /\.(?:json|jsonl|ndjson)(?:\.(?:gz|zst))?$|\.(?:gz|zst)$/i;

interface LogObject {
  readonly key: string;
  readonly size: number;
  readonly version: string;
}

type Listed = LogObject | { readonly failure: string };

/** @param place the bucket, and any part of its keys down to a single file. */
export function s3LogsSource(
  place: { readonly bucket: string; readonly prefix: string },
  options: S3LogsOptions = {},
): RecordSource {
  const uri = (key: string): string => `s3://${place.bucket}/${key}`;
  return {
    name: uri(place.prefix),
    async *read({ signal, total }: ReadOptions = {}) {
      const client = options.client ?? new S3Client({ followRegionRedirects: true, maxAttempts: 6 });
      const journal = journalOf(options.resume, place.bucket);
      if (typeof journal === 'string') {
        yield failed(options.resume ?? '', journal);
        return;
      }
      let known = 0;
      // What comes beside the scans: what was read before, and what could not be listed.
      const aside: RecordBatch[] = [];
      const order: LogObject[] = [];
      const fresh = async function* (): AsyncGenerator<LogObject> {
        for await (const found of listLogs(client, place, options, signal)) {
          if ('failure' in found) {
            aside.push(failed(uri(place.prefix), found.failure));
            continue;
          }
          known += found.size;
          total?.(known);
          const before = journal.read(found);
          if (before !== undefined) aside.push(before);
          else yield found;
        }
      };
      const scans = scanAll(fetched(client, place.bucket, fresh(), order, signal), {
        ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const scan of scans) {
        yield* aside.splice(0);
        const object = order.shift();
        const fault = scan.name.startsWith(failureMark) ? scan.name.slice(failureMark.length) : undefined;
        if (object === undefined || fault !== undefined) {
          yield failed(uri(object?.key ?? place.prefix), fault ?? 'not read');
          continue;
        }
        const unwritten = journal.write(object, scan);
        if (unwritten !== undefined) yield { ...failed(options.resume ?? '', unwritten), parts: 0 };
        yield batchOf(scan);
      }
      yield* aside;
    },
  };
}

/** Marks a task that stands for an object that could not be fetched, so that the order of the objects stays. */
const failureMark = '\u0000';

/** Fetches ahead of the scan, in order, as much as fits into memory, while the listing goes on. */
async function* fetched(
  client: S3Client,
  bucket: string,
  objects: AsyncIterator<LogObject>,
  order: LogObject[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ScanTask> {
  const underWay: { readonly size: number; readonly task: Promise<ScanTask> }[] = [];
  let inMemory = 0;
  for (let ended = false; ; ) {
    while (!ended && (underWay.length === 0 || (underWay.length < fetchedAtOnce && inMemory < mostInMemory))) {
      const next = await objects.next();
      if (next.done === true) {
        ended = true;
        break;
      }
      const object = next.value;
      inMemory += object.size;
      order.push(object);
      underWay.push({ size: object.size, task: taskOf(client, bucket, object, signal) });
    }
    const first = underWay.shift();
    if (first === undefined) return;
    yield await first.task;
    inMemory -= first.size;
  }
}

async function taskOf(
  client: S3Client,
  bucket: string,
  { key, size }: LogObject,
  signal: AbortSignal | undefined,
): Promise<ScanTask> {
  const failure = (message: string): ScanTask => ({
    name: `${failureMark}${message}`,
    content: new Uint8Array(),
    named: true,
  });
  if (size > mostObject) return failure('larger than a log file: passed over');
  for (let attempt = 1; ; attempt += 1) {
    let answered = false;
    try {
      const { Body: body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key }),
        signal === undefined ? {} : { abortSignal: signal },
      );
      answered = true;
      const content = await body?.transformToByteArray();
      if (content === undefined) return failure('the answer has no content');
      return { name: `s3://${bucket}/${key}`, content, named: false };
    } catch (error) {
      // The SDK asks again for an answer, and not for one that breaks off.
      if (!answered || attempt >= mostAttempts || signal?.aborted === true) return failure(reasonOf(error));
    }
  }
}

/**
 * Lists in the layout of a trail, `AWSLogs/[o-ORG/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`: within a region the keys are in
 * the order of their dates, so that one listing begins and ends where the dates do. A bucket laid out in another way is
 * listed whole.
 */
async function* listLogs(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  options: S3LogsOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<Listed> {
  const pending: { readonly prefix: string; readonly flat: boolean }[] = [{ prefix, flat: isInRegion(prefix) }];
  try {
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      const region = regionOf(folder.prefix);
      const last =
        options.until === undefined || region === undefined
          ? undefined
          : `${region}${dateOf(options.until + day)}/\uffff`;
      const first =
        options.since === undefined || region === undefined ? undefined : `${region}${dateOf(options.since)}`;
      const below: string[] = [];
      let token: string | undefined;
      pages: do {
        if (signal?.aborted === true) return;
        const answer = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: folder.prefix,
            ...(folder.flat ? {} : { Delimiter: '/' }),
            ...(token === undefined
              ? folder.flat && first !== undefined && first > folder.prefix
                ? { StartAfter: first }
                : {}
              : { ContinuationToken: token }),
          }),
        );
        for (const { Prefix: found } of answer.CommonPrefixes ?? [])
          if (found !== undefined && mayHoldLogs(found, options)) below.push(found);
        for (const { Key: key, Size: size, ETag: version } of answer.Contents ?? []) {
          if (key === undefined) continue;
          if (folder.flat && last !== undefined && key > last) break pages;
          if (logName.test(key) && inTime(key, options) && mayHoldLogs(key, options))
            yield { key, size: size ?? 0, version: version ?? '' };
        }
        token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
      } while (token !== undefined);
      for (const found of below.reverse()) pending.push({ prefix: found, flat: isInRegion(found) });
    }
  } catch (error) {
    yield { failure: reasonOf(error) };
  }
}

/** The part of a key up to the folder of the region, and whether a prefix reaches so far. */
function regionOf(prefix: string): string | undefined {
  return /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail\/[a-z0-9-]+\//.exec(prefix)?.[0];
}

function isInRegion(prefix: string): boolean {
  return regionOf(prefix) !== undefined;
}

/** Whether the folder may hold logs that are asked for: no digests, no insights, no other service, no other account. */
function mayHoldLogs(prefix: string, { account }: S3LogsOptions): boolean {
  const parts = /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/(?:([^/]+)\/)?/.exec(prefix);
  if (parts === null) return !/\/CloudTrail-(?:Digest|Insight)\//.test(prefix);
  const [, owner, service] = parts;
  if (account !== undefined && owner !== account) return false;
  return service === undefined || service === 'CloudTrail';
}

/** By the day in the key, which is that of the delivery: never before the event, and at most hours after it. */
function inTime(key: string, { since, until }: S3LogsOptions): boolean {
  const region = regionOf(key);
  const date = region === undefined ? undefined : /^\d{4}\/\d{2}\/\d{2}(?=\/)/.exec(key.slice(region.length))?.[0];
  if (date === undefined) return true;
  if (since !== undefined && date < dateOf(since)) return false;
  return until === undefined || date <= dateOf(until + day);
}

/** `2026/03/01`. */
function dateOf(at: number): string {
  return new Date(Math.max(0, at)).toISOString().slice(0, 10).replaceAll('-', '/');
}

interface Journal {
  read(object: LogObject): RecordBatch | undefined;
  /** @returns why it could not be written, once. */
  write(object: LogObject, scan: LogScan): string | undefined;
}

/** A line of the journal: an object, with the few records of it that matter. */
interface Entry {
  readonly object: string;
  readonly looked: number;
  readonly records: readonly unknown[];
  /** Why it was passed over, where it is no log. */
  readonly passedOver?: string;
}

/** What an audit that was ended has read. @returns why the file cannot be used, where it cannot. */
function journalOf(file: string | undefined, bucket: string): Journal | string {
  if (file === undefined) return { read: () => undefined, write: () => undefined };
  let lines: readonly string[];
  try {
    lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  } catch (error) {
    return fileReason(asError(error));
  }
  const known = new Map<string, Entry>();
  for (const line of lines) {
    const entry = parsed(line) as Partial<Entry> | null | undefined;
    // The last line may have been cut off with the audit.
    if (typeof entry?.object === 'string' && typeof entry.looked === 'number' && Array.isArray(entry.records))
      known.set(entry.object, entry as Entry);
  }
  const [first = ''] = lines;
  if (known.size === 0 && first !== '' && !first.startsWith('{"object":'))
    return 'this was not written by --resume: give a file that is not there yet';
  let writable = true;
  const append = (text: string): string | undefined => {
    if (!writable) return undefined;
    try {
      appendFileSync(file, text);
      return undefined;
    } catch (error) {
      writable = false;
      return `what was read cannot be kept in it: ${fileReason(asError(error))}`;
    }
  };
  // Before anything is read, so that a place that cannot be written to is told at once.
  const unwritable = append(lines.at(-1) === undefined || lines.at(-1) === '' ? '' : '\n');
  if (unwritable !== undefined) return unwritable;
  const nameOf = ({ key, version }: LogObject): string => `${bucket}/${key} ${version}`;
  return {
    read(object) {
      const entry = known.get(nameOf(object));
      if (entry === undefined) return undefined;
      const name = `s3://${bucket}/${object.key}`;
      const { looked, passedOver } = entry;
      const { records } = readEventValue(entry.records, name);
      return batchOf({
        ...{ name, bytes: object.size, looked, records, problems: [] },
        ...(passedOver === undefined ? {} : { passedOver }),
      });
    },
    write(object, { records, looked, problems, passedOver }) {
      // A file that has problems is read again, so that they are told again.
      if (problems.length > 0) return undefined;
      const entry: Entry = {
        ...{ object: nameOf(object), looked, records: records.map(({ raw }) => raw) },
        ...(passedOver === undefined ? {} : { passedOver }),
      };
      return append(`${JSON.stringify(entry)}\n`);
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function failed(place: string, message: string): RecordBatch {
  return { records: [], problems: [{ place, message, kind: 'damaged' }], looked: 0, parts: 1, bytes: 0 };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `cannot be read: ${String(error)}`;
  switch (error.name) {
    case 'NoSuchBucket':
      return 'there is no such bucket';
    case 'AccessDenied':
      return 'access denied: reading a trail needs s3:ListBucket and s3:GetObject, and kms:Decrypt where it is encrypted';
    case 'NoSuchKey':
      return 'it is not there any more';
    case 'InvalidObjectState':
      return 'it is archived: restore it first';
    case 'PermanentRedirect':
      return 'the bucket is in another region: set AWS_REGION';
    default:
      return awsFailure(error) ?? `cannot be read: ${error.name}: ${error.message}`;
  }
}
