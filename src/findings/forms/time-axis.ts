/** Where on an axis does each moment stand, so that minutes around a burst can be seen in a history of months? */

/** Shorter stretches than this count by their length, longer ones by its logarithm. */
const minute = 60_000;

export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** From 0 to 1. */
  readonly place: number;
}

/**
 * Places moments in their order. A quiet stretch takes the more room the longer it was, but ever less so: ten times as
 * long is one step more. @returns each moment once, the first at 0 and the last at 1.
 */
export function placedMoments(times: readonly number[]): readonly Moment[] {
  const moments = [...new Set(times.filter(Number.isFinite))].sort((left, right) => left - right);
  let sum = 0;
  const sums = moments.map((at, index) => {
    const before = moments[index - 1];
    if (before !== undefined) sum += Math.log2(1 + (at - before) / minute);
    return sum;
  });
  return moments.map((at, index) => ({ at, place: sum === 0 ? 0.5 : (sums[index] ?? 0) / sum }));
}

/** The moments to be labelled, the first and the last among them and never two nearer than `apart`. */
export function labelledMoments(moments: readonly Moment[], apart: number): readonly Moment[] {
  const last = moments.at(-1);
  const labelled: Moment[] = [];
  for (const moment of moments) {
    const before = labelled.at(-1);
    if (before !== undefined && moment.place - before.place < apart) continue;
    if (last !== undefined && moment !== last && last.place - moment.place < apart && before !== undefined) continue;
    labelled.push(moment);
  }
  return labelled;
}
