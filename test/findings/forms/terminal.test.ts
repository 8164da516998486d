import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  terminalExplanation,
  terminalFinding,
  terminalRecap,
  terminalRisk,
  unpainted,
} from '../../../src/findings/forms/terminal.ts';
import { columnsOf, wrap } from '../../../src/findings/forms/wrap.ts';
import { maskFinding } from '../../../src/findings/mask.ts';
import { unansweredNotes } from '../../../src/findings/unanswered.ts';
import { runs } from '../../arbitraries/runs.ts';
import { findingExamples, hostile, hostileStrings } from '../examples.ts';

const examples = Object.values(findingExamples);
const plain = { width: 100, paint: unpainted };

describe.for(examples)('$kind', (finding) => {
  test('reads like this', async () => {
    await expect(terminalFinding(maskFinding(finding), plain)).toMatchFileSnapshot(`snapshots/${finding.kind}.txt`);
  });

  test('hostile text in every field stays text, on lines of its own row', () => {
    for (const text of hostileStrings) {
      const out = terminalFinding(hostile(finding, text), { ...plain, verbose: true });
      expect(out).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}\p{Surrogate}\u2028\u2029\u200b]/u);
      for (const line of out.split('\n').slice(1)) expect(line).toMatch(/^(?: {2}|$)/);
    }
  });

  test('every word but a long one fits the width', () => {
    for (const width of [60, 80, 120]) {
      const rows = terminalFinding(maskFinding(finding), { ...plain, width }).split('\n');
      const commands = rows.map((row) => /^ {10}\$ /.test(row));
      const long = rows.filter((row, index) => !commands[index] && columnsOf(row) > width && row.trim().includes(' '));
      expect(
        long.filter((row) =>
          row
            .trim()
            .split(' ')
            .every((word) => word.length < width - 30),
        ),
      ).toEqual([]);
    }
  });
});

test('colour comes from the painter alone, and takes no text away', () => {
  const finding = findingExamples['trust-change'];
  const painted = terminalFinding(finding, { width: 100, paint: (styles, text) => `<${styles.join('+')}>${text}</>` });
  expect(painted).toContain('<bold+inverse+red>CRITICAL</>');
  expect(painted.replace(/<\/?[a-z+]*>/g, '')).toBe(terminalFinding(finding, plain).replace(/<\/?[a-z+]*>/g, ''));
});

test('an explanation, a risk of a file', async () => {
  const { causes = [], ruledOut = [], unknown = [], actor, role } = findingExamples.denial;
  const event = {
    id: 'e-1',
    time: '2026-03-01T03:12:09Z',
    action: 'sts:AssumeRole',
    caller: actor?.arn ?? null,
    role: role ?? null,
  };
  const [risk] = findingExamples['trust-risk'].risks ?? [];
  const text = [
    terminalExplanation({ event, causes, ruledOut, unknown }, plain),
    terminalExplanation({ event, causes: [], ruledOut, unknown }, plain),
    terminalExplanation({ event, causes: [], ruledOut: [], unknown: [], note: 'the call succeeded' }, plain),
    ...(risk === undefined ? [] : [terminalRisk(risk, plain)]),
  ].join('\n');
  await expect(text).toMatchFileSnapshot('snapshots/explanation-and-risk.txt');
});

test('one fix of several causes is told once', () => {
  const { causes = [] } = findingExamples.denial;
  const [cause] = causes;
  if (cause?.fix?.commands[0] === undefined) throw new Error('the example has lost its fix');
  const event = { id: null, time: null, action: 'sts:AssumeRole', caller: null, role: null };
  const other = { ...cause, cause: 'mfa-missing', fix: { ...cause.fix, summary: 'Call with MFA.' } };
  const text = terminalExplanation({ event, causes: [cause, { ...cause }, other], ruledOut: [], unknown: [] }, plain);
  expect(text.split(cause.fix.summary)).toHaveLength(2);
  expect(text).toContain('As above: the one change cures this too.');
  expect(text).toContain('Call with MFA.');
});

test('a call that AWS did not answer was not denied', () => {
  const event = { id: null, time: null, action: 'sts:AssumeRole', caller: null, role: null };
  const nothing = { event, causes: [], ruledOut: [], unknown: [] };
  const text = terminalExplanation({ ...nothing, note: unansweredNotes.throttled }, plain);
  expect(text.split('\n')[0]).toBe('sts:AssumeRole failed, and was not denied');
  expect(text).toContain('AWS throttled the call');
  expect(text).not.toContain('None can be named');
});

test.each([
  ['role', 4],
  ['角色', 4],
  ['\u{20bb7}野家', 6],
  ['e\u0301', 1],
  ['\u05e9\u05c1', 1],
  ['💥', 2],
])('%s takes %s columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

describe('wrap', () => {
  test('law: it takes no character away, and only a word too long for a line makes one too long', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom(...'abc角-'), minLength: 1, maxLength: 12 }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 40 }), (all, width) => {
        const text = all.join(' ');
        const lines = wrap(text, width).split('\n');
        expect(lines.join(' ')).toBe(text);
        for (const line of lines) if (columnsOf(line) > width) expect(line).not.toContain(' ');
      }),
      { numRuns: runs(300) },
    );
  });
});

test('a role that comes with a policy that lets nobody in is not told as a change of nothing', () => {
  const { change } = findingExamples['trust-change'];
  if (change === undefined) throw new Error('the example has lost its change');
  const { previous: _, ...first } = change;
  const created = { ...first, verdict: 'equivalent', gained: [], lost: [], previousFrom: 'history' } as const;
  const text = terminalFinding({ ...findingExamples['trust-change'], change: created }, plain);
  expect(text).toContain('There was no policy before, and this one lets nobody in.');
});

test('the list of what to look at first says of which zone its times are', () => {
  const five = Array.from({ length: 5 }, () => findingExamples['trust-change']);
  const [heading, first] = terminalRecap(five, { width: 100, paint: unpainted }).split('\n');
  expect(heading).toBe('Look at these first (times in UTC):');
  expect(first).toMatch(/^ {2}[A-Z]+ +\d{4}-\d\d-\d\d \d\d:\d\d {2}\S/);
});
