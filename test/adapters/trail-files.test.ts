import { gzipSync } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { PoisonMessage } from '../../src/adapters/poison-message.ts';
import { filesOf, type TrailFile, watchedRecords } from '../../src/adapters/trail-files.ts';
import { denied, updated } from '../watch/service.ts';

const key = 'AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2026/03/09/file one.json.gz';

function notification(changes: { bucket?: string; key?: string; eventName?: string; size?: number } = {}): string {
  const { bucket = 'trail', key: name = key, eventName = 'ObjectCreated:Put', size = 500 } = changes;
  const encoded = encodeURIComponent(name).replaceAll('%20', '+').replaceAll('%2F', '/');
  return JSON.stringify({ Records: [{ eventName, s3: { bucket: { name: bucket }, object: { key: encoded, size } } }] });
}

describe('the files that a notification names', () => {
  test('are of the trail’s bucket, with their names as they are', () => {
    expect(filesOf(notification(), 'trail')).toEqual([{ bucket: 'trail', key, size: 500 }]);
  });

  test('come the same by way of a topic', () => {
    const wrapped = JSON.stringify({ Type: 'Notification', Message: notification() });
    expect(filesOf(wrapped, 'trail')).toEqual(filesOf(notification(), 'trail'));
  });

  test.for([
    ['a digest', notification({ key: key.replace('/CloudTrail/', '/CloudTrail-Digest/') })],
    ['insights', notification({ key: key.replace('/CloudTrail/', '/CloudTrail-Insight/') })],
    ['a deletion', notification({ eventName: 'ObjectRemoved:Delete' })],
    ['the test message of S3', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' })],
  ] as const)('are none of %s', ([, body]) => {
    expect(filesOf(body, 'trail')).toEqual([]);
  });

  test.for([
    ['no JSON', 'nonsense'],
    ['something else', '{"Records":[{"body":"x"}]}'],
    ['another bucket', notification({ bucket: 'somebody-elses' })],
    ['a topic’s nonsense', JSON.stringify({ Type: 'Notification', Message: 'x' })],
  ] as const)('cannot be told from %s', ([, body]) => {
    expect(() => filesOf(body, 'trail')).toThrow(PoisonMessage);
  });
});

describe('the records of a file', () => {
  const file: TrailFile = { bucket: 'trail', key, size: 500 };
  let skipped = 0;
  function read(content: Uint8Array | Error, of: TrailFile = file) {
    skipped = 0;
    const send = async () => {
      if (content instanceof Error) throw content;
      return { Body: { transformToByteArray: async () => content } };
    };
    return watchedRecords({ send } as unknown as S3Client, of, () => {
      skipped += 1;
    });
  }
  const harmless = { ...denied(5).raw, eventName: 'GetCallerIdentity' };
  const log = (...records: readonly unknown[]) => JSON.stringify({ Records: records });

  test('are those that the rules of EventBridge would have caught', async () => {
    const wanted = [updated(0, '{}').raw, denied(1).raw];
    const text = log(...wanted, harmless);
    for (const bytes of [gzipSync(text), Buffer.from(text)])
      expect((await read(bytes)).records.map(({ eventId }) => eventId)).toEqual(wanted.map((one) => one['eventID']));
  });

  test('without one that cannot be read, which is counted', async () => {
    const { records, damage } = await read(gzipSync(log(denied(1).raw, 'no record')));
    expect([records.length, damage, skipped]).toEqual([1, undefined, 1]);
  });

  test('without one that lacks its id: it could count again with each delivery', async () => {
    const { eventID: _, ...anonymous } = denied(1).raw;
    expect((await read(gzipSync(log(anonymous, denied(2).raw)))).records).toHaveLength(1);
  });

  test('are those before the damage, which is told, where the file is cut off', async () => {
    const many = Array.from({ length: 400 }, (_, n) => denied(n).raw);
    const whole = gzipSync(log(...many));
    const { records, damage } = await read(whole.subarray(0, Math.floor(whole.length * 0.7)));
    expect(records.length).toBeGreaterThan(10);
    expect(records.length).toBeLessThan(400);
    expect(damage).toBeInstanceOf(PoisonMessage);
    expect(damage?.message).toContain(key);
  });

  test.for([
    ['damaged', Buffer.concat([gzipSync('{"Records":[]}').subarray(0, 12), Buffer.from('xxxxxxxx')])],
    ['no log', gzipSync('hello')],
    ['gone', Object.assign(new Error('no such key'), { name: 'NoSuchKey' })],
  ] as const)('are none, for good, where it is %s', async ([, content]) => {
    await expect(read(content)).rejects.toThrow(PoisonMessage);
  });

  test('are not even fetched where it is larger than any file of CloudTrail’s', async () => {
    await expect(read(gzipSync(log()), { ...file, size: 70_000_000 })).rejects.toThrow(PoisonMessage);
  });

  test('come again where S3 does not answer', async () => {
    await expect(read(new Error('socket hang up'))).rejects.not.toThrow(PoisonMessage);
  });
});
