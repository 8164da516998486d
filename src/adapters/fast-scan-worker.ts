/** One worker thread of the fast scanner: a task comes in, what the file holds goes out. */
import { parentPort } from 'node:worker_threads';
import { type LogScan, type ScanTask, scanLogFile } from './fast-scan-file.ts';

export interface ScanOrder {
  readonly id: number;
  readonly task: ScanTask;
}

export interface ScanAnswer {
  readonly id: number;
  readonly scan: LogScan;
}

parentPort?.on('message', ({ id, task }: ScanOrder) => {
  void scanLogFile(task).then((scan) => {
    const answer: ScanAnswer = { id, scan };
    parentPort?.postMessage(answer);
  });
});
