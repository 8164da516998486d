/** What is new of the findings, and which channel still has to hear of it? */
import type { Finding } from '../findings/finding.ts';
import { canonicalJson, type Fact, sha256 } from '../findings/identity.ts';
import { maskFinding } from '../findings/mask.ts';
import { byTime } from '../findings/severity.ts';
import type { FindingKey, StoredFinding } from '../ports/trust-store.ts';
import type { WatchContext } from './context.ts';
import type { Conclusions, Draft } from './draft.ts';
import { isSent } from './routing.ts';

/** Some channel did not take a finding; everything else was told. The records have to come again. */
export class PublishingFailed extends AggregateError {
  override readonly name = 'PublishingFailed';
  constructor(errors: readonly unknown[]) {
    const [first] = errors;
    super(errors, first instanceof Error ? first.message : 'a channel did not take a finding', { cause: first });
  }
}

/** How often somebody else may be faster before it is a matter for another delivery. */
const mostTries = 8;

/**
 * Makes the findings and publishes them; where another process changed one meanwhile, all are made anew from the facts,
 * which by then hold what each of them brought.
 */
export async function publishUntilSettled(context: WatchContext, conclude: () => Promise<Conclusions>): Promise<void> {
  for (let tries = 1; tries <= mostTries; tries += 1) if (await publish(context, await conclude())) return;
  throw new Error('findings change faster than they can be published: to be tried again');
}

interface Pending {
  readonly draft: Draft;
  readonly finding: Finding;
  readonly stored: StoredFinding | undefined;
}

/** @returns false where somebody else was faster. */
async function publish(context: WatchContext, { known, drafts, retractions }: Conclusions): Promise<boolean> {
  const { store, settings } = context;
  const stored = new Map(known.map((one) => [nameOf(one), one]));
  const retracted = retractions.flatMap(({ key, supersededBy }): readonly Draft[] => {
    const before = stored.get(nameOf(key));
    if (before === undefined) return [];
    const { revision: _, schema: __, ...content } = JSON.parse(before.body) as Finding;
    return [{ key, content: { ...content, supersededBy }, tell: { to: 'whoever-was-told', of: key } }];
  });
  const pending: Pending[] = [];
  for (const draft of [...drafts, ...retracted]) {
    const { key, content } = draft;
    const before = stored.get(nameOf(key));
    const full: Finding = { schema: 'trusttrail/finding/1', ...content, revision: 1 };
    const shown = settings.showExternalIds === true ? full : maskFinding(full);
    const digest = digestOf(shown);
    const same = before?.digest === digest;
    const finding: Finding = { ...shown, revision: (before?.revision ?? 0) + (same ? 0 : 1) };
    if (!same) {
      const { revision, kind, supersededBy } = finding;
      const state = { ...key, kind, revision, digest, body: JSON.stringify(finding) };
      if (!(await store.putFinding(supersededBy === undefined ? state : { ...state, supersededBy }))) return false;
    }
    pending.push({ draft, finding, stored: before });
  }
  const told = new Set(pending.map(({ draft }) => nameOf(draft.key)));
  // Written and perhaps not told, by somebody who died: nothing draws it up again, since it is superseded already.
  for (const one of known)
    if (one.supersededBy !== undefined && !told.has(nameOf(one)) && lags(one, context)) pending.push(leftOver(one));
  pending.sort((left, right) => byTime(left.finding, right.finding));
  const failures: unknown[] = [];
  for (const one of pending) failures.push(...(await tell(context, one)));
  if (failures.length > 0) throw new PublishingFailed(failures);
  return true;
}

function lags({ revision, deliveries }: StoredFinding, { publishers }: WatchContext): boolean {
  return publishers.some(
    ({ channel, forgetful }) => forgetful !== true && (deliveries.get(channel)?.revision ?? 0) < revision,
  );
}

function leftOver(stored: StoredFinding): Pending {
  const finding = JSON.parse(stored.body) as Finding;
  const { subject, at, id } = stored;
  const key = { subject, at, id };
  const { revision: _, schema: __, ...content } = finding;
  return { draft: { key, content, tell: { to: 'whoever-was-told', of: key } }, finding, stored };
}

function nameOf({ subject, at, id }: FindingKey): string {
  return `${subject} ${at} ${id}`;
}

function digestOf({ revision: _, ...finding }: Finding): string {
  return sha256(canonicalJson(finding as unknown as Fact));
}

/** Tells each channel that has not had this revision. @returns what went wrong. */
async function tell(
  { store, publishers, clock, configuration, limits }: WatchContext,
  { draft: { key, tell }, finding, stored }: Pending,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  const { revision } = finding;
  for (const publisher of publishers) {
    const { channel } = publisher;
    if (publisher.forgetful === true) {
      await publisher.publish(finding);
      continue;
    }
    const delivery = stored?.deliveries.get(channel);
    if (delivery !== undefined && delivery.revision >= revision) continue;
    const earlier =
      tell.to === 'whoever-was-told' ? (await store.finding(tell.of))?.deliveries.get(channel) : undefined;
    const now = clock.now();
    if (!isSent({ publisher, finding, tell, delivery, earlier, now, growth: limits.growth }, configuration)) {
      await store.delivered(key, channel, { ...delivery, revision });
      continue;
    }
    try {
      await publisher.publish(finding);
    } catch (error) {
      failures.push(error);
      continue;
    }
    await store.delivered(key, channel, { revision, sentAt: now, sentRevision: revision });
  }
  return failures;
}
