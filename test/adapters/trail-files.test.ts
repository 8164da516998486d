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
  function read(content: Uint8Array | Error, { length, of = file }: { length?: number; of?: TrailFile } = {}) {
    const send = async () => {
      if (content instanceof Error) throw content;
      return { Body: { transformToByteArray: async () => content }, ContentLength: length ?? content.length };
    };
    return watchedRecords({ send } as unknown as S3Client, of);
  }
  const harmless = { ...denied(5).raw, eventName: 'GetCallerIdentity' };
  const log = (...records: readonly unknown[]) => JSON.stringify({ Records: records });

  test('are those that the rules of EventBridge would have caught', async () => {
    const wanted = [updated(0, '{}').raw, denied(1).raw];
    const text = log(...wanted, harmless);
    for (const bytes of [gzipSync(text), Buffer.from(text)]) {
      const { records, damage } = await read(bytes);
      expect(records.map(({ eventId }) => eventId)).toEqual(wanted.map((one) => one['eventID']));
      expect(damage).toBeUndefined();
    }
  });

  const nameless = { ...denied(1).raw, eventID: undefined };
  const { requestParameters: _, ...ofNoRole } = updated(0, '{}').raw;
  test.for([
    ['cannot be read', 'no record', 'Records[1]'],
    ['lacks its id, so that it could count again with each delivery', nameless, 'without its eventID'],
    ['changes a role that it does not name', ofNoRole, 'does not name the role'],
  ] as const)('are the others where one %s, which somebody is told of', async ([, bad, reason]) => {
    const { records, damage } = await read(gzipSync(log(denied(1).raw, bad, denied(2).raw)));
    expect(records).toHaveLength(2);
    expect(damage).toBeInstanceOf(PoisonMessage);
    expect(damage?.message).toContain(key);
    expect(damage?.message).toContain(reason);
  });

  test('are all there where what is odd is nothing that a rule asks for', async () => {
    const { records, damage } = await read(gzipSync(log({ ...harmless, eventID: undefined }, denied(1).raw)));
    expect([records.length, damage]).toEqual([1, undefined]);
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
    const { records, damage } = await read(content);
    expect(records).toEqual([]);
    expect(damage).toBeInstanceOf(PoisonMessage);
    expect(damage?.message).toContain(key);
  });

  test('are not even fetched where it is larger than any file of CloudTrail’s', async () => {
    const of = { ...file, size: 70_000_000 };
    expect((await read(new Error('fetched'), { of })).damage?.message).toContain('70000000 bytes');
  });

  test('are not read where it has become larger than the notification says', async () => {
    const { records, damage } = await read(gzipSync(log(denied(1).raw)), { length: 70_000_000 });
    expect(records).toEqual([]);
    expect(damage?.message).toContain('70000000 bytes');
  });

  test('come again where S3 does not answer', async () => {
    await expect(read(new Error('socket hang up'))).rejects.not.toThrow(PoisonMessage);
  });

  test('come again where S3 refuses, which may be mended; the words leave open what it hides', async () => {
    const refused = Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
    await expect(read(refused)).rejects.not.toThrow(PoisonMessage);
    await expect(read(refused)).rejects.toThrow(
      /the policy of the bucket or of its key .* or it is not there any more/,
    );
  });

  test('come again where S3 sends less than all of it: half a file would look damaged for good', async () => {
    const whole = gzipSync(log(denied(1).raw, denied(2).raw));
    await expect(read(whole.subarray(0, 100), { length: whole.length })).rejects.toThrow(/sent 100 of/);
    await expect(read(whole.subarray(0, 100), { length: whole.length })).rejects.not.toThrow(PoisonMessage);
  });
});
