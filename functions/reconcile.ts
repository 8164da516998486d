/** Once a day: what do no events tell, of the roles of all accounts, and of the events themselves? */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { notForwarded } from './accounts.ts';
import { bundledConfiguration } from './configuration-file.ts';
import { environment } from './environment.ts';
import { service } from './service.ts';
import { log, metrics } from './telemetry.ts';

/** Milliseconds that the last account needs. */
const reserve = 120_000;

/** @throws where it has to be done again, by Lambda's own tries of an asynchronous call. */
export async function handler(event: Partial<ScheduledEvent>, context: Context): Promise<void> {
  const child = log.child({ requestId: context.awsRequestId, eventId: event.id });
  try {
    for (const one of await notForwarded(bundledConfiguration(environment.LAMBDA_TASK_ROOT).accounts)) {
      child.warn(one, one.waiting === undefined ? 'forwarder not seen' : 'events not forwarded');
      if (one.waiting !== undefined) metrics.count('EventsNotForwarded', {}, one.waiting);
    }
    const until = Date.now() + context.getRemainingTimeInMillis() - reserve;
    const { roles, drifted, unread, accounts } = await service().reconcile({ until });
    for (const one of accounts?.unread ?? []) {
      child.warn(one, 'account not read');
      metrics.count('RecordsSkipped', { reason: 'account-unread' });
    }
    for (const one of unread.slice(0, 100)) child.warn(one, 'role not read');
    child.info({ roles, drifted, unread: unread.length, seeded: accounts?.seeded }, 'reconciled');
  } catch (error) {
    child.error({ error }, 'not reconciled');
    throw error;
  } finally {
    metrics.flush();
  }
}
