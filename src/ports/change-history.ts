/** What happened to a role before anything of it was delivered: LookupEvents, which reaches 90 days back. */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';

/** Milliseconds until LookupEvents shows an event at the latest (AWS CloudTrail User Guide, "Viewing recent management events"). */
export const shownWithin = 15 * 60_000;

export interface ChangeHistory {
  /**
   * @param before milliseconds: only changes of the role before it are asked for; less than {@link shownWithin} ago, the newest
   *   of them may not be shown yet.
   * @returns records of changes of the role's trust policy, in any order; `undefined`: not to be had. Never throws.
   */
  changesOf(
    role: { readonly account: string; readonly name: string },
    before: number,
  ): Promise<readonly CloudTrailRecord[] | undefined>;
}
