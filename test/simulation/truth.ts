/** What truly happened in the accounts, whoever tells of it: the roles at any time, what was before the service, and what no event tells. */
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { created, deleted, denied, document, home, iam, start, updated } from '../watch/service.ts';
import type { Happening } from './history.ts';
import type { Random } from './seeded.ts';
import { detailOf } from './trail.ts';

export const partner = '444455556666';
const homeRoles = ['deploy', 'audit', 'release'] as const;
const partnerRoles = ['ci', 'other', 'build'] as const;
const principals = partnerRoles.map((name) => `arn:aws:iam::${partner}:role/${name}`);
const minute = 60;
const day = 86_400;

/** A change of which no event was ever written. */
export interface Unseen {
  readonly at: number;
  readonly account: string;
  readonly name: string;
  /** `undefined`: the role was deleted. */
  readonly policy: string | undefined;
}

/** What is there beside the events that are delivered. */
export interface Beside {
  /** Events from before there were any rules: only LookupEvents tells of them. */
  readonly past: readonly CloudTrailRecord[];
  readonly unseen: readonly Unseen[];
}

export const nothingBeside: Beside = { past: [], unseen: [] };

export interface LiveRole {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly policy: string;
  readonly roleId: string;
  /** Milliseconds. */
  readonly createdAt: number;
}

/** The records that the messages carry; what can never be read is left out. */
export function recordsIn(history: readonly Happening[]): readonly CloudTrailRecord[] {
  return history.filter(({ poison }) => !poison).flatMap((one) => readEventValue(detailOf(one), 'message').records);
}

/** @param justBefore with changes of the last minutes before the rules were there, which LookupEvents does not show at once. */
export function besideOf(records: readonly CloudTrailRecord[], random: Random, justBefore: boolean): Beside {
  const past: CloudTrailRecord[] = [];
  const id = (more: Readonly<Record<string, unknown>> = {}) => ({
    id: `past-${past.length}-${random.int(0, 9_999)}`,
    more,
  });
  const isMade = (name: string): boolean =>
    records.some(
      ({ eventName, requestParameters }) => eventName === 'CreateRole' && requestParameters?.['roleName'] === name,
    );
  const policy = (): string => document(random.shuffled(principals).slice(0, random.int(1, 3)));
  const longAgo = (): number => -random.int(4 * 3_600, 80 * day);
  for (const name of homeRoles) {
    if (isMade(name)) continue;
    past.push(created(-random.int(81 * day, 89 * day), policy(), name, id()));
    for (let n = random.int(0, 2); n > 0; n -= 1) past.push(updated(longAgo(), policy(), name, id()));
    if (random.chance(0.4))
      past.push(iam('UpdateRole', longAgo(), { roleName: name, maxSessionDuration: 7_200 }, id()));
    if (random.chance(0.3))
      past.push(updated(longAgo(), policy(), name, id({ errorCode: 'AccessDenied', errorMessage: 'not authorized' })));
    for (let n = random.int(0, 3); n > 0; n -= 1) past.push(iam('GetRole', longAgo(), { roleName: name }, id()));
    if (justBefore && random.chance(0.5)) past.push(updated(-random.int(1, 14 * minute), policy(), name, id()));
    if (justBefore && random.chance(0.15)) past.push(deleted(-random.int(1, 14 * minute), name, id()));
  }
  for (const name of partnerRoles)
    past.push(created(-random.int(81 * day, 89 * day), policy(), name, theirs(id(), name)));
  return { past, unseen: [] };
}

/** Calls for roles that were there before there were rules. */
export function soonDenied(random: Random): readonly CloudTrailRecord[] {
  return Array.from({ length: random.int(1, 3) }, (_, n) =>
    denied(random.int(1, 5 * minute), {
      id: `soon-${n}-${random.int(0, 9_999)}`,
      role: `arn:aws:iam::${home}:role/${random.pick(homeRoles)}`,
      caller: random.pick(partnerRoles),
    }),
  );
}

function theirs({ id }: { readonly id: string }, name: string) {
  const arn = `arn:aws:iam::${partner}:role/${name}`;
  const responseElements = { role: { arn, roleId: `AROA${name.toUpperCase()}` } };
  return { id, more: { recipientAccountId: partner, responseElements } };
}

/** Some that no event tells of, of roles of ours, after everything that events tell of. */
export function unseenOf(records: readonly CloudTrailRecord[], beside: Beside, random: Random): readonly Unseen[] {
  if (!random.chance(0.4)) return [];
  const after = Math.max(...records.map(({ at }) => at)) + 20 * 60_000;
  const there = rolesAt(records, beside, after).filter(({ account }) => account === home);
  const [one] = random.shuffled(there);
  if (one === undefined) return [];
  const { account, name } = one;
  const policy = random.chance(0.3) ? undefined : document([...principals, `arn:aws:iam::999999999999:role/intruder`]);
  return [{ at: after + random.int(0, 20 * 60_000), account, name, policy }];
}

/** Every role as it truly is at a time. */
export function rolesAt(
  records: readonly CloudTrailRecord[],
  { past, unseen }: Beside,
  at: number,
): readonly LiveRole[] {
  const roles = new Map<string, LiveRole>();
  const happened = [
    ...[...past, ...records].map((record) => ({ at: record.at, id: record.eventId, record })),
    ...unseen.map((one) => ({ id: '~', ...one })),
  ];
  const ordered = happened.sort((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1));
  for (const one of ordered) {
    if (one.at > at) break;
    if (!('record' in one)) {
      const key = `${one.account}/${one.name}`;
      const known = roles.get(key);
      if (one.policy === undefined) roles.delete(key);
      else if (known !== undefined) roles.set(key, { ...known, policy: one.policy });
      continue;
    }
    const change = recognise(one.record);
    if (change?.kind !== 'trust-change' || !change.succeeded) continue;
    const { account = '', roleName: name = '', role, roleId } = change;
    const key = `${account}/${name}`;
    const known = roles.get(key);
    const id = roleId ?? known?.roleId ?? 'AROAEXAMPLE';
    const arn = role ?? `arn:aws:iam::${account}:role/${name}`;
    const policy = change.policyText ?? known?.policy ?? document(principals);
    const createdAt = known?.createdAt ?? one.at;
    switch (change.change) {
      case 'create-role':
        roles.set(key, { account, name, arn, policy, roleId: id, createdAt: one.at });
        break;
      case 'delete-role':
        roles.delete(key);
        break;
      default:
        roles.set(key, { account, name, arn, policy, roleId: id, createdAt });
    }
  }
  return [...roles.values()];
}

/** Milliseconds at which the service was deployed, and first looked at the roles. */
export const deployedAt = start - 3 * 3_600_000;
