/** A finding to the findings event bus, so that other programs can subscribe to what interests them. */
import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { Finding } from '../findings/finding.ts';
import { fittingFinding, safeJson } from '../findings/forms/json.ts';
import type { Publisher } from '../ports/publisher.ts';

export const findingSource = 'trusttrail';
export const findingDetailType = 'trusttrail finding';

/**
 * Bytes of an entry. PutEvents takes 1 MB since January 2026, but SQS, SNS and Step Functions behind a rule may take no
 * more than 256 KB, and a finding that its reader cannot get is none.
 */
export const mostEntryBytes = 256_000;

/** Milliseconds before the second, third and fourth try. */
const waits = [100, 400, 1_600] as const;

/** The bus did not take the finding. */
export class EventNotTaken extends Error {
  override readonly name = 'EventNotTaken';
  readonly code: string;
  constructor(code: string, message: string) {
    super(`the findings bus did not take the finding: ${code}: ${message}`);
    this.code = code;
  }
}

/**
 * @param pause waits for so many milliseconds.
 * @throws {EventNotTaken} from `publish`, where the entry fails in an answer that is itself a success, time and again.
 */
export function eventBusPublisher(
  client: Pick<EventBridgeClient, 'send'>,
  bus: string,
  pause: (milliseconds: number) => Promise<void>,
  channel = 'findings-bus',
): Publisher {
  return {
    channel,
    async publish(finding) {
      const entry = { ...findingEntry(finding), EventBusName: bus };
      let failure = await put(client, entry);
      for (const wait of waits) {
        if (failure === undefined || !passing(failure)) break;
        await pause(wait);
        failure = await put(client, entry);
      }
      if (failure !== undefined) throw new EventNotTaken(failure.ErrorCode ?? 'unknown', failure.ErrorMessage ?? '');
    },
  };
}

/** PutEvents answers 200 and tells in each entry whether it was taken (EventBridge User Guide, "Handling failures with PutEvents"). */
async function put(
  client: Pick<EventBridgeClient, 'send'>,
  entry: PutEventsRequestEntry,
): Promise<PutEventsResultEntry | undefined> {
  const answer = await client.send(new PutEventsCommand({ Entries: [entry] }));
  if ((answer.FailedEntryCount ?? 0) === 0) return undefined;
  return answer.Entries?.find((one) => one.ErrorCode !== undefined) ?? { ErrorCode: 'unknown' };
}

function passing({ ErrorCode }: PutEventsResultEntry): boolean {
  return ErrorCode === 'ThrottlingException' || ErrorCode === 'InternalFailure' || ErrorCode === 'InternalException';
}

/** @returns the entry without its bus, within {@link mostEntryBytes}. */
export function findingEntry(finding: Finding): PutEventsRequestEntry & { readonly Detail: string } {
  const resources = finding.role === undefined || !/^arn:[\x21-\x7e]{1,2000}$/.test(finding.role) ? [] : [finding.role];
  const time = new Date(finding.time);
  const entry = {
    Source: findingSource,
    DetailType: findingDetailType,
    Resources: resources,
    ...(Number.isNaN(time.getTime()) ? {} : { Time: time }),
  };
  const overhead = findingSource.length + findingDetailType.length + (resources[0]?.length ?? 0) + 14;
  return { ...entry, Detail: safeJson(fittingFinding(finding, mostEntryBytes - overhead)) };
}
