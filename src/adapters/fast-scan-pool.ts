/** How do many files become one stream of what they hold: in several threads, in the order of the files? */
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type LogScan, type ScanTask, scanLogFile } from './fast-scan-file.ts';
import type { ScanAnswer } from './fast-scan-worker.ts';

export interface ScanAllOptions {
  /** Worker threads; by default one a core, eight at most. 0: in this thread, which is faster for a few small files. */
  readonly jobs?: number;
  /** Ends the scan: what was found up to then was given. */
  readonly signal?: AbortSignal;
}

/**
 * Tasks under way for each worker: enough that none waits, and few enough that their contents fit into memory. Of files
 * on the disk many more, so that the workers go on while this thread is busy.
 */
const tasksAhead = { content: 3, file: 32 } as const;

/** Scans the files as they are listed. @returns one scan a task, in the order of the tasks. */
export async function* scanAll(
  tasks: Iterable<ScanTask> | AsyncIterable<ScanTask>,
  { jobs = Math.min(8, availableParallelism()), signal }: ScanAllOptions = {},
): AsyncGenerator<LogScan, void, undefined> {
  if (jobs < 1) {
    for await (const task of tasks) {
      if (signal?.aborted === true) return;
      yield await scanLogFile(task);
    }
    return;
  }
  const pool = workerPool(jobs);
  const aborted = new Promise<undefined>((resolve) => {
    if (signal?.aborted === true) resolve(undefined);
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const underWay: Promise<LogScan>[] = [];
  try {
    for await (const task of tasks) {
      underWay.push(pool.scan(task));
      if (underWay.length < jobs * tasksAhead[task.content === undefined ? 'file' : 'content']) continue;
      const scan = await Promise.race([underWay.shift(), aborted]);
      if (scan === undefined) return;
      yield scan;
    }
    while (underWay.length > 0) {
      const scan = await Promise.race([underWay.shift(), aborted]);
      if (scan === undefined) return;
      yield scan;
    }
  } finally {
    await pool.close();
  }
}

interface Lane {
  readonly worker: Worker;
  /** Bytes of the files that wait. */
  load: number;
  readonly waiting: Map<number, { readonly task: ScanTask; readonly resolve: (scan: LogScan) => void }>;
}

function workerPool(most: number): { scan(task: ScanTask): Promise<LogScan>; close(): Promise<void> } {
  const lanes: Lane[] = [];
  // A thread does not share the compiled code that the program keeps on the disk, unless it is told where.
  const cache = getCompileCacheDir();
  let last = 0;
  const open = (): Lane => {
    // Beside this file, in the same language: `.ts` in a checkout, `.js` where it was compiled.
    const worker = new Worker(new URL(`./fast-scan-worker${extname(import.meta.url)}`, import.meta.url), {
      // What a scan leaves behind is short-lived: a small nursery costs nothing and keeps each thread small.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
      ...(cache === undefined ? {} : { env: { ...process.env, NODE_COMPILE_CACHE: dirname(cache) } }),
    });
    const lane: Lane = { worker, load: 0, waiting: new Map() };
    worker.on('message', ({ id, scan }: ScanAnswer) => {
      const answered = lane.waiting.get(id);
      if (answered === undefined) return;
      lane.waiting.delete(id);
      lane.load -= workOf(answered.task);
      answered.resolve(scan);
    });
    // A worker that fails, for want of memory above all, costs the files it had, and another takes its place.
    const lost = (error: Error): void => {
      lanes.splice(lanes.indexOf(lane), lanes.includes(lane) ? 1 : 0);
      for (const { task, resolve } of lane.waiting.values()) resolve(notRead(task, error));
      lane.waiting.clear();
    };
    worker.on('error', lost);
    worker.on('exit', () => lost(new Error('the scanning was ended')));
    lanes.push(lane);
    return lane;
  };
  return {
    scan(task) {
      const idle = lanes.find(({ waiting }) => waiting.size === 0);
      const lane =
        idle ?? (lanes.length < most ? open() : lanes.toSorted((left, right) => left.load - right.load)[0]) ?? open();
      last += 1;
      const id = last;
      return new Promise((resolve) => {
        lane.waiting.set(id, { task, resolve });
        lane.load += workOf(task);
        lane.worker.postMessage({ id, task });
      });
    },
    async close() {
      await Promise.all(lanes.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Bytes; a file costs something whatever its size. */
function workOf({ content, size = content?.length ?? 0 }: ScanTask): number {
  return size + 10_000;
}

function notRead({ name }: ScanTask, error: Error): LogScan {
  const message = `cannot be read: ${error.message}`;
  return { name, bytes: 0, looked: 0, records: [], problems: [{ place: name, message, kind: 'damaged' }] };
}
