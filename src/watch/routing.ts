/** Does this channel get this finding now? What is sent to people is little; programs get everything. */
import type { Configuration } from '../configuration/configuration.ts';
import type { Finding } from '../findings/finding.ts';
import { atLeast } from '../findings/severity.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Delivery } from '../ports/trust-store.ts';
import type { Tell } from './draft.ts';

/** Channels that programs listen to. */
const forPrograms: ReadonlySet<string> = new Set(['findings-bus', 'security-hub', 'terminal']);

export interface RoutingQuestion {
  readonly publisher: Publisher;
  readonly finding: Finding;
  readonly tell: Tell;
  /** What the channel had of this finding before. */
  readonly delivery: Delivery | undefined;
  /** Where `tell` is `whoever-was-told`: what the channel had of the finding that it speaks of. */
  readonly earlier: Delivery | undefined;
  /** Milliseconds of the clock. */
  readonly now: number;
  /** Milliseconds between two messages of something that grows. */
  readonly growth: number;
}

/** @returns whether to send; what is not sent now is not sent later either, unless it changes. */
export function isSent(question: RoutingQuestion, configuration: Configuration): boolean {
  const { publisher, finding, tell, delivery, earlier, now, growth } = question;
  if (publisher.everything === true || forPrograms.has(publisher.channel)) return true;
  if (finding.supersededBy !== undefined) return delivery?.sentAt !== undefined;
  switch (tell.to) {
    case 'programs':
      // A change that was told and turns out to be harmless is told as such.
      return delivery?.sentAt !== undefined;
    case 'whoever-was-told':
      return delivery?.sentAt !== undefined || earlier?.sentAt !== undefined;
    case 'people-sparingly':
      if (delivery?.sentAt !== undefined) return now - delivery.sentAt >= growth;
      return routed(finding, publisher.channel, configuration);
    case 'people':
      return routed(finding, publisher.channel, configuration);
  }
}

/** A channel that no route names gets everything that people get. */
function routed(finding: Finding, channel: string, { routes, watch }: Configuration): boolean {
  const own = routes.filter((route) => route.channel === channel);
  if (own.length === 0) return true;
  const watched = isWatched(finding.role, watch);
  return own.some(
    ({ severity, accounts, kinds }) =>
      (watched || atLeast(finding.severity, severity)) &&
      (accounts === undefined || (finding.account !== undefined && accounts.includes(finding.account))) &&
      (kinds === undefined || kinds.includes(finding.kind)),
  );
}

/** Whether every change of the role is sent. */
export function isWatched(role: string | undefined, watch: Configuration['watch']): boolean {
  return role !== undefined && watch.some((pattern) => matchWildcard(pattern, role));
}
