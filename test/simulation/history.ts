/** A generated history of two accounts: roles, their changes, denials, bursts, deletions, enumeration, and what is no record at all. */
import { eventPatterns, matchesPattern, toEventBridgeEvent } from '../../src/cloudtrail/event-patterns.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { created, deleted, denied, document, home, iam, updated } from '../watch/service.ts';
import type { Random } from './seeded.ts';

export type FunctionName = 'trust-changed' | 'assume-role-denied' | 'trail-object';

/** A message as a rule puts it on a queue. */
export interface Happening {
  readonly id: string;
  /** Milliseconds: when the call was made. */
  readonly at: number;
  readonly body: string;
  readonly queue: FunctionName;
  /** Whether no delivery of it can succeed. */
  readonly poison: boolean;
}

const partner = '444455556666';
const principals = ['ci', 'other', 'build'].map((name) => `arn:aws:iam::${partner}:role/${name}`);
const roles = ['deploy', 'audit', 'release'] as const;

export function generatedHistory(random: Random): readonly Happening[] {
  const records: CloudTrailRecord[] = [];
  let ids = 0;
  const options = (more: Readonly<Record<string, unknown>> = {}) => {
    ids += 1;
    return { id: `event-${String(ids).padStart(4, '0')}-${random.int(0, 9_999)}`, more };
  };
  const policy = (): string => {
    const some = random.shuffled(principals).slice(0, random.int(1, 3));
    const condition = random.chance(0.3) ? { StringEquals: { 'sts:ExternalId': `id-${random.int(1, 3)}` } } : undefined;
    return document(some, condition);
  };
  const arn = (name: string): string => `arn:aws:iam::${home}:role/${name}`;
  const deny = (seconds: number, role: string, caller: string): void => {
    records.push(denied(seconds, { ...options(), caller, role: arn(role), session: `run-${random.int(1, 3)}` }));
  };
  // Some 90 minutes: close enough together that everything meets everything.
  const when = (): number => random.int(0, 90) * 60 + random.int(0, 59);
  for (const name of random.shuffled(roles).slice(0, random.int(1, 3)))
    if (random.chance(0.8)) records.push(created(random.int(0, 300), policy(), name, options()));
  // Small ones find as much as large ones and cost less; a large one now and then all the same.
  const happenings = random.chance(0.1) ? random.int(5, 9) : random.int(2, 4);
  for (let n = 0; n < happenings; n += 1) {
    const role = random.pick(roles);
    const caller = random.pick(['ci', 'other', 'build']);
    const seconds = when();
    switch (random.int(0, 10)) {
      case 0:
      case 1:
      case 2:
        records.push(updated(seconds, policy(), role, options()));
        break;
      case 3:
        records.push(deleted(seconds, role, options()));
        break;
      case 4:
        records.push(
          iam('UpdateRole', seconds, { roleName: role, maxSessionDuration: 3600 * random.int(1, 12) }, options()),
        );
        break;
      case 5: {
        // A burst, and half of the time the change that ends it.
        const count = random.int(4, 7);
        const apart = random.int(5, 280);
        for (let call = 0; call < count; call += 1) deny(seconds + call * apart, role, caller);
        if (random.chance(0.5))
          records.push(updated(seconds + (count + 1) * apart, document(principals), role, options()));
        break;
      }
      case 6: {
        const count = random.int(8, 12);
        for (let call = 0; call < count; call += 1) deny(seconds + call * 20, `role-${call}`, caller);
        break;
      }
      case 7: {
        const count = random.int(4, 7);
        for (let call = 0; call < count; call += 1)
          records.push(
            iam(
              'UpdateAssumeRolePolicy',
              seconds + call * 15,
              { roleName: role, policyDocument: document(`arn:aws:iam::999999999999:role/r${call}`) },
              options({
                errorCode: 'MalformedPolicyDocumentException',
                errorMessage: `Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:role/r${call}"`,
              }),
            ),
          );
        break;
      }
      case 8:
        records.push(
          iam(
            random.pick(['AttachRolePolicy', 'DetachRolePolicy']),
            seconds,
            { roleName: caller, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
            options({
              recipientAccountId: partner,
              userIdentity: { type: 'Root', accountId: partner, arn: `arn:aws:iam::${partner}:root` },
            }),
          ),
        );
        break;
      case 9:
        records.push(
          iam('DeleteRole', seconds, { roleName: caller }, options({ recipientAccountId: partner })),
          ...(random.chance(0.5)
            ? [iam('CreateRole', seconds + 60, { roleName: caller }, options({ recipientAccountId: partner }))]
            : []),
        );
        break;
      default:
        deny(seconds, role, caller);
    }
  }
  return [...records.map(messageOf), ...poison(random, records)];
}

/** The message that its rule sends. */
export function messageOf(record: CloudTrailRecord): Happening {
  const event = toEventBridgeEvent(record);
  const isDenial = matchesPattern(event, eventPatterns.denial);
  if (!isDenial && !Object.values(eventPatterns).some((pattern) => matchesPattern(event, pattern)))
    throw new Error(`${record.eventName}: no rule asks for it`);
  return {
    id: record.eventId,
    at: record.at,
    body: JSON.stringify(event),
    queue: isDenial ? 'assume-role-denied' : 'trust-changed',
    poison: false,
  };
}

/** Messages that nobody can read: cut off, forged, without an id. */
function poison(random: Random, records: readonly CloudTrailRecord[]): readonly Happening[] {
  const [record] = records;
  if (record === undefined || !random.chance(0.5)) return [];
  const event = toEventBridgeEvent(record);
  const { eventID: _, ...nameless } = record.raw;
  const bodies = [
    JSON.stringify(event).slice(0, -20),
    JSON.stringify({ ...event, source: 'my.app' }),
    JSON.stringify({ ...event, account: '000011112222' }),
    JSON.stringify({ ...event, detail: nameless }),
  ];
  return random
    .shuffled(bodies)
    .slice(0, random.int(1, 2))
    .map((body, index) => ({
      id: `poison-${index}`,
      at: record.at,
      body,
      queue: random.pick(['trust-changed', 'assume-role-denied']),
      poison: true,
    }));
}
