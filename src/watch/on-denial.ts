/** What does a denied call, or a burst of them, mean: why, since which change, and what ends it? */

import { causeById } from '../causes/catalogue.ts';
import { explain } from '../causes/explain.ts';
import type { Denial, TrustChange } from '../cloudtrail/recognised.ts';
import { unanswered, wasRefused } from '../cloudtrail/unanswered-call.ts';
import { clip } from '../findings/escape.ts';
import type { CauseFinding, Confidence, Explanation, Need } from '../findings/finding.ts';
import { findingId } from '../findings/identity.ts';
import { byConfidence } from '../findings/severity.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import { actorName, actorOf, shortActor } from './actor.ts';
import { weightOf } from './bursts.ts';
import type { WatchContext } from './context.ts';
import {
  allowedBeforeDeniedAfter,
  answerOf,
  correlated,
  type Explaining,
  explainingChange,
  resolvingChange,
} from './correlate.ts';
import { evidenceOf, type Surroundings } from './denial-evidence.ts';
import { calledRole, lasting, namedRole, whoCalled, whoCalledOften } from './denial-words.ts';
import type { Content, Draft } from './draft.ts';
import { callerKeyOf } from './facts.ts';
import { linksOf } from './links.ts';
import { safeUndo } from './on-trust-change.ts';
import { unansweredDraft } from './on-unanswered.ts';
import { roleNameOf } from './remember.ts';
import { type RoleHistory, stateAt } from './role-history.ts';

/** A denial that is kept, read again, with how many calls it stands for. */
export interface KnownDenial {
  readonly at: number;
  readonly weight: number;
  readonly eventId: string;
  readonly denial: Denial;
}

/** Finds what is known about a call; the same call is asked for once. */
export type Around = (denial: Denial) => Promise<Surroundings>;

/** Sentences about changes on the caller's side that coincide with these calls. */
export type CallerSideNotes = (denials: readonly KnownDenial[]) => Promise<readonly string[]>;

export interface Told {
  readonly history: RoleHistory | undefined;
  readonly around: Around;
  readonly callerSide: CallerSideNotes;
  readonly context: WatchContext;
}

/** The finding of one denied call. @param subject the role's key, or the caller's where the call names no role. */
export async function denialDraft(subject: string, one: KnownDenial, told: Told): Promise<Draft> {
  const { denial } = one;
  const { record } = denial;
  const { context, history } = told;
  const failure = unanswered(record);
  if (failure !== undefined) return unansweredDraft(subject, one, failure, history);
  const explanation = await explained(denial, told);
  const { causes, ruledOut, unknown } = explanation;
  const [first] = causes;
  const change = history === undefined ? undefined : explainingChange(history, denial, context.limits.lookBack);
  const proved = change?.proved === true && isOfTrust(first);
  const role = denial.role === undefined ? undefined : calledRole(denial, history);
  const notes = [
    ...(proved ? [] : await told.callerSide([one])),
    ...(explanation.note === undefined ? [] : [explanation.note]),
    ...sightNotes(denial, told),
  ];
  const id = findingId('denial', { subject, event: record.eventId });
  const content: Content = {
    id,
    kind: 'denial',
    severity: proved ? 'medium' : 'low',
    title: `${whoCalled(denial)} ${wasOrCouldNot(denial, first)} ${namedRole(role)}${causeInTitle(first, denial)}`,
    time: record.eventTime,
    ...(denial.roleAccount === undefined ? {} : { account: denial.roleAccount }),
    ...(record.region === undefined ? {} : { region: record.region }),
    ...(role === undefined ? {} : { role }),
    actor: actorOf(record),
    events: [record.eventId],
    count: one.weight,
    ...causeFields(causes, ruledOut, unknown),
    ...(change === undefined ? {} : { correlatedChange: correlated(change) }),
    ...undoOf(change, proved, told),
    links: linksOf(record, role),
    ...(notes.length === 0 ? {} : { notes }),
  };
  return { key: { id, subject, at: record.at }, content, tell: { to: proved ? 'people' : 'programs' } };
}

/** With an error that is no refusal, and that no cause explains, nobody was denied. */
function wasOrCouldNot(denial: Denial, cause: CauseFinding | undefined, callers = 1): string {
  if (cause === undefined && !wasRefused(denial)) return 'could not assume';
  return `${callers === 1 ? 'was' : 'were'} denied`;
}

function causeInTitle(cause: CauseFinding | undefined, denial: Denial): string {
  if (cause === undefined)
    return wasRefused(denial)
      ? '; why cannot be told from what is known'
      : `: AWS answered ${clip(denial.record.errorCode ?? 'with an error', 60)}, which is no refusal by a policy`;
  const title = causeById(cause.cause)?.title ?? cause.cause;
  const hedge: Readonly<Record<Confidence, string>> = {
    proved: ': ',
    likely: ', likely because ',
    possible: ', possibly because ',
  };
  // Names keep their capitals: `STS`, `NotPrincipal`.
  const words = /^\w+[A-Z]/.test(title) ? title : `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
  return `${hedge[cause.confidence]}${words}`;
}

function causeFields(
  causes: readonly CauseFinding[],
  ruledOut: Explanation['ruledOut'],
  unknown: readonly Need[],
): Pick<Content, 'causes' | 'cause' | 'fix' | 'ruledOut' | 'unknown'> {
  const [first] = causes;
  return {
    ...(causes.length === 0 ? {} : { causes }),
    ...(first === undefined ? {} : { cause: first.cause }),
    ...(first?.fix === undefined || first.fix === null ? {} : { fix: first.fix }),
    ...(ruledOut.length === 0 ? {} : { ruledOut }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** Whether the cause is one that a change of the role can have brought about. */
function isOfTrust(cause: CauseFinding | undefined): boolean {
  return cause === undefined || cause.side === 'trust-policy' || cause.side === 'role' || cause.side === 'request';
}

async function explained(denial: Denial, { around, context }: Told): Promise<Explanation> {
  const surroundings = await around(denial);
  const explanation = explain(evidenceOf(denial, surroundings), {
    showExternalIds: context.settings.showExternalIds === true,
  });
  const { reading, history } = surroundings;
  if (reading?.answer !== 'no-such-role' || (history?.changes.length ?? 0) > 0) return explanation;
  // That there is no such role now is no proof that there was none at the time of the call.
  const causes = explanation.causes.map((cause) =>
    cause.cause === 'role-not-found' && cause.confidence === 'proved'
      ? { ...cause, confidence: 'likely' as const }
      : cause,
  );
  return { ...explanation, causes: causes.toSorted(byConfidence) };
}

/** What the service could not see of this call, where that matters. */
function sightNotes(denial: Denial, { history, context }: Told): readonly string[] {
  if (denial.role === undefined || (history !== undefined && history.changes.length > 0)) return [];
  return context.roleReader === undefined
    ? ['No change of this role has been seen, so that its trust policy at the time is not known.']
    : [];
}

function undoOf(
  change: Explaining | undefined,
  proved: boolean,
  { history, context }: Told,
): Pick<Content, 'rollback'> {
  if (!proved || change === undefined) return {};
  const one = history?.changes.find((found) => found.change === change.change);
  const commands = one === undefined ? [] : safeUndo(one, context);
  return commands.length === 0 ? {} : { rollback: { commands } };
}

/** One kind of call within a burst: calls that differ in nothing a policy could see. */
interface Shape {
  readonly sample: Denial;
  weight: number;
}

/** Kinds of calls of one burst that are explained, the most frequent first. */
const mostShapes = 40;
const mostCauses = 5;

function shapesOf(run: readonly KnownDenial[], history: RoleHistory | undefined): readonly Shape[] {
  const bySession =
    history?.changes.some(({ after }) => /rolesessionname|:userid/i.test(after.policyText ?? '')) === true;
  const shapes = new Map<string, Shape>();
  for (const { denial, weight } of run) {
    const key = shapeKey(denial, history, bySession);
    const shape = shapes.get(key);
    if (shape === undefined) shapes.set(key, { sample: denial, weight });
    else shape.weight += weight;
  }
  return [...shapes.values()].sort((left, right) => right.weight - left.weight);
}

function shapeKey(denial: Denial, history: RoleHistory | undefined, bySession: boolean): string {
  const { record, call, message } = denial;
  const { arn, type, mfaAuthenticated } = record.userIdentity;
  const { roleSessionName, ...parameters } = record.requestParameters ?? {};
  const version = history?.changes.findLast(({ change }) => change.record.at <= record.at)?.change.record.eventId;
  // A message names the session; what else it says is the same for all calls of one kind.
  const text = message.text.replaceAll(arn ?? '\u0000', '').replaceAll(message.caller ?? '\u0000', '');
  return JSON.stringify([
    callerKeyOf(denial),
    call,
    type,
    mfaAuthenticated,
    record.errorCode,
    text,
    record.sourceIp,
    record.vpcEndpointId,
    record.requestParameters === null ? null : parameters,
    bySession ? [roleSessionName, arn] : null,
    version,
  ]);
}

/** The finding of a burst, and where a later change ended it, that one's too. */
export async function burstDrafts(
  subject: string,
  run: readonly [KnownDenial, ...KnownDenial[]],
  known: StoredFinding | undefined,
  told: Told,
): Promise<readonly [Draft, ...Draft[]]> {
  const { history } = told;
  const [first] = run;
  const last = run.at(-1) ?? first;
  const count = weightOf(run);
  const shapes = shapesOf(run, history);
  const shown = shapes.slice(0, mostShapes);
  const explanations = await Promise.all(shown.map(async ({ sample }) => explained(sample, told)));
  const { causes, cause } = commonCauses(shown, explanations);
  const { change, share } = sharedChange(shown, told);
  const proved = change?.proved === true && isOfTrust(cause);
  const { record } = first.denial;
  const role = history === undefined ? first.denial.role : calledRole(first.denial, history);
  const id = known?.id ?? findingId('denial-spike', { subject, first: first.eventId });
  const at = known?.at ?? first.at;
  const callers = [...new Set(run.map(({ denial }) => callerKeyOf(denial)))];
  const isEstimate = run.some(({ weight }) => weight > 1);
  // One that was refused says more of the burst than one that failed otherwise.
  const telling = shown.find(({ sample }) => wasRefused(sample))?.sample ?? first.denial;
  const one = whoCalledOften(first.denial, callers.length, isEstimate);
  const since =
    change !== undefined && proved
      ? `, since ${shortActor(actorName(change.change.record))} ${whatWasDone[change.change.change]}`
      : '';
  const notes = [
    ...(proved && share < weightOfShapes(shown)
      ? [`The change is proved to be the reason of ${share} of the ${count} calls.`]
      : []),
    ...(proved ? [] : await told.callerSide(run)),
    ...(callers.length > 1 ? [`Callers: ${callers.slice(0, 10).join(', ')}${callers.length > 10 ? ', …' : ''}.`] : []),
    ...(shapes.length > shown.length ? [`Of ${shapes.length} kinds of calls ${shown.length} were looked at.`] : []),
    ...sightNotes(first.denial, told),
  ];
  const [firstExplanation] = explanations;
  const content: Content = {
    id,
    kind: 'denial-spike',
    severity: proved ? 'high' : 'medium',
    title: `${one} ${wasOrCouldNot(telling, cause, callers.length)} ${role === undefined ? 'the role' : roleNameOf(role)} ${isEstimate ? `about ${count}` : count} times in ${lasting(last.at - first.at)}${since}${causeInTitle(cause, telling)}`,
    time: record.eventTime,
    ...(first.denial.roleAccount === undefined ? {} : { account: first.denial.roleAccount }),
    ...(record.region === undefined ? {} : { region: record.region }),
    ...(role === undefined ? {} : { role }),
    ...(callers.length === 1 ? { actor: actorOf(record) } : {}),
    events: run.slice(0, 50).map(({ eventId }) => eventId),
    count,
    ...causeFields(causes, firstExplanation?.ruledOut ?? [], neededBy(explanations)),
    ...(change === undefined ? {} : { correlatedChange: correlated(change) }),
    ...undoOf(change, proved, told),
    links: linksOf(record, role),
    ...(notes.length === 0 ? {} : { notes }),
  };
  const burst: Draft = { key: { id, subject, at }, content, tell: { to: 'people-sparingly' } };
  if (history === undefined) return [burst];
  const resolving = resolvingChange(
    history,
    shapes.map(({ sample }) => sample),
    { first: first.at, last: last.at },
  );
  if (resolving === undefined) return [burst];
  const by = resolving.change;
  const named = role === undefined ? 'the role' : roleNameOf(role);
  const actor = shortActor(actorName(by.record));
  const wasKnown = shapes.every(({ sample }) => answerOf(stateAt(history, sample.record.at), sample) !== 'unknown');
  const resolvedId = findingId('resolved', { subject, burst: id, event: by.record.eventId });
  const resolved: Content = {
    id: resolvedId,
    kind: 'resolved',
    severity: 'info',
    title: wasKnown
      ? `The burst of denials of ${named} is resolved: ${actor} ${by.change === 'create-role' ? 'created it again, with a trust policy that' : 'changed its trust policy, which'} lets in all ${count} calls`
      : `${actor} ${by.change === 'create-role' ? `created ${named} with a trust policy that` : `changed the trust policy of ${named}, which`} lets in all ${count} calls of the burst; whether it did before is not known`,
    time: by.record.eventTime,
    ...(first.denial.roleAccount === undefined ? {} : { account: first.denial.roleAccount }),
    ...(by.record.region === undefined ? {} : { region: by.record.region }),
    ...(role === undefined ? {} : { role }),
    actor: actorOf(by.record),
    events: [by.record.eventId],
    count: 1,
    resolves: id,
    links: linksOf(by.record, role),
  };
  return [
    burst,
    {
      key: { id: resolvedId, subject, at: by.record.at },
      content: resolved,
      tell: { to: 'whoever-was-told', of: burst.key },
    },
  ];
}

/** To the role, in a title: `since dana deleted it`. */
const whatWasDone: Readonly<Record<TrustChange['change'], string>> = {
  'update-trust-policy': 'changed it',
  'update-role': 'changed it',
  'create-role': 'created it anew',
  'delete-role': 'deleted it',
};

/** The causes of all kinds of calls: each once, as sure as it is for any of them, the most frequent first. */
function commonCauses(
  shapes: readonly Shape[],
  explanations: readonly Explanation[],
): { readonly causes: readonly CauseFinding[]; readonly cause: CauseFinding | undefined } {
  const found = new Map<string, { cause: CauseFinding; weight: number }>();
  for (const [index, { causes }] of explanations.entries())
    for (const [place, cause] of causes.entries()) {
      const weight = place === 0 ? (shapes[index]?.weight ?? 0) : 0;
      const before = found.get(cause.cause);
      if (before === undefined) found.set(cause.cause, { cause, weight });
      else {
        before.weight += weight;
        if (byConfidence(cause, before.cause) < 0) before.cause = cause;
      }
    }
  const causes = [...found.values()]
    .sort((left, right) => byConfidence(left.cause, right.cause) || right.weight - left.weight)
    .slice(0, mostCauses)
    .map(({ cause }) => cause);
  return { causes, cause: causes[0] };
}

/** The change that explains the most calls; one that is proved before one that merely coincides. */
function sharedChange(
  shapes: readonly Shape[],
  { history, context }: Told,
): { readonly change: Explaining | undefined; readonly share: number } {
  if (history === undefined) return { change: undefined, share: 0 };
  const found = new Map<string, { change: Explaining; share: number }>();
  for (const { sample, weight } of shapes) {
    const change = explainingChange(history, sample, context.limits.lookBack);
    if (change === undefined) continue;
    const key = `${change.proved} ${change.change.record.eventId}`;
    const before = found.get(key);
    if (before === undefined) found.set(key, { change, share: weight });
    else before.share += weight;
  }
  const [best] = [...found.values()].sort(
    (left, right) =>
      Number(right.change.proved) - Number(left.change.proved) ||
      right.share - left.share ||
      (left.change.change.record.eventId < right.change.change.record.eventId ? -1 : 1),
  );
  return best ?? { change: undefined, share: 0 };
}

function weightOfShapes(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, { weight }) => sum + weight, 0);
}

function neededBy(explanations: readonly Explanation[]): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const { unknown } of explanations)
    for (const need of unknown) needs.set(need.need, needs.get(need.need) ?? need);
  return [...needs.values()].slice(0, 3);
}

/** Whether the finding says that its change is proved to be the reason. */
export function isProved({ correlatedChange }: Pick<Content, 'correlatedChange'>): boolean {
  return correlatedChange?.proof === allowedBeforeDeniedAfter;
}
