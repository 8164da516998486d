import { describe, expect, test } from 'vitest';
import {
  callerSideChangePattern,
  denialPattern,
  type EventPattern,
  envelopeProblem,
  eventPatterns,
  iamEventRegion,
  matchesPattern,
  organizationsEventRegion,
  toEventBridgeEvent,
  trustChangePattern,
} from '../../src/cloudtrail/event-patterns.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import {
  allRecognised,
  assumeCalls,
  identityChanges,
  organizationChanges,
  principalEvents,
  trustChanges,
} from '../../src/cloudtrail/recognise.ts';
import { deniedCall, iamCall } from './records.ts';

function eventOf(record: object) {
  const [first] = readEventValue(JSON.parse(JSON.stringify(record)), 'test').records;
  if (first === undefined) throw new Error('no record');
  return toEventBridgeEvent(first);
}

function matching(record: object): readonly string[] {
  const event = eventOf(record);
  return Object.entries(eventPatterns).flatMap(([name, pattern]) => (matchesPattern(event, pattern) ? [name] : []));
}

describe('what the live service asks EventBridge for', () => {
  test.for([...trustChanges.keys(), ...principalEvents.keys()])('%s, succeeded and failed', (name) => {
    expect(matching(iamCall(name, { roleName: 'x' }))).toEqual(['trust-change']);
    expect(matching(iamCall(name, null, { errorCode: 'AccessDenied' }))).toEqual(['trust-change']);
  });

  test.for([...identityChanges.keys()])('%s, succeeded', (name) => {
    expect(matching(iamCall(name, { roleName: 'x' }))).toEqual(['caller-side-change']);
    expect(matching(iamCall(name, null, { errorCode: 'AccessDenied' }))).toEqual([]);
  });

  test.for([...organizationChanges])('%s of Organizations', (name) => {
    expect(matching(iamCall(name, null, { eventSource: 'organizations.amazonaws.com' }))).toEqual([
      'caller-side-change',
    ]);
  });

  test.for([...assumeCalls])('%s, failed', (eventName) => {
    expect(matching(deniedCall({ eventName }))).toEqual(['denial']);
    expect(matching(deniedCall({ eventName, errorCode: 'ValidationError' }))).toEqual(['denial']);
    expect(matching(deniedCall({ eventName, errorCode: undefined, errorMessage: undefined }))).toEqual([]);
  });

  test('nothing else', () => {
    expect(matching(iamCall('GetRole', { roleName: 'x' }))).toEqual([]);
    expect(matching(deniedCall({ eventName: 'GetCallerIdentity' }))).toEqual([]);
    expect(matching(deniedCall({ eventType: 'AwsServiceEvent' }))).toEqual([]);
  });

  test('what matches is what is recognised, so that no event is paid for in vain', () => {
    for (const record of [
      iamCall('DeleteRole', { roleName: 'x' }),
      deniedCall(),
      iamCall('TagRole', { roleName: 'x' }),
    ]) {
      const records = readEventValue(eventOf(record), 'event').records;
      expect(records.flatMap(allRecognised)[0]?.kind).toBe(matching(record)[0]);
    }
  });

  test('every pattern names source, detail type and event source, and fits the quota of 2,048 characters', () => {
    for (const pattern of [trustChangePattern, callerSideChangePattern, denialPattern]) {
      expect(Object.keys(pattern)).toEqual(['source', 'detail-type', 'detail']);
      expect(pattern.detail.eventSource.length).toBeGreaterThan(0);
      expect(pattern.source.every((source) => source.startsWith('aws.'))).toBe(true);
      expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2048);
    }
  });

  test('a forged event is not believed', () => {
    const event = eventOf(deniedCall());
    expect(envelopeProblem(event)).toBeUndefined();
    expect(envelopeProblem({ ...event, source: 'my.app' })).toMatch(/none of the rules/);
    expect(envelopeProblem({ ...event, account: '999999999999' })).toMatch(/recipientAccountId/);
    expect(envelopeProblem({ ...event, detail: 'x' })).toMatch(/detail/);
    expect(envelopeProblem(null)).toMatch(/detail/);
  });

  test('the region of IAM in each partition', () => {
    expect(['aws', 'aws-cn', 'aws-us-gov'].map(iamEventRegion)).toEqual(['us-east-1', 'cn-north-1', 'us-gov-west-1']);
    expect(['aws', 'aws-cn'].map(organizationsEventRegion)).toEqual(['us-east-1', 'cn-northwest-1']);
    expect(iamEventRegion('aws-moon')).toBeUndefined();
  });
});

describe('the pattern language', () => {
  const event = { a: 'Blue', n: 5, b: true, z: null, list: ['x', 'y'], deep: { c: 'v' }, object: { k: 1 } };
  const table: readonly (readonly [EventPattern, boolean])[] = [
    [{ a: ['Blue'] }, true],
    [{ a: ['blue'] }, false],
    [{ a: ['Red', 'Blue'] }, true],
    [{ n: [5] }, true],
    [{ n: ['5'] }, false],
    [{ b: [true], z: [null] }, true],
    [{ missing: [null] }, false],
    [{ list: ['y'] }, true],
    [{ list: ['z'] }, false],
    [{ deep: { c: ['v'] } }, true],
    [{ deep: { d: ['v'] } }, false],
    [{ a: { c: ['v'] } }, false],
    [{ a: [{ prefix: 'Bl' }] }, true],
    [{ a: [{ suffix: 'ue' }] }, true],
    [{ a: [{ suffix: 'Bl' }] }, false],
    [{ a: [{ 'equals-ignore-case': 'bLUE' }] }, true],
    [{ n: [{ prefix: '5' }] }, false],
    [{ a: [{ exists: true }], missing: [{ exists: false }] }, true],
    [{ missing: [{ exists: true }] }, false],
    [{ object: [{ exists: true }] }, false],
    [{ a: [{ 'anything-but': ['Red'] }] }, true],
    [{ a: [{ 'anything-but': 'Blue' }] }, false],
    [{ missing: [{ 'anything-but': 'Blue' }] }, false],
    [{ a: [{ 'anything-but': { prefix: 'Bl' } }] }, false],
    [{ toString: [{ exists: true }] }, false],
    [{}, true],
  ];
  test.for(table)('%j: %s', ([pattern, expected]) => {
    expect(matchesPattern(event, pattern)).toBe(expected);
  });
});
