/** Is there time for one more message, so that what was done before it is not given back with it when the time is over? */
import type { Context } from 'aws-lambda';

/** Milliseconds that one message may take where calls have to be tried again. */
const reserve = 15_000;

/** The message was not begun: it comes again. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** @throws {OutOfTime} where Lambda would end the function in the middle, and all of the batch would come again. */
export function expectTime(context: Partial<Context>): void {
  const left = context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  if (left < reserve) throw new OutOfTime(`${left} ms are left`);
}
