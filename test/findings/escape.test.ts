import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clip,
  html,
  htmlContent,
  htmlTextOnly,
  markdownCode,
  plainLines,
  plainText,
  shellQuote,
  slackCode,
  slackCodeBlock,
  slackProse,
  slackText,
} from '../../src/findings/escape.ts';
import { runs } from '../arbitraries/runs.ts';
import { hostileStrings } from './examples.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(...'\u001b\u009b\u202e\u05d0\u0645\u0661<>&`*_~:@#/.\'"\\\n\r\t $ab'),
    maxLength: 40,
  }),
  fc.constantFrom(...hostileStrings.filter((text) => text.length < 1000)),
);

describe('plainText', () => {
  test.for([
    ['\u001b[31mred', '\\u001b[31mred'],
    ['\u009b2J', '\\u009b2J'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['abc\u202edcba', 'abc\\u202edcba'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['\ud800', '\\ud800'],
    ['naïve 角 💥', 'naïve 角 💥'],
  ])('%j', ([input, output]) => {
    expect(plainText(input ?? '')).toBe(output);
  });

  test('law: what comes out holds no control, no bidirectional sign, no half character, and is its own escape', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainText(text);
        expect(plain).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029\u200b\ufeff]/u);
        expect(plainText(plain)).toBe(plain);
      }),
      { numRuns: runs(500) },
    );
  });

  test('lines stay lines in plainLines, and nothing else does', () => {
    expect(plainLines('a\r\nb\tc\u0007')).toBe('a\nb    c\\u0007');
  });
});

describe('clip', () => {
  test('law: never longer than asked for, never half a character, and whole where it fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.integer({ min: 1, max: 60 }), (text, most) => {
        const short = clip(text, most);
        expect(short.length).toBeLessThanOrEqual(most);
        expect(short.isWellFormed()).toBe(true);
        if (text.length <= most) expect(short).toBe(text);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('html', () => {
  test('law: no sign of markup is left but references', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(html(text).replace(/&#\d+;/g, '')).not.toMatch(/[<>&"'`]/);
      }),
      { numRuns: runs(500) },
    );
  });
});

describe('what is read from right to left', () => {
  const hebrew = '\u05e6\u05d5\u05d5\u05ea';
  const arabic = '\u0645\u0627\u0644\u064a\u0629';

  test.each([
    ['one name', `${hebrew} was denied app 12 times`, `<bdi>${hebrew}</bdi> was denied app 12 times`],
    ['two names', `${hebrew} and ${arabic}`, `<bdi>${hebrew}</bdi> and <bdi>${arabic}</bdi>`],
    ['a phrase', `team ${arabic} ${arabic}, 7`, `team <bdi>${arabic} ${arabic}</bdi>, 7`],
    [
      'parts of a path keep their order',
      `repo:${hebrew}/${arabic}:1`,
      `repo:<bdi>${hebrew}</bdi>/<bdi>${arabic}</bdi>:1`,
    ],
    ['a number beside it', `${hebrew}-42`, `<bdi>${hebrew}</bdi>-42`],
    ['markup in it', `<b>${hebrew}</b>`, `&lt;b&gt;<bdi>${hebrew}</bdi>&lt;/b&gt;`],
  ])('is isolated in HTML: %s', (_, text, out) => {
    expect(htmlContent(text)).toBe(out);
    expect(htmlTextOnly(text)).toBe(out.replaceAll(/<\/?bdi>/g, ''));
  });

  test('cannot move the parts of an ARN about', () => {
    const arn = `arn:aws:iam::111122223333:role/\u05d0/444455556666`;
    for (const out of [plainText(arn), slackText(arn), slackCode(arn)]) {
      expect(out).toContain('\\u05d0');
      expect(out).not.toContain('\u05d0');
    }
    expect(htmlContent(arn)).toContain('role/<bdi>\u05d0</bdi>/444455556666');
    // What is to be copied means the same.
    expect(plainLines(shellQuote(`${arn} x`))).toBe(`'${arn} x'`);
    expect(plainText(`user ${hebrew}, arn:aws:iam::111122223333:role/a`)).toContain(hebrew);
  });

  test('law: isolation adds elements alone, and is found in time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const out = htmlContent(text);
        expect(out.replaceAll(/<\/?bdi>/g, '')).toBe(htmlTextOnly(text));
        expect(out.split('<bdi>').length).toBe(out.split('</bdi>').length);
      }),
      { numRuns: runs(300) },
    );
    const long = `${'\u05d0 '.repeat(50_000)}x`;
    expect(htmlContent(long).length).toBeLessThan(long.length + 20);
  });
});

describe('Slack', () => {
  test('law: there is no mention, no link and no tag in any of its forms', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const out of [slackText(text), slackCode(text), slackCodeBlock(text), slackProse(text)])
          expect(out).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      }),
      { numRuns: runs(500) },
    );
  });

  test('law: a code span holds exactly the two backticks that bound it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(slackCode(text)).toMatch(/^`[^`\n]+`$/);
        expect(slackCodeBlock(text).split('```')).toHaveLength(3);
      }),
      { numRuns: runs(300) },
    );
  });

  test('law: outside code spans no sign of emphasis, emoji or mention stands before what it would act on', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const outside = slackProse(text).replace(/`[^`\n]*`/g, '');
        expect(outside).not.toMatch(/[*_~@#](?!\u200b)|:\w|:\/|www\.(?!\u200b)/i);
      }),
      { numRuns: runs(300) },
    );
  });

  test('what we quote becomes code, and the sentence stays readable', () => {
    expect(slackProse('the principal `*` of `arn:aws:iam::111122223333:root`, at 3 < 4')).toBe(
      'the principal `*` of `arn:aws:iam::111122223333:root`, at 3 &lt; 4',
    );
  });
});

describe('Markdown', () => {
  test('law: the fence of a code span is longer than any run of backticks in it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const span = markdownCode(text);
        const fence = /^`+/.exec(span)?.[0] ?? '';
        const inner = span.slice(fence.length, -fence.length);
        expect(span.endsWith(fence)).toBe(true);
        expect(Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length))).toBeLessThan(fence.length);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('shellQuote', () => {
  // `sh` is dash on the runners of CI, and busybox or bash elsewhere.
  test.for(['sh', 'bash'])('law: %s reads back the very word, and the command can be shown', (shell) => {
    const words = fc
      .array(anyText, { minLength: 20, maxLength: 20 })
      .map((all) => all.map((text) => text.toWellFormed().replaceAll('\0', '')));
    fc.assert(
      fc.property(words, (all) => {
        for (const word of all) {
          expect(plainLines(shellQuote(word))).toBe(shellQuote(word));
          expect(shellQuote(word)).not.toContain('\n');
        }
        const script = `printf '%s\\0' ${all.map(shellQuote).join(' ')}`;
        const read = execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
        // A shell takes line feeds off the end of what a command prints.
        expect(read).toEqual(all.map((word) => word.replace(/\n+$/, '')));
      }),
      { numRuns: runs(15) },
    );
  });

  test.for([
    ['rtl\u202e%s\\', `"$(printf 'rtl\\342\\200\\256%%s\\\\')"`],
    ['-n\u0007', `"$(printf '\\055n\\007')"`],
    ['two\nlines\n', `"$(printf 'two\\nlines')"`],
    ['\t"it\'s`!', `"$(printf '\\011\\042it\\047s\\140\\041')"`],
  ])('what steers is printed, in signs that every shell knows: %j', ([word = '', quoted]) => {
    expect(shellQuote(word)).toBe(quoted);
  });

  test('ARNs and file names stay readable', () => {
    expect(shellQuote('arn:aws:iam::111122223333:role/a')).toBe('arn:aws:iam::111122223333:role/a');
    expect(shellQuote("it's")).toBe(`'it'\\''s'`);
    expect(shellQuote('')).toBe("''");
  });
});
