/** The files and folders of a disk as a source of records, read by the fast scanner. */
import type { ReadOptions, RecordBatch, RecordSource } from '../ports/record-source.ts';
import type { LogScan, ScanTask } from './fast-scan-file.ts';
import { scanAll } from './fast-scan-pool.ts';
import { type FoundLogFile, findLogFiles, reasonOf } from './log-files.ts';

export interface LogFilesOptions {
  /** Worker threads; 0: none. By default as many as are worth it for what there is to read. */
  readonly jobs?: number;
  /** What the path `-` stands for. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
}

/** Less than this, packed, is read before worker threads have started. */
const worthThreads = 3_000_000;
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
      const scans = scanAll(tasksOf(found, options), {
        ...(jobs === undefined ? {} : { jobs }),
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const scan of scans) {
        yield* untold();
        yield batchOf(scan);
        index += 1;
      }
      if (signal?.aborted !== true) yield* untold();
    },
  };
}

async function* tasksOf(found: readonly FoundLogFile[], options: LogFilesOptions): AsyncGenerator<ScanTask> {
  for (const file of found) {
    if ('error' in file) continue;
    const { name, named, bytes } = file;
    yield name === '-'
      ? { name: 'standard input', named, content: await inputOf(options) }
      : { name, named, size: bytes };
  }
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
