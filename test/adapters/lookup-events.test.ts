/** LookupEvents at the SDK's edge: every page, never too fast, patient when throttled, and one line for what is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { callsOf, lookupEventsSource, lookupRegions } from '../../src/adapters/lookup-events.ts';
import type { RecordBatch } from '../../src/ports/record-source.ts';
import { deniedCall, iamCall } from '../cloudtrail/records.ts';

const cloudTrail = mockClient(CloudTrailClient);
/** A clock that moves only when somebody sleeps, or when a call takes its time. */
let clock = 0;
const pauses: number[] = [];
const start = Date.UTC(2026, 2, 10);

beforeEach(() => {
  cloudTrail.reset();
  cloudTrail.on(LookupEventsCommand).resolves({ Events: [] });
  clock = start;
  pauses.length = 0;
});

async function read(
  regions: readonly string[],
  options: object = {},
  signal?: AbortSignal,
): Promise<readonly RecordBatch[]> {
  const source = lookupEventsSource(regions, {
    client: (region) => new CloudTrailClient({ region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }),
    now: () => clock,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      clock += milliseconds;
    },
    ...options,
  });
  const batches: RecordBatch[] = [];
  for await (const batch of source.read(signal === undefined ? {} : { signal })) batches.push(batch);
  return batches;
}

const inputs = () => cloudTrail.commandCalls(LookupEventsCommand).map((call) => call.args[0].input);
const namesAsked = () => inputs().map(({ LookupAttributes: [attribute] = [] }) => attribute?.AttributeValue);
const event = (record: object) => ({ EventId: 'x', CloudTrailEvent: JSON.stringify(record) });

function throttled(): Error {
  return Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
}

describe('what is asked for', () => {
  test('in the region of IAM the changes and the denials; elsewhere the denials', async () => {
    await read(['us-east-1']);
    expect(namesAsked()).toEqual(callsOf('us-east-1'));
    expect(namesAsked()).toEqual(
      expect.arrayContaining(['UpdateAssumeRolePolicy', 'AssumeRole', 'TagRole', 'AttachPolicy']),
    );
    cloudTrail.resetHistory();
    await read(['eu-west-1']);
    expect(namesAsked()).toEqual(['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']);
    expect(callsOf('us-gov-west-1')).toContain('CreateRole');
    const profile = async () => 'eu-central-1';
    expect(await lookupRegions({ AWS_REGION: 'eu-west-1' }, profile)).toEqual(['us-east-1', 'eu-west-1']);
    expect(await lookupRegions({ AWS_REGION: 'cn-northwest-1' })).toEqual(['cn-north-1', 'cn-northwest-1']);
    expect(await lookupRegions({ AWS_REGION: 'us-iso-west-1' })).toEqual(['us-iso-east-1', 'us-iso-west-1']);
    expect(await lookupRegions({ AWS_REGION: 'us-isob-east-1' })).toEqual(['us-isob-east-1']);
    expect(callsOf('us-isob-east-1')).toContain('UpdateAssumeRolePolicy');
    expect(await lookupRegions({}, profile)).toEqual(['us-east-1', 'eu-central-1']);
    expect(await lookupRegions({}, async () => undefined)).toEqual(['us-east-1']);
  });

  test('a time out of reach is told: it would look as if nothing had happened', async () => {
    const told = async (options: object) =>
      (await read(['eu-west-1'], options)).flatMap(({ problems }) => problems.map(({ message }) => message));
    const daysAgo = (days: number) => start - days * 86_400_000;
    expect(await told({ until: daysAgo(91) })).toEqual([
      expect.stringMatching(/90 days, and begins on 2025-12-10: nothing/),
    ]);
    expect(await told({ since: daysAgo(120) })).toEqual([expect.stringMatching(/what was before is not in it/)]);
    expect(await told({ since: daysAgo(91), until: daysAgo(2) })).toEqual([]);
    expect(await told({})).toEqual([]);
  });

  test('90 days at most, and no more than what is asked for', async () => {
    await read(['eu-west-1'], { since: 0 });
    expect(inputs()[0]).toMatchObject({ StartTime: new Date(start - 90 * 86_400_000), MaxResults: 50 });
    cloudTrail.resetHistory();
    const [since, until] = [Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 2)];
    await read(['eu-west-1'], { since, until });
    expect(inputs()[0]).toMatchObject({ StartTime: new Date(since), EndTime: new Date(until) });
    cloudTrail.resetHistory();
    expect(await read(['eu-west-1'], { since: until, until: since })).toEqual([]);
  });
});

describe('pages', () => {
  test('all of them are read, what matters is kept, the rest is counted', async () => {
    cloudTrail
      .on(LookupEventsCommand, { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRole' }] })
      .resolvesOnce({
        Events: [
          event(deniedCall({ eventID: 'a' })),
          event(deniedCall({ eventID: 'b', errorCode: undefined, errorMessage: undefined })),
        ],
        NextToken: 'p2',
      })
      .resolvesOnce({ Events: [], NextToken: 'p3' })
      .resolvesOnce({ Events: [event(deniedCall({ eventID: 'c' })), { EventId: 'no text' }] });
    const batches = await read(['eu-west-1']);
    expect(batches.flatMap(({ records }) => records.map(({ eventId }) => eventId))).toEqual(['a', 'c']);
    expect(batches.reduce((sum, { looked }) => sum + looked, 0)).toBe(4);
    expect(batches.flatMap(({ problems }) => problems)).toHaveLength(1);
    expect(inputs().map(({ NextToken: token }) => token)).toEqual([undefined, 'p2', 'p3', undefined, undefined]);
  });

  test('never more than two calls a second, however many there are', async () => {
    const calls: number[] = [];
    cloudTrail.on(LookupEventsCommand).callsFake(() => {
      calls.push(clock);
      clock += calls.length % 3 === 0 ? 700 : 20;
      return { Events: [] };
    });
    await read(['us-east-1']);
    expect(calls.length).toBeGreaterThan(40);
    for (const [index, at] of calls.entries()) expect(at - (calls[index - 1] ?? 0)).toBeGreaterThanOrEqual(500);
  });

  test('an interrupt ends it after the page that is under way', async () => {
    const controller = new AbortController();
    cloudTrail.on(LookupEventsCommand).callsFake(() => {
      controller.abort();
      return { Events: [event(iamCall('DeleteRole', { roleName: 'x' }))], NextToken: 'more' };
    });
    expect(await read(['us-east-1'], {}, controller.signal)).toHaveLength(1);
  });
});

test('the region of the profile in use is asked too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trusttrail-profile-'));
  await writeFile(join(folder, 'config'), '[profile security]\nregion = ap-southeast-2\n');
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_PROFILE', 'security');
  expect(await lookupRegions({ AWS_PROFILE: 'security' })).toEqual(['us-east-1', 'ap-southeast-2']);
  await rm(folder, { recursive: true });
});

describe('what goes wrong', () => {
  test('an interrupt does not wait for a pause to end, and is no fault', async () => {
    const controller = new AbortController();
    cloudTrail.on(LookupEventsCommand).callsFake(() => {
      setImmediate(() => controller.abort());
      throw throttled();
    });
    const began = performance.now();
    // With the pauses of real time, which add up to minutes.
    expect(await read(['us-east-1'], { sleep: undefined, now: undefined }, controller.signal)).toEqual([]);
    expect(cloudTrail.commandCalls(LookupEventsCommand)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('throttling is waited out, longer each time, and the page is asked for again', async () => {
    cloudTrail
      .on(LookupEventsCommand)
      .rejectsOnce(throttled())
      .rejectsOnce(throttled())
      .resolvesOnce({ Events: [event(deniedCall({ eventID: 'a' }))] })
      .resolves({ Events: [] });
    const batches = await read(['eu-west-1']);
    expect(batches.flatMap(({ records }) => records)).toHaveLength(1);
    expect(batches.flatMap(({ problems }) => problems)).toEqual([]);
    expect(pauses).toEqual(expect.arrayContaining([1000, 2000]));
    expect(namesAsked().slice(0, 3)).toEqual(['AssumeRole', 'AssumeRole', 'AssumeRole']);
  });

  test('throttling without end is one line a name', async () => {
    cloudTrail.on(LookupEventsCommand).rejects(throttled());
    const batches = await read(['eu-west-1']);
    expect(batches.flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual(
      Array(3).fill(expect.stringMatching(/throttled again and again/)),
    );
    expect(Math.max(...pauses)).toBeLessThanOrEqual(60_000);
  });

  test.for([
    ['AccessDeniedException', /it needs cloudtrail:LookupEvents/],
    ['CredentialsProviderError', /no AWS credentials/],
    ['ExpiredTokenException', /expired/],
    ['Weird', /cannot be asked: Weird/],
  ] as const)('%s is one line, and the other region is asked', async ([name, message]) => {
    cloudTrail.on(LookupEventsCommand).rejects(Object.assign(new Error('no'), { name }));
    const batches = await read(['us-east-1', 'eu-west-1']);
    const problems = batches.flatMap((batch) => batch.problems);
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem.message).toMatch(message);
    expect(cloudTrail.commandCalls(LookupEventsCommand)).toHaveLength(2);
  });
});
