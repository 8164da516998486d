/** Which change explains a denial: proved by what the trust policy answered before it and after it, or merely close in time? */
import { wouldAllow } from '../causes/denied-request.ts';
import type { CallerSideChange, Denial, TrustChange } from '../cloudtrail/recognised.ts';
import type { CorrelatedChange } from '../findings/finding.ts';
import { nobody } from '../policy/document/nobody.ts';
import { actorName } from './actor.ts';
import { type RoleChange, type RoleHistory, type RoleState, stateAt } from './role-history.ts';

/** Said of a change only where both versions were evaluated on the same call. */
export const allowedBeforeDeniedAfter = 'allowed before, denied after';
/** Said of any other. */
export const onlyCoincides = 'it coincides in time; nothing proves that it is the reason';

export interface Explaining {
  readonly change: TrustChange;
  readonly proved: boolean;
}

type Answer = 'allow' | 'deny' | 'unknown';

/** What the role's trust policy answers the call, as far as both are known. */
export function answerOf(state: RoleState, denial: Denial): Answer {
  if (state.exists === false) return answer(wouldAllow(nobody, denial));
  return state.policy === undefined ? 'unknown' : answer(wouldAllow(state.policy, denial));
}

function answer(decision: ReturnType<typeof wouldAllow>): Answer {
  return decision === 'allow' || decision === 'unknown' ? decision : 'deny';
}

/** Whether a trust policy can be why: not where the message names another policy, or another kind of error. */
export function mayBeTrustPolicy({ record, message }: Denial): boolean {
  const { because } = message;
  if (because !== undefined && because.policy !== 'role-trust' && because.policy !== 'resource-based') return false;
  return (
    record.errorCode === undefined || /^(?:AccessDenied|(?:Client\.)?UnauthorizedOperation)/.test(record.errorCode)
  );
}

/**
 * Goes back through the versions from the one in force: the change that closed the door is the last one before which
 * the call was allowed. A change in the second of the call is left out, since their order is not known.
 */
export function explainingChange(history: RoleHistory, denial: Denial, lookBack: number): Explaining | undefined {
  if (tooLong(denial)) return shorteningChange(history, denial, lookBack);
  if (!mayBeTrustPolicy(denial)) return undefined;
  const { at } = denial.record;
  const inForce = stateAt(history, at);
  for (const { change, before, after } of history.changes.toReversed()) {
    if (change.record.at > at) continue;
    if (change.record.at < at - lookBack) return undefined;
    if (change.change === 'update-role') continue;
    if (change.record.at === at) return { change, proved: false };
    // A role that was deleted may have been made anew by then.
    const now = answerOf(inForce.exists === undefined ? inForce : after, denial);
    if (now === 'allow') return undefined;
    if (now === 'unknown') return { change, proved: false };
    const then = answerOf(before, denial);
    // What IAM had shown by then is another version than the one that this change set.
    const isDoubtful =
      inForce.observedAt !== undefined || [inForce, before, after].some(({ doubtful }) => doubtful === true);
    if (then === 'allow') return { change, proved: !isDoubtful };
    if (then === 'unknown') return { change, proved: false };
  }
  return undefined;
}

function tooLong({ message }: Denial): boolean {
  return /MaxSessionDuration set for this role/i.test(message.text);
}

function shorteningChange(history: RoleHistory, denial: Denial, lookBack: number): Explaining | undefined {
  const { at, requestParameters } = denial.record;
  const asked = Number(requestParameters?.['durationSeconds'] ?? Number.NaN);
  const found = history.changes.findLast(
    ({ change, before, after }) =>
      change.record.at < at &&
      change.record.at >= at - lookBack &&
      after.maxSessionDuration !== undefined &&
      (before.maxSessionDuration ?? Number.POSITIVE_INFINITY) > after.maxSessionDuration,
  );
  if (found === undefined || found.change.change !== 'update-role') return undefined;
  const { before, after } = found;
  const isDoubtful = before.doubtful === true || stateAt(history, at).doubtful === true;
  const proved =
    !isDoubtful && (before.maxSessionDuration ?? 0) >= asked && asked > (after.maxSessionDuration ?? asked);
  return { change: found.change, proved };
}

/** The first later version that lets in every call that the trust policy kept out. */
export function resolvingChange(
  history: RoleHistory,
  calls: readonly Denial[],
  run: { readonly first: number; readonly last: number },
): RoleChange | undefined {
  const mayHelp = (one: RoleChange): boolean =>
    one.change.change !== 'update-role' &&
    one.change.record.at > run.first &&
    // What was changed reaches every part of AWS only after a while: calls may still fail, and then succeed.
    one.change.record.at >= run.last - settling;
  if (calls.length === 0 || !calls.every(mayBeTrustPolicy)) return undefined;
  for (const one of history.changes.filter(mayHelp)) {
    const { at } = one.change.record;
    const opens = calls.every((call) => answerOf(one.after, call) === 'allow');
    const wasOpen = calls.some((call) => answerOf(inForce(history, call.record.at, at), call) === 'allow');
    if (opens && !wasOpen) return one;
  }
  return undefined;
}

/** How long after a change the version before may still answer. */
const settling = 5 * 60_000;

/** The version at the time of a call, or just before the change where the call came after it. */
function inForce(history: RoleHistory, at: number, change: number): RoleState {
  const known = history.changes.findLast((one) => one.change.record.at <= at && one.change.record.at < change);
  return known?.after ?? history.changes[0]?.before ?? { exists: undefined };
}

export function correlated({ change, proved }: Explaining, proof?: string): CorrelatedChange {
  const { record } = change;
  return {
    eventId: record.eventId,
    by: actorName(record),
    time: record.eventTime,
    proof: proof ?? (proved ? allowedBeforeDeniedAfter : onlyCoincides),
  };
}

const whatChanged: Readonly<Record<CallerSideChange['what'], string>> = {
  'identity-policy': 'permissions',
  'permissions-boundary': 'permissions boundary',
  tags: 'tags',
  'service-control-policy': 'service control policies',
  'resource-control-policy': 'resource control policies',
  'organization-policy': 'organization policies',
};

/** A sentence for people about a change of what callers may do. */
export function callerSideNote(change: CallerSideChange): string {
  const { record, what, target } = change;
  const whose = target === undefined ? '' : ` of \`${target}\``;
  return `The ${whatChanged[what]}${whose} changed at ${record.eventTime} by \`${actorName(record)}\` (${record.eventName}, event ${record.eventId}): ${onlyCoincides}.`;
}
