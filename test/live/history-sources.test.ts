/** A trail's bucket and Athena in emulated AWS: the same records as from the files on the disk. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AthenaClient } from '@aws-sdk/client-athena';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { athenaLogsSource } from '../../src/adapters/athena.ts';
import { logFilesSource } from '../../src/adapters/log-files-source.ts';
import { s3LogsSource } from '../../src/adapters/s3-logs.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { RecordSource } from '../../src/ports/record-source.ts';
import { iamCall } from '../cloudtrail/records.ts';
import { type EmulatedAws, emulatorMissing, startEmulatedAws } from './emulated-aws.ts';

const samples = join(import.meta.dirname, '..', '..', 'samples', 'cloudtrail');

async function recordsOf(source: RecordSource): Promise<readonly CloudTrailRecord[]> {
  const records: CloudTrailRecord[] = [];
  for await (const batch of source.read()) records.push(...batch.records);
  return records.toSorted((left, right) => (left.eventId < right.eventId ? -1 : 1));
}

describe.skipIf(emulatorMissing)('history in AWS', () => {
  let aws: EmulatedAws;
  let s3: S3Client;

  beforeAll(async () => {
    aws = await startEmulatedAws();
    s3 = new S3Client({ ...aws.client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'trail' }));
    await s3.send(new CreateBucketCommand({ Bucket: 'org' }));
    for (const file of await readdir(samples)) {
      const parts = /^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{4})(\d{2})(\d{2})T/.exec(file);
      const folder =
        parts === null ? 'exports' : `AWSLogs/${parts[1]}/CloudTrail/${parts[2]}/${parts[3]}/${parts[4]}/${parts[5]}`;
      await s3.send(
        new PutObjectCommand({ Bucket: 'trail', Key: `${folder}/${file}`, Body: await readFile(join(samples, file)) }),
      );
    }
    // Enough of them that a listing has more than one page.
    await Promise.all(
      Array.from({ length: 1100 }, (_, index) =>
        s3.send(
          new PutObjectCommand({
            Bucket: 'trail',
            Key: `AWSLogs/111122223333/CloudTrail/us-east-1/2026/02/01/${index}.json`,
            Body: '{"Records":[]}',
          }),
        ),
      ),
    );
  });
  afterAll(async () => {
    s3?.destroy();
    await aws?.stop();
  });

  test('the bucket gives the records of the files', async () => {
    const expected = await recordsOf(logFilesSource([samples]));
    expect(expected.length).toBeGreaterThan(20);
    expect(await recordsOf(s3LogsSource({ bucket: 'trail', prefix: '' }, { client: s3 }))).toEqual(expected);
  });

  test('the dates leave out what is outside of them', async () => {
    let parts = 0;
    const source = s3LogsSource(
      { bucket: 'trail', prefix: 'AWSLogs/' },
      { client: s3, since: Date.parse('2026-03-09T00:00:00Z'), until: Date.parse('2026-03-10T23:59:59Z') },
    );
    for await (const batch of source.read()) parts += batch.parts;
    expect(parts).toBe(3);
  });

  test('an organization’s trail: one account of it, and on from where an interrupt ended it', async () => {
    const keys = ['111122223333', '444455556666'].flatMap((account) =>
      ['us-east-1', 'eu-west-1'].flatMap((region) =>
        ['2026/03/01', '2026/03/02'].map(
          (day) => `AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${day}/x.json.gz`,
        ),
      ),
    );
    for (const key of keys) {
      const record = iamCall('DeleteRole', { roleName: 'x' }, { eventID: key });
      await s3.send(
        new PutObjectCommand({
          Bucket: 'org',
          Key: `ct/${key}`,
          Body: gzipSync(JSON.stringify({ Records: [record] })),
        }),
      );
    }
    const folder = await mkdtemp(join(tmpdir(), 'trusttrail-live-'));
    const options = { client: s3, resume: join(folder, 'resume'), jobs: 1 };
    const idsOf = async (source: RecordSource) => (await recordsOf(source)).map(({ eventId }) => eventId);
    const one = s3LogsSource({ bucket: 'org', prefix: 'ct/' }, { client: s3, account: '444455556666' });
    expect(await idsOf(one)).toEqual(keys.filter((key) => key.includes('444455556666')).toSorted());
    const controller = new AbortController();
    const first: string[] = [];
    for await (const batch of s3LogsSource({ bucket: 'org', prefix: 'ct/' }, options).read({
      signal: controller.signal,
    })) {
      first.push(...batch.records.map(({ eventId }) => eventId));
      controller.abort();
      break;
    }
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(keys.length);
    expect(await idsOf(s3LogsSource({ bucket: 'org', prefix: 'ct/' }, options))).toEqual(keys.toSorted());
    // What was read before the interrupt was written down, once.
    const lines = (await readFile(options.resume, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(keys.length);
    await rm(folder, { recursive: true });
  });

  test('a bucket that is not there is one line', async () => {
    const problems: string[] = [];
    for await (const batch of s3LogsSource({ bucket: 'nowhere', prefix: '' }, { client: s3 }).read())
      problems.push(...batch.problems.map(({ message }) => message));
    expect(problems).toEqual(['there is no such bucket']);
  });

  test('Athena runs the query and its answer is read', async () => {
    const column = (Name: string) => ({
      CatalogName: 'hive',
      SchemaName: '',
      TableName: '',
      Name,
      Label: Name,
      Type: 'varchar',
      Precision: 1,
      Scale: 0,
      Nullable: 'UNKNOWN',
      CaseSensitive: true,
    });
    const names = [
      'eventid',
      'eventtime',
      'eventsource',
      'eventname',
      'recipientaccountid',
      'requestparameters',
      'identityarn',
    ];
    const values = [
      'e-1',
      '2026-03-01T00:00:00Z',
      'iam.amazonaws.com',
      'UpdateAssumeRolePolicy',
      '111122223333',
      '{"roleName":"deploy","policyDocument":"{}"}',
      'arn:aws:iam::111122223333:user/dana',
    ];
    const row = (cells: readonly string[]) => ({ Data: cells.map((VarCharValue) => ({ VarCharValue })) });
    await fetch(`${aws.endpoint}/moto-api/static/athena/query-results`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        results: [{ rows: [row(names), row(values)], column_info: names.map(column) }],
        region: 'us-east-1',
      }),
    });
    const client = new AthenaClient(aws.client);
    const source = athenaLogsSource(
      { database: 'logs', table: 'trail' },
      { client, patience: 50, athenaOutput: 's3://trail/results/' },
    );
    expect(await recordsOf(source)).toMatchObject([
      {
        eventId: 'e-1',
        eventName: 'UpdateAssumeRolePolicy',
        userIdentity: { arn: 'arn:aws:iam::111122223333:user/dana' },
        requestParameters: { roleName: 'deploy', policyDocument: '{}' },
      },
    ]);
    client.destroy();
  });
});
