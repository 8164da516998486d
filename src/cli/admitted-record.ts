/** Which records of the past would the live service get, by which of its rules, and with which can it do something? */
import { eventPatterns, matchesPattern, toEventBridgeEvent } from '../cloudtrail/event-patterns.ts';
import { recognise } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';

/** A rule of EventBridge that lets records through to the service. */
export type RuleName = keyof typeof eventPatterns;

export interface Admitted {
  readonly rule: RuleName;
  /** What is wrong with the record, in one line; absent where it can be used. */
  readonly problem?: string;
}

const rules = Object.entries(eventPatterns) as readonly [RuleName, (typeof eventPatterns)[RuleName]][];

/** @returns `undefined` where none of the rules lets the record through: it means nothing to the service. */
export function admitted(record: CloudTrailRecord): Admitted | undefined {
  const event = toEventBridgeEvent(record);
  const rule = rules.find(([, pattern]) => matchesPattern(event, pattern))?.[0];
  if (rule === undefined) return undefined;
  const unusable = unusableBecause(record);
  return unusable === undefined
    ? { rule }
    : { rule, problem: `${record.eventName}, event ${record.eventId}: ${unusable}` };
}

function unusableBecause(record: CloudTrailRecord): string | undefined {
  if (record.derived?.includes('eventTime') === true) return 'a record without its time';
  const recognised = recognise(record);
  // Not to be passed over in silence: somebody may have opened a role.
  if (recognised?.kind === 'trust-change' && recognised.succeeded && recognised.role === undefined)
    return 'a change of a role that the record does not name';
  return undefined;
}
