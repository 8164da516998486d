/** What was a role like before anything of it was delivered? Asked of CloudTrail's history, and asked again where that may not have shown all. */

import { recognise, setsTrustPolicy } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { shownWithin } from '../ports/change-history.ts';
import type { StoredEvent, TrustStore } from '../ports/trust-store.ts';
import { nothingAffected, type RoleTouched, touchChange, touchRole } from './affected.ts';
import type { WatchContext } from './context.ts';
import { factOf, type KnownEvent, type Observation, roleFactOf, roleStream } from './facts.ts';
import { eventsOfPrincipal } from './principal-findings.ts';
import { namedByStream, principalsNamedIn } from './remember.ts';
import { type RoleHistory, roleHistory, stateAt } from './role-history.ts';

/** Changes of one role that are looked at, the newest: nobody changes a role more often and means it. */
const mostChanges = 5_000;
/** Questions that one conclusion about a role may cost. */
const mostQuestions = 3;

/** That the history was asked for what was before a time. */
interface Note {
  /** Milliseconds: all that was after it, and until `to`, is known; 0 where there is nothing older. */
  readonly from: number;
  readonly to: number;
  /** It was asked so soon that a change may not have been shown yet. */
  readonly early: boolean;
}

/** A role whose history was asked early, and what was concluded from it. */
interface Pending {
  readonly key: string;
  readonly to: number;
  readonly changed?: { readonly from: number; readonly to: number };
  /** The earliest of the calls. */
  readonly denied?: number;
}

const pendingStream = 'looked-up-early';
const doneStream = 'looked-up-early:done';
/** How long it is tried to ask again. */
const mostPending = 4 * 86_400_000;

/** The role by all that is known of it; what LookupEvents has told is in doubt as long as that may not have been all. */
export async function knownHistory(key: string, { store }: Pick<WatchContext, 'store'>): Promise<RoleHistory> {
  const facts = await factsOf(key, store);
  return historyBy(key, facts, isLookedUp(facts) ? await notesOf(key, store) : []);
}

/**
 * Asks for what was before the first that is known of the role, where that matters to what has come in.
 * @returns what the answer matters to beside: what happened to principals that the role is now known to trust.
 */
export async function lookUp(key: string, touched: RoleTouched, context: WatchContext): Promise<RoleTouched> {
  const { store, history: source, clock } = context;
  if (source === undefined) return touched;
  let concerned = touched;
  const [account = '', ...rest] = key.split('/');
  const asked = new Set<number>();
  let known: readonly Note[] | undefined;
  for (let questions = 0; questions < mostQuestions; questions += 1) {
    const facts = await factsOf(key, store);
    const isKnown = !isLookedUp(facts) && unclear(historyBy(key, facts, []), touched).length === 0;
    if (isKnown) return concerned;
    known ??= await notesOf(key, store);
    const at = question(historyBy(key, facts, known), touched, known, clock.now());
    if (at === undefined || asked.has(at)) return concerned;
    asked.add(at);
    const early = clock.now() < at + shownWithin;
    const found = await source.changesOf({ account, name: rest.join('/') }, at);
    if (found === undefined) return concerned;
    const records = found.filter((record) => record.at <= at);
    const times = await keep(key, records, context);
    if (times.length > 0) {
      const { from, to } = concerned.changed ?? { from: Number.POSITIVE_INFINITY, to: 0 };
      concerned = { ...concerned, changed: { from: Math.min(from, ...times), to: Math.max(to, ...times) } };
    }
    // Also what is concluded now is concluded again then: this process may die before.
    if (early || times.length > 0) await putOff(key, at, concerned, store);
    const note: Note = { from: reachOf(records, at), to: at, early };
    await store.addEvents(notesStream(key), [eventOfNote(note)]);
    known = [...known, note];
  }
  return concerned;
}

/**
 * Concludes again what was concluded when LookupEvents may not have shown all.
 * @param conclude about a role, as if the same had come in once more.
 */
export async function askAgain(
  context: WatchContext,
  conclude: (key: string, touched: RoleTouched) => Promise<void>,
): Promise<void> {
  const { store, history, clock } = context;
  if (history === undefined) return;
  const now = clock.now();
  const window = { from: now - mostPending };
  const pending = await store.events(pendingStream, window);
  if (pending.length === 0) return;
  const done = new Set((await store.events(doneStream, window)).map(({ eventId }) => eventId));
  for (const { eventId, at, body } of pending) {
    if (done.has(eventId) || now < at + shownWithin) continue;
    const one = JSON.parse(body) as Pending;
    await conclude(one.key, await touchedBy(one, store));
    const notes = await notesOf(one.key, store);
    if (notes.some((note) => !note.early && note.to === one.to))
      await store.addEvents(doneStream, [{ eventId, at, body: '' }]);
  }
}

/** All calls of that quarter of an hour were judged by what may not have been all. */
async function touchedBy({ key, to, changed, denied }: Pending, store: TrustStore): Promise<RoleTouched> {
  const affected = nothingAffected();
  const touched = touchRole(affected, key);
  if (changed !== undefined) {
    touchChange(affected, key, changed.from);
    touchChange(affected, key, changed.to);
  }
  if (denied === undefined) return touched;
  const calls = await store.denials({ role: key }, { from: denied, to: to + shownWithin });
  for (const { denial } of calls) touched.denials.add(denial.at);
  return touched;
}

async function putOff(key: string, to: number, { changed, denials }: RoleTouched, store: TrustStore): Promise<void> {
  const one: Pending = {
    key,
    to,
    ...(changed === undefined ? {} : { changed }),
    ...(denials.size === 0 ? {} : { denied: Math.min(...denials) }),
  };
  await store.addEvents(pendingStream, [{ eventId: `${key} ${to}`, at: to, body: JSON.stringify(one) }]);
}

/** @returns before which time the history has to be asked; `undefined`: it would tell nothing new. */
function question(history: RoleHistory, touched: RoleTouched, notes: readonly Note[], now: number): number | undefined {
  const due = notes.find(
    ({ early, to }) => early && now >= to + shownWithin && !notes.some((note) => !note.early && note.to === to),
  );
  if (due !== undefined) return due.to;
  const open = unclear(history, touched).filter(({ at, version }) =>
    // What came after a time that was asked about has been delivered since.
    version === undefined
      ? !notes.some(({ from }) => from < at)
      : !notes.some(({ from, to }) => from <= version && version <= to),
  );
  return open.length === 0 ? undefined : Math.max(...open.map(({ at }) => at));
}

/** Times at which it is not known what the role was like, or only by a version that may not have been the last. */
function unclear(
  history: RoleHistory,
  { changed, denials }: RoleTouched,
): readonly { readonly at: number; readonly version: number | undefined }[] {
  const changes = history.changes.filter(
    ({ change }) => changed !== undefined && change.record.at >= changed.from && change.record.at <= changed.to,
  );
  const states = [
    ...changes.map(({ change, before }) => ({ at: change.record.at, state: before })),
    ...[...denials].map((at) => ({ at: at + 1, state: stateAt(history, at) })),
  ];
  return states
    .filter(({ state }) => state.exists === undefined || state.doubtful === true)
    .map(({ at, state }) => ({ at, version: state.doubtful === true ? state.setBy?.record.at : undefined }));
}

/** @returns how far back the answer tells everything: to its oldest change where it ends at a version, else to the beginning. */
function reachOf(records: readonly CloudTrailRecord[], before: number): number {
  const isVersion = (record: CloudTrailRecord): boolean => {
    const change = recognise(record);
    return change?.kind === 'trust-change' && change.succeeded && setsTrustPolicy(change);
  };
  const hasVersion = records.some((record) => record.at < before && isVersion(record));
  return hasVersion ? Math.min(...records.map(({ at }) => at)) : 0;
}

/**
 * As facts of the role, which principals that it names are found by as well.
 * @returns when something happened to these that came in before the role was known to name them.
 */
async function keep(
  key: string,
  records: readonly CloudTrailRecord[],
  context: WatchContext,
): Promise<readonly number[]> {
  const { store } = context;
  await store.addEvents(
    roleStream(key),
    records.map((record) => factOf(record, 'history')),
  );
  const named = new Set(
    records.flatMap((record) => {
      const change = recognise(record);
      const isVersion = change?.kind === 'trust-change' && change.succeeded && change.policyText !== undefined;
      return isVersion ? [...principalsNamedIn(change.policyText ?? '')] : [];
    }),
  );
  const times: number[] = [];
  for (const principal of named) {
    await store.addEvents(namedByStream(principal), [{ eventId: key, at: 0, body: key }]);
    times.push(...(await eventsOfPrincipal(principal, context)).map(({ record }) => record.at));
  }
  return times;
}

async function factsOf(key: string, store: TrustStore): Promise<readonly (KnownEvent | Observation)[]> {
  return (await store.events(roleStream(key), { most: mostChanges })).flatMap((fact) => roleFactOf(fact) ?? []);
}

function isLookedUp(facts: readonly (KnownEvent | Observation)[]): boolean {
  return facts.some((fact) => !('observed' in fact) && fact.from === 'history');
}

function historyBy(key: string, facts: readonly (KnownEvent | Observation)[], notes: readonly Note[]): RoleHistory {
  const settled = notes.filter(({ early }) => !early);
  return roleHistory(key, facts, (at) => settled.some(({ from, to }) => from <= at && at <= to));
}

function notesStream(key: string): string {
  return `looked-up:${key}`;
}

function eventOfNote({ from, to, early }: Note): StoredEvent {
  return { eventId: `${early ? 'early' : 'until'}-${to}`, at: to, body: JSON.stringify({ from, early }) };
}

async function notesOf(key: string, store: TrustStore): Promise<readonly Note[]> {
  return (await store.events(notesStream(key))).map(({ at, body }) => {
    // As an earlier version wrote it, once for all.
    if (body === '') return { from: 0, to: at, early: false };
    return { ...(JSON.parse(body) as Pick<Note, 'from' | 'early'>), to: at };
  });
}
