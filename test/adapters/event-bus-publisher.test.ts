import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import {
  EventNotTaken,
  eventBusPublisher,
  findingEntry,
  mostEntryBytes,
} from '../../src/adapters/event-bus-publisher.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { findingExamples, hostile, hostileStrings } from '../findings/examples.ts';

const finding = findingExamples.denial;
const pauses: number[] = [];
const pause = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
const publisher = (): ReturnType<typeof eventBusPublisher> =>
  eventBusPublisher(new EventBridgeClient({}), 'trusttrail-findings', pause);

test('the finding is the detail, and its role a resource', async () => {
  const bus = mockClient(EventBridgeClient)
    .on(PutEventsCommand)
    .resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  await publisher().publish(finding);
  const [entry] = bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries ?? [];
  expect(entry).toMatchObject({
    Source: 'trusttrail',
    DetailType: 'trusttrail finding',
    EventBusName: 'trusttrail-findings',
    Resources: [finding.role],
    Time: new Date(finding.time),
  });
  expect(JSON.parse(entry?.Detail ?? '')).toEqual(finding);
});

describe('an answer of 200 that took nothing', () => {
  const failed = (code: string) => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: code, ErrorMessage: 'not now' }] });
  const taken = { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };

  test('is tried again, later and later, where it passes', async () => {
    pauses.length = 0;
    const bus = mockClient(EventBridgeClient)
      .on(PutEventsCommand)
      .resolvesOnce(failed('ThrottlingException'))
      .resolvesOnce(failed('InternalFailure'))
      .resolves(taken);
    await publisher().publish(finding);
    expect(bus.commandCalls(PutEventsCommand)).toHaveLength(3);
    expect(pauses).toEqual([100, 400]);
  });

  test('is thrown where it goes on', async () => {
    const bus = mockClient(EventBridgeClient).on(PutEventsCommand).resolves(failed('ThrottlingException'));
    await expect(publisher().publish(finding)).rejects.toThrow(EventNotTaken);
    expect(bus.commandCalls(PutEventsCommand)).toHaveLength(4);
  });

  test.for([['NotAuthorizedForSourceException'], ['MalformedDetail'], ['ResourceNotFoundException']])(
    '%s is thrown at once',
    async ([code = '']) => {
      const bus = mockClient(EventBridgeClient).on(PutEventsCommand).resolves(failed(code));
      await expect(publisher().publish(finding)).rejects.toMatchObject({ code });
      expect(bus.commandCalls(PutEventsCommand)).toHaveLength(1);
    },
  );
});

test('a request that fails is thrown', async () => {
  mockClient(EventBridgeClient).on(PutEventsCommand).rejects(new Error('socket hang up'));
  await expect(publisher().publish(finding)).rejects.toThrow('socket hang up');
});

describe.for(Object.values(findingExamples))('$kind', (example) => {
  test.for(hostileStrings.map((text) => [text.slice(0, 30), text]))('hostile: %s', ([, text]) => {
    const entry = findingEntry(hostile(example, text ?? ''));
    expect(JSON.parse(entry.Detail)).toMatchObject({ id: example.id });
    expect(sizeOf(entry)).toBeLessThanOrEqual(mostEntryBytes);
    for (const resource of entry.Resources ?? []) expect(resource).toMatch(/^arn:[\x21-\x7e]+$/);
  });
});

test('a finding of any size fits', () => {
  const big: Finding = { ...finding, notes: Array.from({ length: 5000 }, () => 'ü'.repeat(200)) };
  expect(Buffer.byteLength(JSON.stringify(big))).toBeGreaterThan(1_000_000);
  expect(sizeOf(findingEntry(big))).toBeLessThanOrEqual(mostEntryBytes);
});

test('a time that is none is left to EventBridge', () => {
  expect(findingEntry({ ...finding, time: 'yesterday' })).not.toHaveProperty('Time');
});

/** EventBridge User Guide, "Calculating PutEvents event entry size". */
function sizeOf({
  Source = '',
  DetailType = '',
  Detail,
  Resources = [],
  Time,
}: ReturnType<typeof findingEntry>): number {
  return [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : 14,
  );
}
