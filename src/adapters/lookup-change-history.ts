/** What happened to a role before anything of it was delivered? Asked of CloudTrail's LookupEvents, which keeps 90 days. */
import { type CloudTrailClient, paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import { readEventValue } from '../cloudtrail/read-record.ts';
import { recognise, setsTrustPolicy } from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { type ChangeHistory, shownWithin } from '../ports/change-history.ts';
import type { Clock } from '../ports/clock.ts';
import type { AccountClients } from './account-clients.ts';
import { remembering } from './remembering.ts';

/** Pages of 50 events that one role may cost; LookupEvents takes two calls a second and account. */
const mostPages = 6;
const ninetyDays = 90 * 24 * 60 * 60_000;

/** @returns a history that never throws: what cannot be looked up is `undefined`. */
export function lookupChangeHistory(clients: Pick<AccountClients, 'trail'>, clock: Clock): ChangeHistory {
  const options = { clock, most: 500, age: 5 * 60_000 };
  const asked = remembering<readonly CloudTrailRecord[] | undefined>(options);
  /** Of a role that is denied again and again the next call is another question, and would be answered no better. */
  const failed = new Map<string, number>();
  return {
    async changesOf({ account, name }, before) {
      const role = `${account}/${name}`;
      const now = clock.now();
      if (now < (failed.get(role) ?? 0)) return undefined;
      failed.delete(role);
      // An answer that may not have been all is none when it could be.
      const isWhole = now >= before + shownWithin;
      const answer = await asked(`${role} ${before} ${isWhole}`, async () => {
        const client = clients.trail(account);
        if (client === undefined) return undefined;
        try {
          return await changes(client, account, name, before, now);
        } catch {
          // Not permitted, throttled, or not answered in time: nothing is known then.
          return undefined;
        }
      });
      if (answer !== undefined) return answer;
      const [oldest] = failed.keys();
      if (failed.size >= options.most && oldest !== undefined) failed.delete(oldest);
      failed.set(role, now + options.age);
      return undefined;
    },
  };
}

async function changes(
  client: CloudTrailClient,
  account: string,
  name: string,
  before: number,
  now: number,
): Promise<readonly CloudTrailRecord[] | undefined> {
  const found: CloudTrailRecord[] = [];
  let isInForceThere = false;
  let pages = 0;
  for await (const { Events: events, NextToken: next } of paginateLookupEvents(
    { client, pageSize: 50 },
    {
      LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: name }],
      StartTime: new Date(now - ninetyDays),
      EndTime: new Date(before),
    },
  )) {
    pages += 1;
    for (const { CloudTrailEvent: text } of events ?? [])
      for (const record of text === undefined ? [] : readEventValue(parsed(text), 'LookupEvents').records) {
        const change = recognise(record);
        if (change?.kind !== 'trust-change' || change.account !== account || change.roleName !== name) continue;
        found.push(record);
        // Up to the end of that time means with the change itself that is asked about: what was before it is wanted.
        if (record.at < before && change.succeeded && setsTrustPolicy(change)) isInForceThere = true;
      }
    // The newest come first: once the version in force is there, what is older is not needed.
    if (isInForceThere) break;
    // There may be a change further back: of a role that is often looked at, most events are only that.
    if (pages >= mostPages && next !== undefined) return undefined;
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
