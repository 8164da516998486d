/** What follows from all that is known of one role: its changes, its denials, its bursts, and the principals it trusts? */

import type { PrincipalHistory } from '../causes/evidence.ts';
import { nameOfCaller } from '../cloudtrail/caller-name.ts';
import type { CallerSideChange, Denial } from '../cloudtrail/recognised.ts';
import { unanswered } from '../cloudtrail/unanswered-call.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import { actorName } from './actor.ts';
import type { RoleTouched } from './affected.ts';
import { byDay, isDense, joinKnown, mergedSpans, runsOf, type Span, spansAround } from './bursts.ts';
import { callerSubject, isOpenEnumeration, probingRuns, readDenial } from './caller-findings.ts';
import type { WatchContext } from './context.ts';
import { answerOf, callerSideNote } from './correlate.ts';
import type { Surroundings } from './denial-evidence.ts';
import type { Conclusions, Draft, Retraction } from './draft.ts';
import { driftStream, explainedDrift } from './drift.ts';
import { enumerationId, isProbe } from './enumeration.ts';
import { callerKeyOf, callerOf, callerSideStream, eventOf } from './facts.ts';
import { knownHistory, lookUp } from './looked-up.ts';
import { burstDrafts, denialDraft, type KnownDenial, type Told } from './on-denial.ts';
import { failedChangeDraft, trustChangeDraft } from './on-trust-change.ts';
import { tellsOfUnanswered, unansweredBurstDraft } from './on-unanswered.ts';
import { callerAccessFor, readingFor } from './outside.ts';
import { eventsOfPrincipal, principalDrafts, trustedPrincipals } from './principal-findings.ts';
import { accountOfCaller } from './remember.ts';
import { type RoleHistory, stateAt } from './role-history.ts';

const day = 24 * 60 * 60_000;
/** How long a burst waits for the change that resolves it. */
const mostWaiting = 30 * day;

export async function roleFindings(key: string, cameIn: RoleTouched, context: WatchContext): Promise<Conclusions> {
  const { store } = context;
  const touched = await lookUp(key, cameIn, context);
  const known = [
    ...(await store.findings(key, { from: await firstConcerned(key, touched, context) })),
    ...(touched.changed === undefined ? [] : await knownDrifts(key, context)),
  ];
  const history = await knownHistory(key, context);
  const drafts: Draft[] = [];
  const retractions: Retraction[] = [];
  if (touched.changed !== undefined) {
    const { from } = touched.changed;
    for (const one of history.changes)
      if (one.change.record.at >= from) drafts.push(trustChangeDraft(history, one, context));
    await addFailedChanges(history, from, known, context, drafts, retractions);
    // A change says what was before it as well: whether a role that is created was made anew, for instance.
    const since = sinceChange(touched, history, context.limits.lookBack)?.from ?? from;
    const principals = await principalDrafts(history, Math.min(from, since), known, context);
    drafts.push(...principals.drafts);
    retractions.push(...principals.retractions, ...explainedDrift(history, known));
  }
  await addDenials(key, touched, history, known, context, drafts, retractions);
  return { known, drafts, retractions };
}

/** What the daily look told, however long ago that was which it was held against. */
async function knownDrifts(key: string, { store }: WatchContext): Promise<readonly StoredFinding[]> {
  const told = await store.events(driftStream(key));
  const found = await Promise.all(told.map(({ eventId: id, at }) => store.finding({ id, subject: key, at })));
  return found.filter((one) => one !== undefined);
}

/** @returns the time from which on findings may change. */
async function firstConcerned(key: string, touched: RoleTouched, context: WatchContext): Promise<number> {
  const { changed, denials } = touched;
  const before = changed === undefined ? undefined : await knownHistory(key, context);
  const since = before === undefined ? undefined : sinceChange(touched, before, context.limits.lookBack);
  const run = Math.min(...denials) - 2 * day;
  return Math.max(0, Math.min(run, (since?.from ?? Number.POSITIVE_INFINITY) - mostWaiting - 2 * day));
}

/** A failed change that is part of an enumeration is told by that one alone. */
async function addFailedChanges(
  history: RoleHistory,
  from: number,
  known: readonly StoredFinding[],
  context: WatchContext,
  drafts: Draft[],
  retractions: Retraction[],
): Promise<void> {
  for (const one of history.failed) {
    const { record } = one.change;
    if (record.at < from) continue;
    const draft = failedChangeDraft(history, one);
    const probing = isProbe(one.change) ? await enumerationOf(one.change.record, context) : undefined;
    if (probing === undefined) drafts.push(draft);
    else if (known.some(({ id }) => id === draft.key.id)) retractions.push({ key: draft.key, supersededBy: probing });
  }
}

/** @returns the id of the enumeration that the call is part of. */
async function enumerationOf(record: Denial['record'], context: WatchContext): Promise<string | undefined> {
  const caller = callerOf(record) ?? nameOfCaller(record);
  const { store, limits } = context;
  for (const span of spansAround([record.at], limits.burst.window))
    for (const run of await probingRuns(caller, span, context)) {
      if (!run.some(({ eventId }) => eventId === record.eventId)) continue;
      const last = run.at(-1) ?? run[0];
      const subject = callerSubject(caller);
      const told = await store.findings(subject, { from: run[0].at, to: last.at });
      const known = told.find((one) => isOpenEnumeration(one, 'principals'));
      return known?.id ?? enumerationId(subject, 'principals', run[0].eventId);
    }
  return undefined;
}

async function addDenials(
  key: string,
  touched: RoleTouched,
  history: RoleHistory,
  known: readonly StoredFinding[],
  context: WatchContext,
  drafts: Draft[],
  retractions: Retraction[],
): Promise<void> {
  const { store, limits } = context;
  const { window, least } = limits.burst;
  const bursts = known.filter(({ kind, supersededBy }) => kind === 'denial-spike' && supersededBy === undefined);
  const since = sinceChange(touched, history, limits.lookBack);
  // What a change brought about, and what it may have resolved.
  const waiting =
    since === undefined
      ? []
      : bursts.filter(({ at }) => at < since.from && at >= since.from - mostWaiting).map(({ at }) => at);
  const times = new Set([...touched.denials, ...waiting]);
  const concerns = (run: readonly { readonly at: number }[]): boolean =>
    run.some(({ at }) => times.has(at) || (since !== undefined && at >= since.from && at <= since.to));
  const spans = mergedSpans([
    ...spansAround(times, window),
    ...(since === undefined
      ? []
      : [{ from: Math.max(0, since.from - 2 * day - window), to: since.to + 2 * day + window }]),
  ]);
  const told = toldOf(history, context);
  // Calls that AWS did not answer are no denials: what is told of either kind never takes up the other.
  const ofUnanswered = new Set(known.filter(tellsOfUnanswered));
  for (const span of spans) {
    const calls = (await store.denials({ role: key }, span)).flatMap((one) => readDenial(one) ?? []);
    const { denied = [], failed = [] } = Object.groupBy(calls, ({ denial }) =>
      unanswered(denial.record) === undefined ? 'denied' : 'failed',
    );
    for (const whole of [...runsOf(denied, window), ...runsOf(failed, window)]) {
      const hasFailed = unanswered(whole[0].denial.record) !== undefined;
      const isOfKind = (one: StoredFinding): boolean => ofUnanswered.has(one) === hasFailed;
      const runs = byDay(whole).filter(concerns);
      const dense = runs.filter((run) => isDense(run, least, window));
      for (const { run, known: before, absorbed } of joinKnown(dense, bursts.filter(isOfKind))) {
        const [burst, ...resolved] = hasFailed
          ? [unansweredBurstDraft(key, run, before, history)]
          : await burstDrafts(key, run, before, told);
        drafts.push(burst, ...resolved);
        const { id } = burst.content;
        for (const other of absorbed) retractions.push({ key: other, supersededBy: id });
        retract(known.filter(isOfKind), run, id, resolved, retractions);
      }
      for (const run of runs)
        if (!dense.includes(run))
          for (const one of run) if (concerns([one])) drafts.push(await denialDraft(key, one, told));
    }
  }
}

/** What a burst takes up: its calls' own findings, and a resolution that did not hold. */
function retract(
  known: readonly StoredFinding[],
  run: readonly [KnownDenial, ...KnownDenial[]],
  burst: string,
  resolved: readonly Draft[],
  retractions: Retraction[],
): void {
  const last = run.at(-1) ?? run[0];
  for (const one of known) {
    if (one.supersededBy !== undefined) continue;
    const isCall = one.kind === 'denial' && one.at >= run[0].at && one.at <= last.at;
    const isUntrue =
      one.kind === 'resolved' && resolvesOf(one) === burst && !resolved.some(({ key }) => key.id === one.id);
    if (isCall || isUntrue) retractions.push({ key: one, supersededBy: burst });
  }
}

function resolvesOf({ body }: StoredFinding): string | undefined {
  return (JSON.parse(body) as { readonly resolves?: string }).resolves;
}

/** The time whose denials a change may explain: until the next change of the policy, and as long as that looks back. */
function sinceChange({ changed }: RoleTouched, { changes }: RoleHistory, lookBack: number): Span | undefined {
  if (changed === undefined) return undefined;
  const next = changes.find(({ change }) => change.record.at > changed.to && change.change !== 'update-role');
  const to = next === undefined ? Number.MAX_SAFE_INTEGER / 2 : next.change.record.at + lookBack;
  const [first] = changes;
  // The first change that is known says what was before it: that there was no role, or nothing.
  if (first === undefined || changed.from <= first.change.record.at) return { from: 0, to };
  // And one after a deletion says whether the role was made anew.
  const before = changes.findLast(({ change }) => change.record.at < changed.from);
  return { from: before?.after.exists === false ? before.change.record.at : changed.from, to };
}

/** Finds out about calls, each thing once. */
function toldOf(history: RoleHistory, context: WatchContext): Told {
  const principals = new Map<string, readonly PrincipalHistory[]>();
  const principalsOf = async (key: string): Promise<readonly PrincipalHistory[]> => {
    let found = principals.get(key);
    if (found === undefined) {
      found = (await eventsOfPrincipal(key, context)).flatMap(({ arn, what, record, id }) =>
        what === 'changed'
          ? []
          : [{ arn, what, time: record.eventTime, by: actorName(record), ...(id === undefined ? {} : { id }) }],
      );
      principals.set(key, found);
    }
    return found;
  };
  const around = async (denial: Denial): Promise<Surroundings> => {
    const state = stateAt(history, denial.record.at);
    const named = state.policy === undefined ? [] : [...trustedPrincipals(state.policy).keys()];
    const keys = new Set([callerKeyOf(denial), ...named]);
    const seen = await Promise.all([...keys].map(principalsOf));
    const reading = state.exists === undefined ? await readingFor(denial, context) : undefined;
    // The caller's own policies are asked about only where the trust policy is not known to be the reason.
    const access = answerOf(state, denial) === 'deny' ? undefined : await callerAccessFor(denial, context);
    return {
      history,
      principals: seen.flat().filter(({ time }) => Date.parse(time) <= denial.record.at),
      accounts: context.world.accounts,
      ...(reading === undefined ? {} : { reading }),
      ...(access === undefined ? {} : { callerAccess: access }),
    };
  };
  return { history, around, callerSide: (denials) => callerSideNotes(denials, context), context };
}

/** Sentences of which a finding takes at most so many. */
const mostNotes = 4;
const hour = 60 * 60_000;

async function callerSideNotes(
  denials: readonly KnownDenial[],
  { store, limits }: WatchContext,
): Promise<readonly string[]> {
  const [first] = denials;
  const last = denials.at(-1);
  if (first === undefined || last === undefined) return [];
  const found = new Map<string, CallerSideChange>();
  const look = async (target: string, from: number): Promise<void> => {
    for (const fact of await store.events(callerSideStream(target), { from, to: last.at, most: 50 }))
      for (const one of eventOf(fact)?.recognised ?? [])
        if (one.kind === 'caller-side-change') found.set(one.record.eventId, one);
  };
  const callers = new Set(denials.map(({ denial }) => callerKeyOf(denial)));
  for (const caller of [...callers].slice(0, 20)) await look(caller, first.at - limits.lookBack);
  const accounts = new Set(denials.flatMap(({ denial }) => accountOfCaller(denial) ?? []));
  // What concerns a whole account happens all the time: only what is close to the calls is named.
  for (const account of [...accounts].slice(0, 20)) await look(account, first.at - hour);
  await look('organization', first.at - hour);
  const changes = [...found.values()].sort(
    (left, right) => right.record.at - left.record.at || (left.record.eventId < right.record.eventId ? -1 : 1),
  );
  const more =
    changes.length > mostNotes ? [`${changes.length - mostNotes} more changes on the caller's side coincide.`] : [];
  return [...changes.slice(0, mostNotes).map(callerSideNote), ...more];
}
