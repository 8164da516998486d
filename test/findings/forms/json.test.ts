import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { fittingFinding, jsonFinding, safeJson } from '../../../src/findings/forms/json.ts';
import { maskFinding } from '../../../src/findings/mask.ts';
import { findingExamples, hostile, hostileStrings } from '../examples.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../src/findings/finding.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ strict: true, allErrors: true });
const valid = ajv.compile(schema);
const examples = Object.values(findingExamples);

describe.for(examples)('$kind', (finding) => {
  test('is what the published schema says, masked, hostile and shortened too', () => {
    for (const one of [finding, maskFinding(finding), hostile(finding, 'x"<>'), fittingFinding(finding, 700)]) {
      valid(JSON.parse(jsonFinding(one)));
      expect(valid.errors).toBeNull();
    }
  });

  test('reads like this', async () => {
    await expect(`${safeJson(maskFinding(finding), 2)}\n`).toMatchFileSnapshot(`snapshots/${finding.kind}.json`);
  });

  test.for(hostileStrings.map((text) => [text.slice(0, 40), text] as const))('hostile: %s', ([, text]) => {
    const one = hostile(finding, text);
    const json = jsonFinding(one);
    expect(json).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029\u200b]/u);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(one)));
  });
});

test('the schema refuses what is no finding', () => {
  const finding = findingExamples.denial;
  const { id: _, ...noId } = finding;
  for (const wrong of [
    noId,
    { ...finding, kind: 'other' },
    { ...finding, severity: 'HIGH' },
    { ...finding, count: 0 },
    { ...finding, events: Array.from({ length: 51 }, (_, index) => `e${index}`) },
    { ...finding, causes: [{ ...finding.causes?.[0], evidence: [] }] },
    { ...finding, schema: 'trusttrail/finding/2' },
  ])
    expect(valid(wrong)).toBe(false);
});

test('a finding that is too large for its channel is shortened until it fits, and says so', () => {
  const finding = hostile(findingExamples['trust-change'], 'A'.repeat(20_000));
  const fitting = fittingFinding(finding, 100_000);
  expect(jsonFinding(fitting).length).toBeLessThanOrEqual(100_000);
  expect(fitting.notes?.join(' ')).toContain('shortened');
  expect(fittingFinding(findingExamples.denial, 100_000)).toBe(findingExamples.denial);
});

test('what is shortened holds no half command and no policy without its last statements', () => {
  const statement = (n: number) => ({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::111122223333:role/r${n}` } });
  const policy = { Version: '2012-10-17', Statement: Array.from({ length: 60 }, (_, n) => statement(n)) };
  const command = `aws iam update-assume-role-policy --role-name r --policy-document '${JSON.stringify(policy)}'`;
  const short = 'aws sts get-caller-identity';
  const fix = { who: 'owner', summary: 'x', commands: [command, short], policy, verified: true } as const;
  const finding = {
    ...findingExamples.denial,
    title: 'A'.repeat(50_000),
    fix,
    rollback: { commands: [short] },
    causes: (findingExamples.denial.causes ?? []).map((cause) => ({ ...cause, fix })),
  };
  for (const most of [60_000, 40_000, 10_000, 4_000]) {
    const fitting = fittingFinding(finding, most);
    valid(JSON.parse(jsonFinding(fitting)));
    expect(valid.errors).toBeNull();
    for (const one of [fitting.fix, ...(fitting.causes ?? []).map((cause) => cause.fix)]) {
      if (one?.policy !== null) expect(one?.policy).toEqual(policy);
      for (const text of one?.commands ?? [])
        if (!text.startsWith('# left out')) expect([command, short]).toContain(text);
      if (one?.commands[0] !== command) expect(one?.commands).toHaveLength(1);
    }
    for (const text of fitting.rollback?.commands ?? []) expect(text).toBe(short);
  }
});
