import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runBatch } from '../../src/cli/batch.ts';
import { UserError } from '../../src/cli/io.ts';
import { runs } from '../arbitraries/runs.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

const echo = (line: Record<string, unknown>): object => ({ line });

async function answers(text: string | Uint8Array, answer: Parameters<typeof runBatch>[2] = echo): Promise<unknown[]> {
  const io = fakeIo({ '-': text });
  await runBatch(io, '-', answer);
  return parsed(io);
}

function parsed(io: FakeIo): unknown[] {
  return io
    .printed()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** The same input in pieces of so many bytes. */
function pieces(text: string, size: number): FakeIo {
  const bytes = new TextEncoder().encode(text);
  const io = fakeIo({ '-': text });
  return {
    ...io,
    async *readStream() {
      for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
    },
  };
}

test('answers each line, in order, with its id as it was given', async () => {
  const text = '{"id": "a"}\n{"id": 7}\n\n  \n{"x": 1}\r\n{"id": null}\n{"id": {"no": "id"}}';
  expect((await answers(text)).map((one) => (one as { id: unknown }).id)).toEqual(['a', 7, null, null, null]);
});

test('the id comes first in the answer, and the answer cannot take its place', async () => {
  const io = fakeIo({ f: '{"id": "mine"}\n' });
  await runBatch(io, 'f', () => ({ decision: 'allow', id: 'other' }));
  expect(io.printed()).toBe('{"id":"mine","decision":"allow"}\n');
});

test('null is the same as not given', async () => {
  expect(await answers('{"id": "1", "previous": null, "policy": {"a": null}}')).toEqual([
    { id: '1', line: { id: '1', policy: { a: null } } },
  ]);
});

test('a line that is wrong answers what is wrong, and the rest goes on', async () => {
  const io = fakeIo({ '-': '{"id": "1"}\nnot json\n[1]\n"x"\n{"id": "user"}\n{"id": "bug"}\n{"id": "6"}\n' });
  const summary = await runBatch(io, '-', (line) => {
    if (line['id'] === 'user') throw new UserError('policy: expected an object', 'see docs');
    if (line['id'] === 'bug') throw new TypeError('x is undefined');
    return { ok: true };
  });
  expect(parsed(io)).toEqual([
    { id: '1', ok: true },
    { id: null, error: expect.stringMatching(/^line 2: is not JSON: /) as string },
    { id: null, error: 'line 3: expected a JSON object, received an array' },
    { id: null, error: 'line 4: expected a JSON object, received string' },
    { id: 'user', error: 'policy: expected an object; see docs' },
    { id: 'bug', error: 'x is undefined' },
    { id: '6', ok: true },
  ]);
  expect(summary).toEqual({ lines: 7, errors: 5 });
  expect(io.exitCode()).toBe(0);
});

test('what is said of a line that is no JSON has its place, and quotes nothing of it', async () => {
  expect(
    await answers('{"context": {"sts:ExternalId": secret-name}}\n{"context": {"sts:ExternalId": "secret-name"\n'),
  ).toEqual([
    { id: null, error: 'line 1: is not JSON: unexpected text at column 32' },
    { id: null, error: 'line 2: is not JSON: it ends too early at column 45' },
  ]);
});

test('where no line could be read the exit code is 2, and each line is answered all the same', async () => {
  const io = fakeIo({ '-': 'one\ntwo\n' });
  await runBatch(io, '-', echo);
  expect(parsed(io)).toHaveLength(2);
  expect(io.exitCode()).toBe(2);
});

test.for([
  ['', 'f'],
  ['\n \n', 'f'],
])('a file with nothing in it is an error: %j', async ([text]) => {
  await expect(runBatch(fakeIo({ f: text ?? '' }), 'f', echo)).rejects.toThrow(
    new UserError('f: holds no line of JSON'),
  );
});

test('a missing file is an error', async () => {
  await expect(runBatch(fakeIo(), 'missing.jsonl', echo)).rejects.toThrow('missing.jsonl: no such file');
});

test('a line beyond the bound is refused by itself', async () => {
  const long = `{"id": "long", "x": "${'y'.repeat(17 * 1024 * 1024)}"}`;
  const io = pieces(`{"id": "1"}\n${long}\n{"id": "3"}\n`, 1024 * 1024);
  await runBatch(io, '-', () => ({ ok: true }));
  expect(parsed(io)).toEqual([
    { id: '1', ok: true },
    { id: null, error: 'line 2: longer than 16 MB' },
    { id: '3', ok: true },
  ]);
});

test('`__proto__` in a line is a member like any other', async () => {
  const [answer] = await answers('{"id": "1", "__proto__": {"polluted": true}}', (line) => ({
    keys: Object.keys(line),
    polluted: 'polluted' in line,
  }));
  expect(answer).toEqual({ id: '1', keys: ['id', '__proto__'], polluted: false });
});

test('what comes out cannot steer a terminal', async () => {
  const io = fakeIo({ '-': '{"id": "\\u009b2J\\u202e"}' });
  await runBatch(io, '-', () => ({}));
  expect(io.printed()).toBe('{"id":"\\u009b2J\\u202e"}\n');
});

test('a slow reader holds the batch back', async () => {
  let waits = 0;
  const io = {
    ...fakeIo({ '-': '{"id":1}\n{"id":2}\n' }),
    drained: async () => {
      waits += 1;
    },
  };
  await runBatch(io, '-', echo);
  expect(waits).toBe(2);
});

describe('pieces', () => {
  test('law: the answers are the same however the bytes arrive', async () => {
    const lines = fc.array(
      fc.record({ id: fc.string({ unit: 'grapheme' }), text: fc.string({ unit: 'grapheme', maxLength: 20 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 9 }), fc.constantFrom('\n', '\r\n'), async (all, size, end) => {
        const text = all.map((one) => JSON.stringify(one)).join(end);
        const io = pieces(text, size);
        await runBatch(io, '-', echo);
        expect(parsed(io)).toEqual(all.map((line) => ({ id: line.id, line })));
      }),
      { numRuns: runs(150) },
    );
  });
});
