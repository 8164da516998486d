/** The files and folders of a disk as a source of records, read by the fast scanner. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { ReadOptions, RecordBatch, RecordSource } from '../ports/record-source.ts';
import type { LogScan, ScanTask } from './fast-scan-file.ts';
import { scanAll } from './fast-scan-pool.ts';
import { type FoundLogFile, FrameFault, findLogFiles, packingOf, reasonOf } from './log-files.ts';
import { needsNoHelp, type Unpacked, unpackFrames, zstdFrames } from './zstd-frames.ts';

export interface LogFilesOptions {
  /** Worker threads; 0: none. By default as many as are worth it for what there is to read. */
  readonly jobs?: number;
  /** What the path `-` stands for. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
}

/** Less than this, packed, is read before worker threads have started. */
const worthThreads = 3_000_000;
/** Of a zstd file with several frames, which is unpacked in one piece. */
const mostFrames = 64 * 1024 * 1024;
/** Of standard input, packed. */
const mostInput = 400 * 1024 * 1024;

/** @param paths files and folders; `-` is standard input. */
export function logFilesSource(paths: readonly string[], options: LogFilesOptions = {}): RecordSource {
  return {
    name: paths.join(' '),
    async *read({ signal, total }: ReadOptions = {}) {
      const found: FoundLogFile[] = [];
      let bytes = 0;
      for await (const file of findLogFiles(paths)) {
        found.push(file);
        if (!('error' in file)) bytes += file.bytes;
      }
      total?.(bytes);
      const jobs = options.jobs ?? (bytes < worthThreads ? 0 : undefined);
      // Whatever cannot be read is told where it stands in the order.
      const unreadable = new Map<number, FoundLogFile & { readonly error: Error }>();
      for (const [index, file] of found.entries()) if ('error' in file) unreadable.set(index, file);
      let index = 0;
      const untold = function* (): Generator<RecordBatch> {
        for (let one = unreadable.get(index); one !== undefined; one = unreadable.get(index)) {
          yield failure(one.name, one.error);
          index += 1;
        }
      };
      const further = new Map<string, Further>();
      const scans = scanAll(tasksOf(found, options, further), {
        ...(jobs === undefined ? {} : { jobs }),
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const scan of scans) {
        yield* untold();
        const { size, fault } = further.get(scan.name) ?? {};
        yield { ...batchOf(scan), ...(size === undefined ? {} : { bytes: size }) };
        if (fault !== undefined) yield { ...failure(scan.name, new FrameFault(fault)), parts: 0 };
        index += 1;
      }
      if (signal?.aborted !== true) yield* untold();
    },
  };
}

/** Of a file that was unpacked here. */
interface Further {
  /** Bytes as they were stored. */
  readonly size?: number;
  readonly fault?: FrameFault['fault'];
}

async function* tasksOf(
  found: readonly FoundLogFile[],
  options: LogFilesOptions,
  further: Map<string, Further>,
): AsyncGenerator<ScanTask> {
  for (const file of found) {
    if ('error' in file) continue;
    const { name, named } = file;
    if (name === '-') yield await inputTask(options, further);
    else {
      const all = /\.zst$/i.test(name) ? framesOf(name) : undefined;
      if (all !== undefined)
        further.set(name, { size: file.bytes, ...(all.fault === undefined ? {} : { fault: all.fault }) });
      yield all?.text === undefined ? { name, named, size: file.bytes } : { name, named, content: all.text };
    }
  }
}

/** What cannot be read is left to the scan, which says why. */
function framesOf(file: string): Partial<Unpacked> | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  const piece = Buffer.alloc(4);
  try {
    const { size } = fstatSync(descriptor);
    const read = (at: number, width: number): number => {
      piece.fill(0);
      readSync(descriptor, piece, 0, width, at);
      return piece.readUIntLE(0, width);
    };
    if (needsNoHelp(zstdFrames({ size, read }), size)) return undefined;
    return size > mostFrames ? { fault: 'too-large' } : unpackFrames(readFileSync(descriptor), mostInput);
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

async function inputTask(options: LogFilesOptions, further: Map<string, Further>): Promise<ScanTask> {
  const name = 'standard input';
  const content = await inputOf(options);
  const all = packingOf(content) === 'zstd' ? unpackFrames(content, mostInput) : undefined;
  if (all?.fault !== undefined) further.set(name, { fault: all.fault });
  return { name, named: true, content: all?.text ?? content };
}

async function inputOf({ standardInput = process.stdin }: LogFilesOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of standardInput) {
    bytes += chunk.length;
    // What is too much is cut off, which the scan then tells.
    if (bytes > mostInput) break;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/** @returns what a scan tells, as a batch. */
export function batchOf({ name, records, problems, looked, bytes, passedOver }: LogScan): RecordBatch {
  return {
    place: name,
    records,
    problems,
    looked,
    parts: 1,
    bytes,
    ...(passedOver === undefined ? {} : { passedOver: [{ place: name, message: passedOver }] }),
  };
}

function failure(place: string, error: Error): RecordBatch {
  return {
    records: [],
    problems: [{ place, message: reasonOf(error), kind: 'damaged' }],
    looked: 0,
    parts: 1,
    bytes: 0,
  };
}
