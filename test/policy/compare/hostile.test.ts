/** Policies made to cost: the comparison ends after a bounded number of steps, and then says that it does not know. */
import { describe, expect, test } from 'vitest';
import { compare, newAccess } from '../../../src/policy/compare/compare.ts';
import { gainedAccess } from '../../../src/policy/compare/gained-access.ts';
import { findText, fromTokens, Language } from '../../../src/policy/compare/string-language.ts';
import { TooMuchWork, Work } from '../../../src/policy/compare/work.ts';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../../src/policy/document/trust-policy.ts';
import { prepare } from '../../../src/policy/evaluate/evaluate.ts';
import { patternTokens } from '../../../src/policy/evaluate/wildcard.ts';
import { hostilePairs, longPairs } from './hard-policies.ts';
import { allow, other, policy } from './policies.ts';

function read(document: unknown): TrustPolicy {
  const parsed = parseTrustPolicyValue(document);
  if (parsed.status !== 'read') throw new Error('the example is not read');
  return parsed.policy;
}

const language = (pattern: string) =>
  new Language([fromTokens(patternTokens([{ text: pattern, literal: false }]), false)]);

test('a search for a text stops when its work is used up', () => {
  const inside = Array.from({ length: 8 }, (_, at) => language(`*${'abcdefgh'[at]}??????${'hgfedcba'[at]}*`));
  const outside = Array.from({ length: 8 }, (_, at) => language(`*${'abcdefgh'[at]}?${'bcdefgha'[at]}*`));
  expect(() => findText(inside, outside, new Work(2_000))).toThrow(TooMuchWork);
});

describe('hostile pairs are decided, or are too complex', () => {
  test.each(Object.entries(hostilePairs))('%s', (name, [old, now]) => {
    const answer = compare(read(old), read(now));
    const possible = name.endsWith('reordered')
      ? ['equivalent', 'undecided']
      : ['broader', 'narrower', 'incomparable', 'undecided', 'equivalent'];
    expect(possible).toContain(answer.verdict);
    if (answer.verdict === 'undecided') {
      expect(answer.undecided.length).toBeGreaterThan(0);
      for (const { construct } of answer.undecided) expect(construct).toMatch(/^too complex$|^policy variable /);
    }
  });
});

describe('long policies as people write them are always decided', () => {
  test.each(Object.entries(longPairs))('%s', (name, [old, now]) => {
    const { verdict } = compare(read(old), read(now));
    if (name.endsWith('reordered')) expect(verdict).toBe('equivalent');
    else expect(['broader', 'narrower']).toContain(verdict);
  });
});

test('with too little work nothing is claimed', () => {
  const [old, now] = [policy(allow(other)), policy(allow([other, '777788889999']))];
  expect(compare(old, now, { work: 3 })).toMatchObject({
    verdict: 'undecided',
    gained: [],
    lost: [],
    undecided: [{ construct: 'too complex' }],
  });
  // What the other policy says in the same words is no work; a role of an account that it names is.
  expect(newAccess(now, old, { work: 3 })).toEqual({ answer: 'no' });
  const narrower = policy(allow(`arn:aws:iam::${other}:role/x`));
  expect(newAccess(old, narrower, { work: 3 })).toEqual({
    answer: 'undecided',
    undecided: [{ construct: 'too complex' }],
  });
  expect(newAccess(old, narrower)).toEqual({ answer: 'no' });
  expect(compare(old, now).verdict).toBe('broader');
});

test('a policy far larger than IAM keeps is not begun', () => {
  const huge = policy(
    ...Array.from({ length: 400 }, (_, at) =>
      allow(other, { StringEquals: { 'sts:ExternalId': `${'x'.repeat(200)}${at}` } }),
    ),
  );
  expect(gainedAccess(prepare(huge), prepare(huge), Number.POSITIVE_INFINITY).undecided).toEqual([
    { construct: 'too complex' },
  ]);
});
