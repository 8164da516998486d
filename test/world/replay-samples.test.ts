/** The samples through the whole program: each finding that samples/expected-findings.json promises, once and in order. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { fakeIo } from '../cli/fake-io.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

interface Expected {
  readonly created: readonly { readonly time: string; readonly event: string; readonly role: string }[];
  readonly findings: readonly {
    readonly time: string;
    readonly event: string;
    readonly kind: string;
    readonly role: string;
    readonly cause?: string;
    readonly verdict?: string;
    readonly rule?: string;
    readonly count?: number;
    readonly correlatedChange?: string;
  }[];
}

const expected = JSON.parse(readFileSync(`${samples}/expected-findings.json`, 'utf8')) as Expected;
const io = fakeIo({ [`${samples}/trusttrail.config.json`]: readFileSync(`${samples}/trusttrail.config.json`, 'utf8') });
await run(['replay', samples, '--format', 'json'], io);
const findings = JSON.parse(io.printed()).findings as readonly Finding[];

test('the roles that are created come first, each with a finding of its own', () => {
  const found = findings.slice(0, expected.created.length);
  expect(found.map(({ time, events, role, kind }) => ({ time, event: events[0], role, kind }))).toEqual(
    expected.created.map((one) => ({ ...one, kind: 'trust-change' })),
  );
});

test('then all that is expected, in order, and nothing else', () => {
  const found = findings.slice(expected.created.length).map((finding, index) => {
    const wanted = expected.findings[index];
    const { time, events, kind, role, cause, change, risks, count, correlatedChange } = finding;
    return {
      time,
      event: events[0],
      kind,
      role,
      ...(wanted?.cause === undefined ? {} : { cause }),
      ...(wanted?.verdict === undefined ? {} : { verdict: change?.verdict }),
      ...(wanted?.rule === undefined
        ? {}
        : { rule: risks?.map(({ rule }) => rule).find((rule) => rule === wanted.rule) }),
      ...(wanted?.count === undefined ? {} : { count }),
      ...(wanted?.correlatedChange === undefined ? {} : { correlatedChange: correlatedChange?.eventId }),
    };
  });
  const inKindOrder = (list: readonly { readonly time: string; readonly kind: string }[]) =>
    list.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.kind < b.kind ? 1 : -1));
  expect(inKindOrder(found)).toEqual(inKindOrder(expected.findings));
});

test('the story holds together: what broke, by which change, how it is undone and when it was over', () => {
  const burst = findings.find(({ kind }) => kind === 'denial-spike');
  expect(burst).toMatchObject({ severity: 'high', correlatedChange: { proof: 'allowed before, denied after' } });
  expect(burst?.rollback?.commands.join()).toContain('aws iam update-assume-role-policy --role-name ci-deploy');
  expect(findings.find(({ kind }) => kind === 'resolved')?.resolves).toBe(burst?.id);
  expect(findings.find(({ severity }) => severity === 'critical')?.title).toContain('breakglass-admin');
  for (const { kind, causes, fix } of findings)
    if (kind === 'denial' || kind === 'denial-spike') {
      expect(causes?.length).toBeGreaterThan(0);
      expect(fix).toBeDefined();
    }
});
