/** The samples: complete, true to their forms, and in step with what samples/expected-findings.json promises. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type LogFile, readLogFiles } from '../../src/adapters/log-files.ts';
import { allRecognised } from '../../src/cloudtrail/recognise.ts';
import type { Recognised } from '../../src/cloudtrail/recognised.ts';

interface Expected {
  readonly created: readonly { readonly time: string; readonly event: string; readonly role: string }[];
  readonly findings: readonly {
    readonly time: string;
    readonly event: string;
    readonly kind: string;
    readonly role: string;
    readonly count?: number;
    readonly correlatedChange?: string;
  }[];
  readonly records: number;
  readonly broken: readonly { readonly file: string; readonly line: number }[];
}

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const expected = JSON.parse(readFileSync(`${samples}/expected-findings.json`, 'utf8')) as Expected;

const files: LogFile[] = [];
for await (const file of readLogFiles([samples])) files.push(file);
const records = files.flatMap((file) => file.records);
const meanings = records.flatMap((record) => allRecognised(record));

function meaningOf(eventId: string | undefined): Recognised | undefined {
  return meanings.find((meaning) => meaning.record.eventId === eventId);
}

describe('the samples', () => {
  test('are whole but for the one line that is broken on purpose', () => {
    expect(records).toHaveLength(expected.records);
    expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(expected.records);
    expect(records.filter(({ derived }) => derived !== undefined)).toEqual([]);
    expect(files.flatMap(({ problems }) => problems.map(({ place }) => place.replace(samples, 'samples')))).toEqual(
      expected.broken.map(({ file, line }) => `${file}, line ${line}`),
    );
    expect(files.filter((file) => file.passedOver === undefined)).toHaveLength(
      readdirSync(`${samples}/cloudtrail`).length,
    );
  });

  test('create every role before anything happens to it', () => {
    expect(expected.created).toHaveLength(9);
    for (const { event, time, role } of expected.created)
      expect(meaningOf(event)).toMatchObject({
        change: 'create-role',
        role,
        pathKnown: true,
        record: { eventTime: time },
      });
    for (const { role } of expected.findings) expect(expected.created.map((created) => created.role)).toContain(role);
  });

  test('every finding stands on an event of its kind, in order', () => {
    const kinds = new Map([
      ['trust-change', { kind: 'trust-change', succeeded: true }],
      ['trust-change-failed', { kind: 'trust-change', succeeded: false }],
      ['resolved', { kind: 'trust-change', succeeded: true }],
      ['denial', { kind: 'denial' }],
      ['denial-spike', { kind: 'denial' }],
    ]);
    for (const finding of expected.findings) {
      const { event, kind, role, time } = finding;
      expect(meaningOf(event)).toMatchObject({ ...kinds.get(kind), role, record: { eventTime: time } });
      if (finding.correlatedChange !== undefined)
        expect(meaningOf(finding.correlatedChange)).toMatchObject({ kind: 'trust-change', role });
    }
    expect(expected.findings.map(({ time }) => time)).toEqual(expected.findings.map(({ time }) => time).toSorted());
  });

  test('every change and denial has its finding', () => {
    const told = new Set([...expected.findings, ...expected.created].map(({ event }) => event));
    const burst = expected.findings.find(({ kind }) => kind === 'denial-spike');
    const untold = meanings.filter(
      (meaning) => (meaning.kind === 'trust-change' || meaning.kind === 'denial') && !told.has(meaning.record.eventId),
    );
    // The first denial of the burst stands for the others.
    expect(untold.map((meaning) => 'role' in meaning && meaning.role)).toEqual(
      Array.from({ length: (burst?.count ?? 0) - 1 }, () => burst?.role),
    );
  });

  test('a denied call within AWS shows no parameters and no resources, as in real records', () => {
    const denials = meanings.filter(
      (meaning) => meaning.kind === 'denial' && meaning.record.errorMessage?.startsWith('User: '),
    );
    expect(denials).toHaveLength(11);
    for (const { record } of denials) {
      expect(record.raw['requestParameters']).toBeNull();
      expect(record.raw).not.toHaveProperty('resources');
    }
  });

  test('the trust policies to try are those of the story', () => {
    const saved = meanings.flatMap((meaning) =>
      meaning.kind === 'trust-change' && meaning.policyText !== undefined
        ? [JSON.stringify(JSON.parse(meaning.policyText))]
        : [],
    );
    const names = readdirSync(`${samples}/trust-policies`);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const document = JSON.parse(readFileSync(`${samples}/trust-policies/${name}`, 'utf8'));
      expect(saved).toContain(JSON.stringify(document.Role?.AssumeRolePolicyDocument ?? document));
    }
  });
});
