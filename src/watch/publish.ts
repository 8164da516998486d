/** What is new of the findings, and which channel still has to hear of it? */
import { createHash } from 'node:crypto';
import type { Finding } from '../findings/finding.ts';
import { canonicalJson, type Fact } from '../findings/identity.ts';
import { maskFinding } from '../findings/mask.ts';
import { byTime } from '../findings/severity.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { Claim, Delivery, FindingKey, FindingState, StoredFinding } from '../ports/trust-store.ts';
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

/** Another process is telling the same revision: it is done when the records come again, or theirs to tell. */
export class BeingTold extends Error {
  override readonly name = 'BeingTold';
}

/**
 * Milliseconds that a claim lasts: longer than a function lives (60 seconds), so that nobody tells after its claim ran out, and
 * shorter than a message stays hidden (six minutes), so that what its holder died over is told when its message comes again.
 */
const claimLasts = 120_000;
/** Milliseconds that one message to one channel may take. */
const sendTakes = 30_000;

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
  /** Milliseconds: until when nobody else tells it; `undefined`: not yet claimed. */
  readonly claimedUntil: number | undefined;
}

/** @returns false where somebody else was faster. */
async function publish(context: WatchContext, { known, drafts, retractions }: Conclusions): Promise<boolean> {
  const { store, settings, clock, holder = 'watch' } = context;
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
    const same = before !== undefined && before.digest === digestOf(shown);
    const finding: Finding = { ...shown, revision: (before?.revision ?? 0) + (same ? 0 : 1) };
    const until = clock.now() + claimLasts;
    if (!same && !(await store.putFinding(stateOf(key, finding, { holder, until })))) return false;
    pending.push({ draft, finding, stored: before, claimedUntil: same ? undefined : until });
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
  return {
    draft: { key, content, tell: { to: 'whoever-was-told', of: key } },
    finding,
    stored,
    claimedUntil: undefined,
  };
}

function nameOf({ subject, at, id }: FindingKey): string {
  return `${subject} ${at} ${id}`;
}

/** The texts are worked out when they are first read: a store that forgets never reads most of them. */
function stateOf(key: FindingKey, finding: Finding, claim: Claim): FindingState {
  const { kind, revision, supersededBy } = finding;
  let digest: string | undefined;
  let body: string | undefined;
  return {
    ...key,
    kind,
    revision,
    ...(supersededBy === undefined ? {} : { supersededBy }),
    claim,
    get digest() {
      digest ??= digestOf(finding);
      return digest;
    },
    get body() {
      body ??= JSON.stringify(finding);
      return body;
    },
  };
}

function digestOf({ revision: _, ...finding }: Finding): string {
  return createHash('sha256')
    .update(canonicalJson(finding as unknown as Fact))
    .digest('hex');
}

/** Tells each channel that has not had this revision. @returns what went wrong. */
async function tell(context: WatchContext, one: Pending): Promise<readonly unknown[]> {
  const { store, publishers, clock, configuration, limits } = context;
  const { draft, finding, stored } = one;
  const { key, tell } = draft;
  const { revision } = finding;
  let deliveries = stored?.deliveries;
  const isNoted = ({ channel }: Publisher): boolean => (deliveries?.get(channel)?.revision ?? 0) >= revision;
  const failures: unknown[] = [];
  const due: Publisher[] = [];
  // What was told of what this one speaks of: read once, where a channel has not had this one yet.
  const hears = publishers.some((one) => one.forgetful !== true && !isNoted(one));
  const spokenOf = hears && tell.to === 'whoever-was-told' ? await store.finding(tell.of) : undefined;
  const held = new Map<string, Delivery>();
  for (const publisher of publishers) {
    const { channel } = publisher;
    if (publisher.forgetful === true) {
      await publisher.publish(finding);
      continue;
    }
    if (isNoted(publisher)) continue;
    const delivery = deliveries?.get(channel);
    const earlier = spokenOf?.deliveries.get(channel);
    if (spokenOf !== undefined && spokenOf.id !== key.id && (earlier?.revision ?? 0) < spokenOf.revision) {
      // Whether people hear of that one is not settled, by a failure or since another process is at it: nor is it of this one.
      failures.push(new BeingTold(`${finding.id}: what it speaks of is not told yet`));
      continue;
    }
    const question = { publisher, finding, tell, delivery, earlier, now: clock.now(), growth: limits.growth };
    if (isSent(question, configuration)) due.push(publisher);
    else held.set(channel, { ...delivery, revision });
  }
  let { claimedUntil } = one;
  for (const publisher of due) {
    if (claimedUntil === undefined || clock.now() + sendTakes > claimedUntil) {
      claimedUntil = await claimed(context, key, revision);
      if (claimedUntil === undefined) {
        failures.push(new BeingTold(`${finding.id}: another process is telling it`));
        break;
      }
      // Whoever had claimed it before may have told it and noted so.
      deliveries = (await store.finding(key))?.deliveries;
    }
    if (isNoted(publisher)) continue;
    const now = clock.now();
    try {
      await publisher.publish(finding);
    } catch (error) {
      failures.push(error);
      continue;
    }
    // What is held back is noted along with it: a write is billed by the size of the finding.
    held.set(publisher.channel, { revision, sentAt: now, sentRevision: revision });
    await store.delivered(key, held);
    held.clear();
  }
  if (held.size > 0) await store.delivered(key, held);
  return failures;
}

/** @returns until when nobody else tells this revision; `undefined` where somebody else does, or it is the newest no more. */
async function claimed(
  { store, clock, holder = 'watch' }: WatchContext,
  key: FindingKey,
  revision: number,
): Promise<number | undefined> {
  const now = clock.now();
  const until = now + claimLasts;
  return (await store.claim(key, revision, { holder, until }, now)) ? until : undefined;
}
