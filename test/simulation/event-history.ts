/** What does LookupEvents show: late, by pages that are as long as they happen to be, some of them empty, the newest first? */
import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { start } from '../watch/service.ts';
import { seeded } from './seeded.ts';

/** CloudTrail shows an event within so many milliseconds (AWS CloudTrail User Guide, "Viewing recent management events"). */
const latest = 15 * 60_000;
const ninetyDays = 90 * 86_400_000;

/** What was asked, as far as an answer depends on it. */
interface Asked {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * @param isLate whether events take their time to be seen.
 * @returns what is answered about an account at a time; throws as the SDK does.
 */
export function eventHistory(records: readonly CloudTrailRecord[], isLate: boolean) {
  // Where what is seen late would be on the page before, it would depend on that whether an older version is read.
  const isLately = ({ eventId, at }: CloudTrailRecord): boolean => isOfPast(eventId) && at >= start - 3_600_000;
  const whole = new Set(records.filter(isLately).map(({ requestParameters }) => requestParameters?.['roleName']));
  const events = records
    .map((record) => ({ record, ...habitsOf(record, whole.has(record.requestParameters?.['roleName'])) }))
    .toSorted(
      (left, right) => right.record.at - left.record.at || (left.record.eventId < right.record.eventId ? 1 : -1),
    );
  return (account: string, command: object, now: number): LookupEventsCommandOutput => {
    if (!(command instanceof LookupEventsCommand)) throw new Error('not a call that the history makes');
    const { LookupAttributes: [attribute] = [], StartTime, EndTime, MaxResults = 50, NextToken } = command.input;
    if (attribute?.AttributeKey !== 'ResourceName' || MaxResults > 50)
      throw refused('InvalidLookupAttributesException');
    const from = Math.max(StartTime?.getTime() ?? 0, now - ninetyDays);
    const asked: Asked = { name: attribute.AttributeValue ?? '', from, to: EndTime?.getTime() ?? now };
    if (StartTime !== undefined && StartTime.getTime() > asked.to) throw refused('InvalidTimeRangeException');
    const seen = events.filter(
      ({ record, delay }) =>
        record.recipientAccountId === account &&
        record.requestParameters?.['roleName'] === asked.name &&
        record.at >= asked.from &&
        record.at <= asked.to &&
        (!isLate || record.at + delay <= now),
    );
    const place = NextToken === undefined ? undefined : (JSON.parse(NextToken) as { after: string; to: number });
    if (place !== undefined && place.to !== asked.to) throw refused('InvalidNextTokenException');
    // What has come to be seen meanwhile is not shown on a page that was turned already.
    const passed = place === undefined ? -1 : seen.findIndex(({ record }) => record.eventId === place.after);
    const isEmpty = place !== undefined && seen[passed]?.isBeforeEmpty === true && !NextToken?.includes('"empty"');
    const page = isEmpty ? [] : seen.slice(passed + 1, passed + 1 + MaxResults);
    const end = page.findIndex(({ isLastOfPage }) => isLastOfPage);
    const shown = end < 0 ? page : page.slice(0, end + 1);
    const last = shown.at(-1)?.record.eventId ?? place?.after;
    const isMore = isEmpty || passed + 1 + shown.length < seen.length;
    return {
      $metadata: {},
      Events: shown.map(({ record }) => ({ EventId: record.eventId, CloudTrailEvent: JSON.stringify(record.raw) })),
      ...(isMore ? { NextToken: JSON.stringify({ after: last, to: asked.to, ...(isEmpty ? { empty: 1 } : {}) }) } : {}),
    };
  };
}

/** The same of an event in every run: when it is seen, and whether a page ends with it. */
function habitsOf({ eventId }: CloudTrailRecord, isOnOnePage: boolean) {
  const random = seeded(eventId);
  // Few enough of one role that what is looked at is enough.
  const mayEnd = isOfPast(eventId) && !isOnOnePage;
  return {
    delay: random.int(0, latest),
    isLastOfPage: mayEnd && random.chance(0.25),
    isBeforeEmpty: mayEnd && random.chance(0.15),
  };
}

function isOfPast(eventId: string): boolean {
  return eventId.startsWith('past-');
}

function refused(name: string): Error {
  return Object.assign(new Error(name), { name });
}

const real = new CloudTrailClient({ region: 'us-east-1' });

/** A client for the real adapter, which answers with what is given. */
export function trailClient(send: (command: object) => Promise<unknown>): CloudTrailClient {
  // The SDK's paginators take nothing but a client of its own class.
  return Object.create(real, { send: { value: send } }) as CloudTrailClient;
}
