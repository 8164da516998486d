/** The files and folders of a disk as a source of records, read by the fast scanner. */
import type { ReadOptions, RecordBatch, RecordSource } from '../ports/record-source.ts';
import { type LogScan, type ScanTask, scanInput } from './fast-scan-file.ts';
import { type ScanAllOptions, scanAll } from './fast-scan-pool.ts';
import { type FoundLogFile, findLogFiles, reasonOf } from './log-files.ts';

export interface LogFilesOptions {
  /** Worker threads; 0: none. By default as many as are worth it for what there is to read. */
  readonly jobs?: number;
  /** What the path `-` stands for. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
}

/** Less than this, packed, is read before worker threads have started. */
const worthThreads = 3_000_000;

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
      const scans = scansOf(found, {
        ...options,
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

/** Standard input is scanned as it comes, where it stands in the order. */
async function* scansOf(
  found: readonly FoundLogFile[],
  { standardInput = process.stdin, ...options }: LogFilesOptions & ScanAllOptions,
): AsyncGenerator<LogScan, void, undefined> {
  let tasks: ScanTask[] = [];
  for (const file of found) {
    if ('error' in file) continue;
    const { name, named, bytes } = file;
    if (name !== '-') {
      tasks.push({ name, named, size: bytes });
      continue;
    }
    yield* scanAll(tasks, options);
    tasks = [];
    if (options.signal?.aborted !== true) yield await scanInput('standard input', standardInput, options.signal);
  }
  if (tasks.length > 0) yield* scanAll(tasks, options);
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
