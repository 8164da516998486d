/** Which records of the past can the service do nothing with, though its rules let them through? */
import { recognise } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';

/** @returns what is wrong with the record, to be told beside its place; `undefined` where nothing is. */
export function unusableBecause(record: CloudTrailRecord): string | undefined {
  if (record.derived?.includes('eventTime') === true) return 'a record without its time';
  const recognised = recognise(record);
  // Not to be passed over in silence: somebody may have opened a role.
  if (recognised?.kind === 'trust-change' && recognised.succeeded && recognised.role === undefined)
    return 'a change of a role that the record does not name';
  return undefined;
}
