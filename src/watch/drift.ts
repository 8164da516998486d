/** Is a role as the events say, or was it changed, made or deleted without one? */
import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import type { Finding } from '../findings/finding.ts';
import { canonicalJson, type Fact, findingId, sha256 } from '../findings/identity.ts';
import { maskExternalIds } from '../findings/mask.ts';
import { worst } from '../findings/severity.ts';
import { compare } from '../policy/compare/compare.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { ReadRole, RoleAnswer } from '../ports/role-reader.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import type { RuledRisk } from '../risks/risk-rule.ts';
import { actorName } from './actor.ts';
import type { Draft, Retraction } from './draft.ts';
import {
  documentOf,
  type RoleChange,
  type RoleHistory,
  type RoleState,
  sameDocument,
  settling,
} from './role-history.ts';

/** The drifts that were told of a role. */
export function driftStream(key: string): string {
  return `drift:${key}`;
}

/** The policy as IAM has it now, against the last version that an event told of. */
export function driftOf(
  history: RoleHistory,
  role: string,
  answer: Exclude<RoleAnswer, { readonly answer: 'unknown' }>,
  now: number,
): Draft | undefined {
  const state = history.latest;
  if (state.policyText === undefined) return undefined;
  const { setBy, observedAt } = state;
  const name = roleFromArn(role)?.name ?? role;
  const last = setBy === undefined ? undefined : setBy.record;
  const live = answer.answer === 'role' ? answer.role.policyText : undefined;
  // A change whose event is still under way is no drift.
  if (last !== undefined && now - last.at < settling) return undefined;
  const parsed = live === undefined ? undefined : parseTrustPolicy(withoutIds(live));
  const compared =
    parsed?.status === 'read' && state.policy !== undefined
      ? compare(state.policy, parsed.policy, { role })
      : undefined;
  if (live !== undefined && sameDocument(live, state.policyText)) return undefined;
  if (compared?.verdict === 'equivalent' && (compared.direct ?? []).length === 0) return undefined;
  const id = driftId(history.key, state, live);
  const at = last?.at ?? observedAt ?? 0;
  // The id that IAM puts in the place of a deleted principal lets nobody in: that deletion is told of by its own event.
  const onlyDeleted =
    live !== undefined &&
    withoutIds(live) !== live &&
    compared?.verdict === 'narrower' &&
    compared.undecided.length === 0;
  return {
    key: { id, subject: history.key, at },
    content: {
      id,
      kind: 'drift',
      severity: onlyDeleted
        ? 'info'
        : (compared?.gained.length ?? 0) > 0 || (compared === undefined && live !== undefined)
          ? 'high'
          : 'medium',
      title:
        live === undefined
          ? `${name} is not there any more, and no event told of its deletion`
          : onlyDeleted
            ? `The trust policy of ${name} holds the id of a principal that was deleted`
            : `The trust policy of ${name} is not the one that ${last === undefined ? 'was read before' : 'the events show'}`,
      // Told by the time of what was known last, so that the same state of things is the same finding each day.
      time: last?.eventTime ?? toIsoSeconds(at),
      ...(roleFromArn(role) === undefined ? {} : { account: roleFromArn(role)?.account ?? '' }),
      role,
      events: last === undefined ? [] : [last.eventId],
      count: 1,
      change: {
        verdict: compared?.verdict ?? (live === undefined ? 'narrower' : 'undecided'),
        gained: compared?.gained ?? [],
        lost: compared?.lost ?? [],
        ...(compared === undefined ? {} : { direct: compared.direct, undecided: compared.undecided }),
        previous: documentOf(state.policyText),
        ...(live === undefined ? {} : { current: documentOf(live) }),
        previousFrom: state.setFrom ?? 'store',
      },
      notes: [
        last === undefined
          ? 'No event of the version before is known: it was read from IAM.'
          : `The last version that an event told of is that of ${last.eventTime}, set by ${actorName(last)}; what was changed since reached neither the rules nor the trail.`,
      ],
    },
    tell: { to: onlyDeleted ? 'programs' : 'people' },
  };
}

/** Known by what was known last and by what is there, so that the same state of things is the same finding each day. */
function driftId(role: string, { setBy, observedAt, policyText }: RoleState, live: string | undefined): string {
  return findingId('drift', {
    role,
    event: setBy?.record.eventId,
    ...(observedAt === undefined || policyText === undefined ? {} : { observed: sha256(policyText) }),
    live: live === undefined ? null : hashOf(live),
  });
}

/** The same for the same JSON, however it is laid out. */
function hashOf(policyText: string): string {
  return sha256(JSON.stringify(documentOf(policyText)) ?? '');
}

/** Milliseconds by which the time of a role's creation by IAM and that of its event may differ. */
const asCreated = 5 * 60_000;

/**
 * What was told as drift and is none: the event of it has come since, later than a look allows for.
 * @param known findings of the role, others among them.
 */
export function explainedDrift(history: RoleHistory, known: readonly StoredFinding[]): readonly Retraction[] {
  return known.flatMap((one): readonly Retraction[] => {
    if (one.kind !== 'drift' || one.supersededBy !== undefined) return [];
    const by = changeBehind(history, one);
    if (by === undefined) return [];
    const supersededBy = findingId('trust-change', { role: history.key, event: by.change.record.eventId });
    return [{ key: one, supersededBy }];
  });
}

function changeBehind(
  { key, changes, seen }: RoleHistory,
  { id, at, body, deliveries }: StoredFinding,
): RoleChange | undefined {
  const { events, change: shown } = JSON.parse(body) as Finding;
  const isUnannounced = events.length === 0 && shown?.previous === undefined;
  const told = [...deliveries.values()].flatMap(({ sentAt }) => sentAt ?? []);
  const seenAt = told.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...told);
  const states = [...changes.flatMap(({ before, after }) => [before, after]), ...seen];
  // An event of what had only been seen until then may have come since.
  const asSeen = states.map(
    ({ exists, policyText }): RoleState => ({
      exists,
      observedAt: 0,
      ...(policyText === undefined ? {} : { policyText }),
    }),
  );
  // What was changed after the look cannot be what it saw; nor what had been changed once more by then, unless IAM was late.
  const until = changes.filter(({ change }) => change.record.at <= seenAt && change.change !== 'update-role');
  const inForce = until.filter((_, place) => (until[place + 1]?.change.record.at ?? seenAt) > seenAt - settling);
  if (
    isUnannounced &&
    !until.some((one) => one.after.exists === true && Math.abs(one.change.record.at - at) <= asCreated)
  )
    return undefined;
  return inForce.find(({ change, after }) => {
    const { record } = change;
    const live = after.exists === false ? undefined : after.policyText;
    // An event that does not show its document may have set any.
    if (after.exists === true && live === undefined)
      return shown?.current !== undefined && (isUnannounced || record.at > at);
    if (isUnannounced) return canonicalJson(shownAs(after.policyText)) === canonicalJson(shown?.current as Fact);
    return [...states, ...asSeen].some((state) => state.setBy !== change && driftId(key, state, live) === id);
  });
}

/** As a finding shows a document, which is all that is left of one that was seen. */
function shownAs(policyText: string | undefined): Fact {
  return maskExternalIds(documentOf(policyText)) as Fact;
}

/** The text without principals that are an id, `AROA…` or `AIDA…`, where it can be read at all. */
function withoutIds(text: string): string {
  const value = documentOf(text);
  if (typeof value !== 'object' || value === null || !/"A(?:ROA|IDA)[A-Z0-9]{10,}"/.test(text)) return text;
  const isId = (one: unknown): boolean => typeof one === 'string' && /^A(?:ROA|IDA)[A-Z0-9]{10,}$/.test(one);
  // IAM takes no empty list of principals: a statement that names nobody any more allows nobody.
  return JSON.stringify(value, (name, member: unknown) => {
    if (name === 'AWS' && Array.isArray(member)) {
      const left = member.filter((one) => !isId(one));
      return left.length === 0 ? noPrincipal : left;
    }
    return name === 'AWS' && isId(member) ? noPrincipal : member;
  });
}

/** A principal that cannot be: the account 000000000000 is none. */
const noPrincipal = 'arn:aws:iam::000000000000:role/deleted';

/** A role that is there and that no event told of, although the account has been watched since before it was made. */
export function unannouncedDraft(
  key: string,
  { arn, policyText, createDate, roleId }: ReadRole,
  risks: readonly RuledRisk[],
): Draft {
  const at = Date.parse(createDate ?? '') || 0;
  const id = findingId('drift', { role: key, unannounced: roleId ?? createDate ?? null });
  return {
    key: { id, subject: key, at },
    content: {
      id,
      kind: 'drift',
      severity: worst(['medium', ...risks.map(({ severity }) => severity)]),
      title: `${roleFromArn(arn)?.name ?? arn} is there, and no event told of its creation`,
      time: toIsoSeconds(at),
      ...(roleFromArn(arn) === undefined ? {} : { account: roleFromArn(arn)?.account ?? '' }),
      role: arn,
      events: [],
      count: 1,
      ...(risks.length === 0 ? {} : { risks: risks.map(({ discriminator: _, statement: __, ...risk }) => risk) }),
      change: {
        verdict: 'undecided',
        gained: [],
        lost: [],
        current: documentOf(policyText),
        previousFrom: 'unknown',
      },
      notes: [
        'Its creation reached neither the rules nor the trail: `trusttrail doctor` says what may be wrong with them.',
      ],
    },
    tell: { to: 'people' },
  };
}
