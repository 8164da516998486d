/** How many records a second does the replay take, of plain noise and of a trail in which everything happens? */
import { sqliteTrustStore } from '../src/adapters/sqlite-trust-store.ts';
import { eventPatterns, matchesPattern, toEventBridgeEvent } from '../src/cloudtrail/event-patterns.ts';
import { readEvents } from '../src/cloudtrail/read-record.ts';
import { defaultConfiguration } from '../src/configuration/configuration.ts';
import { watch } from '../src/watch/watch.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const start = Date.UTC(2026, 2, 9);

function recordAt(n: number, changes: JsonObject): JsonObject {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:session-${n % 97}`,
      arn: `arn:aws:sts::444455556666:assumed-role/app-${n % 31}/session-${n % 97}`,
      accountId: '444455556666',
      accessKeyId: 'ASIAEXAMPLE',
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: `arn:aws:iam::444455556666:role/app-${n % 31}`, accountId: '444455556666' },
        attributes: { creationDate: '2026-03-09T05:30:11Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: new Date(start + n * 2_000).toISOString().replace('.000Z', 'Z'),
    eventSource: 's3.amazonaws.com',
    eventName: 'GetBucketLocation',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.17',
    userAgent: 'aws-sdk-js/3.997.0 ua/2.1 os/linux#6.8.0 lang/js md/nodejs#24.13.1',
    requestParameters: { bucketName: `bucket-${n % 50}` },
    responseElements: null,
    requestID: `request-${n}`,
    eventID: `event-${n}`,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '444455556666',
    ...changes,
  };
}

function change(n: number): JsonObject {
  const trusted = `arn:aws:iam::444455556666:role/app-${n % 31}`;
  const Statement = [{ Effect: 'Allow', Principal: { AWS: trusted }, Action: 'sts:AssumeRole' }];
  return {
    eventSource: 'iam.amazonaws.com',
    eventName: 'UpdateAssumeRolePolicy',
    recipientAccountId: '111122223333',
    requestParameters: {
      roleName: `role-${n % 40}`,
      policyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    },
  };
}

function denial(n: number): JsonObject {
  return {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    requestParameters: null,
    errorCode: 'AccessDenied',
    errorMessage: `User: arn:aws:sts::444455556666:assumed-role/app-${n % 31}/session-${n % 97} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/role-${n % 40}`,
  };
}

/** @param busy of a thousand records so many are denied calls, a tenth as many changes of a trust policy. */
export function trail(records: number, busy: number): string {
  const all = Array.from({ length: records }, (_, n) => {
    const place = n % 1000;
    return recordAt(n, place < busy ? denial(n) : place < busy + Math.ceil(busy / 10) ? change(n) : {});
  });
  return JSON.stringify({ Records: all });
}

/** Reads, filters, remembers, concludes and publishes to nobody. @returns records a second. */
export async function measure(
  records: number,
  busy: number,
): Promise<{ readonly perSecond: number; readonly findings: number }> {
  const text = trail(records, busy);
  const store = sqliteTrustStore();
  const found = new Set<string>();
  const service = watch({
    store,
    publishers: [
      { channel: 'terminal', everything: true, forgetful: true, publish: async ({ id }) => void found.add(id) },
    ],
    clock: { now: () => start },
    configuration: defaultConfiguration,
  });
  const patterns = Object.values(eventPatterns);
  const began = performance.now();
  const matching = readEvents(text, 'bench').records.filter((record) => {
    const event = toEventBridgeEvent(record);
    return patterns.some((pattern) => matchesPattern(event, pattern));
  });
  await service.take(matching);
  const seconds = (performance.now() - began) / 1000;
  await store.close();
  return { perSecond: records / seconds, findings: found.size };
}

if (import.meta.main) {
  for (const [name, records, busy] of [
    ['a quiet trail (1 of 1,000 denied)', 200_000, 1],
    ['a busy trail (2 of 100 denied)', 100_000, 20],
    ['a storm (half of all denied)', 20_000, 500],
  ] as const) {
    const { perSecond, findings } = await measure(records, busy);
    console.log(`${name.padEnd(36)} ${Math.round(perSecond).toLocaleString('en')} records/s, ${findings} findings`);
  }
}
