/** What was a role like at a time, by the changes that are known of it? */
import { inPossibleOrder } from '../cloudtrail/change-order.ts';
import type { TrustChange } from '../cloudtrail/recognised.ts';
import { clip } from '../findings/escape.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import type { KnownEvent, Observation } from './facts.ts';

/** A change with the role before and after it. */
export interface RoleChange {
  readonly change: TrustChange;
  readonly from: KnownEvent['from'];
  readonly before: RoleState;
  readonly after: RoleState;
}

/** The role as far as the changes up to a time tell. */
export interface RoleState {
  /** `undefined`: no change that tells is known. */
  readonly exists: boolean | undefined;
  /** ARN with its path, where one is known. */
  readonly arn?: string;
  readonly policy?: TrustPolicy;
  /** Text of the policy, which may be there where it cannot be read as one. */
  readonly policyText?: string;
  /** The change that set the policy, or deleted the role. */
  readonly setBy?: TrustChange;
  readonly setFrom?: KnownEvent['from'];
  /** Seconds. */
  readonly maxSessionDuration?: number;
  readonly roleId?: string;
  /** The change that created it. */
  readonly createdBy?: TrustChange;
  /** Milliseconds: the policy is the one that IAM showed then, and no event told of it. */
  readonly observedAt?: number;
  /** It was looked up when a later change may not have been shown yet. */
  readonly doubtful?: true;
}

export interface RoleHistory {
  readonly key: string;
  /** Every change that succeeded, in the order of time, within a second in one that is possible. */
  readonly changes: readonly RoleChange[];
  /** Every one that failed, with the role as it stayed. */
  readonly failed: readonly RoleChange[];
  /** The role after everything that is known, what IAM showed of it included. */
  readonly latest: RoleState;
  /** What IAM showed of it where that was news, oldest first. */
  readonly seen: readonly RoleState[];
}

/** How near to a change what IAM shows may be the version before it, or after it. */
export const settling = 15 * 60_000;

const unknownRole: RoleState = { exists: undefined };
const noRole: RoleState = { exists: false };

/**
 * @param events the stream of the role's changes, in the order of time, then eventID.
 * @param isWhole whether what was looked up of a time is all that happened then.
 */
export function roleHistory(
  key: string,
  events: readonly (KnownEvent | Observation)[],
  isWhole: (at: number) => boolean = () => true,
): RoleHistory {
  const changes: RoleChange[] = [];
  const failed: RoleChange[] = [];
  const seen: RoleState[] = [];
  let state = unknownRole;
  for (let index = 0; index < events.length; ) {
    const event = events[index];
    index += 1;
    if (event === undefined) continue;
    if ('observed' in event) {
      state = shown(state, event, changes.at(-1)?.change);
      if (state.observedAt === event.at) seen.push(state);
      continue;
    }
    const second = [...changesOf(event)];
    for (let next = events[index]; isOfSecond(next, event); next = events[index]) {
      second.push(...changesOf(next));
      index += 1;
    }
    for (const { change, from } of inPossibleOrder(second, state.exists, (one) => one.change)) {
      if (!change.succeeded) {
        failed.push({ change, from, before: state, after: state });
        continue;
      }
      const before = beforeOf(state, change);
      state = changed(before, change, from);
      const { at } = change.record;
      if (from === 'history' && change.change !== 'update-role' && !isWhole(at)) state = { ...state, doubtful: true };
      changes.push({ change, from, before, after: state });
    }
  }
  return { key, changes, failed, latest: state, seen };
}

/** A role that was there could not have been created, and one that was not there could not have been changed: a change between is missing. */
function beforeOf(state: RoleState, { change }: TrustChange): RoleState {
  if (change === 'create-role') return noRole;
  return state.exists === false ? unknownRole : state;
}

function changesOf({ recognised, from }: KnownEvent): readonly Pick<RoleChange, 'change' | 'from'>[] {
  return recognised.flatMap((change) => (change.kind === 'trust-change' ? [{ change, from }] : []));
}

function isOfSecond(next: KnownEvent | Observation | undefined, { record }: KnownEvent): next is KnownEvent {
  return next !== undefined && !('observed' in next) && next.record.at === record.at;
}

/**
 * What IAM showed is the version before the next change, and says nothing of any time before. Near a change it is left
 * out: IAM may still have shown the old version, or already the new one.
 */
function shown(state: RoleState, { observed, at }: Observation, last: TrustChange | undefined): RoleState {
  if (last !== undefined && at - last.record.at < settling) return state;
  const { arn, policyText, roleId, maxSessionDuration } = observed;
  const sameRole =
    state.exists === true && (roleId === undefined || state.roleId === undefined || roleId === state.roleId);
  if (sameRole && state.policyText !== undefined && sameDocument(state.policyText, policyText))
    return { ...state, arn };
  const duration = maxSessionDuration ?? (sameRole ? state.maxSessionDuration : undefined);
  const parsed = parseTrustPolicy(policyText);
  return {
    exists: true,
    arn,
    policyText,
    ...(parsed.status === 'read' ? { policy: parsed.policy } : {}),
    setFrom: 'history',
    ...(duration === undefined ? {} : { maxSessionDuration: duration }),
    ...(roleId === undefined ? {} : { roleId }),
    observedAt: at,
  };
}

/** Whether two texts are the same JSON, however they are laid out. */
export function sameDocument(left: string, right: string): boolean {
  return JSON.stringify(documentOf(left)) === JSON.stringify(documentOf(right));
}

function changed(state: RoleState, change: TrustChange, from: KnownEvent['from']): RoleState {
  const { role, roleId, maxSessionDuration } = change;
  const named =
    change.pathKnown && role !== undefined ? { arn: role } : state.arn === undefined ? {} : { arn: state.arn };
  const id = roleId ?? state.roleId;
  switch (change.change) {
    case 'create-role':
      return {
        exists: true,
        ...(role === undefined ? {} : { arn: role }),
        ...policyOf(change, from),
        // Without one in the request a role is created with an hour (IAM API Reference, CreateRole).
        maxSessionDuration: maxSessionDuration ?? 3600,
        ...(roleId === undefined ? {} : { roleId }),
        createdBy: change,
      };
    case 'delete-role':
      return { exists: false, ...named, setBy: change, setFrom: from };
    case 'update-trust-policy':
      return {
        ...withoutPolicy(state),
        exists: true,
        ...named,
        ...policyOf(change, from),
        ...(id === undefined ? {} : { roleId: id }),
      };
    case 'update-role':
      return { ...state, exists: true, ...named, ...(maxSessionDuration === undefined ? {} : { maxSessionDuration }) };
  }
}

function withoutPolicy(state: RoleState): RoleState {
  const { policy: _, policyText: __, setBy: ___, setFrom: ____, observedAt: _____, doubtful: ______, ...rest } = state;
  return rest;
}

function policyOf(change: TrustChange, from: KnownEvent['from']): Partial<RoleState> {
  const { policyText } = change;
  if (policyText === undefined) return { setBy: change, setFrom: from };
  // One that IAM cannot have taken is not analysed: comparing takes longer the more it names.
  if (policyText.replace(/\s+/g, '').length > mostSignificant) return { policyText, setBy: change, setFrom: from };
  const parsed = parseTrustPolicy(policyText);
  return { policyText, setBy: change, setFrom: from, ...(parsed.status === 'read' ? { policy: parsed.policy } : {}) };
}

/** @returns the role after every change up to and with the given time. */
export function stateAt({ changes, seen }: RoleHistory, at: number): RoleState {
  const last = changes.findLastIndex(({ change }) => change.record.at <= at);
  const [found, next] = [changes[last], changes[last + 1]];
  const state = found?.after ?? stateBeforeAll(next);
  const since = found?.change.record.at ?? 0;
  const shownSince = seen.findLast(({ observedAt = 0 }) => observedAt > since && observedAt <= at);
  // Another version than the events tell of: somebody had set it unseen by then.
  if (state.exists === true) return shownSince ?? state;
  if (state.exists === undefined) return state;
  // What is changed next was made anew before that, and nobody knows when.
  if (found !== undefined && next !== undefined && next.before.exists === undefined) return unknownRole;
  // Nor when what IAM had shown since was deleted, if it was: the event of that may still be under way.
  return shownSince === undefined ? state : unknownRole;
}

/** Before the first change that is known: nothing, save that a role that is then created was not there. */
function stateBeforeAll(first: RoleChange | undefined): RoleState {
  return first?.change.change === 'create-role' ? noRole : unknownRole;
}

/** Whether the order of what happened at the time cannot be told: CloudTrail's times are whole seconds. */
export function orderUnclear(history: RoleHistory, at: number): boolean {
  return history.changes.some(({ change }) => change.record.at === at);
}

/** IAM takes at most 8,192 characters that count (IAM User Guide, "IAM and AWS STS quotas"); white space does not. */
const mostSignificant = 10_240;
const mostDocument = 65_536;
const deepestDocument = 64;

/** The document as a JSON value; its text, shortened, where it is no JSON or none that IAM can ever have taken. */
export function documentOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (text.length > mostDocument || nesting(text) > deepestDocument) return clip(text, 2_000);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** How deep brackets nest; those in strings count too, which errs on the safe side. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const sign of text)
    if (sign === '{' || sign === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (sign === '}' || sign === ']') depth -= 1;
  return deepest;
}
