/** Which records of the past would the live service get, by which of its rules, and with which can it do something? */
import { type RuleName, ruleFor, toEventBridgeEvent } from '../cloudtrail/event-patterns.ts';
import { changesUnnamedRole } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';

export interface Admitted {
  readonly rule: RuleName;
  /** What is wrong with the record, in one line; absent where it can be used. */
  readonly problem?: string;
}

/** @returns `undefined` where none of the rules lets the record through: it means nothing to the service. */
export function admitted(record: CloudTrailRecord): Admitted | undefined {
  const rule = ruleFor(toEventBridgeEvent(record));
  if (rule === undefined) return undefined;
  const unusable = unusableBecause(record);
  return unusable === undefined
    ? { rule }
    : { rule, problem: `${record.eventName}, event ${record.eventId}: ${unusable}` };
}

function unusableBecause(record: CloudTrailRecord): string | undefined {
  if (record.derived?.includes('eventTime') === true) return 'a record without its time';
  // Not to be passed over in silence: somebody may have opened a role.
  return changesUnnamedRole(record) ? 'a change of a role that the record does not name' : undefined;
}
