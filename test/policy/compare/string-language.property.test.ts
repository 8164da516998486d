/** Is a text found exactly where brute force over short texts finds one, and is it one of the shortest? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  characterClass,
  classOf,
  exactly,
  findText,
  fold,
  fromArnTokens,
  fromTokens,
  Language,
  one,
  optionally,
  type Pattern,
  repeated,
  run,
} from '../../../src/policy/compare/string-language.ts';
import { TooMuchWork, Work } from '../../../src/policy/compare/work.ts';
import { patternTokens } from '../../../src/policy/evaluate/wildcard.ts';
import { runs } from '../../arbitraries/runs.ts';
import { like, type NaiveRequest, naiveClause } from '../../reference/naive-evaluator.ts';

/** A pattern, and an independent word on whether a text matches it. */
interface Asked {
  readonly told: string;
  readonly patterns: readonly Pattern[];
  readonly matches: (text: string) => boolean;
}

const tokensOf = (text: string) => patternTokens([{ text, literal: false }]);
const asLike = (text: string): Asked => ({
  told: text,
  patterns: [fromTokens(tokensOf(text), false)],
  matches: (value) => like(text, value),
});
const asFolded = (text: string): Asked => ({
  told: `i ${text}`,
  patterns: [fromTokens(tokensOf(text), true)],
  matches: (value) => like(text.toLowerCase(), value.toLowerCase()),
});
const asExactly = (text: string): Asked => ({
  told: `= ${text}`,
  patterns: [exactly(text)],
  matches: (value) => value === text,
});
const asShape = (source: string, pattern: Pattern): Asked => ({
  told: source,
  patterns: [pattern],
  matches: (value) => new RegExp(`^(?:${source})$`, 'su').test(value),
});
const { digit, lower, upper, colon } = characterClass;
const shapes: readonly Asked[] = [
  asShape('[a-z]*', [run(lower)]),
  asShape('[a-z][0-9]', [one(lower), one(digit)]),
  asShape('[^:]*:[^:]*', [run(1023 & ~colon), one(colon), run(1023 & ~colon)]),
  asShape('(?:ab)?[A-Z]*', [...optionally(exactly('ab')), run(upper)]),
  asShape('(?:a[0-9])*b?', [...repeated([...exactly('a'), one(digit)]), ...optionally(exactly('b'))]),
];

function union(asked: readonly Asked[]): { readonly language: Language; readonly matches: (text: string) => boolean } {
  return {
    language: new Language(asked.flatMap(({ patterns }) => patterns)),
    matches: (text) => asked.some(({ matches }) => matches(text)),
  };
}

function textsOver(alphabet: readonly string[], most: number): readonly string[] {
  let last = [''];
  const all = [...last];
  for (let length = 1; length <= most; length += 1) {
    last = last.flatMap((text) => alphabet.map((character) => text + character));
    all.push(...last);
  }
  return all;
}

const tried = textsOver(['a', 'b', 'A', '1', ':'], 4);
const text = fc.string({ unit: fc.constantFrom(...'abA1:*?'), minLength: 0, maxLength: 4 });
const languages = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: text.map(asLike) },
    { weight: 1, arbitrary: text.map(asFolded) },
    { weight: 2, arbitrary: text.map((plain) => asExactly(plain.replaceAll(/[*?]/g, ''))) },
    { weight: 2, arbitrary: fc.constantFrom(...shapes) },
  ),
  { minLength: 1, maxLength: 3 },
);

describe('a text that matches all of these and none of those', () => {
  test('is found where brute force finds one, and else only a longer one or one of other characters', () => {
    let found = 0;
    let none = 0;
    fc.assert(
      fc.property(
        fc.array(languages, { minLength: 1, maxLength: 3 }),
        fc.array(languages, { maxLength: 3 }),
        fc.array(fc.constantFrom('a', 'b1', '', 'x'), { maxLength: 2 }),
        (inside, excluded, preferred) => {
          const [ins, outs] = [inside.map(union), excluded.map(union)];
          const fits = (value: string) =>
            ins.every(({ matches }) => matches(value)) && !outs.some(({ matches }) => matches(value));
          const answer = findText(
            ins.map(({ language }) => language),
            outs.map(({ language }) => language),
            new Work(1_000_000),
            preferred,
          );
          const shortest = tried.find(fits);
          if (answer === undefined) {
            none += 1;
            expect(shortest).toBeUndefined();
          } else {
            found += 1;
            expect(fits(answer)).toBe(true);
            const liked = preferred.find(fits);
            if (liked !== undefined) expect(preferred).toContain(answer);
          }
        },
      ),
      { numRuns: runs(250) },
    );
    expect(Math.min(found, none)).toBeGreaterThan(runs(20));
  });

  test('is one of the shortest where there is one pattern, and nothing is preferred', () => {
    const single = fc.oneof(text.map(asLike), text.map(asFolded), fc.constantFrom(...shapes));
    fc.assert(
      fc.property(single, fc.array(languages, { maxLength: 2 }), (inside, excluded) => {
        const answer = findText(
          [new Language(inside.patterns)],
          excluded.map((each) => union(each).language),
          new Work(1_000_000),
        );
        const outs = excluded.map(union);
        const shortest = tried.find((value) => inside.matches(value) && !outs.some(({ matches }) => matches(value)));
        if (shortest === undefined) expect((answer ?? 'long enough').length).toBeGreaterThan(0);
        else expect([...(answer ?? 'there is none')].length).toBeLessThanOrEqual(shortest.length);
      }),
      { numRuns: runs(400) },
    );
  });
});

test('a language matches what its patterns match, in any order of the questions', () => {
  fc.assert(
    fc.property(languages, fc.array(fc.constantFrom(...tried), { maxLength: 20 }), (asked, texts) => {
      const { language, matches } = union(asked);
      for (const value of texts) expect(language.matches(value)).toBe(matches(value));
      // What it lists are all its texts.
      for (const value of language.texts ?? []) expect(matches(value)).toBe(true);
      if (language.texts !== undefined)
        for (const value of tried) if (matches(value)) expect(language.texts.has(value)).toBe(true);
      for (const { patterns } of asked) for (const pattern of patterns) expect(language.has(pattern)).toBe(true);
      const [first] = asked;
      const [pattern] = first?.patterns ?? [];
      if (first !== undefined && pattern !== undefined)
        for (const value of texts) expect(language.alone(pattern).matches(value)).toBe(first.matches(value));
      expect(language.has(exactly('never'))).toBe(false);
    }),
    { numRuns: runs(400) },
  );
});

test('a pattern of an ARN means the ARNs that the operator means', () => {
  const parts = ['', 'a', 'A', 'ab'];
  const arns = parts.flatMap((partition) =>
    parts.flatMap((service) =>
      parts.flatMap((account) =>
        ['', 'a', 'A', 'a:b', ':a', 'ab:', '?'].map(
          (resource) => `arn:${partition}:${service}::${account}:${resource}`,
        ),
      ),
    ),
  );
  arns.push('', 'x', 'arn:a', 'arn:a:b::c', 'urn:a:b::c:d', 'arn:a:b:c:d:e:f');
  const part = fc.constantFrom('a', 'A', '*', '?', 'a*', '*b', '', '?*');
  const pattern = fc
    .tuple(
      fc.constantFrom('arn', '*', 'a?n', 'a', 'ARN'),
      part,
      part,
      fc.constantFrom('', '*', '?'),
      part,
      fc.constantFrom('a', '*', '?', 'a*', '*:b', '?*', 'a:*', '', ':a', '*a', '**'),
    )
    .map((all) => all.join(':'));
  fc.assert(
    fc.property(pattern, (asked) => {
      const language = new Language(fromArnTokens(tokensOf(asked)));
      for (const arn of arns) {
        const request = { context: new Map([['k', [arn]]]) } as unknown as NaiveRequest;
        const told = naiveClause('ArnLike', 'k', [asked], request, false, () => false);
        if (language.matches(arn) !== told) throw new Error(`${asked} on ${arn} is ${told}`);
      }
      const some = findText([language], [], new Work(1_000_000));
      const naive = { context: new Map([['k', [some ?? '']]]) } as unknown as NaiveRequest;
      expect(some === undefined || naiveClause('ArnLike', 'k', [asked], naive, false, () => false)).toBe(true);
    }),
    { numRuns: runs(120) },
  );
});

test('every character is of one class, and letter case is that of one character', () => {
  const byClass: readonly (readonly [number, RegExp])[] = [
    [digit, /^[0-9]$/],
    [lower, /^[a-z]$/],
    [upper, /^[A-Z]$/],
    [characterClass.nameMark, /^[_.=,@+]$/],
    [characterClass.dash, /^-$/],
    [characterClass.slash, /^\/$/],
    [colon, /^:$/],
    [characterClass.wildcard, /^[*?]$/],
  ];
  for (let code = 0; code < 0x180; code += 1) {
    const character = String.fromCodePoint(code);
    const own = byClass.find(([, form]) => form.test(character))?.[0];
    const printable = code > 0x20 && code < 0x7f ? characterClass.printable : characterClass.other;
    expect(classOf(code)).toBe(own ?? printable);
    const low = [...character.toLowerCase()];
    expect(fold(code)).toBe(low.length === 1 ? low[0]?.codePointAt(0) : code);
  }
});

test('a search that costs too much ends', () => {
  const wide = Array.from({ length: 12 }, (_, at) => asLike(`*a${'?'.repeat(at)}b*`));
  const hard = () =>
    findText(
      wide.map(({ patterns }) => new Language(patterns)),
      [],
      new Work(200),
    );
  expect(hard).toThrow(TooMuchWork);
});
