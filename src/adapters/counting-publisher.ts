/** What reached a channel and what did not, and how many denied calls had which cause? */
import type { Finding } from '../findings/finding.ts';
import { isOfUnanswered } from '../findings/unanswered.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Bursts whose size is remembered, so that their growth is counted and not their whole again. */
const mostBursts = 1_000;

/** @returns what counts and logs what a publisher sends; a failure goes on to whoever decides about another try. */
export function countingPublisher(
  metrics: Pick<Metrics, 'count'>,
  log: Pick<Logger, 'info' | 'error'>,
): (publisher: Publisher) => Publisher {
  const count = findingMetrics(metrics);
  return (publisher) => ({
    ...publisher,
    async publish(finding) {
      const { channel } = publisher;
      const { id, revision, kind, severity, role, events } = finding;
      const about = { channel, finding: id, revision, kind, severity, role, eventId: events[0] };
      try {
        await publisher.publish(finding);
      } catch (error) {
        metrics.count('PublishFailures', { channel });
        log.error({ error, ...about }, 'finding not published');
        throw error;
      }
      // The bus gets everything, each finding once.
      if (channel === 'findings-bus') count(finding);
      log.info(about, 'finding published');
    },
  });
}

/**
 * @returns what is to be told of each finding that was published. A burst is counted with its first revision, and then
 * by as much as it grew since; where another copy of the function published the one before, the growth is left out.
 */
function findingMetrics(metrics: Pick<Metrics, 'count'>): (finding: Finding) => void {
  const sizes = new Map<string, number>();
  return (finding) => {
    const { id, revision, kind, severity, cause, count, supersededBy } = finding;
    metrics.count('FindingsPublished', { kind, severity });
    if ((kind !== 'denial' && kind !== 'denial-spike') || supersededBy !== undefined) return;
    // What AWS throttled was not denied.
    if (isOfUnanswered(finding)) return;
    const before = sizes.get(id) ?? (revision === 1 ? 0 : count);
    if (count > before) metrics.count('Denials', { cause: cause ?? 'unknown' }, count - before);
    sizes.delete(id);
    sizes.set(id, Math.max(count, before));
    const [oldest] = sizes.keys();
    if (sizes.size > mostBursts && oldest !== undefined) sizes.delete(oldest);
  };
}
