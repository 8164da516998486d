/** How far is it? One line on stderr, and only where somebody can see it move. */
import { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

export interface Progress {
  /** @param done of the total. @param note what is being done, printed behind the numbers. */
  at(done: number, note?: string): void;
  /** What is known of the total changes: a listing goes on while files are read already. */
  of(total: number): void;
  /** Removes the line, so that results follow on a clean one. */
  stop(): void;
}

const nothing: Progress = { at: () => {}, of: () => {}, stop: () => {} };
const ticks = 8;

/**
 * Bytes, rate and time left while something long is read.
 * @param total bytes; 0 where it is not known yet.
 * @param counted what is counted in place of bytes: `roles`.
 */
export function progress(
  io: Io,
  total: number,
  stream: NodeJS.WritableStream = process.stderr,
  counted?: string,
): Progress {
  if (!io.stderr.isTTY) return nothing;
  const started = performance.now();
  let sum = total;
  let note = '';
  const bar = new SingleBar({
    stream,
    clearOnComplete: true,
    hideCursor: true,
    stopOnComplete: false,
    fps: ticks,
    format: (_, { value }) => line(value, sum, (performance.now() - started) / 1000, note, io.stderr.columns, counted),
  });
  bar.start(Math.max(1, total), 0);
  return {
    at(done, text) {
      note = text ?? note;
      bar.update(done);
    },
    of(known) {
      sum = known;
      bar.setTotal(Math.max(1, known));
    },
    stop: () => bar.stop(),
  };
}

/** @param seconds since it began. */
export function line(
  done: number,
  total: number,
  seconds: number,
  note: string,
  columns: number,
  counted?: string,
): string {
  const size = (count: number): string => (counted === undefined ? bytes(count) : String(Math.round(count)));
  const all = counted === undefined ? bytes(total) : `${total} ${counted}`;
  const rate = seconds > 0 ? done / seconds : 0;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * 20);
  const left = rate > 0 && total > done ? `, ${duration((total - done) / rate)} left` : '';
  const bar = `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`;
  const numbers =
    total > 0
      ? `${bar} ${Math.floor(share * 100)} % of ${all}, ${size(rate)}/s${left}`
      : `${size(done)}, ${size(rate)}/s`;
  return (note === '' ? numbers : `${numbers}  ${note}`).slice(0, Math.max(20, columns - 1));
}

/** `1.2 GB`: in powers of ten, as disks and networks are sold. */
export function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = count / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `2 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
