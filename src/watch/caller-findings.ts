/** What follows from all that is known of one caller: denials that name no role, and enumerations? */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { accountOf } from '../cloudtrail/role-name.ts';
import type { KeptDenial, StoredDenial, StoredEvent, StoredFinding } from '../ports/trust-store.ts';
import type { CallerTouched } from './affected.ts';
import { byDay, hasDistinct, joinKnown, runsOf, type Span, spansAround } from './bursts.ts';
import type { WatchContext } from './context.ts';
import type { Conclusions, Draft, Retraction } from './draft.ts';
import { type EnumerationForm, enumerationDraft, isProbe, type Tried, triedPrincipal } from './enumeration.ts';
import { eventOf } from './facts.ts';
import { denialDraft, type KnownDenial } from './on-denial.ts';
import { probeStream } from './remember.ts';

const week = 7 * 24 * 60 * 60_000;

export function callerSubject(caller: string): string {
  return `caller:${caller}`;
}

export async function callerFindings(
  caller: string,
  touched: CallerTouched,
  context: WatchContext,
): Promise<Conclusions> {
  const { store, limits } = context;
  const subject = callerSubject(caller);
  const first = Math.min(...touched.denials, ...touched.probes);
  const known = await store.findings(subject, { from: Math.max(0, first - week) });
  const drafts: Draft[] = [];
  const retractions: Retraction[] = [];
  const enumerate = async (form: EnumerationForm, runs: readonly (readonly [Untold, ...Untold[]])[]): Promise<void> => {
    const earlier = known.filter((one) => isOpenEnumeration(one, form));
    for (const { run, known: before, absorbed } of joinKnown(runs, earlier)) {
      const told = await withRecords(run, context);
      if (told === undefined) continue;
      const draft = enumerationDraft(subject, form, told, before);
      drafts.push(draft);
      for (const key of absorbed) retractions.push({ key, supersededBy: draft.content.id });
    }
  };
  const { window, least } = limits.enumeration;
  for (const span of spansAround(touched.denials, window)) {
    const denials = await store.denials({ caller }, span);
    for (const one of denials)
      if (one.denial.role === undefined && touched.denials.has(one.denial.at)) {
        const read = readDenial(one);
        if (read !== undefined) drafts.push(await denialDraft(subject, read, withoutRole(context)));
      }
    const roles = denials.flatMap(({ denial, weight }): readonly Untold[] =>
      denial.role === undefined
        ? []
        : [{ at: denial.at, weight, eventId: denial.eventId, what: denial.role, denial, record: undefined }],
    );
    const dense = runsOf(roles, window)
      .flatMap(byDay)
      .filter((run) => holds(run, touched.denials) && hasDistinct(run, ({ what }) => what, least, window));
    await enumerate('roles', dense);
  }
  for (const span of spansAround(touched.probes, limits.burst.window)) {
    const runs = await probingRuns(caller, span, context);
    await enumerate(
      'principals',
      runs.filter((run) => holds(run, touched.probes)),
    );
  }
  return { known, drafts, retractions };
}

/** A call whose record may still have to be fetched. */
interface Untold extends Omit<Tried, 'record' | 'account'> {
  readonly record: CloudTrailRecord | undefined;
  readonly denial?: StoredDenial;
}

/** The runs of failed changes by which a caller tried many principals. */
export async function probingRuns(
  caller: string,
  span: Span,
  { store, limits }: WatchContext,
): Promise<readonly (readonly [Untold, ...Untold[]])[]> {
  const { least, window } = limits.burst;
  const probes = (await store.events(probeStream(caller), span)).flatMap((fact) => probeOf(fact) ?? []);
  return runsOf(probes, window)
    .flatMap(byDay)
    .filter((run) => hasDistinct(run, ({ what }) => what, least, window));
}

function probeOf(fact: StoredEvent): Untold | undefined {
  const event = eventOf(fact);
  const change = event?.recognised.find((one) => one.kind === 'trust-change');
  if (event === undefined || change?.kind !== 'trust-change' || !isProbe(change)) return undefined;
  const { record } = event;
  return { at: record.at, weight: 1, eventId: record.eventId, what: triedPrincipal(change), record };
}

/** The first call's record is what the finding tells of; a denial found by its caller comes without it. */
async function withRecords(
  run: readonly [Untold, ...Untold[]],
  { store }: WatchContext,
): Promise<readonly [Tried, ...Tried[]] | undefined> {
  for (const { record, denial, at, eventId } of run) {
    const role = denial?.role;
    const kept = role === undefined ? [] : await store.denials({ role }, { from: at, to: at });
    const body = kept.find((one) => one.denial.eventId === eventId)?.denial;
    const found = record ?? (body === undefined ? undefined : eventOf(body)?.record);
    if (found === undefined) continue;
    const [first, ...rest] = run.map((one): Tried => ({ ...one, record: found, account: accountOf(found) }));
    return first === undefined ? undefined : [first, ...rest];
  }
  return undefined;
}

export function isOpenEnumeration({ kind, supersededBy, body }: StoredFinding, form: EnumerationForm): boolean {
  if (kind !== 'enumeration' || supersededBy !== undefined) return false;
  return body.includes('Principals tried: ') === (form === 'principals');
}

function holds(run: readonly { readonly at: number }[], times: ReadonlySet<number>): boolean {
  return run.some(({ at }) => times.has(at));
}

export function readDenial({ denial, weight }: KeptDenial): KnownDenial | undefined {
  const found = eventOf(denial)?.recognised.find((one) => one.kind === 'denial');
  return found?.kind === 'denial' ? { at: denial.at, weight, eventId: denial.eventId, denial: found } : undefined;
}

function withoutRole(context: WatchContext): Parameters<typeof denialDraft>[2] {
  return {
    history: undefined,
    around: async () => ({ history: undefined, principals: [], accounts: context.world.accounts }),
    callerSide: async () => [],
    context,
  };
}
