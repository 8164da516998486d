/** The live service without AWS: records go in, findings come out, and no order or repetition of delivery changes them. */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { type Affected, nothingAffected } from './affected.ts';
import { callerFindings } from './caller-findings.ts';
import { contextOf, type WatchPorts } from './context.ts';
import { PublishingFailed, publishUntilSettled } from './publish.ts';
import { type Reconciled, type ReconcileOptions, reconcile } from './reconcile.ts';
import { remember } from './remember.ts';
import { roleFindings } from './role-findings.ts';

export type { WatchPorts, WatchSettings } from './context.ts';

export interface Watch {
  /**
   * Takes records of any kind, in any order and any number of times: keeps the facts, makes the findings that follow from
   * all facts, and publishes what is new of them.
   * @throws where the store or a channel failed; the same records have to come again then, and nothing is told twice.
   */
  take(records: readonly CloudTrailRecord[]): Promise<void>;
  /** The first half: keeps the facts. @returns whose findings may have changed, for {@link Watch.conclude}. */
  remember(records: readonly CloudTrailRecord[]): Promise<Affected>;
  /** The second half; what several calls of {@link Watch.remember} answered may be merged before. */
  conclude(affected: Affected): Promise<void>;
  /** What no event tells: roles that are not as the events say (drift), and acceptances that have ended. */
  reconcile(options?: ReconcileOptions): Promise<Reconciled>;
}

export function watch(ports: WatchPorts): Watch {
  const context = contextOf(ports);
  const self: Watch = {
    async take(records) {
      await self.conclude(await self.remember(records));
    },
    remember: (records) => (records.length === 0 ? Promise.resolve(nothingAffected()) : remember(records, context)),
    async conclude({ roles, callers }) {
      const failures: unknown[] = [];
      const attempt = async (work: () => Promise<void>): Promise<void> => {
        try {
          await work();
        } catch (error) {
          // One channel that fails keeps no other finding from being told; everything else is for the caller at once.
          if (!(error instanceof PublishingFailed)) throw error;
          failures.push(...error.errors);
        }
      };
      for (const [key, touched] of roles)
        await attempt(() => publishUntilSettled(context, () => roleFindings(key, touched, context)));
      for (const [key, touched] of callers)
        await attempt(() => publishUntilSettled(context, () => callerFindings(key, touched, context)));
      if (failures.length > 0) throw new PublishingFailed(failures);
    },
    reconcile: (options) => reconcile(context, options),
  };
  return self;
}
