/** Every real record that nobody here invented, through reading, the event patterns and recognition. */
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LogFile, readLogFiles } from '../../src/adapters/log-files.ts';
import { eventPatterns, matchesPattern, toEventBridgeEvent } from '../../src/cloudtrail/event-patterns.ts';
import { readEvents, readEventValue } from '../../src/cloudtrail/read-record.ts';
import { allRecognised } from '../../src/cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { runs } from '../arbitraries/runs.ts';

const folder = new URL('../../../shared/records', import.meta.url).pathname;
const here = existsSync(folder);

describe.skipIf(!here)('real records (skipped where ../shared/records is absent)', async () => {
  const files: LogFile[] = [];
  if (here) for await (const file of readLogFiles([folder])) files.push(file);
  const records = files.flatMap((file) => file.records);
  const meanings = records.flatMap((record) => allRecognised(record));
  const named = (eventName: string): readonly CloudTrailRecord[] =>
    records.filter((record) => record.eventName === eventName);

  test('every one is read, without a problem', () => {
    expect(files.flatMap((file) => file.problems)).toEqual([]);
    expect(
      Object.fromEntries(files.map((file) => [file.name.replace(/^.*\/|\.jsonl\.gz$/g, ''), file.records.length])),
    ).toEqual({
      'DataDog__stratus-red-team': 312,
      'OTRF__Security-Datasets': 103,
      airbnb__streamalert: 46,
      'cloud-custodian__cloud-custodian': 25,
      'invictus-ir__aws_dataset': 2900,
    });
  });

  test('what they mean', () => {
    const counts = new Map<string, number>();
    for (const meaning of meanings) {
      const name = `${meaning.kind} ${meaning.record.eventName}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(Object.fromEntries([...counts].sort())).toEqual({
      'caller-side-change AttachRolePolicy': 7,
      'caller-side-change AttachUserPolicy': 2,
      'caller-side-change DeleteRolePolicy': 4,
      'caller-side-change DetachRolePolicy': 5,
      'caller-side-change DetachUserPolicy': 1,
      'caller-side-change PutRolePolicy': 5,
      'denial AssumeRole': 17,
      'principal-event CreateRole': 14,
      'principal-event CreateUser': 5,
      'principal-event DeleteRole': 13,
      'principal-event DeleteUser': 4,
      'trust-change CreateRole': 14,
      'trust-change DeleteRole': 13,
      'trust-change UpdateAssumeRolePolicy': 3,
    });
    expect(named('AssumeRole')).toHaveLength(49 + 17);
  });

  test('every trust change and denial names its role, and every one with a document has it as JSON', () => {
    const role = /^arn:aws:iam::\d{12}:role\/stratus-red-team-[\w-]+$/;
    let documents = 0;
    for (const meaning of meanings) {
      if (meaning.kind === 'trust-change' || meaning.kind === 'denial') expect(meaning.role).toMatch(role);
      if (meaning.kind === 'trust-change' && meaning.policyText !== undefined) {
        documents += 1;
        expect(JSON.parse(meaning.policyText)).toHaveProperty('Statement');
      }
      if (meaning.kind === 'denial')
        expect(meaning.message).toMatchObject({
          caller: meaning.record.userIdentity.arn,
          action: 'sts:AssumeRole',
          resource: meaning.role,
          truncated: false,
        });
    }
    expect(documents).toBe(14 + 3);
  });

  test('the event patterns catch what is recognised, and nothing else', () => {
    for (const record of records) {
      const event = toEventBridgeEvent(record);
      const caught = Object.entries(eventPatterns).flatMap(([name, pattern]) =>
        matchesPattern(event, pattern) ? [name] : [],
      );
      const recognised = allRecognised(record)[0];
      const kind = recognised?.kind === 'principal-event' ? 'trust-change' : recognised?.kind;
      expect(caught).toEqual(kind === undefined ? [] : [kind]);
    }
    expect(records.length).toBe(3386);
  });

  test('a record is the same in every wrapping', () => {
    for (const record of records) {
      const wrapped = { Records: [{ 'detail-type': 'x', time: record.eventTime, detail: record.raw }] };
      const lookedUp = { Events: [{ EventId: record.eventId, CloudTrailEvent: JSON.stringify(record.raw) }] };
      const [first, ...more] = readEventValue(wrapped, 'f').records;
      expect(more).toEqual([]);
      expect(first?.eventId).toBe(record.eventId);
      expect(first?.userIdentity).toEqual(record.userIdentity);
      expect(readEvents(JSON.stringify(lookedUp), 'f').records[0]?.eventId).toBe(record.eventId);
    }
    expect(records.length).toBe(3386);
  });

  test('a real record with any member dropped, or turned into anything, never throws', () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(...(here ? records.map(({ raw }) => raw) : [{}])),
        fc.nat(),
        fc.oneof(fc.constant(undefined), fc.jsonValue()),
      )
      .map(([raw, at, value]) => {
        const names = Object.keys(raw);
        return { ...raw, [names[at % names.length] ?? 'x']: value };
      });
    fc.assert(
      fc.property(mutated, (raw) => {
        const { records: read, problems } = readEvents(JSON.stringify(raw), 'f');
        expect(read.length + problems.length).toBe(1);
        for (const record of read) for (const meaning of allRecognised(record)) expect(meaning.record).toBe(record);
      }),
      { numRuns: runs(1000) },
    );
  });
});
