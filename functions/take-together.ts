/** How are many records taken together, as that is cheap, so that one that breaks the watch costs no other its place? */
import type { Context } from 'aws-lambda';
import type { CloudTrailRecord } from '../src/cloudtrail/record.ts';
import { PublishingFailed } from '../src/watch/publish.ts';
import type { Analyse } from './records-batch.ts';
import { expectTime } from './time-left.ts';

/** Records that fail by themselves before the fault is taken for ours, and not for theirs. */
const mostFailed = 3;

/** @throws what the first of them failed with, when all others were taken, or enough have failed. */
export async function takeTogether(
  records: readonly CloudTrailRecord[],
  context: Context,
  analyse: Analyse,
): Promise<void> {
  const failures: unknown[] = [];
  const take = async (some: readonly CloudTrailRecord[]): Promise<void> => {
    expectTime(context);
    try {
      return await analyse(some);
    } catch (error) {
      // Where a channel failed, everything else was told.
      if (error instanceof PublishingFailed) throw error;
      if (some.length === 1) {
        failures.push(error);
        return;
      }
    }
    const half = Math.ceil(some.length / 2);
    for (const part of [some.slice(0, half), some.slice(half)]) if (failures.length < mostFailed) await take(part);
  };
  await take(records);
  if (failures.length > 0) throw failures[0];
}
