/** What is known about a denied call: the version in force at its time, the one before, and what was read or asked later? */
import type { CallerAccess, DenialEvidence, KnownPolicy, PrincipalHistory, RoleSettings } from '../causes/evidence.ts';
import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import type { Denial } from '../cloudtrail/recognised.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { ReadRole } from '../ports/role-reader.ts';
import { actorName } from './actor.ts';
import { answerOf } from './correlate.ts';
import { orderUnclear, type RoleHistory, type RoleState, stateAt } from './role-history.ts';

/** What GetRole answered, and when it was asked; kept as a fact, so that the same facts give the same finding. */
export type Reading =
  | { readonly at: number; readonly answer: 'role'; readonly role: ReadRole; readonly providers?: readonly string[] }
  | { readonly at: number; readonly answer: 'no-such-role'; readonly names?: readonly string[] }
  | { readonly at: number; readonly answer: 'unknown'; readonly because: string };

export interface Surroundings {
  readonly history: RoleHistory | undefined;
  readonly principals: readonly PrincipalHistory[];
  readonly reading?: Reading;
  readonly callerAccess?: CallerAccess;
  /** Own accounts, by the configuration. */
  readonly accounts: readonly string[];
}

export function evidenceOf(denial: Denial, around: Surroundings): DenialEvidence {
  const { history, principals, reading, callerAccess, accounts } = around;
  return {
    denial,
    ...(history === undefined || history.changes.length === 0 ? {} : fromHistory(denial, history)),
    ...fromReading(denial, history, reading),
    ...(callerAccess === undefined ? {} : { callerAccess }),
    ...(principals.length === 0 ? {} : { principals }),
    ...(accounts.length === 0 ? {} : { organizationAccounts: accounts }),
  };
}

function fromHistory(denial: Denial, history: RoleHistory): Partial<DenialEvidence> {
  const { at } = denial.record;
  const unclear = orderUnclear(history, at);
  const state = stateOf(denial, history);
  const isDoubtful = unclear || state.doubtful === true;
  const as = isDoubtful ? 'now' : 'in-force';
  if (state.exists === undefined) return {};
  const { setBy } = state;
  const changedBy = history.changes.findLast(({ change }) => change === setBy);
  if (state.exists === false)
    return isDoubtful
      ? {}
      : {
          roleExists: false,
          ...(setBy === undefined
            ? {}
            : { roleDeleted: { time: setBy.record.eventTime, by: actorName(setBy.record) } }),
        };
  const policy = known(state, as, unclear);
  const previous = changedBy === undefined ? undefined : known(changedBy.before, as, false);
  return {
    roleExists: true,
    ...(policy === undefined ? {} : { policy }),
    ...(previous === undefined ? {} : { previousPolicy: previous }),
    ...(setBy === undefined ? {} : { policyChangedAt: setBy.record.eventTime }),
    role: settingsOf(state, as),
  };
}

/** Of versions set in the very second of the call, it is the one that denies that the call can have met. */
function stateOf(denial: Denial, history: RoleHistory): RoleState {
  const { at } = denial.record;
  const after = stateAt(history, at);
  if (!orderUnclear(history, at)) return after;
  const candidates = [
    after,
    ...history.changes.filter(({ change }) => change.record.at === at).map((one) => one.before),
  ];
  return candidates.find((state) => answerOf(state, denial) === 'deny') ?? after;
}

function known(state: RoleState, as: KnownPolicy['as'], unclear: boolean): KnownPolicy | undefined {
  const { policy, setBy, observedAt, doubtful } = state;
  // Read from IAM before the call; that nothing was changed since is what the events say.
  if (policy !== undefined && observedAt !== undefined)
    return { policy, as: 'now', from: `IAM, as it was read before ${toIsoSeconds(observedAt)}` };
  if (policy === undefined || setBy === undefined) return undefined;
  const from = `the version of ${setBy.record.eventTime}, set by ${actorName(setBy.record)}`;
  if (doubtful === true) return { policy, as: 'now', from: `${from}; CloudTrail may not have shown a later one yet` };
  return { policy, as, from: unclear ? `${from}, in a second in which the order of events is not known` : from };
}

function settingsOf({ arn, roleId, maxSessionDuration, createdBy }: RoleState, as: RoleSettings['as']): RoleSettings {
  return {
    ...(arn === undefined ? {} : { arn }),
    ...(roleId === undefined ? {} : { roleId }),
    ...(maxSessionDuration === undefined ? {} : { maxSessionDuration }),
    ...(createdBy === undefined ? {} : { createDate: createdBy.record.eventTime }),
    as,
  };
}

/** Only what history does not tell: it speaks of the time of the call, a reading of a later one. */
function fromReading(
  denial: Denial,
  history: RoleHistory | undefined,
  reading: Reading | undefined,
): Partial<DenialEvidence> {
  const { at } = denial.record;
  if (reading === undefined || (history !== undefined && stateAt(history, at).exists !== undefined)) return {};
  if (reading.answer === 'unknown' || (history !== undefined && isOvertaken(reading, history, at))) return {};
  if (reading.answer === 'no-such-role')
    return { roleExists: false, ...(reading.names === undefined ? {} : { knownRoles: reading.names }) };
  const { role, providers } = reading;
  const parsed = parseTrustPolicy(role.policyText);
  const { arn, roleId, maxSessionDuration, createDate } = role;
  return {
    roleExists: true,
    ...(parsed.status === 'read' ? { policy: { policy: parsed.policy, as: 'now' as const, from: 'GetRole' } } : {}),
    role: {
      arn,
      ...(roleId === undefined ? {} : { roleId }),
      ...(maxSessionDuration === undefined ? {} : { maxSessionDuration }),
      ...(createDate === undefined ? {} : { createDate }),
      as: 'now',
    },
    ...(providers === undefined ? {} : { providers }),
  };
}

/** Whether what was read is not what the call met: the role was changed, or deleted, between the two. */
function isOvertaken({ answer, at }: Reading, { changes }: RoleHistory, call: number): boolean {
  const later = changes.filter(({ change }) => change.record.at > call);
  // Somebody changed it after the call: then it was there, whatever IAM answers before or after.
  if (answer === 'no-such-role') return later.length > 0;
  return later.some(({ change }) => change.change !== 'update-role' && change.record.at <= at);
}
