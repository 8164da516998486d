/** The life of roles, told from their changes alone: what is certain, what is inferred, what is not known. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RoleTimeline, type TimelineVersion, timelines } from '../../src/audit/timeline.ts';
import { versionAt, whoCouldAssume } from '../../src/audit/who-could-assume.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { TrustChange } from '../../src/cloudtrail/recognised.ts';
import { runs } from '../arbitraries/runs.ts';
import { iamCall } from '../cloudtrail/records.ts';

const trusting = (principal: string, condition?: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principal },
        Action: 'sts:AssumeRole',
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
const vendor = trusting('arn:aws:iam::777788889999:root', { StringEquals: { 'sts:ExternalId': 'secret-1234' } });
const vendorOpen = trusting('arn:aws:iam::777788889999:root');
const stranger = trusting('arn:aws:iam::999999999999:root');

let serial = 0;
function change(eventName: string, minute: number, fields: object = {}, more: object = {}): TrustChange {
  serial += 1;
  const eventTime = `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`;
  const raw = iamCall(
    eventName,
    { roleName: 'vendor', ...fields },
    { eventTime, eventID: `e-${String(serial).padStart(4, '0')}`, ...more },
  );
  const record = readEventValue(JSON.parse(JSON.stringify(raw)), 'test').records[0];
  const found = record === undefined ? undefined : recognise(record);
  if (found?.kind !== 'trust-change') throw new Error('no change of a role');
  return found;
}
const created = (minute: number, policy = vendor) => change('CreateRole', minute, { assumeRolePolicyDocument: policy });
const updated = (minute: number, policy: string, more: object = {}) =>
  change('UpdateAssumeRolePolicy', minute, { policyDocument: policy }, more);
const deleted = (minute: number) => change('DeleteRole', minute);

function one(...changes: readonly TrustChange[]): RoleTimeline {
  const [timeline, ...more] = timelines(changes);
  expect(more).toEqual([]);
  if (timeline === undefined) throw new Error('no timeline');
  return timeline;
}
const shape = ({ certainty, exists, comparison, since, until }: TimelineVersion) => [
  since?.slice(11, 16),
  until?.slice(11, 16),
  certainty,
  exists,
  comparison?.verdict,
];

describe('versions', () => {
  test('a life from creation to deletion', () => {
    const { versions, role } = one(created(1), updated(5, vendorOpen), updated(6, stranger), deleted(9));
    expect(role).toBe('arn:aws:iam::111122223333:role/vendor');
    expect(versions.map(shape)).toEqual([
      [undefined, '10:01', 'inferred', false, undefined],
      ['10:01', '10:05', 'certain', true, 'broader'],
      ['10:05', '10:06', 'certain', true, 'broader'],
      ['10:06', '10:09', 'certain', true, 'incomparable'],
      ['10:09', undefined, 'certain', false, 'narrower'],
    ]);
    expect(versions[2]?.comparison?.gained.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/account 777788889999, without an external ID/),
    ]);
  });

  test('the version before the first change that is seen is not known, and nothing is claimed of it', () => {
    const { versions } = one(updated(5, vendor));
    expect(versions.map(shape)).toEqual([
      [undefined, '10:05', 'unknown', true, undefined],
      ['10:05', undefined, 'certain', true, undefined],
    ]);
    expect(versions[0].notes.join()).toMatch(/no record shows/);
  });

  test('a role that is deleted and created again is another one, all of whose access is new', () => {
    const { versions } = one(created(1), deleted(2), created(3));
    expect(versions.map((version) => version.comparison?.verdict)).toEqual([
      undefined,
      'broader',
      'narrower',
      'broader',
    ]);
  });

  test('what is missing between two records is said', () => {
    const unseenCreation = one(created(1), deleted(2), updated(3, vendorOpen)).versions;
    expect(unseenCreation[3]).toMatchObject({ exists: true, certainty: 'certain' });
    expect(unseenCreation[3]?.comparison).toBeUndefined();
    expect(unseenCreation[3]?.notes.join()).toMatch(/a creation between is missing/);
    const deletedTwice = one(created(1), deleted(2), deleted(3)).versions;
    expect(deletedTwice[3]?.comparison).toBeUndefined();
    expect(deletedTwice[3]?.notes.join()).toMatch(/a creation between is missing/);
    const unseenDeletion = one(created(1), created(2)).versions;
    expect(unseenDeletion[2]?.notes.join()).toMatch(/a deletion between is missing/);
  });

  test('nobody is said to have been let in by a role only as long as it is known to have been gone', () => {
    const timeline = one(created(1), deleted(2), updated(9, vendorOpen));
    expect(whoCouldAssume(timeline, Date.parse('2026-03-01T10:05:00Z'))).toMatchObject({
      allowed: undefined,
      notes: [expect.stringContaining('created again before the next change')],
    });
    const gone = one(created(1), deleted(2), created(9));
    expect(whoCouldAssume(gone, Date.parse('2026-03-01T10:05:00Z'))).toMatchObject({ allowed: [], notes: [] });
  });

  test('a change that was refused changes nothing, and is kept apart', () => {
    const refused = updated(3, stranger, { errorCode: 'MalformedPolicyDocumentException', errorMessage: 'no' });
    const timeline = one(created(1), refused);
    expect(timeline.versions).toHaveLength(2);
    expect(timeline.failed).toHaveLength(1);
  });

  test('a change of the session duration is none of the trust policy', () => {
    expect(one(created(1), change('UpdateRole', 2, { maxSessionDuration: 7200 })).versions).toHaveLength(2);
  });

  test('a document that is no policy, or that the record does not show, is not compared', () => {
    const { versions } = one(created(1), updated(2, 'no JSON'), change('UpdateAssumeRolePolicy', 3, {}));
    expect(versions[2]).toMatchObject({ certainty: 'certain', policyText: 'no JSON' });
    expect(versions[2]).not.toHaveProperty('policy');
    expect(versions[2]).not.toHaveProperty('comparison');
    expect(versions[3]).toMatchObject({ certainty: 'unknown', exists: true });
  });

  test('the path of a role is that of the record that shows it', () => {
    const response = {
      responseElements: { role: { arn: 'arn:aws:iam::111122223333:role/vendors/vendor', roleId: 'AROAX' } },
    };
    const timeline = one(
      change('CreateRole', 1, { assumeRolePolicyDocument: vendor }, response),
      updated(2, vendorOpen),
    );
    expect(timeline.role).toBe('arn:aws:iam::111122223333:role/vendors/vendor');
  });

  test('two changes within one second are in the order of their ids, and that is said', () => {
    const { versions } = one(created(1), updated(2, vendorOpen), updated(2, stranger));
    expect(versions[3]?.policyText).toBe(stranger);
    for (const version of versions.slice(2)) expect(version.notes.join()).toMatch(/same second/);
    expect(versions[1]?.notes).toEqual([]);
  });

  test('what is created and changed within one second was not changed first, whatever the ids', () => {
    const change = updated(1, stranger);
    const { versions } = one(change, created(1));
    expect(versions.map(shape)).toEqual([
      [undefined, '10:01', 'inferred', false, undefined],
      ['10:01', '10:01', 'certain', true, 'broader'],
      ['10:01', undefined, 'certain', true, 'incomparable'],
    ]);
    expect(versions[2]?.setBy).toBe(change);
    // There is no other order.
    expect(versions.flatMap(({ notes }) => notes).join()).not.toMatch(/same second|missing/);
  });

  test('a role that is replaced within one second is there afterwards, and so are those whom it lets in', () => {
    const again = created(2, stranger);
    const { versions } = one(created(1), again, deleted(2));
    expect(versions.map(({ exists }) => exists)).toEqual([false, true, false, true]);
    expect(versions.at(-1)?.setBy).toBe(again);
    expect(versions.flatMap(({ notes }) => notes).join()).not.toMatch(/same second|missing/);
    const answer = whoCouldAssume(one(created(1), again, deleted(2)), Date.parse('2026-03-01T12:00:00Z'));
    expect(answer.allowed?.map(({ summary }) => summary)).toEqual(['any principal of account 999999999999']);
    // Where nothing is known of the time before, the other order is as possible.
    expect(one(created(2), deleted(2)).versions.at(-1)?.notes.join()).toMatch(/same second/);
  });

  test('any order of the records tells the same life', () => {
    const life = [
      created(1),
      updated(2, vendorOpen),
      updated(2, stranger),
      deleted(4),
      created(6, stranger),
      updated(7, vendor),
    ];
    const other = [updated(3, vendor, { recipientAccountId: '444455556666' })];
    const expected = timelines([...life, ...other]);
    expect(expected).toHaveLength(2);
    fc.assert(
      fc.property(fc.shuffledSubarray([...life, ...other], { minLength: life.length + other.length }), (shuffled) => {
        // As JSON: a parsed policy holds functions, which are never equal.
        expect(JSON.stringify(timelines(shuffled))).toBe(JSON.stringify(expected));
      }),
      { numRuns: runs(30) },
    );
  });
});

describe('who could assume', () => {
  const timeline = one(created(1), updated(5, vendorOpen), deleted(9));
  const at = (time: string, readUntil?: string) =>
    whoCouldAssume(
      timeline,
      Date.parse(`2026-03-01T${time}Z`),
      ...(readUntil === undefined ? [] : [Date.parse(`2026-03-01T${readUntil}Z`)]),
    );

  test('the classes of the version in force', () => {
    expect(at('10:03:00').allowed?.map(({ summary }) => summary)).toEqual([
      'any principal of account 777788889999, with external ID `secret-1234`',
    ]);
    expect(at('10:07:00').allowed?.map(({ summary }) => summary)).toEqual(['any principal of account 777788889999']);
  });

  test('nobody before it was there and after it was gone', () => {
    expect(at('09:00:00')).toMatchObject({ allowed: [], version: { certainty: 'inferred', exists: false } });
    expect(at('10:09:00')).toMatchObject({ allowed: [], version: { certainty: 'certain', exists: false } });
  });

  test('nothing is claimed where the version is not known', () => {
    const unknown = whoCouldAssume(one(updated(5, vendor)), Date.parse('2026-03-01T10:00:00Z'));
    expect(unknown.allowed).toBeUndefined();
    expect(unknown.version.certainty).toBe('unknown');
  });

  test('a change counts from its second on, and what cannot be sure is said', () => {
    expect(at('10:04:59').version.policyText).toBe(vendor);
    expect(at('10:05:00').version.policyText).toBe(vendorOpen);
    expect(at('10:05:00').notes.join()).toMatch(/in this very second/);
    const late = whoCouldAssume(
      one(created(1)),
      Date.parse('2026-04-01T00:00:00Z'),
      Date.parse('2026-03-01T11:00:00Z'),
    );
    expect(late.notes.join()).toMatch(/newest change or denied call that was read is of 2026-03-01T11:00:00Z/);
  });

  test('a time between two versions belongs to exactly one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 * 20 }), (second) => {
        const time = Date.parse('2026-03-01T09:55:00Z') + second * 1000;
        const version = versionAt(timeline, time);
        expect(version.since === undefined || Date.parse(version.since) <= time).toBe(true);
        expect(version.until === undefined || time < Date.parse(version.until)).toBe(true);
      }),
      { numRuns: runs(100) },
    );
  });
});
