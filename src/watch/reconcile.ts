/** What does no event tell: roles that are not as the events say, and accepted risks whose time is over? */

import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import { acceptanceOf } from '../configuration/acceptance.ts';
import { severityOf } from '../configuration/configuration.ts';
import { findingId, sha256 } from '../findings/identity.ts';
import { compare } from '../policy/compare/compare.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import { checkRisks } from '../risks/check-risks.ts';
import { actorName } from './actor.ts';
import type { WatchContext } from './context.ts';
import type { Conclusions, Draft } from './draft.ts';
import { eventOf, roleStream } from './facts.ts';
import { publishUntilSettled } from './publish.ts';
import { rolesStream } from './remember.ts';
import { documentOf, type RoleHistory, type RoleState, roleHistory } from './role-history.ts';

/** What was looked at, and what could not be. */
export interface Reconciled {
  readonly roles: number;
  readonly drifted: number;
  readonly unread: readonly { readonly role: string; readonly because: string }[];
}

export async function reconcile(context: WatchContext): Promise<Reconciled> {
  const { store } = context;
  let drifted = 0;
  const unread: { role: string; because: string }[] = [];
  const roles = await store.events(rolesStream);
  for (const { eventId: key, body } of roles)
    await publishUntilSettled(context, async (): Promise<Conclusions> => {
      const known = await store.findings(key);
      const events = (await store.events(roleStream(key))).flatMap((fact) => eventOf(fact) ?? []);
      const history = roleHistory(key, events);
      const state = history.changes.at(-1)?.after;
      if (state === undefined || state.exists === false) return { known, drafts: [], retractions: [] };
      const role = state.arn ?? body;
      const expired = expiredAcceptances(key, role, state, known, context);
      const drift = await driftOf(history, role, state, context, (because) => void unread.push({ role, because }));
      if (drift !== undefined) drifted += 1;
      return { known, drafts: [...expired, ...(drift === undefined ? [] : [drift])], retractions: [] };
    });
  return { roles: roles.length, drifted, unread };
}

/** An acceptance that has ended while its risk is still there is told once. */
function expiredAcceptances(
  key: string,
  role: string,
  { policy, maxSessionDuration }: RoleState,
  known: readonly StoredFinding[],
  { configuration, world, clock }: WatchContext,
): readonly Draft[] {
  if (policy === undefined || configuration.accept.length === 0) return [];
  const now = toIsoSeconds(clock.now());
  const risks = checkRisks({
    policy,
    role,
    world,
    at: now,
    ...(maxSessionDuration === undefined ? {} : { maxSessionDuration: { now: maxSessionDuration } }),
  });
  const drafts = new Map<string, Draft>();
  for (const found of risks) {
    const acceptance = acceptanceOf(configuration, found, role, now);
    if (acceptance?.expired !== true) continue;
    const { rule, until, reason } = acceptance.acceptance;
    const id = findingId('acceptance-expired', { role: key, rule, until });
    // The first moment after its last day.
    const at = Date.parse(`${until}T00:00:00Z`) + 86_400_000;
    const earlier = known.find((one) => one.id === id);
    const { discriminator: _, statement: __, ...risk } = found;
    drafts.set(id, {
      key: { id, subject: key, at: earlier?.at ?? at },
      content: {
        id,
        kind: 'acceptance-expired',
        severity: severityOf(configuration, risk.rule, risk.severity),
        title: `The acceptance of ${rule} on ${roleFromArn(role)?.name ?? role} ended on ${until}, and the risk is still there`,
        time: toIsoSeconds(at),
        ...(roleFromArn(role) === undefined ? {} : { account: roleFromArn(role)?.account ?? '' }),
        role,
        events: [],
        count: 1,
        risks: [risk],
        notes: [`It was accepted because: ${reason}`],
      },
      tell: { to: 'people' },
    });
  }
  return [...drafts.values()];
}

/** The policy as IAM has it now, against the last version that an event told of. */
async function driftOf(
  history: RoleHistory,
  role: string,
  state: RoleState,
  { roleReader, clock }: WatchContext,
  cannotRead: (because: string) => void,
): Promise<Draft | undefined> {
  if (roleReader === undefined || state.policyText === undefined) return undefined;
  const answer = await roleReader.read(role);
  if (answer.answer === 'unknown') {
    cannotRead(answer.because);
    return undefined;
  }
  const { setBy } = state;
  const name = roleFromArn(role)?.name ?? role;
  const last = setBy === undefined ? undefined : setBy.record;
  const live = answer.answer === 'role' ? answer.role.policyText : undefined;
  // A change whose event is still under way is no drift.
  if (last !== undefined && clock.now() - last.at < 15 * 60_000) return undefined;
  const parsed = live === undefined ? undefined : parseTrustPolicy(live);
  const compared =
    parsed?.status === 'read' && state.policy !== undefined
      ? compare(state.policy, parsed.policy, { role })
      : undefined;
  if (live !== undefined && sameDocument(live, state.policyText)) return undefined;
  if (compared?.verdict === 'equivalent' && (compared.direct ?? []).length === 0) return undefined;
  const id = findingId('drift', {
    role: history.key,
    event: last?.eventId,
    live: live === undefined ? null : sha256(live),
  });
  const at = last?.at ?? 0;
  return {
    key: { id, subject: history.key, at },
    content: {
      id,
      kind: 'drift',
      severity:
        (compared?.gained.length ?? 0) > 0 || (compared === undefined && live !== undefined) ? 'high' : 'medium',
      title:
        live === undefined
          ? `${name} is not there any more, and no event told of its deletion`
          : `The trust policy of ${name} is not the one that the events show`,
      // Told by the time of the last event, so that the same state of things is the same finding each day.
      time: last?.eventTime ?? toIsoSeconds(0),
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
          ? 'No event of the version before is known.'
          : `The last version that an event told of is that of ${last.eventTime}, set by ${actorName(last)}; what was changed since reached neither the rules nor the trail.`,
      ],
    },
    tell: { to: 'people' },
  };
}

function sameDocument(left: string, right: string): boolean {
  const [one, other] = [documentOf(left), documentOf(right)];
  return JSON.stringify(one) === JSON.stringify(other);
}
