import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { markup, prose } from '../../../src/findings/forms/markup.ts';
import { runs } from '../../arbitraries/runs.ts';
import { hostileStrings } from '../examples.ts';

const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'<>"\'`&;=/ abon'), maxLength: 30 }),
  fc.constantFrom(...hostileStrings.filter((text) => text.length < 1000)),
);

test('law: one element comes out, with the attribute and the text that were put in', () => {
  fc.assert(
    fc.property(anyText, anyText, (attribute, text) => {
      const page = markup`<p title="a ${attribute}" class="${'x'} y">${text}<b>${[text, markup`<i>${text}</i>`]}</b></p>`;
      const { document } = parseHTML(`<html><body>${page.source}</body></html>`) as unknown as {
        document: {
          querySelectorAll(selector: string): Iterable<{ tagName: string; attributes: Iterable<{ name: string }> }>;
        };
      };
      const elements = [...document.querySelectorAll('body *')];
      expect(elements.map((element) => element.tagName)).toEqual(['P', 'B', 'I']);
      expect(elements.map((element) => [...element.attributes].map(({ name }) => name))).toEqual([
        ['title', 'class'],
        [],
        [],
      ]);
    }),
    { numRuns: runs(300) },
  );
});

test('what a sentence quotes becomes code, and a backtick without its fellow stays', () => {
  expect(prose('the principal `*` < `a').source).toBe('the principal <code>*</code> &lt; `a');
});

test('what takes no elements gets none, and what is read from right to left is isolated elsewhere', () => {
  const name = '\u05d0\u05d1';
  const { source } =
    markup`<title>${name}</title><b>${name}</b><svg><text x="1">${name}<title>${name}</title></text></svg><option>${name}</option><p>${name}</p>`;
  expect(source).toBe(
    `<title>${name}</title><b><bdi>${name}</bdi></b><svg><text x="1">${name}<title>${name}</title></text></svg><option>${name}</option><p><bdi>${name}</bdi></p>`,
  );
});
