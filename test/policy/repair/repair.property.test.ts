/** Does a repair let the call in, and nobody but those meant? Asked of brute force, which shares no code with the proof. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { parseTrustPolicy } from '../../../src/policy/document/parse.ts';
import { validateTrustPolicy } from '../../../src/policy/document/validate.ts';
import { principalArnOf } from '../../../src/policy/evaluate/caller.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../../../src/policy/evaluate/request.ts';
import { type Repair, repair } from '../../../src/policy/repair/repair.ts';
import {
  isMultivalued,
  type PolicyDocument,
  policies,
  read,
  requestsFor,
  type StatementDocument,
} from '../../arbitraries/policies.ts';
import { runs } from '../../arbitraries/runs.ts';
import { naiveDifference } from '../../reference/naive-comparer.ts';
import type { NaivePolicy } from '../../reference/naive-evaluator.ts';
import { questionAbout } from './question.ts';

/** Policies with calls that meet them, everything known, in one of several ways of writing the document. */
const cases = policies().chain((document) =>
  fc.record({
    document: fc.constant(document),
    call: requestsFor(document).map((call) => ({
      ...call,
      context: new Map([
        ['sts:rolesessionname', ['s1']],
        ['aws:currenttime', ['2026-03-01T00:00:00Z']],
        ...call.context,
      ]),
    })),
    indent: fc.constantFrom<number | string>(0, 2, '\t', 5),
    seed: fc.integer(),
  }),
);

interface Repaired {
  readonly document: PolicyDocument;
  readonly call: AssumeRequest;
  readonly text: string;
  readonly done: Repair;
  readonly seed: number;
}

function forEachRepair(numRuns: number, check: (one: Repaired) => void): number {
  let tried = 0;
  fc.assert(
    fc.property(cases, ({ document, call, indent, seed }) => {
      const text = JSON.stringify(document, null, indent);
      const parsed = parseTrustPolicy(text);
      if (parsed.status !== 'read') throw new Error('a generated policy was not read');
      const { policy } = parsed;
      if (evaluate(prepare(policy), call).decision === 'allow') return;
      for (const statement of policy.statements) {
        if (statement.effect === 'Deny') continue;
        const done = repair(questionAbout(policy, statement, call));
        if (done === undefined) continue;
        tried += 1;
        check({ document, call, text, done, seed });
      }
    }),
    { numRuns: runs(numRuns) },
  );
  return tried;
}

const others = (document: PolicyDocument, arn: string): NaivePolicy => ({
  ...document,
  Statement: [
    ...document.Statement,
    {
      Effect: 'Deny',
      Principal: { AWS: ['*'] },
      Action: ['*'],
      Condition: { StringEquals: { 'aws:PrincipalArn': [arn] } },
    },
  ],
});

/** A generator in 32 bits, so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

test('the call is let in, nobody loses, and IAM takes what it took', () => {
  let verified = 0;
  const tried = forEachRepair(150, ({ document, call, text, done }) => {
    const old = read(document);
    const parsed = parseTrustPolicy(done.text);
    expect(parsed.status).toBe('read');
    if (parsed.status !== 'read') return;
    const { policy } = parsed;
    expect(evaluate(prepare(policy), call).decision).toBe('allow');
    expect(['broader', 'equivalent', 'undecided']).toContain(compare(old, policy).verdict);
    const refused = validateTrustPolicy(policy).filter(({ level }) => level === 'refused');
    expect(refused.map(({ code }) => code)).toEqual(
      refused.length === 0
        ? []
        : expect.arrayContaining(
            validateTrustPolicy(old).flatMap(({ level, code }) => (level === 'refused' ? [code] : [])),
          ),
    );
    if (done.verified) {
      verified += 1;
      expect(refused).toEqual([]);
    }
    // Statements keep their order, and those that are not touched every byte.
    const now = JSON.parse(done.text) as PolicyDocument;
    expect(now.Version).toBe(document.Version);
    expect(now.Statement.length - document.Statement.length).toBeLessThanOrEqual(1);
    for (const [at, statement] of document.Statement.entries()) {
      if (JSON.stringify(now.Statement[at]) !== JSON.stringify(statement)) continue;
      const [before, after] = [old.statements[at], policy.statements[at]].map((one) =>
        one === undefined ? undefined : policyText(one.pointer, one === old.statements[at] ? text : done.text),
      );
      expect(after).toBe(before);
    }
  });
  expect(tried).toBeGreaterThan(15);
  expect(verified).toBeGreaterThan(8);
});

test('brute force finds nobody else who gains, and nobody who loses', () => {
  let checked = 0;
  forEachRepair(40, ({ document, call, done, seed }) => {
    const now = JSON.parse(done.text) as PolicyDocument;
    const limits = { combinations: 1_000, random: randomOf(seed) };
    const naive = (policy: PolicyDocument): NaivePolicy => policy as unknown as NaivePolicy;
    const { lost } = naiveDifference(naive(document), naive(now), isMultivalued, limits);
    expect(lost).toBeUndefined();
    const arn = principalArnOf(call.caller);
    // What was never meant as it stood is put right for everybody whom the statement names.
    if (arn === undefined || /in place of/.test(done.summary)) return;
    checked += 1;
    expect(naiveDifference(naive(document), others(now, arn), isMultivalued, limits).gained).toBeUndefined();
  });
  expect(checked).toBeGreaterThan(0);
});

/** No condition of an Allow goes: every statement asks all that the one it was made from asked. */
test('no condition is dropped', () => {
  forEachRepair(80, ({ document, done }) => {
    const now = JSON.parse(done.text) as PolicyDocument;
    const size = ({ Condition: blocks = {} }: StatementDocument) =>
      Object.values(blocks).reduce((sum, block) => sum + Object.keys(block).length, 0);
    for (const [at, statement] of document.Statement.entries()) {
      const after = now.Statement[at];
      expect(after === undefined ? -1 : size(after)).toBeGreaterThanOrEqual(size(statement));
    }
    const added = now.Statement[document.Statement.length];
    if (added === undefined) return;
    const froms = document.Statement.filter(({ Effect }) => Effect === 'Allow');
    const fewest = Math.min(...froms.map(size));
    if (!/alone(?:, and|\.|$)/.test(done.summary)) expect(size(added)).toBeGreaterThanOrEqual(fewest);
  });
});

/** The text of one element, by a reading of its own. */
function policyText(pointer: string, text: string): string | undefined {
  const parsed = parseTrustPolicy(text);
  if (parsed.status !== 'read') return undefined;
  const place = parsed.policy.placeOf(pointer);
  if (place === undefined) return undefined;
  const lines = text.split('\n');
  const from = lines.slice(0, place.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + place.column - 1;
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (inString) {
      if (sign === '\\') at += 1;
      else if (sign === '"') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '{') depth += 1;
    else if (sign === '}') {
      depth -= 1;
      if (depth === 0) return text.slice(from, at + 1);
    }
  }
  return undefined;
}
