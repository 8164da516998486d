/** Do the values that stand for all others reach every combination of answers that brute force reaches? */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { representatives, type ValuePattern } from '../../../src/policy/evaluate/value-classes.ts';
import { isPrivateRange } from '../../../src/policy/keys/address-ranges.ts';
import { runs } from '../../arbitraries/runs.ts';
import { like, type NaiveRequest, naiveClause } from '../../reference/naive-evaluator.ts';

type Operator = 'StringEquals' | 'StringEqualsIgnoreCase' | 'StringLike' | 'ArnLike' | 'IpAddress';
interface Asked {
  readonly operator: Operator;
  readonly text: string;
}

const forms: Readonly<Record<Operator, Omit<ValuePattern, 'pieces'>>> = {
  StringEquals: { family: 'string', wildcards: false, ignoreCase: false },
  StringEqualsIgnoreCase: { family: 'string', wildcards: false, ignoreCase: true },
  StringLike: { family: 'string', wildcards: true, ignoreCase: false },
  ArnLike: { family: 'arn', wildcards: true, ignoreCase: false },
  IpAddress: { family: 'ip', wildcards: false, ignoreCase: false },
};

const patternOf = ({ operator, text }: Asked): ValuePattern => ({
  ...forms[operator],
  pieces: [{ text, literal: false }],
});

function answersOf(asked: readonly Asked[], value: string): string {
  const request = { context: new Map([['k', [value]]]) } as unknown as NaiveRequest;
  return asked
    .map(({ operator, text }) => (naiveClause(operator, 'k', [text], request, false, () => false) ? '1' : '0'))
    .join('');
}

/** Every text of a few characters. */
function textsOver(alphabet: readonly string[], most: number): readonly string[] {
  let last = [''];
  const all = [...last];
  for (let length = 1; length <= most; length += 1) {
    last = last.flatMap((text) => alphabet.map((character) => text + character));
    all.push(...last);
  }
  return all;
}

function expectAllReached(
  asked: readonly Asked[],
  values: readonly string[],
  tried: readonly string[],
  inDomain: (text: string) => boolean,
): void {
  const reached = new Set(values.map((value) => answersOf(asked, value)));
  for (const value of values) expect(inDomain(value)).toBe(true);
  for (const text of tried)
    if (inDomain(text) && !reached.has(answersOf(asked, text)))
      throw new Error(`${JSON.stringify(text)} answers as no value of ${JSON.stringify(values)}`);
  // None is there twice.
  expect(reached.size).toBe(values.length);
}

const wanted = { domain: undefined, addresses: false, publicAddressesOnly: false, noNegativeNumbers: false } as const;
const shortText = (characters: string, maxLength = 4) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });

test('texts: every combination that a text of four characters reaches', () => {
  const tried = textsOver(['a', 'b', 'A', 'é', 'x'], 4);
  const asked = fc.array(
    fc.oneof(
      fc.record({ operator: fc.constantFrom<Operator>('StringEquals', 'StringLike'), text: shortText('abA*?é') }),
      fc.record({ operator: fc.constant<Operator>('StringEqualsIgnoreCase'), text: shortText('abAé') }),
    ),
    { minLength: 1, maxLength: 3 },
  );
  const domain = fc.option(fc.array(shortText('ab*', 3), { minLength: 1, maxLength: 2 }), { nil: undefined });
  fc.assert(
    fc.property(asked, domain, (patterns, domainOf) => {
      const values = representatives({ ...wanted, patterns: patterns.map(patternOf), domain: domainOf });
      if (values === undefined) throw new Error('these few can be told');
      expectAllReached(
        patterns,
        values,
        tried,
        (text) => domainOf === undefined || domainOf.some((one) => like(one, text)),
      );
    }),
    { numRuns: runs(40) },
  );
});

test('ARNs: every combination that an ARN of short parts reaches, and what is no ARN', () => {
  const parts = ['', 'a', 'A', 'ab'];
  const tried = parts.flatMap((partition) =>
    parts.flatMap((service) =>
      parts.flatMap((account) =>
        ['', 'a', 'A', 'a:b', ':a', 'ab:', 'x'].map(
          (resource) => `arn:${partition}:${service}::${account}:${resource}`,
        ),
      ),
    ),
  );
  tried.push('', 'x', 'arn:a', 'arn:a:b::c', 'urn:a:b::c:d');
  const part = fc.constantFrom('a', 'A', '*', '?', 'a*', '*b', '');
  const resource = fc.constantFrom('a', '*', '?', 'a*', '*:b', '?*', 'a:*', '');
  const arn = fc
    .tuple(fc.constantFrom('arn', '*', 'a?n'), part, part, fc.constantFrom('', '*'), part, resource)
    .map((all) => all.join(':'));
  const asked = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ operator: fc.constant<Operator>('ArnLike'), text: arn }) },
      { weight: 1, arbitrary: fc.record({ operator: fc.constant<Operator>('StringLike'), text: arn }) },
    ),
    { minLength: 1, maxLength: 2 },
  );
  fc.assert(
    fc.property(asked, (patterns) => {
      const values = representatives({ ...wanted, patterns: patterns.map(patternOf) });
      if (values === undefined) return;
      expect(values.length).toBeGreaterThan(0);
      const reached = new Set(values.map((value) => answersOf(patterns, value)));
      for (const text of tried)
        if (!reached.has(answersOf(patterns, text)))
          throw new Error(`${text} answers as no value of ${JSON.stringify(values)}`);
    }),
    { numRuns: runs(40) },
  );
});

test('addresses: every combination that an address beside the borders reaches', () => {
  const ranges = [
    '203.0.113.0/24',
    '203.0.113.128/25',
    '203.0.113.7',
    '0.0.0.0/1',
    '10.0.0.0/8',
    '255.255.255.255/32',
    '2001:db8::/32',
    '2001:db8:8000::/33',
    '2001:db8::1',
    '::/0',
    'fc00::/7',
    '0.0.0.0/0',
    'ffff::/16',
    'no range',
  ];
  const tried = [
    ...['0.0.0.0', '1.1.1.1', '9.255.255.255', '10.0.0.1', '11.0.0.0', '127.255.255.255', '128.0.0.0', '198.51.100.1'],
    ...['203.0.112.255', '203.0.113.0', '203.0.113.6', '203.0.113.7', '203.0.113.8', '203.0.113.127'],
    ...['203.0.113.128', '203.0.113.255', '203.0.114.0', '223.255.255.255', '255.255.255.255', '255.255.255.254'],
    ...['::', '::1', '::2', '2001:db7:ffff::1', '2001:db8::', '2001:db8::1', '2001:db8::2', '2001:db8:8000::'],
    ...['2001:db8:7fff:ffff::', '2001:db9::', 'fc00::1', 'fe00::', 'ffff::1', 'fffe::1', '3000::'],
  ];
  fc.assert(
    fc.property(fc.subarray(ranges, { minLength: 1, maxLength: 4 }), fc.boolean(), (chosen, publicOnly) => {
      const asked = chosen.map((text): Asked => ({ operator: 'IpAddress', text }));
      const values = representatives({ ...wanted, patterns: asked.map(patternOf), publicAddressesOnly: publicOnly });
      if (values === undefined) throw new Error('ranges can be told');
      for (const value of values) expect(publicOnly && isPrivateRange(value)).toBe(false);
      const reached = new Set(values.map((value) => `${value.includes(':')} ${answersOf(asked, value)}`));
      for (const text of tried) {
        if (publicOnly && isPrivateRange(text)) continue;
        if (!reached.has(`${text.includes(':')} ${answersOf(asked, text)}`))
          throw new Error(`${text} answers as none of ${JSON.stringify(values)} under ${JSON.stringify(chosen)}`);
      }
    }),
    { numRuns: runs(150) },
  );
});

test('addresses compared as texts: every combination that an IPv4 address reaches', () => {
  const texts = ['203.0.113.7', '10.0.0.1', '203.0.113.*', '203.*', '256.*', '01.2.*', 'x', '', '*', '10.0.0.1 '];
  const asked = fc.array(
    fc.oneof(
      fc.record({
        operator: fc.constantFrom<Operator>('StringEquals', 'StringLike', 'StringEqualsIgnoreCase'),
        text: fc.constantFrom(...texts),
      }),
      fc.record({
        operator: fc.constant<Operator>('IpAddress'),
        text: fc.constantFrom('203.0.113.0/24', '203.0.113.7', '203.0.112.0/23', '10.0.0.0/8', 'x'),
      }),
    ),
    { minLength: 1, maxLength: 4 },
  );
  const tried = ['203.0.113.7', '203.0.113.8', '203.0.112.1', '203.1.1.1', '198.51.100.1', '10.0.0.1', '10.0.0.2'];
  fc.assert(
    fc.property(asked, fc.boolean(), (patterns, publicOnly) => {
      const values = representatives({
        ...wanted,
        addresses: true,
        patterns: patterns.map(patternOf),
        publicAddressesOnly: publicOnly,
      });
      if (values === undefined) throw new Error('these texts can be told');
      for (const value of values) expect(publicOnly && isPrivateRange(value)).toBe(false);
      const reached = new Set(values.map((value) => answersOf(patterns, value)));
      for (const text of tried)
        if (!(publicOnly && isPrivateRange(text)) && !reached.has(answersOf(patterns, text)))
          throw new Error(`${text} answers as none of ${JSON.stringify(values)} under ${JSON.stringify(patterns)}`);
    }),
    { numRuns: runs(150) },
  );
  for (const text of ['2001:db8::1', '203.0.113.?', '*.7', '203*', '20*3.'])
    expect(
      representatives({ ...wanted, addresses: true, patterns: [patternOf({ operator: 'StringLike', text })] }),
    ).toBe(undefined);
});

test.each(['numeric', 'date'] as const)('%s: on, between and beyond the thresholds', (family) => {
  const threshold = fc.constantFrom('0', '1', '300', '300.5', '3600', '10000', '20000', '-5', 'none');
  fc.assert(
    fc.property(fc.array(threshold, { maxLength: 4 }), fc.boolean(), (texts, noNegativeNumbers) => {
      const patterns = texts.map(
        (text): ValuePattern => ({
          family,
          // Four digits alone would be a year.
          pieces: [{ text: family === 'date' && /^\d{4}$/.test(text) ? `${text}.0` : text, literal: true }],
          wildcards: false,
          ignoreCase: false,
        }),
      );
      const values = representatives({ ...wanted, patterns, noNegativeNumbers });
      if (values === undefined) throw new Error('thresholds can be told');
      if (family === 'date') for (const value of values) expect(value).not.toMatch(/^\d{4}$/);
      const unsigned = noNegativeNumbers && family === 'numeric';
      const numbers = texts.map(Number).filter((number) => !Number.isNaN(number));
      const sides = (value: number) => numbers.map((number) => Math.sign(value - number)).join();
      const reached = new Set(values.map((value) => sides(Number(value))));
      if (unsigned) for (const value of values) expect(Number(value)).toBeGreaterThanOrEqual(0);
      for (const number of [...numbers, 0])
        for (const value of [number - 0.25, number, number + 0.25])
          if (numbers.length > 0 && !(unsigned && value < 0)) expect([...reached]).toContain(sides(value));
      expect(values.length).toBeGreaterThan(0);
    }),
    { numRuns: runs(150) },
  );
});

test('where tests of several kinds meet, or a domain of texts and numbers, nothing is said', () => {
  const number: ValuePattern = { ...forms.StringEquals, family: 'numeric', pieces: [{ text: '1', literal: true }] };
  const address = patternOf({ operator: 'IpAddress', text: '10.0.0.0/8' });
  const date: ValuePattern = { ...number, family: 'date' };
  expect(representatives({ ...wanted, patterns: [number, patternOf({ operator: 'StringLike', text: 'a*' })] })).toBe(
    undefined,
  );
  for (const one of [number, address, date])
    expect(representatives({ ...wanted, patterns: [one], domain: ['a*'] })).toBe(undefined);
  expect(representatives({ ...wanted, patterns: [{ ...number, family: 'other' }] })).toBe(undefined);
  for (const text of ['İ', 'aİ']) {
    const wide = patternOf({ operator: 'StringEqualsIgnoreCase', text });
    expect(representatives({ ...wanted, patterns: [wide] })).toBe(undefined);
  }
  expect(representatives({ ...wanted, patterns: [] })).toHaveLength(1);
});
