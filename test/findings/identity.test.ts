import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, type Fact, findingId, sha256, sha256Base64 } from '../../src/findings/identity.ts';
import { runs } from '../arbitraries/runs.ts';

describe('sha256', () => {
  test.for([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('FIPS 180-4 example %j', ([text, hex]) => {
    expect(sha256(text ?? '')).toBe(hex);
  });

  test('law: it is the SHA-256 of node:crypto, in hex and in base64', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(sha256(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
        expect(sha256Base64(text)).toBe(createHash('sha256').update(text, 'utf8').digest('base64'));
      }),
      { numRuns: runs(300) },
    );
  });

  test('every length around a block boundary', () => {
    for (let length = 50; length < 140; length += 1) {
      const text = 'x'.repeat(length);
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }
  });
});

const facts = fc.letrec<{ fact: Fact }>((tie) => ({
  fact: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('fact'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('fact'), { maxKeys: 4 }),
  ),
})).fact;

describe('canonicalJson', () => {
  test('law: it is JSON of the same value', () => {
    fc.assert(
      fc.property(facts, (fact) => {
        expect(JSON.parse(canonicalJson(fact))).toEqual(JSON.parse(JSON.stringify(fact)));
      }),
      { numRuns: runs(300) },
    );
  });

  test('law: the order of members does not matter, the order of a list does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), facts), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(record));
      }),
      { numRuns: runs(200) },
    );
    expect(canonicalJson(['a', 'b'])).not.toBe(canonicalJson(['b', 'a']));
  });
});

describe('findingId', () => {
  test('is 32 hex characters that stay the same from release to release', () => {
    expect(findingId('trust-change', { role: 'arn:aws:iam::111122223333:role/a', event: 'e1' })).toBe(
      'b37bf14b4f7463fcd61ad4c309f7faf7',
    );
  });

  test('a left-out fact is the same as an undefined one, and another kind is another finding', () => {
    expect(findingId('denial', { role: 'a', extra: undefined })).toBe(findingId('denial', { role: 'a' }));
    expect(findingId('denial', { role: 'a' })).not.toBe(findingId('denial-spike', { role: 'a' }));
    expect(findingId('denial', { role: 'a' })).not.toBe(findingId('denial', { role: 'b' }));
  });
});
