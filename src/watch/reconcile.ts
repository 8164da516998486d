/** What does no event tell: roles that are not as the events say, and accepted risks whose time is over? */
import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import { acceptanceOf } from '../configuration/acceptance.ts';
import { severityOf } from '../configuration/configuration.ts';
import { findingId } from '../findings/identity.ts';
import type { ReadRole, RoleAnswer } from '../ports/role-reader.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import { checkRisks } from '../risks/check-risks.ts';
import type { WatchContext } from './context.ts';
import type { Conclusions, Draft } from './draft.ts';
import { driftOf, driftStream, explainedDrift, unannouncedDraft } from './drift.ts';
import { roleFactOf, roleKeyOf, roleStream } from './facts.ts';
import { askAgain } from './looked-up.ts';
import { PublishingFailed, publishUntilSettled } from './publish.ts';
import { rolesStream } from './remember.ts';
import { roleFindings } from './role-findings.ts';
import { type RoleState, roleHistory, sameDocument, settling } from './role-history.ts';
import {
  accountsInTurn,
  beginSeeding,
  endSeeding,
  isUnannounced,
  keepSeen,
  type Seeding,
  seedRole,
  standingRisks,
} from './survey.ts';

/** What was looked at, and what could not be. */
export interface Reconciled {
  readonly roles: number;
  readonly drifted: number;
  readonly unread: readonly { readonly role: string; readonly because: string }[];
  /** Where whole accounts were read: which of them for the first time, and which could not be. */
  readonly accounts?: {
    readonly read: number;
    readonly seeded: readonly string[];
    readonly unread: readonly { readonly account: string; readonly because: string }[];
  };
}

export interface ReconcileOptions {
  /** Milliseconds of the clock: no account is begun after it; those left come first the next time. */
  readonly until?: number;
}

/** Roles that are looked at at once. */
const atOnce = 8;
/** Roles that fail before the fault is taken for one of all. */
const mostFailed = 20;

export async function reconcile(context: WatchContext, { until }: ReconcileOptions = {}): Promise<Reconciled> {
  const { store, roleReader, accountRoles, clock } = context;
  const tally = { roles: 0, drifted: 0, unread: [] as { role: string; because: string }[] };
  const failures: unknown[] = [];
  /** One role of which something cannot be told, or that breaks the watch, keeps no other from being looked at. */
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (failures.length >= mostFailed) return;
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  await attempt(() =>
    askAgain(context, (key, touched) => publishUntilSettled(context, () => roleFindings(key, touched, context))),
  );
  const known = new Map((await store.events(rolesStream)).map(({ eventId, body }) => [eventId, body]));
  const look = (key: string, live: Live | undefined, seeding: Seeding | undefined): Promise<void> =>
    attempt(async () => {
      tally.roles += 1;
      const looked = await lookAt(key, known.get(key), live, seeding, context);
      if (looked.drifted) tally.drifted += 1;
      if (looked.unread !== undefined) tally.unread.push(looked.unread);
    });
  if (accountRoles === undefined) {
    const live = roleReader === undefined ? undefined : { read: (arn: string) => roleReader.read(arn) };
    for (const key of known.keys()) await look(key, live, undefined);
    if (failures.length > 0) throw new PublishingFailed(failures);
    return tally;
  }
  const accounts = { read: 0, seeded: [] as string[], unread: [] as { account: string; because: string }[] };
  const seedings: Seeding[] = [];
  for (const { account, seeded } of await accountsInTurn(context)) {
    const own = [...known.keys()].filter((key) => key.startsWith(`${account}/`));
    const late = until !== undefined && clock.now() >= until;
    const answer = late
      ? ({ answer: 'unknown', because: 'no time was left' } as const)
      : await accountRoles.rolesOf(account);
    if (answer.answer === 'unknown') {
      accounts.unread.push({ account, because: answer.because });
      // Acceptances end by the calendar, whatever can be read.
      await inParallel(own, (key) => look(key, undefined, undefined));
      continue;
    }
    accounts.read += 1;
    const seeding = seeded ? undefined : await beginSeeding(account, context);
    if (seeding !== undefined) seedings.push(seeding);
    const roles = new Map(answer.roles.flatMap((role) => [[roleKeyOf(role.arn) ?? role.arn, role] as const]));
    const read = (key: string): Live => ({
      readAt: answer.readAt,
      read: async () => {
        const role = roles.get(key);
        return role === undefined ? { answer: 'no-such-role' } : { answer: 'role', role };
      },
    });
    await inParallel([...new Set([...own, ...roles.keys()])], (key) => look(key, read(key), seeding));
  }
  // A summary counts all roles: it waits until all could be looked at.
  if (failures.length > 0) throw new PublishingFailed(failures);
  await endSeeding(seedings, accounts.unread, context);
  accounts.seeded.push(...seedings.map(({ account }) => account));
  return { ...tally, accounts };
}

/** How a role can be seen as it is now. */
interface Live {
  readonly read: (arn: string) => Promise<RoleAnswer>;
  /** Milliseconds: when whole accounts were read, and what was seen is kept. */
  readonly readAt?: number;
}

async function lookAt(
  key: string,
  named: string | undefined,
  live: Live | undefined,
  seeding: Seeding | undefined,
  context: WatchContext,
): Promise<{ readonly drifted: boolean; readonly unread?: { readonly role: string; readonly because: string } }> {
  const { store, clock } = context;
  let drifted = false;
  let unread: { role: string; because: string } | undefined;
  let seen: ReadRole | undefined;
  const conclude = async (): Promise<Conclusions> => {
    drifted = false;
    seen = undefined;
    const known = await store.findings(key);
    const facts = await store.events(roleStream(key));
    const history = roleHistory(
      key,
      facts.flatMap((fact) => roleFactOf(fact) ?? []),
    );
    const { latest } = history;
    const gone = latest.exists === false;
    const role = latest.arn ?? named;
    const answer =
      live === undefined || (live.readAt === undefined && (gone || latest.policyText === undefined))
        ? undefined
        : await live.read(role ?? key);
    if (answer?.answer === 'unknown') unread = { role: role ?? key, because: answer.because };
    const drafts: Draft[] = [];
    if (role !== undefined && !gone) drafts.push(...expiredAcceptances(key, role, latest, known, context));
    // What a look told before, and what has been delivered since.
    const retractions = explainedDrift(history, known);
    if (answer === undefined || answer.answer === 'unknown') return { known, drafts, retractions };
    if (latest.exists === true && role !== undefined) {
      const drift = driftOf(history, role, answer, clock.now());
      if (drift !== undefined) drafts.push(drift);
      drifted = drift !== undefined;
    }
    if (answer.answer !== 'role' || live?.readAt === undefined)
      return { known, drafts: await noted(drafts), retractions };
    const risks = standingRisks(answer.role, context);
    const last = history.changes.at(-1)?.change.record.at;
    const settled = last === undefined || clock.now() - last >= settling;
    if (latest.exists !== true && settled && seeding === undefined && isUnannounced(answer.role, clock.now())) {
      drafts.push(unannouncedDraft(key, answer.role, risks));
      drifted = true;
    }
    if (seeding !== undefined) drafts.push(...seedRole(key, answer.role, risks, seeding));
    if (settled && isNews(latest, answer.role)) seen = answer.role;
    return { known, drafts: await noted(drafts), retractions };
  };
  /** So that a change that is delivered later finds what it explains. */
  const noted = async (drafts: readonly Draft[]): Promise<readonly Draft[]> => {
    const drifts = drafts.filter(({ content }) => content.kind === 'drift');
    const events = drifts.map((draft) => ({ eventId: draft.key.id, at: draft.key.at, body: '' }));
    if (events.length > 0) await store.addEvents(driftStream(key), events);
    return drafts;
  };
  await publishUntilSettled(context, conclude);
  // A change that was delivered meanwhile did not find what was not told yet.
  if (drifted) await publishUntilSettled(context, conclude);
  // Only when everything was told: what is kept as seen is no drift any more.
  if (seen !== undefined && live?.readAt !== undefined) await keepSeen(key, seen, live.readAt, context);
  return { drifted, ...(unread === undefined ? {} : { unread }) };
}

/** Whether what IAM shows is not what is known of the role. */
function isNews({ exists, policyText }: RoleState, role: ReadRole): boolean {
  return exists !== true || policyText === undefined || !sameDocument(policyText, role.policyText);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

/** An acceptance that has ended while its risk is still there is told once. */
function expiredAcceptances(
  key: string,
  role: string,
  { policy, maxSessionDuration }: RoleState,
  known: readonly StoredFinding[],
  { configuration, world, clock }: WatchContext,
): readonly Draft[] {
  if (policy === undefined || configuration.accept.length === 0) return [];
  const now = toIsoSeconds(clock.now());
  const risks = checkRisks({
    policy,
    role,
    world,
    at: now,
    ...(maxSessionDuration === undefined ? {} : { maxSessionDuration: { now: maxSessionDuration } }),
  });
  const drafts = new Map<string, Draft>();
  for (const found of risks) {
    const acceptance = acceptanceOf(configuration, found, role, now);
    if (acceptance?.expired !== true) continue;
    const { rule, until, reason } = acceptance.acceptance;
    const id = findingId('acceptance-expired', { role: key, rule, until });
    // The first moment after its last day.
    const at = Date.parse(`${until}T00:00:00Z`) + 86_400_000;
    const earlier = known.find((one) => one.id === id);
    const { discriminator: _, statement: __, ...risk } = found;
    drafts.set(id, {
      key: { id, subject: key, at: earlier?.at ?? at },
      content: {
        id,
        kind: 'acceptance-expired',
        severity: severityOf(configuration, risk.rule, risk.severity),
        title: `The acceptance of ${rule} on ${roleFromArn(role)?.name ?? role} ended on ${until}, and the risk is still there`,
        time: toIsoSeconds(at),
        ...(roleFromArn(role) === undefined ? {} : { account: roleFromArn(role)?.account ?? '' }),
        role,
        events: [],
        count: 1,
        risks: [risk],
        notes: [`It was accepted because: ${reason}`],
      },
      tell: { to: 'people' },
    });
  }
  return [...drafts.values()];
}
