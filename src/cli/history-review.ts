/** What does a history come to? Every source through the engine of the live service, and a timeline for each role. */
import { memoryTrustStore } from '../adapters/memory-trust-store.ts';
import type { Review, ReviewFilter } from '../audit/report.ts';
import { findingMatches, timelineMatches, timelineSince } from '../audit/report.ts';
import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import type { ReadingProblem } from '../cloudtrail/read-record.ts';
import { failed } from '../cloudtrail/recognise.ts';
import type { TrustChange } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { knownVendors } from '../configuration/known-vendors.ts';
import type { Finding } from '../findings/finding.ts';
import { byTime } from '../findings/severity.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { RecordBatch, RecordSource } from '../ports/record-source.ts';
import type { TrustStore } from '../ports/trust-store.ts';
import { mergeAffected, nothingAffected } from '../watch/affected.ts';
import { eventOf, roleStream } from '../watch/facts.ts';
import type { Watch } from '../watch/watch.ts';
import { admitted } from './admitted-record.ts';
import type { Progress } from './progress.ts';

export interface ReviewOptions {
  readonly filter: ReviewFilter;
  readonly configuration: Configuration;
  /** Words of the SOURCE, for the commands that undo a change. */
  readonly historySource: string;
  readonly showExternalIds: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
  /** Whether findings are wanted, or the timelines alone. */
  readonly findings?: boolean;
}

/** A review, with the facts behind it. */
export interface HistoryReview extends Review {
  readonly store: TrustStore;
  /** The roles that the history tells of, as the store knows them. */
  readonly keys: readonly string[];
  /** Milliseconds: the newest record that was kept; 0: none was. */
  readonly latest: number;
}

/** Records that are kept as facts together: what concerns one role is then written once. */
const rememberedAtOnce = 1000;
/** Problems told one by one; the rest is counted. */
const mostProblems = 1000;

/** Reads all of the sources, whatever is wrong with parts of them. The store in the answer is for the caller to close. */
export async function reviewHistory(sources: readonly RecordSource[], options: ReviewOptions): Promise<HistoryReview> {
  const { filter, configuration, historySource, showExternalIds, signal, progress } = options;
  const store = memoryTrustStore();
  const found = new Map<string, Finding>();
  const collector: Publisher = {
    channel: 'terminal',
    everything: true,
    forgetful: true,
    publish: async (finding) => void found.set(finding.id, finding),
  };
  const intake = intakeOf(filter);
  const engine = loadedOnce(({ watch }) =>
    watch({
      store,
      publishers: [collector],
      // The time of a review is that of its last event, so that a second one says the same.
      clock: { now: () => intake.latest() },
      configuration,
      vendors: knownVendors,
      settings: { historySource, showExternalIds },
    }),
  );
  const affected = nothingAffected();
  const waiting: CloudTrailRecord[] = [];
  const remember = async (): Promise<void> => {
    const { service } = await engine();
    mergeAffected(affected, await service.remember(waiting.splice(0)));
  };
  const totals = new Map<RecordSource, number>();
  let bytes = 0;
  try {
    reading: for (const source of sources) {
      const reads = source.read({
        ...(signal === undefined ? {} : { signal }),
        total: (known) => {
          totals.set(source, known);
          progress?.of([...totals.values()].reduce((sum, one) => sum + one, 0));
          // Not at once: the threads that scan are given their first files before. A failure is told where it is waited for.
          setImmediate(() => void engine().catch(() => undefined));
        },
      });
      for await (const batch of reads) {
        bytes += batch.bytes;
        progress?.at(bytes);
        for (const record of intake.take(batch)) waiting.push(record);
        if (waiting.length >= rememberedAtOnce) await remember();
        if (signal?.aborted === true) break reading;
      }
    }
    await remember();
  } finally {
    progress?.stop();
  }
  const { service, timelines } = await engine();
  if (options.findings !== false) await service.conclude(affected);
  const keys = [...affected.roles.keys()].sort();
  const findings = [...found.values()]
    .filter(({ supersededBy }) => supersededBy === undefined)
    .filter((finding) => findingMatches(finding, filter))
    .sort(byTime);
  return {
    findings,
    timelines: timelines(await changesOf(store, keys))
      .filter((timeline) => timelineMatches(timeline, filter))
      .map((timeline) => timelineSince(timeline, filter)),
    counts: { ...intake.counts(), bytes },
    problems: intake.problems.toSorted(byPlace),
    passedOver: intake.passedOver.toSorted(byPlace),
    interrupted: signal?.aborted === true,
    store,
    keys,
    latest: intake.latest(),
  };
}

/** So that the order in which files were given changes nothing. */
function byPlace(left: { readonly place: string }, right: { readonly place: string }): number {
  return left.place < right.place ? -1 : left.place > right.place ? 1 : 0;
}

/** Every change of the roles' trust policies that is kept. */
async function changesOf(store: TrustStore, keys: readonly string[]): Promise<readonly TrustChange[]> {
  const found: TrustChange[] = [];
  for (const key of keys)
    for (const fact of await store.events(roleStream(key)))
      for (const one of eventOf(fact)?.recognised ?? []) if (one.kind === 'trust-change') found.push(one);
  return found;
}

type Engine = typeof import('../watch/watch.ts') & typeof import('../audit/timeline.ts');

/** The engine is large, all causes and rules with it: it is loaded while the first files are being read. */
function loadedOnce(start: (engine: Engine) => Watch): () => Promise<{ service: Watch } & Pick<Engine, 'timelines'>> {
  const load = async () => {
    const engine = { ...(await import('../watch/watch.ts')), ...(await import('../audit/timeline.ts')) };
    return { service: start(engine), timelines: engine.timelines };
  };
  let loading: ReturnType<typeof load> | undefined;
  return () => (loading ??= load());
}

interface Intake {
  /** @returns the records of a batch that the live service would get. */
  take(batch: Omit<RecordBatch, 'bytes'>): readonly CloudTrailRecord[];
  readonly problems: readonly ReadingProblem[];
  readonly passedOver: Review['passedOver'];
  counts(): Omit<Review['counts'], 'bytes'>;
  latest(): number;
}

/** Sorts what comes in, and counts it: only what the rules of EventBridge let through reaches the service. */
function intakeOf({ since = 0, until = Number.POSITIVE_INFINITY }: ReviewFilter): Intake {
  const problems: ReadingProblem[] = [];
  const passedOver: Review['passedOver'][number][] = [];
  const counts = {
    parts: 0,
    records: 0,
    kept: 0,
    trustChanges: 0,
    denials: 0,
    callerSideChanges: 0,
    passedOver: 0,
    problems: 0,
  };
  const events = new Set<string>();
  let earliest = Number.POSITIVE_INFINITY;
  let latest = 0;
  const problem = (one: ReadingProblem): void => {
    counts.problems += 1;
    if (problems.length < mostProblems) problems.push(one);
  };
  const keep = (record: CloudTrailRecord, place: string | undefined): boolean => {
    const one = admitted(record);
    if (one === undefined) return false;
    if (one.problem !== undefined) {
      problem({ place: place ?? 'a record', message: one.problem, kind: 'damaged' });
      return false;
    }
    if (record.at > until) return false;
    // Changes tell what was in force; a call that failed before is no part of a burst that is asked for from then on.
    if (record.at < since && failed(record)) return false;
    earliest = Math.min(earliest, record.at);
    latest = Math.max(latest, record.at);
    // Copies of one event, as trails of several regions and accounts keep them, may each show what another one lacks.
    if (events.has(record.eventId)) return true;
    events.add(record.eventId);
    counts.kept += 1;
    if (one.rule === 'trust-change') counts.trustChanges += 1;
    else if (one.rule === 'denial') counts.denials += 1;
    else counts.callerSideChanges += 1;
    return true;
  };
  return {
    take(batch) {
      counts.parts += batch.parts;
      counts.records += batch.looked;
      for (const one of batch.passedOver ?? []) {
        counts.passedOver += 1;
        if (passedOver.length < mostProblems) passedOver.push(one);
      }
      for (const one of batch.problems) problem(one);
      return batch.records.filter((record) => keep(record, batch.place));
    },
    problems,
    passedOver,
    counts: () => ({
      ...counts,
      ...(latest === 0 ? {} : { from: toIsoSeconds(earliest), to: toIsoSeconds(latest) }),
    }),
    latest: () => latest,
  };
}
