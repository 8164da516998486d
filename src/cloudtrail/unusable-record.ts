/** Why can the live service do nothing with a record that one of its rules lets through? Such a record is put aside, never passed over. */
import { changesUnnamedRole } from './recognise.ts';
import type { CloudTrailRecord } from './record.ts';

/** @returns `undefined` where it can be used. */
export function unusableBecause(record: CloudTrailRecord): string | undefined {
  // Without an id of its own a record could be counted again with each delivery, and its time decides what was in force.
  if (record.derived !== undefined) return `a record without its ${record.derived.join(' and ')}`;
  return changesUnnamedRole(record) ? 'a change of a trust policy whose record does not name the role' : undefined;
}
