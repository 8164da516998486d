/** How do many files become one stream of what they hold: in several threads, in the order of the files? */
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type LogScan, type ScanTask, scanLogFile } from './fast-scan-file.ts';
import type { ScanAnswer, ScanOrder } from './fast-scan-worker.ts';
import { unlessAborted } from './interrupted-wait.ts';

export interface ScanAllOptions {
  /** Worker threads; by default one a core, eight at most. 0: in this thread, which is faster for a few small files. */
  readonly jobs?: number;
  /** Ends the scan: what was found up to then was given. */
  readonly signal?: AbortSignal;
  /** What a thread runs, by default `fast-scan-worker` beside this file. */
  readonly program?: URL;
}

/**
 * Orders under way for each worker: enough that none waits, and few enough that their contents fit into memory. Of files
 * on the disk many more, so that the workers go on while this thread is busy.
 */
const ordersAhead = { content: 3, file: 32 } as const;
/** Small files are ordered together, up to so many and so many bytes: a message costs as much as the scan of one. */
const mostTogether = { files: 16, bytes: 250_000 } as const;

/** Beside this file, in the same language: `.ts` in a checkout, `.js` where it was compiled. */
const ownProgram = new URL(`./fast-scan-worker${extname(import.meta.url)}`, import.meta.url);
/** Threads that may fail before nothing is given to another one. */
const mostLost = 20;

/** Scans the files as they are listed. @returns one scan a task, in the order of the tasks. */
export async function* scanAll(
  tasks: Iterable<ScanTask> | AsyncIterable<ScanTask>,
  { jobs = Math.min(8, availableParallelism()), signal, program = ownProgram }: ScanAllOptions = {},
): AsyncGenerator<LogScan, void, undefined> {
  if (jobs < 1) {
    for await (const task of tasks) {
      if (signal?.aborted === true) return;
      yield await scanLogFile(task, signal);
    }
    return;
  }
  const pool = workerPool(jobs, program);
  const underWay: Promise<readonly LogScan[]>[] = [];
  const next = async (): Promise<readonly LogScan[] | undefined> =>
    await unlessAborted(Promise.resolve(underWay.shift()), signal);
  try {
    for await (const order of ordersOf(tasks)) {
      underWay.push(pool.scan(order));
      if (underWay.length < jobs * ordersAhead[order[0]?.content === undefined ? 'file' : 'content']) continue;
      const scans = await next();
      if (scans === undefined) return;
      yield* scans;
    }
    while (underWay.length > 0) {
      const scans = await next();
      if (scans === undefined) return;
      yield* scans;
    }
  } finally {
    await pool.close();
  }
}

/** Tasks that are ordered together: what is in memory already alone, files by their size. */
async function* ordersOf(
  tasks: Iterable<ScanTask> | AsyncIterable<ScanTask>,
): AsyncGenerator<readonly ScanTask[], void, undefined> {
  let order: ScanTask[] = [];
  let bytes = 0;
  for await (const task of tasks) {
    const alone = task.content !== undefined || task.size === undefined;
    if (order.length > 0 && (alone || bytes + workOf(task) > mostTogether.bytes)) {
      yield order;
      order = [];
      bytes = 0;
    }
    order.push(task);
    bytes += workOf(task);
    if (!alone && order.length < mostTogether.files && bytes < mostTogether.bytes) continue;
    yield order;
    order = [];
    bytes = 0;
  }
  if (order.length > 0) yield order;
}

interface Lane {
  readonly worker: Worker;
  /** Bytes of the files that wait. */
  load: number;
  readonly waiting: Map<
    number,
    { readonly tasks: readonly ScanTask[]; readonly resolve: (scans: readonly LogScan[]) => void }
  >;
}

function workerPool(
  most: number,
  program: URL,
): {
  /** @returns what the files hold, in the order of the tasks. */
  scan(tasks: readonly ScanTask[]): Promise<readonly LogScan[]>;
  close(): Promise<void>;
} {
  const lanes: Lane[] = [];
  // A thread does not share the compiled code that the program keeps on the disk, unless it is told where.
  const cache = getCompileCacheDir();
  let last = 0;
  let failures = 0;
  let closed = false;
  const open = (): Lane => {
    const worker = new Worker(program, {
      // What a scan leaves behind is short-lived: a small nursery costs nothing and keeps each thread small.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
      // A pipe is closed by the stream that was given it: closed once more, it would be what has its number by then.
      trackUnmanagedFds: false,
      ...(cache === undefined ? {} : { env: { ...process.env, NODE_COMPILE_CACHE: dirname(cache) } }),
    });
    const lane: Lane = { worker, load: 0, waiting: new Map() };
    worker.on('message', ({ id, scans }: ScanAnswer) => {
      const answered = lane.waiting.get(id);
      if (answered === undefined) return;
      lane.waiting.delete(id);
      lane.load -= workOfAll(answered.tasks);
      answered.resolve(scans);
    });
    // A worker that fails, for want of memory above all, costs the file that it was at: all others are given to another one.
    const lost = (error: Error): void => {
      if (!lanes.includes(lane)) return;
      lanes.splice(lanes.indexOf(lane), 1);
      failures += 1;
      const [underWay, ...behind] = lane.waiting.values();
      lane.waiting.clear();
      const again = (tasks: readonly ScanTask[]): Promise<readonly LogScan[]> =>
        failures > mostLost || closed ? Promise.resolve(tasks.map((task) => notRead(task, error))) : scan(tasks);
      if (underWay !== undefined) {
        // Which file it was is not known where several were ordered together: each is tried alone.
        const alone = underWay.tasks.map((task) => [task]);
        const scans =
          alone.length > 1
            ? Promise.all(alone.map(again))
            : Promise.resolve([alone.flat().map((task) => notRead(task, error))]);
        void scans.then((all) => underWay.resolve(all.flat()));
      }
      for (const { tasks, resolve } of behind) void again(tasks).then(resolve);
    };
    worker.on('error', lost);
    worker.on('exit', () => lost(new Error('the scanning was ended')));
    lanes.push(lane);
    return lane;
  };
  const scan = (tasks: readonly ScanTask[]): Promise<readonly LogScan[]> => {
    const idle = lanes.find(({ waiting }) => waiting.size === 0);
    const lane =
      idle ?? (lanes.length < most ? open() : lanes.toSorted((left, right) => left.load - right.load)[0]) ?? open();
    last += 1;
    const id = last;
    return new Promise((resolve) => {
      lane.waiting.set(id, { tasks, resolve });
      lane.load += workOfAll(tasks);
      lane.worker.postMessage({ id, tasks } satisfies ScanOrder);
    });
  };
  return {
    scan,
    async close() {
      closed = true;
      await Promise.all(lanes.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Bytes; a file costs something whatever its size. */
function workOf({ content, size = content?.length ?? 0 }: ScanTask): number {
  return size + 10_000;
}

function workOfAll(tasks: readonly ScanTask[]): number {
  return tasks.reduce((sum, task) => sum + workOf(task), 0);
}

function notRead({ name }: ScanTask, error: Error): LogScan {
  const message = `cannot be read: ${error.message}`;
  return { name, bytes: 0, looked: 0, records: [], problems: [{ place: name, message, kind: 'damaged' }] };
}
