/** Wildcards: agreement with dynamic programming, characters outside the basic plane, and patterns made to hurt. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchWildcard, prepareWildcard } from '../../../src/policy/evaluate/wildcard.ts';
import { runs } from '../../arbitraries/runs.ts';
import { like } from '../../reference/naive-evaluator.ts';

const letters = fc.constantFrom('a', 'b', '*', '?', '😀', 'é', ':');

test('agrees with dynamic programming on every pattern and text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: letters, maxLength: 12 }),
      fc.string({ unit: letters, maxLength: 16 }),
      (pattern, text) => {
        expect(matchWildcard(pattern, text)).toBe(like(pattern, text));
      },
    ),
    { numRuns: runs(5_000) },
  );
});

test('`?` is one character, also one outside the basic plane', () => {
  expect(matchWildcard('?', '😀')).toBe(true);
  expect(matchWildcard('??', '😀')).toBe(false);
  expect(matchWildcard('*?', '😀')).toBe(true);
  expect(matchWildcard('?', '')).toBe(false);
  expect(matchWildcard('', '')).toBe(true);
  expect(matchWildcard('*', '')).toBe(true);
});

test.each([
  ['many stars and no end', `${'a*'.repeat(1_000)}b`, 'a'.repeat(20_000)],
  ['stars between every character', `*${'a*'.repeat(500)}b`, `${'a'.repeat(20_000)}c`],
  ['question marks and stars', `${'?*'.repeat(500)}b`, 'a'.repeat(20_000)],
  ['a star before a long literal', `*${'a'.repeat(1_000)}b`, 'a'.repeat(10_000)],
  // What went back over the text would take hours; the bound is wide, since the machine may be busy.
])('%s against a long text answers at once', (_, pattern, text) => {
  const matches = prepareWildcard(pattern);
  const start = performance.now();
  expect(matches(text)).toBe(false);
  expect(performance.now() - start).toBeLessThan(10_000);
});
