/** What does one log file hold, however large it is, however it is packed, and whatever is wrong with it? */
import { readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type ReadingProblem, readEvents } from '../cloudtrail/read-record.ts';
import { allRecognised } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { fileScanner, type Scanned } from './fast-scan.ts';
import { unlessAborted } from './interrupted-wait.ts';
import { asError, damaged, decodedText, failedAfter, readBefore, reasonOf, TooLargeUnpacked } from './log-files.ts';
import {
  comingIn,
  inLargePieces,
  inMemory,
  onDisk,
  type PackedSource,
  type Packing,
  packingOf,
  release,
  streamOf,
  unpackInto,
} from './packed-source.ts';

export interface ScanTask {
  /** What the file is called in problems; its path, where it has no `content`. */
  readonly name: string;
  readonly content?: Uint8Array;
  /** Bytes of the file when it was looked at, where that was. */
  readonly size?: number;
  /** Bytes of the text, inflated, after which it is read no further; where left out, there is no limit. */
  readonly mostText?: number;
  /** Whether somebody named it; a file that was found in a folder and is something else is passed over without a problem. */
  readonly named: boolean;
}

export interface LogScan {
  readonly name: string;
  /** Bytes as they were stored. */
  readonly bytes: number;
  /** Records that were looked at. */
  readonly looked: number;
  /** Those that mean something to trusttrail. */
  readonly records: readonly CloudTrailRecord[];
  readonly problems: readonly ReadingProblem[];
  readonly passedOver?: string;
}

/** Files up to this size are read in one piece, and inflated in one piece up to the next: it is faster. */
const mostWholeFile = 16 * 1024 * 1024;
const mostWholeText = 48 * 1024 * 1024;
/** Text that is parsed at once where the scanner does not know its form. */
const mostParsed = 32 * 1024 * 1024;

/**
 * Never throws for what lies on the disk: whatever goes wrong is a problem of the file.
 * @param signal ends the wait for a pipe.
 */
export async function scanLogFile(task: ScanTask, signal?: AbortSignal): Promise<LogScan> {
  try {
    if (isStream(task)) return withoutForeign(task, await scanInput(task.name, streamOf(task.name), signal));
    const { content, size } = contentOf(task);
    const scan = await (content === undefined ? scanStream(task, onDisk(task.name, size)) : scanWhole(task, content));
    return withoutForeign(task, { name: task.name, bytes: size, ...scan });
  } catch (error) {
    return {
      name: task.name,
      bytes: 0,
      looked: 0,
      records: [],
      problems: [damaged(task.name, reasonOf(asError(error)))],
    };
  }
}

/** A pipe, such as a shell's `<(zcat …)`, or a device: it has no size, and can be read once. */
function isStream({ name, content, size = 0 }: ScanTask): boolean {
  if (content !== undefined || size > 0) return false;
  const found = statSync(name);
  return !found.isFile() && !found.isDirectory();
}

type Found = Pick<LogScan, 'looked' | 'records' | 'problems'>;

/** Read at once: a worker thread has nothing else to do meanwhile. */
function contentOf({ name, content, size = content === undefined ? statSync(name).size : 0 }: ScanTask): {
  readonly content?: Uint8Array;
  readonly size: number;
} {
  if (content === undefined && size > mostWholeFile) return { size };
  const whole = content ?? readFileSync(name);
  return { content: whole, size: whole.length };
}

async function scanWhole(task: ScanTask, bytes: Uint8Array): Promise<Found> {
  const packing = packingOf(bytes);
  const text = unpackedWhole(bytes, packing);
  // What is too large for one piece, or damaged, is streamed, which gives the records before the damage.
  if (text === undefined) return await scanStream(task, inMemory(bytes));
  const found = scanText(task, text);
  if (text !== bytes) release(text);
  return found;
}

function scanText(task: ScanTask, text: Uint8Array): Found {
  const scanner = fileScanner(task.name);
  scanner.push(text);
  const scanned = scanner.end();
  return scanned.stopped === undefined || text.length > mostParsed
    ? afterStop(task.name, scanned)
    : parsed(task.name, text);
}

/** What the option `info` makes of the answer; the types of Node do not say (Node.js documentation, zlib, "Class: Options"). */
interface Unpacked {
  readonly buffer: Buffer;
  /** Of the packed bytes, those that were read. */
  readonly engine: { readonly bytesWritten: number };
}

/** @returns the text; `undefined` where it is more than fits into one piece, or not all that there is. */
function unpackedWhole(bytes: Uint8Array, packing: Packing): Uint8Array | undefined {
  if (packing === 'none') return bytes;
  const options = { maxOutputLength: mostWholeText, info: true };
  try {
    // The last four bytes of a gzip file tell the size of its text (RFC 1952, ISIZE): a buffer of that size is filled at
    // once. It is a hint and no more; the file may have several parts, or lie.
    const told =
      packing === 'zstd' ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
    if (told > mostWholeText) return undefined;
    const unpacked: unknown =
      packing === 'zstd'
        ? zstdDecompressSync(bytes, options)
        : gunzipSync(bytes, { ...options, chunkSize: Math.max(16_384, told + 64) });
    const { buffer, engine } = unpacked as Unpacked;
    // zlib stops behind the first frame of zstd, and in gzip before zero bytes, which are padding as a rule.
    return bytes.subarray(engine.bytesWritten).some((byte) => byte !== 0) ? undefined : buffer;
  } catch {
    return undefined;
  }
}

async function scanStream(task: ScanTask, source: PackedSource): Promise<Found> {
  const scanner = fileScanner(task.name);
  const { mostText = Number.POSITIVE_INFINITY } = task;
  let text = 0;
  const { packing, failure } = await unpackInto(source, (chunk) => {
    text += chunk.length;
    return text <= mostText && scanner.push(chunk);
  });
  const scanned = scanner.end();
  if (text > mostText)
    return { ...found(scanned), problems: [...scanned.problems, damaged(task.name, reasonOf(new TooLargeUnpacked()))] };
  if (failure !== undefined)
    return { ...found(scanned), problems: [...scanned.problems, failedAfter(scanned.looked, task.name, failure)] };
  if (scanned.stopped !== undefined && packing === 'none' && source.size <= mostParsed)
    return parsed(task.name, source.whole());
  return afterStop(task.name, scanned);
}

/**
 * Scans what comes in once, such as standard input. As much as can be parsed at once is read like a file; what is larger
 * is scanned as it comes, and not kept.
 * @param signal ends it where it is: what came up to then is scanned.
 */
export async function scanInput(
  name: string,
  input: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<LogScan> {
  const pieces = inLargePieces(untilAborted(input, signal));
  const first: Uint8Array[] = [];
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  };
  const rest = counted();
  try {
    while (bytes <= mostParsed) {
      const { value, done } = await rest.next();
      if (done === true) return await scanLogFile({ name, named: true, content: Buffer.concat(first) });
      first.push(value);
    }
    const scan = await scanStream({ name, named: true }, comingIn(first, rest));
    return { name, bytes, ...scan };
  } catch (error) {
    return { name, bytes, looked: 0, records: [], problems: [damaged(name, reasonOf(asError(error)))] };
  } finally {
    // A stream that is waited for would keep the program from ending.
    if (input instanceof Readable && !input.readableEnded) input.destroy();
  }
}

async function* untilAborted(input: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const pieces = input[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessAborted(pieces.next(), signal);
    if (next?.done !== false) return;
    yield next.value;
  }
}

/** Reads a text in a form that the scanner does not know, or a damaged one, with all that can be said of it. */
function parsed(name: string, text: Uint8Array): Found {
  const { records, problems } = readEvents(decodedText(text), name);
  return { looked: records.length, records: records.filter((record) => allRecognised(record).length > 0), problems };
}

/** What a scan that ended early has found, and why there is no more. */
function afterStop(name: string, scanned: Scanned): Found {
  const { stopped, looked } = scanned;
  if (stopped === undefined) return found(scanned);
  const before = looked === 0 ? '' : `: ${readBefore(looked)} read`;
  const reasons: Readonly<Record<typeof stopped.because, string>> = {
    empty: 'the input is empty: expected CloudTrail records as JSON',
    'other-encoding': 'UTF-16, and too large to be read at once: split it into smaller files',
    'other-form': `not in a form of CloudTrail records, and too large to be read at once${before}`,
    'query-rows':
      'what a query answered, and too large to be read at once: ask for it in several parts, or as CloudTrail records',
    'no-json':
      'not JSON, or lines with something before it, and too large to be read at once: split it into smaller files',
    damaged: `not JSON: unexpected text near byte ${stopped.offset}${before}`,
    'cut-off': `the JSON ends in the middle of a record${before}`,
  };
  const problem: ReadingProblem = {
    ...damaged(name, reasons[stopped.because]),
    kind: stopped.because === 'other-form' ? 'foreign' : 'damaged',
  };
  return { ...found(scanned), problems: [...scanned.problems, problem] };
}

function found({ looked, records, problems }: Scanned): Found {
  return { looked, records, problems };
}

function withoutForeign({ named }: ScanTask, scan: LogScan): LogScan {
  const [first] = scan.problems;
  if (named || first === undefined || scan.looked > 0) return scan;
  return scan.problems.every(({ kind }) => kind === 'foreign')
    ? { ...scan, problems: [], passedOver: first.message }
    : scan;
}
