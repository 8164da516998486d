/** A trail's bucket at the SDK's edge: which listings the dates need, resuming, and one line for what cannot be fetched. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type S3LogsOptions, s3LogsSource } from '../../src/adapters/s3-logs.ts';
import type { RecordBatch } from '../../src/ports/record-source.ts';
import { deniedCall } from '../cloudtrail/records.ts';

const s3 = mockClient(S3Client);
let folder = '';
/** The bucket: contents by key. */
const bucket = new Map<string, Uint8Array>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-s3-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  s3.reset();
  bucket.clear();
  // As S3 does it: keys in order, folded at the delimiter, a page of three.
  s3.on(ListObjectsV2Command).callsFake(
    ({ Prefix: prefix = '', Delimiter: delimiter, StartAfter: after = '', ContinuationToken: token = '' }) => {
      const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix)).sort();
      const folded = new Set<string>();
      const entries: { Key?: string; Prefix?: string; Size?: number; ETag?: string }[] = [];
      for (const key of keys) {
        const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
        if (cut < 0)
          entries.push({ Key: key, Size: bucket.get(key)?.length ?? 0, ETag: `"${bucket.get(key)?.length}"` });
        else if (!folded.has(key.slice(0, cut + 1))) {
          folded.add(key.slice(0, cut + 1));
          entries.push({ Prefix: key.slice(0, cut + 1) });
        }
      }
      const from = entries.findIndex((entry) => (entry.Key ?? entry.Prefix ?? '') > (token || after));
      const page = from < 0 ? [] : entries.slice(from, from + 3);
      const last = page.at(-1);
      const more = from >= 0 && from + 3 < entries.length;
      return {
        Contents: page.filter((entry) => entry.Key !== undefined),
        CommonPrefixes: page.filter((entry) => entry.Prefix !== undefined),
        IsTruncated: more,
        ...(more ? { NextContinuationToken: last?.Key ?? last?.Prefix } : {}),
      };
    },
  );
  s3.on(GetObjectCommand).callsFake(({ Key: key }) => {
    const content = bucket.get(key);
    if (content === undefined || content.length === 0) throw Object.assign(new Error('no'), { name: 'AccessDenied' });
    return { Body: { transformToByteArray: async () => content } };
  });
});

function put(key: string, id = key): void {
  bucket.set(key, gzipSync(JSON.stringify({ Records: [deniedCall({ eventID: id }), { eventName: 'Other' }] })));
}

function trail(account: string, region: string, day: string, part = 'a', organization = ''): string {
  return `AWSLogs/${organization}${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T0000Z_${part}.json.gz`;
}

async function read(prefix = '', options: S3LogsOptions = {}): Promise<readonly RecordBatch[]> {
  const client = new S3Client({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const batches: RecordBatch[] = [];
  for await (const batch of s3LogsSource({ bucket: 'trail', prefix }, { client, jobs: 0, ...options }).read())
    batches.push(batch);
  return batches;
}

const idsOf = (batches: readonly RecordBatch[]) =>
  batches.flatMap(({ records }) => records.map(({ eventId }) => eventId));
const messages = (batches: readonly RecordBatch[]) =>
  batches.flatMap(({ problems }) => problems.map(({ message }) => message));
const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);
const [one, two] = ['111122223333', '444455556666'];

describe('the listing', () => {
  test('all accounts and regions of a trail, of an organization too; no digests, insights or other services', async () => {
    const wanted = [
      trail(one, 'eu-west-1', '2026/03/01'),
      trail(one, 'us-east-1', '2026/03/01', 'a'),
      trail(one, 'us-east-1', '2026/03/01', 'b'),
      trail(two, 'us-east-1', '2026/03/02', 'a', 'o-a1b2c3d4e5/'),
    ];
    for (const key of wanted) put(key);
    put(trail(one, 'us-east-1', '2026/03/01').replaceAll('CloudTrail/', 'CloudTrail-Digest/'));
    put(trail(one, 'us-east-1', '2026/03/01').replaceAll('CloudTrail/', 'CloudTrail-Insight/'));
    put(`AWSLogs/${one}/elasticloadbalancing/us-east-1/2026/03/01/x.log.gz`);
    put('AWSLogs/README.txt');
    const batches = await read();
    expect(idsOf(batches).toSorted()).toEqual(wanted.toSorted());
    expect(messages(batches)).toEqual([]);
    expect(batches.reduce((sum, { looked }) => sum + looked, 0)).toBe(8);
  });

  test('reads only what the dates need, and begins to list there', async () => {
    const days = ['2026/02/27', '2026/02/28', '2026/03/01', '2026/03/02', '2026/03/03', '2026/03/04', '2026/03/05'];
    for (const date of days)
      for (const part of ['a', 'b', 'c', 'd']) put(trail(one, 'us-east-1', date, part), `${date}${part}`);
    const batches = await read('', { since: day('2026-03-01'), until: day('2026-03-02') });
    // An event of the last moment may be delivered on the next day.
    expect(new Set(idsOf(batches).map((id) => id.slice(0, 10)))).toEqual(
      new Set(['2026/03/01', '2026/03/02', '2026/03/03']),
    );
    const listed = s3.commandCalls(ListObjectsV2Command).map((call) => call.args[0].input);
    const region = listed.filter(({ Prefix: prefix }) => prefix?.endsWith('us-east-1/'));
    expect(region[0]?.StartAfter).toMatch(/2026\/03\/01$/);
    // Twelve keys in pages of three, and one page that shows that the time is over.
    expect(region.length).toBeLessThanOrEqual(5);
  });

  test('an account that is asked for is the only one that is listed', async () => {
    put(trail(one, 'us-east-1', '2026/03/01'));
    put(trail(two, 'us-east-1', '2026/03/01'));
    expect(idsOf(await read('', { account: two }))).toEqual([trail(two, 'us-east-1', '2026/03/01')]);
    const listed = s3.commandCalls(ListObjectsV2Command).map((call) => call.args[0].input.Prefix);
    expect(listed.some((prefix) => prefix?.includes(one))).toBe(false);
  });

  test('a prefix of any depth, down to one file, and a bucket laid out in another way', async () => {
    const key = trail(one, 'us-east-1', '2026/03/01');
    put(`org/${key}`, 'a');
    put('exports/x.json.gz', 'b');
    expect(idsOf(await read('org/'))).toEqual(['a']);
    expect(idsOf(await read(`org/${key}`))).toEqual(['a']);
    expect(idsOf(await read('exports'))).toEqual(['b']);
  });
});

describe('what goes wrong', () => {
  test('an object that may not be read is one line in its place, and the rest is read', async () => {
    const keys = ['a', 'b', 'c'].map((part) => trail(one, 'us-east-1', '2026/03/01', part));
    for (const key of keys) put(key);
    bucket.set(keys[1] ?? '', new Uint8Array());
    const batches = await read();
    expect(idsOf(batches)).toEqual([keys[0], keys[2]]);
    expect(batches.flatMap(({ problems }) => problems)).toEqual([
      {
        place: `s3://trail/${keys[1]}`,
        message: expect.stringMatching(/access denied: reading a trail needs/),
        kind: 'damaged',
      },
    ]);
  });

  test('an object of several zstd frames is read to its end', async () => {
    const packed = ['a', 'b'].map((id) => zstdCompressSync(JSON.stringify({ Records: [deniedCall({ eventID: id })] })));
    bucket.set('exports/x.json.zst', Buffer.concat(packed));
    bucket.set('exports/y.json.zst', Buffer.concat([...packed, Buffer.from('garbage')]));
    const batches = await read('exports/');
    expect(idsOf(batches)).toEqual(['a', 'b', 'a', 'b']);
    expect(messages(batches)).toEqual([
      'something else follows the compressed data: the 2 records before that were read',
    ]);
  });

  test('a transfer that breaks off is begun again, and given up in one line', async () => {
    const keys = ['a', 'b'].map((part) => trail(one, 'us-east-1', '2026/03/01', part));
    for (const key of keys) put(key);
    const asked: string[] = [];
    s3.on(GetObjectCommand).callsFake(({ Key: key }) => {
      asked.push(key);
      const broken = key === keys[1] || asked.length < 3;
      const transformToByteArray = async () => {
        if (broken) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
        return bucket.get(key);
      };
      return { Body: { transformToByteArray } };
    });
    const batches = await read();
    expect(idsOf(batches)).toEqual([keys[0]]);
    expect(batches.flatMap(({ problems }) => problems.map(({ place }) => place))).toEqual([`s3://trail/${keys[1]}`]);
    expect(asked.filter((key) => key === keys[1])).toHaveLength(3);
  });

  test.for([
    ['NoSuchKey', 'it is not there any more'],
    ['InvalidObjectState', 'it is archived: restore it first'],
  ] as const)('%s in words', async ([name, message]) => {
    put(trail(one, 'us-east-1', '2026/03/01'));
    s3.on(GetObjectCommand).rejects(Object.assign(new Error('no'), { name }));
    expect(messages(await read())).toEqual([message]);
  });

  test('a bucket that is not there is one line', async () => {
    s3.on(ListObjectsV2Command).rejects(Object.assign(new Error('no'), { name: 'NoSuchBucket' }));
    expect(messages(await read())).toEqual(['there is no such bucket']);
  });
});

test('an audit that was ended goes on where it was: what was read is not fetched again, even if the file was cut off', async () => {
  const keys = ['a', 'b', 'c'].map((part) => trail(one, 'us-east-1', '2026/03/01', part));
  for (const key of keys.slice(0, 2)) put(key);
  const resume = join(folder, 'resume');
  const first = await read('', { resume });
  await writeFile(resume, `${await readFile(resume, 'utf8')}{"object":"cut o`);
  s3.resetHistory();
  put(keys[2] ?? '');
  const second = await read('', { resume });
  expect(s3.commandCalls(GetObjectCommand).map((call) => call.args[0].input.Key)).toEqual([keys[2]]);
  expect(idsOf(second).toSorted()).toEqual(keys);
  expect(second.reduce((sum, { looked }) => sum + looked, 0)).toBe(6);
  s3.resetHistory();
  // An object that was written anew is read anew.
  bucket.set(
    keys[0] ?? '',
    gzipSync(JSON.stringify({ Records: [deniedCall({ eventID: 'rewritten, and longer than before' })] })),
  );
  expect(idsOf(await read('', { resume }))).toContain('rewritten, and longer than before');
  expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
  expect(first.flatMap(({ records }) => records)[0]).toEqual(
    second.flatMap(({ records }) => records).find(({ eventId }) => eventId === keys[0]),
  );
});

describe('the file that an audit goes on from', () => {
  test('is not one of somebody else’s, and is one that can be written', async () => {
    put(trail(one, 'us-east-1', '2026/03/01'));
    const theirs = join(folder, 'theirs.json');
    await writeFile(theirs, '{"name":"mine"}\n');
    for (const [file, message] of [
      [theirs, /not written by --resume/],
      [join(folder, 'no', 'such', 'folder'), /cannot be kept in it: no such file or folder/],
      [folder, /cannot be read/],
    ] as const) {
      const batches = await read('', { resume: file });
      expect(batches.flatMap(({ problems }) => problems)).toEqual([
        { place: file, message: expect.stringMatching(message), kind: 'damaged' },
      ]);
    }
    expect(s3.commandCalls(GetObjectCommand)).toEqual([]);
    expect(await readFile(theirs, 'utf8')).toBe('{"name":"mine"}\n');
  });

  test('tells again what was passed over', async () => {
    bucket.set('exports/policy.json', gzipSync('{"Version":"2012-10-17","Statement":[]}'));
    const resume = join(folder, 'passed-over');
    const told = async () => (await read('', { resume })).map(({ passedOver }) => passedOver);
    const first = await told();
    expect(first).toEqual([[{ place: 's3://trail/exports/policy.json', message: expect.stringMatching(/a policy/) }]]);
    expect(await told()).toEqual(first);
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
  });
});
