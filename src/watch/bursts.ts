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
  nameOf: (event: T) => string,
  least: number,
  window: number,
): boolean {
  const inside = new Map<string, number>();
  let start = 0;
  for (const event of run) {
    inside.set(nameOf(event), (inside.get(nameOf(event)) ?? 0) + 1);
    for (let first = run[start]; first !== undefined && event.at - first.at > window; first = run[start]) {
      const left = (inside.get(nameOf(first)) ?? 1) - 1;
      if (left === 0) inside.delete(nameOf(first));
      else inside.set(nameOf(first), left);
      start += 1;
    }
    if (inside.size >= least) return true;
  }
  return false;
}

export function weightOf(events: readonly Timed[]): number {
  return events.reduce((sum, event) => sum + event.weight, 0);
}

/** A finding that was made before, known by the time of its first event. */
interface Earlier {
  readonly id: string;
  readonly at: number;
}

export interface Grouped<T, F> {
  readonly run: readonly [T, ...T[]];
  /** What tells of it already, the oldest of several. */
  readonly known: F | undefined;
  /** The others, which it absorbs. */
  readonly absorbed: readonly F[];
}

/**
 * Joins runs with what was told of them before: where a late event made one run of two, the older finding goes on.
 * @param earlier findings of this kind, those that are superseded left out.
 */
export function joinKnown<T extends Timed, F extends Earlier>(
  runs: readonly (readonly [T, ...T[]])[],
  earlier: readonly F[],
): readonly Grouped<T, F>[] {
  return runs.map((run) => {
    const last = run.at(-1) ?? run[0];
    const [known, ...absorbed] = earlier
      .filter(({ at }) => at >= run[0].at && at <= last.at)
      .sort((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1));
    return { run, known, absorbed };
  });
}

/** Milliseconds, both ends inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The times that have to be looked at to know every run that holds one of these: of a run that is longer than a day
 * its days are told apart, so that no more than the days around are needed.
 */
export function spansAround(times: Iterable<number>, gap: number): readonly Span[] {
  const spans = [...times]
    .sort((left, right) => left - right)
    .map((at) => ({ from: dayOf(at) - day - gap, to: dayOf(at) + 2 * day + gap }));
  return mergedSpans(spans);
}

/** @returns the same spans without those that overlap. */
export function mergedSpans(spans: readonly Span[]): readonly Span[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((left, right) => left.from - right.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from: Math.max(0, from), to });
  }
  return merged;
}
