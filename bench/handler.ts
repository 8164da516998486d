/** How many events a second go through a function's handler, how fast does its bundle start, and how large is it? */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { type Entry, entries } from '../infra/bundling.ts';
import { dynamodbTrustStore } from '../src/adapters/dynamodb-trust-store.ts';
import { sqliteTrustStore } from '../src/adapters/sqlite-trust-store.ts';
import { defaultConfiguration } from '../src/configuration/configuration.ts';
import type { TrustStore } from '../src/ports/trust-store.ts';
import { watch } from '../src/watch/watch.ts';
import { bundled, running } from '../test/functions/bundles.ts';

const home = '111122223333';
const caller = '444455556666';
const start = Date.UTC(2026, 2, 9, 14);

const environment = {
  TABLE: 'store',
  TOPIC_ARN: `arn:aws:sns:us-east-1:${home}:findings`,
  FINDINGS_BUS: 'findings',
  ACCOUNT: home,
  AWS_REGION: 'us-east-1',
  // Its logs would be most of what is measured here; in AWS they are a line a record.
  AWS_LAMBDA_LOG_LEVEL: 'fatal',
};

const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000' }, measured: { type: 'boolean', default: false } },
});
const count = Number(values.events);
if (!values.measured) {
  // The functions write logs and metrics to standard output, whoever runs them: what was measured comes by the other way.
  const { stderr, status } = spawnSync(
    process.execPath,
    [import.meta.filename, '--measured', '--events', String(count)],
    { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  );
  process.stdout.write(stderr);
  process.exit(status ?? 1);
}
const say = (line: string): void => void process.stderr.write(`${line}\n`);
Object.assign(process.env, environment);
const { handleRecords } = await import('../functions/records-batch.ts');

/** One change in ten, and denials of twenty roles by ten callers; each the size of a real record. */
function event(n: number): unknown {
  const role = `service-${n % 20}`;
  const at = new Date(start + n * 1_500).toISOString().replace(/\.\d+Z$/, 'Z');
  const isChange = n % 10 === 0;
  const session = `arn:aws:sts::${caller}:assumed-role/ci-${n % 10}/build-${n}`;
  const policyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${caller}:role/ci-${n % 7}` }, Action: 'sts:AssumeRole' },
    ],
  });
  const detail = isChange
    ? {
        userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${home}:user/admin`, accountId: home, userName: 'admin' },
        eventSource: 'iam.amazonaws.com',
        eventName: 'UpdateAssumeRolePolicy',
        requestParameters: { roleName: role, policyDocument },
        recipientAccountId: home,
      }
    : {
        userIdentity: { type: 'AssumedRole', arn: session, accountId: caller },
        eventSource: 'sts.amazonaws.com',
        eventName: 'AssumeRole',
        errorCode: 'AccessDenied',
        errorMessage: `User: ${session} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${home}:role/${role}`,
        requestParameters: null,
        recipientAccountId: caller,
      };
  return {
    version: '0',
    id: `event-${n}`,
    'detail-type': 'AWS API Call via CloudTrail',
    source: isChange ? 'aws.iam' : 'aws.sts',
    account: isChange ? home : caller,
    time: at,
    region: 'us-east-1',
    resources: [],
    detail: {
      eventVersion: '1.11',
      eventTime: at,
      awsRegion: 'us-east-1',
      sourceIPAddress: '203.0.113.24',
      userAgent: 'aws-cli/2.33.27',
      eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      eventType: 'AwsApiCall',
      ...detail,
    },
  };
}

const batches: SQSEvent[] = [];
for (let from = 0; from < count; from += 100)
  batches.push({
    Records: Array.from({ length: Math.min(100, count - from) }, (_, n) => ({
      messageId: `m-${from + n}`,
      body: JSON.stringify(event(from + n)),
    })),
  } as unknown as SQSEvent);

async function measure(name: string, store: TrustStore, calls: () => number = () => 0): Promise<void> {
  let told = 0;
  const one = watch({
    store,
    publishers: [
      {
        channel: 'findings-bus',
        publish: async () => {
          told += 1;
        },
      },
    ],
    clock: { now: () => start + 86_400_000 },
    configuration: defaultConfiguration,
  });
  const before = performance.now();
  let failed = 0;
  for (const batch of batches)
    failed += (await handleRecords(batch, {} as Context, (records) => one.take(records))).batchItemFailures.length;
  const seconds = (performance.now() - before) / 1000;
  const asked = calls() === 0 ? '' : `, ${(calls() / count).toFixed(1)} calls of DynamoDB an event`;
  say(
    `${name.padEnd(28)} ${String(Math.round(count / seconds)).padStart(7)} events/s  (${count} events in batches of 100, ${told} revisions told, ${failed} failed${asked})`,
  );
}

await measure('handler, SQLite', sqliteTrustStore());

if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).error === undefined) {
  const { startEmulatedAws } = await import('../test/live/emulated-aws.ts');
  const aws = await startEmulatedAws();
  const client = new DynamoDBClient(aws.client);
  await client.send(
    new CreateTableCommand({
      TableName: 'store',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  let calls = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      calls += 1;
      return next(args);
    },
    { step: 'initialize' },
  );
  await measure('handler, emulated DynamoDB', dynamodbTrustStore(client, 'store', { now: Date.now }), () => calls);
  client.destroy();
  await aws.stop();
} else say('handler, emulated DynamoDB   moto_server is not on PATH');

const bundles = await bundled();
for (const entry of entries) {
  const times: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const one = await running(bundles.fileOf(entry), coldEnvironment(entry));
    times.push(one.loaded.milliseconds);
    await one.stop();
  }
  times.sort((left, right) => left - right);
  say(
    `${entry.padEnd(28)} ${String(Math.round(times[2] ?? 0)).padStart(7)} ms to load (median of 5)  ${bundles.bytesOf(entry)} bytes`,
  );
}
bundles.remove();

function coldEnvironment(entry: Entry): Readonly<Record<string, string>> {
  return { ...environment, AWS_LAMBDA_FUNCTION_NAME: entry };
}
