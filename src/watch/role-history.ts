/** What was a role like at a time, by the changes that are known of it? */
import type { TrustChange } from '../cloudtrail/recognised.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import type { KnownEvent } from './facts.ts';

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
}

export interface RoleHistory {
  readonly key: string;
  /** Every change that succeeded, in the order of time, then eventID. */
  readonly changes: readonly RoleChange[];
  /** Every one that failed, with the role as it stayed. */
  readonly failed: readonly RoleChange[];
}

const unknownRole: RoleState = { exists: undefined };
const noRole: RoleState = { exists: false };

/** @param events the stream of the role's changes, in the order of time, then eventID. */
export function roleHistory(key: string, events: readonly KnownEvent[]): RoleHistory {
  const changes: RoleChange[] = [];
  const failed: RoleChange[] = [];
  let state = unknownRole;
  for (const { recognised, from } of events)
    for (const change of recognised) {
      if (change.kind !== 'trust-change') continue;
      if (!change.succeeded) {
        failed.push({ change, from, before: state, after: state });
        continue;
      }
      const after = changed(state, change, from);
      // A role that was there could not have been created: whatever is known of an older one is of the past.
      const before = change.change === 'create-role' ? noRole : state;
      changes.push({ change, from, before, after });
      state = after;
    }
  return { key, changes, failed };
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

function withoutPolicy({ policy: _, policyText: __, setBy: ___, setFrom: ____, ...state }: RoleState): RoleState {
  return state;
}

function policyOf(change: TrustChange, from: KnownEvent['from']): Partial<RoleState> {
  const { policyText } = change;
  if (policyText === undefined) return { setBy: change, setFrom: from };
  const parsed = parseTrustPolicy(policyText);
  return { policyText, setBy: change, setFrom: from, ...(parsed.status === 'read' ? { policy: parsed.policy } : {}) };
}

/** @returns the role after every change up to and with the given time. */
export function stateAt(history: RoleHistory, at: number): RoleState {
  return history.changes.findLast(({ change }) => change.record.at <= at)?.after ?? stateBeforeAll(history);
}

/** Before the first change that is known: nothing, save that a role that is then created was not there. */
function stateBeforeAll(history: RoleHistory): RoleState {
  return history.changes[0]?.change.change === 'create-role' ? { exists: false } : unknownRole;
}

/** Whether the order of what happened at the time cannot be told: CloudTrail's times are whole seconds. */
export function orderUnclear(history: RoleHistory, at: number): boolean {
  return history.changes.some(({ change }) => change.record.at === at);
}

/** A policy that allows nothing: what a role that does not exist answers. */
export const nobody: TrustPolicy = {
  version: '2012-10-17',
  versionStated: true,
  statements: [],
  text: '{"Version":"2012-10-17","Statement":[]}',
  placeOf: () => undefined,
};

/** The document as a JSON value, or its text where it is no JSON. */
export function documentOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
