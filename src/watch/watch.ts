/** The live service without AWS: records go in, findings come out, and no order or repetition of delivery changes them. */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { type Affected, nothingAffected } from './affected.ts';
import { callerFindings } from './caller-findings.ts';
import { contextOf, type WatchPorts } from './context.ts';
import { BeingTold, PublishingFailed, publishUntilSettled } from './publish.ts';
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

/** Milliseconds between looks at what another process is telling; after the last the records come again. */
const waits = [250, 500, 1_000, 2_000] as const;
/** Milliseconds of such waiting in a minute: a holder that died is not waited for with every record. */
const mostWaiting = 5_000;

export function watch(ports: WatchPorts): Watch {
  const context = contextOf(ports);
  const { clock, pause } = context;
  let waiting = { since: 0, sum: 0 };
  /** @returns false where there was enough waiting. */
  const waited = async (milliseconds: number | undefined): Promise<boolean> => {
    if (pause === undefined || milliseconds === undefined) return false;
    if (clock.now() - waiting.since > 60_000) waiting = { since: clock.now(), sum: 0 };
    if (waiting.sum + milliseconds > mostWaiting) return false;
    waiting.sum += milliseconds;
    await pause(milliseconds);
    return true;
  };
  const self: Watch = {
    async take(records) {
      await self.conclude(await self.remember(records));
    },
    remember: (records) => (records.length === 0 ? Promise.resolve(nothingAffected()) : remember(records, context)),
    async conclude({ roles, callers }) {
      const failures: unknown[] = [];
      let works: readonly (() => Promise<void>)[] = [
        ...[...roles].map(
          ([key, touched]) =>
            () =>
              publishUntilSettled(context, () => roleFindings(key, touched, context)),
        ),
        ...[...callers].map(
          ([key, touched]) =>
            () =>
              publishUntilSettled(context, () => callerFindings(key, touched, context)),
        ),
      ];
      for (let round = 0; works.length > 0; round += 1) {
        const again: (() => Promise<void>)[] = [];
        const told: unknown[] = [];
        for (const work of works)
          try {
            await work();
          } catch (error) {
            // One channel that fails keeps no other finding from being told; everything else is for the caller at once.
            if (!(error instanceof PublishingFailed)) throw error;
            const isBeingTold = error.errors.every((one) => one instanceof BeingTold);
            (isBeingTold ? told : failures).push(...error.errors);
            if (isBeingTold) again.push(work);
          }
        works = again;
        // Where another process is at it, a moment shows whether it was told; if not, the records have to come again.
        if (again.length === 0 || (await waited(waits[round]))) continue;
        failures.push(...told);
        break;
      }
      if (failures.length > 0) throw new PublishingFailed(failures);
    },
    reconcile: (options) => reconcile(context, options),
  };
  return self;
}
