/** What is told of each record, and what is counted? Logs and metrics both go to standard output, a line at a time. */
import { lambdaLogger, standardOutput } from '../src/adapters/logger.ts';
import { embeddedMetrics } from '../src/adapters/metrics.ts';
import type { Finding } from '../src/findings/finding.ts';
import type { Publisher } from '../src/ports/publisher.ts';
import { environment } from './environment.ts';

const output = standardOutput();
export const log = lambdaLogger(output);
export const metrics = embeddedMetrics((line) => output.write(line), Date.now);
const own = { function: environment.AWS_LAMBDA_FUNCTION_NAME };

/** @param at milliseconds: the time of the event, so that the age tells how late all of this is. */
export function recordAnalysed(at: number): void {
  metrics.measure('RecordAge', 'Milliseconds', Math.max(0, Date.now() - at), own);
}

export function recordSkipped(reason: string): void {
  metrics.count('RecordsSkipped', { reason });
}

/** Counts what is sent, and what is not; the channel's failure goes on to whoever decides about another try. */
export function counted({ channel, publish }: Publisher): Publisher {
  return {
    channel,
    async publish(finding: Finding) {
      const { id, revision, kind, severity, role, events } = finding;
      try {
        await publish(finding);
      } catch (error) {
        metrics.count('PublishFailures', { channel });
        log.error({ error, channel, finding: id, revision, role, eventId: events[0] }, 'finding not published');
        throw error;
      }
      if (channel === 'findings-bus') metrics.count('FindingsPublished', { kind, severity });
      log.info({ channel, finding: id, revision, kind, severity, role, eventId: events[0] }, 'finding published');
    },
  };
}
