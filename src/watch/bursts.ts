/** Which denials belong together: a burst of one role, and a caller that tries many roles or principals. */

/** Something that happened, with how many such events it stands for. */
export interface Timed {
  readonly at: number;
  readonly weight: number;
}

const day = 24 * 60 * 60_000;

/**
 * Cuts events into maximal runs: neighbours are at most `gap` apart by the time of the event.
 * @param events in the order of time. @param gap milliseconds.
 */
export function runsOf<T extends Timed>(events: readonly T[], gap: number): readonly (readonly [T, ...T[]])[] {
  const runs: [T, ...T[]][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && event.at - last.at <= gap) run.push(event);
    else runs.push([event]);
  }
  return runs;
}

/**
 * A run of more than a day is told by the day (UTC), so that no message needs more than two days of denials to be
 * made and somebody whose job has failed for weeks hears of it every day.
 */
export function byDay<T extends Timed>(run: readonly [T, ...T[]]): readonly (readonly [T, ...T[]])[] {
  const last = run.at(-1) ?? run[0];
  if (last.at - run[0].at <= day) return [run];
  const days: [T, ...T[]][] = [];
  for (const event of run) {
    const today = days.at(-1);
    if (today !== undefined && dayOf(today[0].at) === dayOf(event.at)) today.push(event);
    else days.push([event]);
  }
  return days;
}

/** The beginning of the UTC day. */
export function dayOf(at: number): number {
  return Math.floor(at / day) * day;
}

/** Whether some `window` of the run holds at least `least` events. */
export function isDense(run: readonly Timed[], least: number, window: number): boolean {
  let start = 0;
  let inside = 0;
  for (const event of run) {
    inside += event.weight;
    for (let first = run[start]; first !== undefined && event.at - first.at > window; first = run[start]) {
      inside -= first.weight;
      start += 1;
    }
    if (inside >= least) return true;
  }
  return false;
}

/** Whether some `window` of the run holds at least `least` distinct values. */
export function hasDistinct<T extends Timed>(
  run: readonly T[],
  valueOf: (event: T) => string,
  least: number,
  window: number,
): boolean {
  const inside = new Map<string, number>();
  let start = 0;
  for (const event of run) {
    inside.set(valueOf(event), (inside.get(valueOf(event)) ?? 0) + 1);
    for (let first = run[start]; first !== undefined && event.at - first.at > window; first = run[start]) {
      const left = (inside.get(valueOf(first)) ?? 1) - 1;
      if (left === 0) inside.delete(valueOf(first));
      else inside.set(valueOf(first), left);
      start += 1;
    }
    if (inside.size >= least) return true;
  }
  return false;
}

export function weightOf(events: readonly Timed[]): number {
  return events.reduce((sum, event) => sum + event.weight, 0);
}
