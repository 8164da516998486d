/** Which facts do records hold, where is each kept, and whose findings do they touch? */
import { nameOfCaller } from '../cloudtrail/caller-name.ts';
import { allRecognised, isOwnReaderRole } from '../cloudtrail/recognise.ts';
import type { CallerSideChange, Denial, PrincipalEvent, TrustChange } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { accountOf, roleFromArn } from '../cloudtrail/role-name.ts';
import { triedTheRole } from '../cloudtrail/unanswered-call.ts';
import { splitArn } from '../policy/document/names.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { isFuller } from '../ports/fuller-copy.ts';
import type { StoredDenial, StoredEvent } from '../ports/trust-store.ts';
import { type Affected, nothingAffected, touchCaller, touchChange, touchRole } from './affected.ts';
import { dayOf, spansAround } from './bursts.ts';
import type { WatchContext, WatchSettings } from './context.ts';
import { isProbe } from './enumeration.ts';
import {
  callerKeyOf,
  callerOf,
  callerSideStream,
  denialFactOf,
  eventOf,
  factOf,
  principalKeyOf,
  principalStreamOf,
  roleKeyOf,
  roleStream,
} from './facts.ts';

/** Every role of which a change is known, each once. */
export const rolesStream = 'roles';

/** The roles whose trust policy has ever named the principal. */
export function namedByStream(principalKey: string): string {
  return `named-by:${principalKey}`;
}

/** The roles that callers of the account were denied, by day: what changes for a whole account may coincide with these. */
export function deniedFromStream(account: string): string {
  return `denied-from:${account}`;
}

/** The failed changes of a caller that named principals which do not exist. */
export function probeStream(caller: string): string {
  return `probe:${caller}`;
}

/** Keeps the facts of the records; every call may be repeated. */
export async function remember(records: readonly CloudTrailRecord[], context: WatchContext): Promise<Affected> {
  const { store, settings } = context;
  const affected = nothingAffected();
  const streams = new Map<string, Map<string, StoredEvent>>();
  const add = (stream: string, event: StoredEvent): void => {
    const events = streams.get(stream) ?? new Map<string, StoredEvent>();
    const known = events.get(event.eventId);
    // Of two copies the fuller one, whichever came first.
    if (known === undefined || isFuller(event.body, known.body)) events.set(event.eventId, event);
    streams.set(stream, events);
  };
  const denials: StoredDenial[] = [];
  const principals: PrincipalEvent[] = [];
  const callerSide: { readonly stream: string; readonly change: CallerSideChange }[] = [];
  for (const record of records)
    for (const found of allRecognised(record))
      switch (found.kind) {
        case 'trust-change':
          addChange(found, add, affected);
          break;
        case 'principal-event':
          add(principalStreamOf(found), factOf(record));
          principals.push(found);
          break;
        case 'caller-side-change': {
          const stream = callerSideStream(targetOf(found));
          add(stream, factOf(record));
          callerSide.push({ stream, change: found });
          break;
        }
        case 'denial':
          if (isOwn(found, settings)) break;
          denials.push(addDenial(found, add, affected));
          break;
      }
  for (const [stream, events] of streams) await store.addEvents(stream, [...events.values()]);
  if (denials.length > 0) await store.addDenials(denials);
  for (const [caller, { probes }] of affected.callers) await touchByProbes(caller, probes, context, affected);
  for (const event of principals) await touchByPrincipal(event, context, affected);
  for (const one of callerSide) await touchByCallerSide(one.change, one.stream, context, affected);
  return affected;
}

type Add = (stream: string, event: StoredEvent) => void;

function addChange(change: TrustChange, add: Add, affected: Affected): void {
  const { record } = change;
  const key = roleKeyOf(change.role);
  if (isProbe(change)) {
    const caller = callerOf(record) ?? nameOfCaller(record);
    add(probeStream(caller), factOf(record));
    touchCaller(affected, caller).probes.add(record.at);
  }
  // A change that names no role cannot be told of any; it may still be part of an enumeration.
  if (key === undefined || change.role === undefined) return;
  add(roleStream(key), factOf(record));
  add(rolesStream, { eventId: key, at: 0, body: change.role });
  touchChange(affected, key, record.at);
  if (!change.succeeded || change.policyText === undefined) return;
  for (const principal of principalsNamedIn(change.policyText))
    add(namedByStream(principal), { eventId: key, at: 0, body: key });
}

/** Keys of the users, roles and providers that the text's Principal elements name. */
export function principalsNamedIn(text: string): ReadonlySet<string> {
  const parsed = parseTrustPolicy(text);
  if (parsed.status !== 'read') return new Set();
  const keys = parsed.policy.statements
    .flatMap(({ principal }) => principal.entries)
    .flatMap((entry) => principalKeyOf(entry.text) ?? []);
  return new Set(keys.filter((key) => !key.endsWith('/root')));
}

/**
 * By their caller no calls are found that never tried the role they name: a throttled caller would look like one that
 * searches, and a storm of them would drown its denied calls. By their role they are found as ever.
 */
function untried(caller: string): string {
  return `untried:${caller}`;
}

function addDenial(denial: Denial, add: Add, affected: Affected): StoredDenial {
  const { record } = denial;
  const role = roleKeyOf(denial.role);
  const caller = callerKeyOf(denial);
  touchCaller(affected, caller).denials.add(record.at);
  if (role !== undefined) {
    touchRole(affected, role).denials.add(record.at);
    const day = dayOf(record.at);
    const event = { eventId: `${role} ${day}`, at: day, body: role };
    for (const account of [accountOfCaller(denial), 'organization'])
      if (account !== undefined) add(deniedFromStream(account), event);
  }
  return {
    ...denialFactOf(record),
    role,
    caller: role === undefined || triedTheRole(denial) ? caller : untried(caller),
  };
}

/** The account whose policies bind the caller. */
export function accountOfCaller({ record, message }: Denial): string | undefined {
  const { arn, accountId } = record.userIdentity;
  const account = accountId ?? splitArn(arn ?? message.caller ?? '')?.account ?? accountOf(record);
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}

/** Whom a change on the caller's side concerns: one principal, all of an account, or all of an organization. */
function targetOf({ record, what, target }: CallerSideChange): string {
  const key = principalKeyOf(target);
  if (key !== undefined && /\/(?:user|role)\//.test(key)) return key;
  const account = /^\d{12}$/.test(target ?? '') ? target : undefined;
  const organization = what !== 'identity-policy' && what !== 'permissions-boundary' && what !== 'tags';
  if (organization) return account ?? 'organization';
  return accountOf(record) ?? 'organization';
}

/** Whether trusttrail itself made the call: analysing that would make more such calls. */
function isOwn(denial: Denial, { readerRole, ownRoles = [] }: WatchSettings): boolean {
  const caller = callerKeyOf(denial);
  const own = ownRoles.some((role) => {
    const key = principalKeyOf(role);
    return key === undefined ? caller.endsWith(`/role/${role}`) : key === caller;
  });
  if (own) return true;
  return ownRoles.length === 0 && readerRole !== undefined && readerRole !== '' && isOwnReaderRole(denial, readerRole);
}

/** A principal's creation or deletion concerns the roles that name it, and those that it was denied. */
async function touchByPrincipal(
  event: PrincipalEvent,
  { store, limits }: WatchContext,
  affected: Affected,
): Promise<void> {
  const key = principalKeyOf(event.arn);
  if (key === undefined) return;
  const { at } = event.record;
  for (const { body } of await store.events(namedByStream(key))) touchChange(affected, body, at);
  const role = event.principal === 'role' || event.principal === 'user' ? { caller: key } : undefined;
  if (role === undefined) return;
  for (const { denial } of await store.denials(role, { from: at, to: at + limits.lookBack * 7 }))
    if (denial.role !== undefined) touchRole(affected, denial.role).denials.add(denial.at);
}

/** Where failed changes have become an enumeration, those of other roles are part of it too. */
async function touchByProbes(
  caller: string,
  probes: ReadonlySet<number>,
  { store, limits }: WatchContext,
  affected: Affected,
): Promise<void> {
  for (const span of spansAround(probes, limits.burst.window)) {
    const known = await store.events(probeStream(caller), span);
    if (known.length < limits.burst.least) continue;
    for (const fact of known)
      for (const change of eventOf(fact)?.recognised ?? []) {
        const key = change.kind === 'trust-change' ? roleKeyOf(change.role) : undefined;
        if (key !== undefined) touchChange(affected, key, change.record.at);
      }
  }
}

async function touchByCallerSide(
  { record }: CallerSideChange,
  stream: string,
  { store, limits }: WatchContext,
  affected: Affected,
): Promise<void> {
  const target = stream.slice(callerSideStream('').length);
  const { at } = record;
  const window = { from: at, to: at + limits.lookBack };
  if (target.includes('/')) {
    for (const { denial } of await store.denials({ caller: target }, window))
      if (denial.role !== undefined) touchRole(affected, denial.role).denials.add(denial.at);
    return;
  }
  const roles = await store.events(deniedFromStream(target), { from: dayOf(window.from), to: window.to });
  for (const role of new Set(roles.map(({ body }) => body)))
    for (const { denial } of await store.denials({ role }, window)) touchRole(affected, role).denials.add(denial.at);
}

/** The name of a role, which its ARN ends with. */
export function roleNameOf(arn: string): string {
  return roleFromArn(arn)?.name ?? arn;
}
