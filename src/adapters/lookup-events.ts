/** CloudTrail's event history as a source of records: 90 days, asked for gently, call by call that matters. */
import { setTimeout as pause } from 'node:timers/promises';
import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { iamEventRegion, organizationsEventRegion } from '../cloudtrail/event-patterns.ts';
import { readEventValue } from '../cloudtrail/read-record.ts';
import {
  allRecognised,
  assumeCalls,
  identityChanges,
  organizationChanges,
  principalEvents,
  trustChanges,
} from '../cloudtrail/recognise.ts';
import { partitionOfRegion } from '../cloudtrail/role-name.ts';
import type { ReadOptions, RecordBatch, RecordSource } from '../ports/record-source.ts';
import { awsFailure } from './aws-failure.ts';

export interface LookupEventsOptions {
  /** Milliseconds; LookupEvents reaches 90 days back, whatever is asked for. */
  readonly since?: number;
  readonly until?: number;
  /** @returns the client of a region. */
  readonly client?: (region: string) => Pick<CloudTrailClient, 'send'>;
  readonly now?: () => number;
  /** Ends early where the signal says so. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** LookupEvents takes two calls a second, account and region (CloudTrail API Reference, LookupEvents). */
const betweenCalls = 500;
const ninetyDays = 90 * 86_400_000;
/** Somewhat more is asked for than the time that is looked at: it is no loss where that is out of reach. */
const lookBackAtMost = 2 * 86_400_000;
const pageSize = 50;
/** Answers that say "too fast" before it is given up: the pauses between them add up to some four minutes. */
const mostThrottled = 9;
const longestPause = 60_000;
/** Answers of a service at fault, and broken connections, before it is given up. */
const mostBroken = 2;

/**
 * The regions to ask where none is named: the ambient one, and the one where IAM's events arrive.
 * @param ofProfile the region that the profile in use has, where the environment names none.
 */
export async function lookupRegions(
  env: Readonly<Record<string, string | undefined>>,
  ofProfile: () => Promise<string | undefined> = regionOfProfile,
): Promise<readonly string[]> {
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? (await ofProfile()) ?? 'us-east-1';
  const iam = iamEventRegion(partitionOfRegion(region)) ?? region;
  return [...new Set([iam, region])];
}

async function regionOfProfile(): Promise<string | undefined> {
  try {
    return await new CloudTrailClient({}).config.region();
  } catch {
    // There is no profile, or none with a region.
    return undefined;
  }
}

/** @param regions the first of a partition's IAM region is asked for the changes, every one for the denials. */
export function lookupEventsSource(regions: readonly string[], options: LookupEventsOptions = {}): RecordSource {
  return {
    name: `lookup:${regions.join(',')}`,
    async *read({ signal }: ReadOptions = {}) {
      const beyond = beyondReach(options);
      if (beyond !== undefined) yield failed('LookupEvents', beyond);
      for (const region of regions) {
        const ask = asking(region, options, signal);
        for (const name of callsOf(region)) {
          try {
            for await (const batch of ask(name)) {
              yield batch;
              if (signal?.aborted === true) return;
            }
          } catch (error) {
            if (signal?.aborted === true) return;
            yield failed(`LookupEvents in ${region}, ${name}`, reasonOf(error));
            // What is not permitted for one name is not for the next.
            if (!isThrottled(error)) break;
          }
        }
      }
    },
  };
}

/** An answer about a time of which nothing is kept would say that nothing happened. */
function beyondReach({ since, until, now = Date.now }: LookupEventsOptions): string | undefined {
  const first = now() - ninetyDays;
  const day = new Date(first).toISOString().slice(0, 10);
  if (until !== undefined && until < first)
    return `it keeps 90 days, and begins on ${day}: nothing of that time is in it`;
  return since !== undefined && since < first - lookBackAtMost
    ? `it keeps 90 days, and begins on ${day}: what was before is not in it`
    : undefined;
}

/** The calls that a region records, those first that matter most. */
export function callsOf(region: string): readonly string[] {
  const partition = partitionOfRegion(region);
  const names: string[] = [...assumeCalls];
  if (iamEventRegion(partition) === region)
    names.unshift(...new Set([...trustChanges.keys(), ...principalEvents.keys()]));
  if (iamEventRegion(partition) === region) names.push(...identityChanges.keys());
  if (organizationsEventRegion(partition) === region) names.push(...organizationChanges);
  return [...new Set(names)];
}

/** @returns a way to ask for all events of a name, that never asks faster than is allowed, whatever it is asked for. */
function asking(
  region: string,
  { since, until, client = clientOf, now = Date.now, sleep = sleepFor }: LookupEventsOptions,
  signal: AbortSignal | undefined,
): (name: string) => AsyncGenerator<RecordBatch> {
  const service = client(region);
  let last = Number.NEGATIVE_INFINITY;
  const send = async (input: LookupEventsCommandInput) => {
    for (let [throttled, broken] = [0, 0]; ; ) {
      const wait = last + betweenCalls - now();
      if (wait > 0) await sleep(wait, signal);
      signal?.throwIfAborted();
      last = now();
      try {
        return await service.send(new LookupEventsCommand(input), signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        if (isThrottled(error) && throttled < mostThrottled) {
          await sleep(Math.min(longestPause, 1000 * 2 ** throttled), signal);
          throttled += 1;
        } else if (isPassing(error) && broken < mostBroken) broken += 1;
        else throw error;
      }
    }
  };
  return async function* (name) {
    const start = Math.max(since ?? 0, now() - ninetyDays);
    const end = until ?? now();
    if (start > end) return;
    let token: string | undefined;
    do {
      const answer = await send({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }],
        StartTime: new Date(start),
        EndTime: new Date(end),
        MaxResults: pageSize,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      const events = answer.Events ?? [];
      const place = `LookupEvents in ${region}, ${name}`;
      const read = readEventValue({ Events: events }, place);
      yield {
        place,
        records: read.records.filter((record) => allRecognised(record).length > 0),
        problems: read.problems,
        looked: events.length,
        parts: 1,
        bytes: events.reduce((sum, event) => sum + (event.CloudTrailEvent?.length ?? 0), 0),
      };
      token = answer.NextToken;
    } while (token !== undefined);
  };
}

function clientOf(region: string): CloudTrailClient {
  // What is tried again is tried by `send` above, which keeps count of the time between two calls.
  return new CloudTrailClient({ region, maxAttempts: 1 });
}

async function sleepFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  // An interrupt is no error: whoever slept looks at the signal.
  await pause(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && /Throttl|TooManyRequests|RequestLimitExceeded/.test(error.name);
}

/** A fault of the service's or of the network's, which may be over by the next call. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
  return (
    ($metadata?.httpStatusCode ?? 0) >= 500 ||
    error.name === 'TimeoutError' ||
    /^(?:ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN)$/.test(code ?? '')
  );
}

function failed(place: string, message: string): RecordBatch {
  return { records: [], problems: [{ place, message, kind: 'damaged' }], looked: 0, parts: 0, bytes: 0 };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `cannot be asked: ${String(error)}`;
  if (isThrottled(error)) return 'throttled again and again: somebody else asks as well; try again later';
  switch (error.name) {
    case 'AccessDeniedException':
    case 'AccessDenied':
      return 'access denied: it needs cloudtrail:LookupEvents';
    default:
      return awsFailure(error) ?? `cannot be asked: ${error.name}: ${error.message}`;
  }
}
