/** Which principals that the role trusts were deleted, or created anew under their old name? */
import type { PrincipalEvent } from '../cloudtrail/recognised.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import { findingId } from '../findings/identity.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import { actorName, actorOf, shortActor } from './actor.ts';
import type { WatchContext } from './context.ts';
import type { Draft, Retraction } from './draft.ts';
import { eventOf, principalKeyOf, principalStream } from './facts.ts';
import { linksOf } from './links.ts';
import { roleNameOf } from './remember.ts';
import { type RoleHistory, type RoleState, stateAt } from './role-history.ts';

/** @returns every creation and deletion of a principal that is known, oldest first. */
export async function eventsOfPrincipal(key: string, { store }: WatchContext): Promise<readonly PrincipalEvent[]> {
  const facts = await store.events(principalStream(key), { most: 200 });
  return facts.flatMap((fact) =>
    (eventOf(fact)?.recognised ?? []).filter((one): one is PrincipalEvent => one.kind === 'principal-event'),
  );
}

/** Keys of the users, roles and providers that its Allow statements name, with the text that names each. */
export function trustedPrincipals(
  policy: TrustPolicy,
): ReadonlyMap<string, { readonly text: string; readonly pointer: string }> {
  const found = new Map<string, { text: string; pointer: string }>();
  for (const { effect, principal } of policy.statements) {
    if (effect !== 'Allow' || principal.element !== 'Principal') continue;
    for (const { text, pointer } of principal.entries) {
      const key = principalKeyOf(text);
      if (key !== undefined && !key.endsWith('/root') && !found.has(key)) found.set(key, { text, pointer });
    }
  }
  return found;
}

/**
 * The findings of the time from `from` on: each deletion, and each creation that follows one, under a policy that names
 * it. What was told of one of them before a late change showed that no policy named it then is taken back.
 */
export async function principalDrafts(
  history: RoleHistory,
  from: number,
  known: readonly StoredFinding[],
  context: WatchContext,
): Promise<{ readonly drafts: readonly Draft[]; readonly retractions: readonly Retraction[] }> {
  const keys = new Set(
    [...history.changes.map(({ after }) => after), ...history.seen].flatMap(({ policy }) =>
      policy === undefined ? [] : [...trustedPrincipals(policy).keys()],
    ),
  );
  const drafts: Draft[] = [];
  const retractions: Retraction[] = [];
  for (const key of keys) {
    const events = await eventsOfPrincipal(key, context);
    for (const [index, event] of events.entries()) {
      if (event.record.at < from || event.what === 'changed') continue;
      if (event.what === 'created' && !events.slice(0, index).some(({ what }) => what === 'deleted')) continue;
      const draft = draftOf(history, key, event);
      if (draft !== undefined) drafts.push(draft);
      else retractions.push(...untrue(history, key, event, known));
    }
  }
  return { drafts, retractions };
}

function untrue(
  history: RoleHistory,
  principal: string,
  { record }: PrincipalEvent,
  known: readonly StoredFinding[],
): readonly Retraction[] {
  const id = findingId('trust-risk', { role: history.key, event: record.eventId, principal });
  const told = known.find((one) => one.id === id && one.supersededBy === undefined);
  const inForce = history.changes.findLast(({ change }) => change.record.at <= record.at) ?? history.changes[0];
  if (told === undefined || inForce === undefined) return [];
  const supersededBy = findingId('trust-change', { role: history.key, event: inForce.change.record.eventId });
  return [{ key: told, supersededBy }];
}

const kinds: Readonly<Record<PrincipalEvent['principal'], string>> = {
  user: 'user',
  role: 'role',
  'oidc-provider': 'OIDC provider',
  'saml-provider': 'SAML provider',
};

/** Of a role that no event told of, what IAM showed before; not what it showed before the role was deleted. */
function stateOrSeen(history: RoleHistory, at: number): RoleState {
  const state = stateAt(history, at);
  if (state.exists !== undefined) return state;
  const since = history.changes.findLast(({ change }) => change.record.at <= at)?.change.record.at ?? 0;
  return history.seen.findLast(({ observedAt = 0 }) => observedAt > since && observedAt <= at) ?? state;
}

function draftOf(history: RoleHistory, key: string, event: PrincipalEvent): Draft | undefined {
  const { record, what, principal } = event;
  const { exists, policy, setBy, arn } = stateOrSeen(history, record.at);
  // A policy saved after the principal came back names the new one.
  if (exists !== true || policy === undefined) return undefined;
  const named = trustedPrincipals(policy).get(key);
  const role = arn ?? setBy?.role;
  if (named === undefined || role === undefined) return undefined;
  const name = roleNameOf(role);
  const account = setBy?.account ?? roleFromArn(role)?.account;
  const id = findingId('trust-risk', { role: history.key, event: record.eventId, principal: key });
  const provider = principal === 'oidc-provider' || principal === 'saml-provider';
  const gone = what === 'deleted';
  return {
    key: { id, subject: history.key, at: record.at },
    content: {
      id,
      kind: 'trust-risk',
      severity: gone ? 'low' : 'medium',
      title: gone
        ? `${name} trusts the ${kinds[principal]} ${shortActor(named.text)}, which ${shortActor(actorName(record))} deleted`
        : `${name} names the ${kinds[principal]} ${shortActor(named.text)}, which was deleted and has been created again`,
      time: record.eventTime,
      ...(account === undefined ? {} : { account }),
      ...(record.region === undefined ? {} : { region: record.region }),
      role,
      actor: actorOf(record),
      events: [record.eventId],
      count: 1,
      links: linksOf(record, role),
      notes: [
        provider
          ? gone
            ? `Nobody can assume the role through \`${named.text}\` until the provider is there again.`
            : `Whoever made the provider anew decides whose tokens it takes: \`${named.text}\` is trusted as before.`
          : gone
            ? `The policy keeps the unique id of \`${named.text}\` in its place (at ${named.pointer}): a principal made anew under this name is not trusted until the policy is saved again.`
            : `The new \`${named.text}\` has another unique id and is not trusted yet: saving the trust policy again with this ARN would let it in. Make sure first whose it is.`,
      ],
    },
    tell: { to: gone ? 'programs' : 'people' },
  };
}
