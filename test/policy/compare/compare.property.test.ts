/** Comparison: its laws on generated pairs, what never changes its answer, and agreement with brute force. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import type { Comparison } from '../../../src/policy/compare/comparison.ts';
import { parseTrustPolicy } from '../../../src/policy/document/parse.ts';
import { type PolicyDocument, read } from '../../arbitraries/policies.ts';
import {
  boundPairs,
  openPolicyPairs,
  pairPolicies,
  pairStatements,
  policyPairs,
  rewritings,
  severalValuedPairs,
} from '../../arbitraries/policy-pairs.ts';
import { runs } from '../../arbitraries/runs.ts';
import { brokenClaims, differentialOf } from './differential.ts';
import { mutationsOf } from './mutated-policies.ts';

// Brute force takes its time where many tests share a machine.
vi.setConfig({ testTimeout: 180_000 });

function verdict(old: PolicyDocument, now: PolicyDocument): Comparison['verdict'] {
  return compare(read(old), read(now)).verdict;
}

const exchanged: Readonly<Record<Comparison['verdict'], Comparison['verdict']>> = {
  equivalent: 'equivalent',
  broader: 'narrower',
  narrower: 'broader',
  incomparable: 'incomparable',
  undecided: 'undecided',
};

describe('laws', () => {
  test('a policy means the same as itself', () => {
    fc.assert(
      fc.property(pairPolicies(), (policy) => {
        expect(verdict(policy, structuredClone(policy))).toBe('equivalent');
      }),
      { numRuns: runs(250) },
    );
  });

  test('what one side gains, the other side loses', () => {
    fc.assert(
      fc.property(policyPairs(), ({ old, now }) => {
        const there = compare(read(old), read(now));
        const back = compare(read(now), read(old));
        expect(back.verdict).toBe(exchanged[there.verdict]);
        expect(back.lost.map(({ statement }) => statement)).toEqual(there.gained.map(({ statement }) => statement));
        expect(back.gained.map(({ statement }) => statement)).toEqual(there.lost.map(({ statement }) => statement));
      }),
      { numRuns: runs(250) },
    );
  });

  test('one more Allow takes access from nobody, one more Deny gives it to nobody', () => {
    fc.assert(
      fc.property(pairPolicies(), pairStatements(), fc.nat({ max: 3 }), (policy, added, place) => {
        const Statement = [...policy.Statement.slice(0, place), added, ...policy.Statement.slice(place)];
        const { gained, lost } = compare(read(policy), read({ ...policy, Statement }));
        expect(added.Effect === 'Allow' ? lost : gained).toEqual([]);
      }),
      { numRuns: runs(250) },
    );
  });

  test('an Allow more and yet an Allow more is broader than neither', () => {
    fc.assert(
      fc.property(pairPolicies(), pairStatements(), pairStatements(), (first, one, other) => {
        const second = { ...first, Statement: [...first.Statement, { ...one, Effect: 'Allow' as const }] };
        const third = { ...second, Statement: [...second.Statement, { ...other, Effect: 'Allow' as const }] };
        // An account has one role of a name (IAM User Guide, "IAM identifiers"): whose session it is hangs on what else is named.
        if (namesRoleUnderTwoPaths(third)) return;
        const steps = [verdict(first, second), verdict(second, third)];
        if (steps.includes('undecided')) return;
        expect(verdict(first, third)).toBe(steps.includes('broader') ? 'broader' : 'equivalent');
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('what never changes the answer', () => {
  const numbers = fc.array(fc.nat({ max: 1_000 }), { minLength: 4, maxLength: 4 });

  test.for(rewritings.map((one) => [one.name, one] as const))('%s', ([, { rewrite }]) => {
    fc.assert(
      fc.property(policyPairs(), numbers, ({ old, now }, drawn) => {
        const other = rewrite(now, drawn);
        expect(verdict(now, other)).toBe('equivalent');
        expect(verdict(old, other)).toBe(verdict(old, now));
        expect(verdict(rewrite(old, drawn), other)).toBe(verdict(old, now));
      }),
      { numRuns: runs(50) },
    );
  });
});

describe('brute force', () => {
  test('refutes no verdict, and both evaluators confirm every witness', () => {
    const tally = { pairs: 0, undecided: 0, differing: 0, found: 0 };
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 4, arbitrary: policyPairs() },
          { weight: 1, arbitrary: severalValuedPairs() },
          { weight: 1, arbitrary: boundPairs() },
        ),
        fc.integer(),
        (pair, seed) => {
          const answer = differentialOf(pair, { compare, seed });
          expect(brokenClaims(answer)).toEqual([]);
          tally.pairs += 1;
          if (answer.comparison.verdict === 'undecided') tally.undecided += 1;
          for (const side of ['gained', 'lost'] as const) {
            if (answer.comparison[side].length === 0 || !answer.difference.whole) continue;
            tally.differing += 1;
            if (answer.difference[side] !== undefined) tally.found += 1;
          }
        },
      ),
      { numRuns: runs(200) },
    );
    // The search is worth something only if it finds what there is; and nearly every pair is decided.
    expect(tally.differing).toBeGreaterThan(tally.pairs / 5);
    expect(tally.found / tally.differing).toBeGreaterThan(0.97);
    // Under one in a hundred; few pairs do not tell that from two.
    expect(tally.undecided / tally.pairs).toBeLessThan(tally.pairs > 2_000 ? 0.01 : 0.03);
  });
});

describe('policy variables, and keys that are in no registry', () => {
  test('refute no verdict either, and both evaluators confirm every witness', () => {
    const tally = { undecided: 0, pairs: 0 };
    fc.assert(
      fc.property(openPolicyPairs(), fc.integer(), (pair, seed) => {
        const answer = differentialOf(pair, { compare, seed });
        expect(brokenClaims(answer)).toEqual([]);
        tally.pairs += 1;
        if (answer.comparison.verdict === 'undecided') tally.undecided += 1;
      }),
      { numRuns: runs(60) },
    );
    // It is not by deciding nothing that nothing is wrong.
    expect(tally.undecided).toBeLessThan(tally.pairs / 2);
  });

  test('what stands in both policies cancels out', () => {
    fc.assert(
      fc.property(openPolicyPairs(), ({ old }) => {
        expect(verdict(old, structuredClone(old))).toBe('equivalent');
      }),
      { numRuns: runs(100) },
    );
  });
});

const folder = new URL('../../../../shared/trust-policies/', import.meta.url);

describe.skipIf(!existsSync(folder))('policies that exist in accounts (skipped where there are none)', () => {
  /** Those that differ in more than the order of their lists. */
  const documents = new Map<string, PolicyDocument>();
  if (existsSync(folder))
    for (const name of readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      if (parseTrustPolicy(text).status !== 'read') continue;
      const sorted = JSON.stringify(JSON.parse(text), (_, value: unknown) =>
        Array.isArray(value) ? [...value].sort() : value,
      );
      documents.set(sorted, JSON.parse(text) as PolicyDocument);
    }

  test('every pair of them, and of each with its mutations, is decided, and brute force refutes none', () => {
    const all = [...documents.values()];
    expect(all.length).toBeGreaterThan(20);
    let pairs = 0;
    all.forEach((old, at) => {
      const others = [...mutationsOf(old), all[(at + 1) % all.length] ?? old, old];
      for (const now of others) {
        pairs += 1;
        const answer = differentialOf({ old, now }, { compare, seed: pairs });
        expect(answer.comparison.verdict, JSON.stringify({ old, now })).not.toBe('undecided');
        expect(brokenClaims(answer)).toEqual([]);
      }
    });
    expect(pairs).toBeGreaterThan(all.length * 8);
  });
});

/** Whether a role of the same account and name stands there under two paths, which no account can hold. */
function namesRoleUnderTwoPaths(policy: object): boolean {
  const paths = new Map<string, Set<string>>();
  for (const [, account = '', path = '', name = ''] of JSON.stringify(policy).matchAll(
    /arn:aws:iam::(\d{12}):role\/((?:[\w-]+\/)*)([\w-]+)"/g,
  )) {
    const key = `${account} ${name}`;
    paths.set(key, (paths.get(key) ?? new Set()).add(path));
  }
  return [...paths.values()].some(({ size }) => size > 1);
}
