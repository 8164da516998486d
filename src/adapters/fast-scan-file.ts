/** What does one log file hold, however large it is, however it is packed, and whatever is wrong with it? */
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type ReadingProblem, readEvents } from '../cloudtrail/read-record.ts';
import { allRecognised } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { fileScanner, type Scanned } from './fast-scan.ts';
import { decodedText, FrameFault, type Packing, packingOf, reasonOf } from './log-files.ts';
import { needsNoHelp, unpackFrames, zstdFrames } from './zstd-frames.ts';

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
/** A zstd file of several frames is unpacked in one piece: so much of the file, so much of its text. */
const mostFrames = 64 * 1024 * 1024;
const mostFramesText = 400 * 1024 * 1024;
/** Text that is parsed at once where the scanner does not know its form. */
const mostParsed = 32 * 1024 * 1024;
const streamChunk = 512 * 1024;

/** Never throws for what lies on the disk: whatever goes wrong is a problem of the file. */
export async function scanLogFile(task: ScanTask): Promise<LogScan> {
  try {
    const { content, size } = contentOf(task);
    const scan = content === undefined ? await scanLarge(task, size) : await scanWhole(task, content);
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
  const frames =
    packing === 'zstd' ? unpackFrames(bytes, Math.min(mostFramesText, task.mostText ?? mostFramesText)) : undefined;
  if (frames !== undefined) return withFault(task, scanText(task, frames.text), frames.fault);
  const text = inflatedWhole(bytes, packing);
  // What is too large for one piece, or damaged, is streamed, which gives the records before the damage.
  if (text === undefined) return await scanStream(task, bytes, bytes.length);
  const found = scanText(task, text);
  if (text !== bytes) release(text);
  return found;
}

/** A file on the disk that is not read in one piece, unless it is a zstd file of several frames. */
async function scanLarge(task: ScanTask, size: number): Promise<Found> {
  if (!hasSeveralFrames(task.name, size)) return await scanStream(task, undefined, size);
  if (size <= mostFrames) return await scanWhole(task, readFileSync(task.name));
  return withFault(task, await scanStream(task, undefined, size), 'too-large');
}

/** Looks at the headers of the frames alone. */
function hasSeveralFrames(file: string, size: number): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const piece = Buffer.alloc(4);
    const read = (at: number, width: number): number => {
      piece.fill(0);
      readSync(descriptor, piece, 0, width, at);
      return piece.readUIntLE(0, width);
    };
    return !needsNoHelp(zstdFrames({ size, read }), size);
  } finally {
    closeSync(descriptor);
  }
}

function withFault({ name }: ScanTask, scan: Found, fault: FrameFault['fault'] | undefined): Found {
  return fault === undefined
    ? scan
    : { ...scan, problems: [...scan.problems, damaged(name, reasonOf(new FrameFault(fault)))] };
}

function scanText(task: ScanTask, text: Uint8Array): Found {
  const scanner = fileScanner(task.name);
  scanner.push(text);
  const scanned = scanner.end();
  return scanned.stopped === undefined || text.length > mostParsed
    ? afterStop(task.name, scanned)
    : parsed(task.name, text);
}

/**
 * Gives the memory of an inflated text back at once: left to the garbage collector, which does not see how large it is,
 * there would be many of them.
 */
function release({ buffer }: Uint8Array): void {
  // A small one may be part of a buffer that others use.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 65_536) buffer.transfer(0);
}

function inflatedWhole(bytes: Uint8Array, packing: Packing): Uint8Array | undefined {
  if (packing === 'none') return bytes;
  try {
    if (packing === 'zstd') return zstdDecompressSync(bytes, { maxOutputLength: mostWholeText });
    // The last four bytes of a gzip file tell the size of its text (RFC 1952, ISIZE): a buffer of that size is filled at
    // once. It is a hint and no more; the file may have several parts, or lie.
    const told = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
    if (told > mostWholeText) return undefined;
    const chunkSize = Math.max(16_384, told + 64);
    return gunzipSync(bytes, { chunkSize, maxOutputLength: mostWholeText });
  } catch {
    return undefined;
  }
}

/** @param bytes the packed bytes where they are in memory already. */
async function scanStream(task: ScanTask, bytes: Uint8Array | undefined, size: number): Promise<Found> {
  const source = bytes === undefined ? createReadStream(task.name, { highWaterMark: streamChunk }) : inChunks(bytes);
  const packing = packingOf(bytes ?? (await beginningOf(task.name)));
  const scanner = fileScanner(task.name);
  const { mostText = Number.POSITIVE_INFINITY } = task;
  let text = 0;
  const failure = await pushed(source, packing, (chunk) => {
    text += chunk.length;
    return text <= mostText && scanner.push(chunk);
  });
  const scanned = scanner.end();
  if (text > mostText) return withFault(task, found(scanned), 'too-large');
  if (failure !== undefined) {
    const told = scanned.looked === 0 ? 'no record could be read' : `${readBefore(scanned.looked)} read`;
    return { ...found(scanned), problems: [...scanned.problems, damaged(task.name, `${reasonOf(failure)}: ${told}`)] };
  }
  if (scanned.stopped !== undefined && packing === 'none' && size <= mostParsed)
    return parsed(task.name, bytes ?? readFileSync(task.name));
  return afterStop(task.name, scanned);
}

/** Pushes what comes out of the source until it is refused. @returns what went wrong on the way, after all that came before it. */
async function pushed(
  source: Readable,
  packing: Packing,
  push: (chunk: Uint8Array) => boolean,
): Promise<Error | undefined> {
  const unpacked =
    packing === 'none'
      ? source
      : source.pipe(
          packing === 'zstd'
            ? createZstdDecompress({ chunkSize: streamChunk })
            : createGunzip({ chunkSize: streamChunk }),
        );
  // Listened to rather than iterated: an error would drop what is still in the stream's buffer.
  const failure = await new Promise<Error | undefined>((resolve) => {
    unpacked.on('data', (chunk: Uint8Array) => {
      if (!push(chunk)) resolve(undefined);
      // A buffer that was filled to its end is not written to again.
      if (unpacked !== source && chunk.byteOffset + chunk.length === chunk.buffer.byteLength) release(chunk);
    });
    unpacked.on('end', () => resolve(undefined));
    unpacked.on('error', resolve);
    source.on('error', resolve);
  });
  source.destroy();
  unpacked.destroy();
  return failure;
}

/** A large buffer in pieces, so that the inflating does not get far ahead of the scanning. */
function inChunks(bytes: Uint8Array): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += streamChunk) yield bytes.subarray(at, at + streamChunk);
    })(),
    { objectMode: false },
  );
}

async function beginningOf(file: string): Promise<Uint8Array> {
  for await (const chunk of createReadStream(file, { end: 3 })) return chunk as Uint8Array;
  return new Uint8Array();
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

function readBefore(count: number): string {
  return count === 1 ? 'the record before that was' : `the ${count} records before that were`;
}

function withoutForeign({ named }: ScanTask, scan: LogScan): LogScan {
  const [first] = scan.problems;
  if (named || first === undefined || scan.looked > 0) return scan;
  return scan.problems.every(({ kind }) => kind === 'foreign')
    ? { ...scan, problems: [], passedOver: first.message }
    : scan;
}

function damaged(place: string, message: string): ReadingProblem {
  return { place, message, kind: 'damaged' };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
