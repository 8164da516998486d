/** One worker thread of the fast scanner: tasks come in, what the files hold goes out. */
import { parentPort } from 'node:worker_threads';
import { type LogScan, type ScanTask, scanLogFile } from './fast-scan-file.ts';

export interface ScanOrder {
  readonly id: number;
  readonly tasks: readonly ScanTask[];
}

export interface ScanAnswer {
  readonly id: number;
  /** One a task. */
  readonly scans: readonly LogScan[];
}

/** One order at a time: large files are streamed, and each that is under way has buffers of its own. */
let last = Promise.resolve();
parentPort?.on('message', (order: ScanOrder) => {
  last = last.then(() => answered(order));
});

async function answered({ id, tasks }: ScanOrder): Promise<void> {
  const scans: LogScan[] = [];
  for (const task of tasks) scans.push(await scanLogFile(task));
  const answer: ScanAnswer = { id, scans };
  parentPort?.postMessage(answer);
}
