/** What happened to a role before anything of it was delivered: LookupEvents, which reaches 90 days back. */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';

export interface ChangeHistory {
  /**
   * @param before milliseconds: only changes of the role before it are asked for.
   * @returns records of changes of the role's trust policy, in any order; `undefined`: not to be had. Never throws.
   */
  changesOf(
    role: { readonly account: string; readonly name: string },
    before: number,
  ): Promise<readonly CloudTrailRecord[] | undefined>;
}
