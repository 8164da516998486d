import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeOfJsonError } from '../../src/cloudtrail/json-error-place.ts';

describe('the place where a text stops being JSON', () => {
  test.for([
    ['{"a":x}', 1, 6, false],
    ['hello', 1, 1, false],
    ['{"a": 1,\n "b": 2,\n}', 3, 1, false],
    ['{"a": "b', 1, 9, true],
    ['[1, 2', 1, 6, true],
    ['{"a": "\\x"}', 1, 9, false],
    ['{"a": 01}', 1, 8, false],
    ['{"a": TRUE}', 1, 7, false],
    ['{"a": 1} {', 1, 10, false],
    ['{"a"\n"b"}', 2, 1, false],
    ['[1}', 1, 3, false],
    ['{a: 1}', 1, 2, false],
    ['{"a": "\u0001"}', 1, 8, false],
  ] as const)('%s', ([text, line, column, endsEarly]) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(placeOfJsonError(text)).toEqual({ line, column, endsEarly });
  });

  test('JSON cut off anywhere ends early, unless what is left is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), (value, cut) => {
        const text = JSON.stringify([value]);
        const start = text.slice(0, cut % text.length);
        const place = placeOfJsonError(start);
        // A literal or a number cut in its middle is wrong where it begins.
        expect(place.endsEarly || /[-\w.+]$/.test(start)).toBe(true);
      }),
    );
  });

  test('a text that JSON.parse refuses breaks at a place where it is refused still, whatever follows', () => {
    const texts = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', 'true', ' ', '"', 'x', '\\'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(texts, (tokens) => {
        const text = tokens.join('');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const place = placeOfJsonError(text);
        expect(place.column).toBeGreaterThan(0);
        expect(valid ? place.endsEarly : place.column <= text.length + 1).toBe(true);
      }),
    );
  });
});
