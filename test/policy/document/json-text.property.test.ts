/** Is JSON read as `JSON.parse` reads it, with every place right, and does an edit change what it should and no other byte? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendTo,
  countedSize,
  moveMember,
  removeAt,
  renameMember,
  replaceAt,
  setMember,
} from '../../../src/policy/document/edit.ts';
import { type JsonNode, pointerStep, readJson, toValue } from '../../../src/policy/document/json-with-positions.ts';
import { asArn, splitArn } from '../../../src/policy/document/names.ts';
import { runs } from '../../arbitraries/runs.ts';

const key = fc.constantFrom('a', 'b', 'A', '__proto__', 'a/b', 'a~b', '~1', '', 'é"\\', '0');
const leaf = fc.oneof(
  fc.constantFrom('x', '', '\\', '"', 'a\n\t', '\u2028', '😀', '{,}[]:', 'x  y'),
  fc.constantFrom(0, -1, 1.5, 1e21, true, false, null),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 3, selector: ([name]) => name })
      .map((members) => objectOf(members as [string, unknown][])),
  ),
}));

function objectOf(members: readonly (readonly [string, unknown])[]): unknown {
  const made: Record<string, unknown> = {};
  for (const [name, inner] of members)
    Object.defineProperty(made, name, { value: inner, enumerable: true, writable: true, configurable: true });
  return made;
}

/** The document as people lay it out: on one line, indented, or with white space anywhere. */
const written = fc.tuple(value, fc.constantFrom('one line', 'two', 'tab', 'wild')).map(([document, layout]) => {
  if (layout === 'one line') return JSON.stringify(document);
  if (layout === 'two') return `${JSON.stringify(document, null, 2)}\n`;
  if (layout === 'tab') return JSON.stringify(document, null, '\t');
  return JSON.stringify(document)
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((piece, at) => (at % 2 === 1 ? piece : piece.replaceAll(/[,:[\]{}]/g, (sign) => `\n ${sign}\r\t`)))
    .join('');
});

interface Found {
  readonly pointer: string;
  readonly node: JsonNode;
}

function nodesIn(node: JsonNode, pointer = ''): readonly Found[] {
  const inner =
    node.kind === 'object'
      ? node.members.flatMap((member) => nodesIn(member.node, `${pointer}${pointerStep(member.key)}`))
      : node.kind === 'array'
        ? node.items.flatMap((item, at) => nodesIn(item, `${pointer}/${at}`))
        : [];
  return [{ pointer, node }, ...inner];
}

function read(text: string) {
  const answer = readJson(text);
  if (!answer.ok) throw new Error(`${answer.error.message} in ${JSON.stringify(text)}`);
  return answer.document;
}

test('what is read is what JSON.parse reads, and every value stands where it is said to stand', () => {
  fc.assert(
    fc.property(written, (text) => {
      const document = read(text);
      const parsed: unknown = JSON.parse(text);
      expect(toValue(document.root)).toEqual(parsed);
      expect(JSON.stringify(toValue(document.root))).toBe(JSON.stringify(parsed));
      for (const { pointer, node } of nodesIn(document.root)) {
        expect(document.nodeAt(pointer)).toBe(node);
        expect(JSON.stringify(JSON.parse(text.slice(node.start, node.end)))).toBe(JSON.stringify(toValue(node)));
        // No white space about it is taken for a part of it.
        expect(text.slice(node.start, node.end)).toBe(text.slice(node.start, node.end).trim());
        const before = text.slice(0, node.start).split('\n');
        expect(document.placeOf(pointer)).toEqual({ line: before.length, column: (before.at(-1) ?? '').length + 1 });
        if (node.kind === 'object')
          for (const { key: name, keySpan } of node.members)
            expect(JSON.parse(text.slice(keySpan.start, keySpan.end))).toBe(name);
      }
      expect(document.nodeAt('/no such')).toBeUndefined();
      expect(document.nodeAt('no pointer')).toBeUndefined();
      expect(document.duplicates).toEqual([]);
    }),
    { numRuns: runs(300) },
  );
});

test('a text that is cut, or has one character put in, is refused where JSON.parse refuses it', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      written,
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '"', '\\', '\u0001', '0', '-', 'e', '.', ':', '\\u12g4', '\u00a0', 't', '\n'),
      (text, place, put) => {
        const at = place % (text.length + 1);
        const changed = put === '' ? text.slice(0, at) : text.slice(0, at) + put + text.slice(at);
        let parsed: unknown;
        let sound = true;
        try {
          parsed = JSON.parse(changed);
        } catch {
          sound = false;
        }
        const answer = readJson(changed);
        expect(answer.ok).toBe(sound);
        if (answer.ok) expect(JSON.stringify(toValue(answer.document.root))).toBe(JSON.stringify(parsed));
        else {
          refused += 1;
          const { offset, place: told } = answer.error;
          expect(offset).toBeLessThanOrEqual(changed.length);
          const before = changed.slice(0, offset).split('\n');
          expect(told).toEqual({ line: before.length, column: (before.at(-1) ?? '').length + 1 });
          // What cannot be seen is told by its number.
          expect(answer.error.received).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      },
    ),
    { numRuns: runs(500) },
  );
  expect(refused).toBeGreaterThan(runs(100));
});

test('a name that stands twice is told, and the first of it is where the pointer leads', () => {
  const document = read('{"a":[{"x":1,"y":2,"x":3}],"a/b":0,\n "a/b":1}');
  expect(document.duplicates.map(({ pointer, key: name, place }) => [pointer, name, place])).toEqual([
    ['/a/0/x', 'x', { line: 1, column: 20 }],
    ['/a~1b', 'a/b', { line: 2, column: 2 }],
  ]);
  expect(document.nodeAt('/a/0/x')).toMatchObject({ value: 1 });
  expect(toValue(document.root)).toEqual({ a: [{ x: 3, y: 2 }], 'a/b': 1 });
  const properties = Object.getOwnPropertyDescriptor(toValue(document.root), 'a');
  expect(properties).toMatchObject({ enumerable: true, writable: true, configurable: true });
});

test.each([
  ['size', { size: 5, depth: 9, nodes: 9 }, '[1,2]', '[1,22]'],
  ['depth', { size: 99, depth: 2, nodes: 9 }, '[[1]]', '[[[1]]]'],
  ['values', { size: 99, depth: 9, nodes: 3 }, '[1,2]', '[1,2,3]'],
] as const)('the bound of %s', (_, limits, within, beyond) => {
  expect(readJson(within, limits).ok).toBe(true);
  expect(readJson(beyond, limits).ok).toBe(false);
});

test.each([
  ['\u200b', 'U+200B'],
  ['\u2028', 'U+2028'],
  ['\u202e', 'U+202E'],
  ['\u2066', 'U+2066'],
  ['\u2069', 'U+2069'],
  ['\u206a', '`\u206a`'],
  ['\u2065', '`\u2065`'],
  ['\ufeff', 'U+FEFF'],
  ['\ud800', 'U+D800'],
  ['\udfff', 'U+DFFF'],
  ['\ue000', '`\ue000`'],
  ['\u007f', 'U+007F'],
  ['\u009f', 'U+009F'],
  ['\u00a0', '`\u00a0`'],
  ['~', '`~`'],
  ['\u200f', 'U+200F'],
  ['\u2010', '`\u2010`'],
  ['\u202f', '`\u202f`'],
  ['\u001f', 'U+001F'],
  ['!', '`!`'],
  ['😀', '`😀`'],
  ['', 'the end of the document'],
])('of %j a message says %s', (text, told) => {
  const answer = readJson(`[${text}`);
  expect(answer.ok ? '' : answer.error.received).toBe(told);
});

describe('an edit', () => {
  const edited = fc.tuple(written, fc.nat(), leaf, key);
  /** A part of the document by chance. */
  const someNode = (text: string, chance: number): Found => {
    const nodes = nodesIn(read(text).root);
    const found = nodes[chance % nodes.length];
    if (found === undefined) throw new Error('a document has a root');
    return found;
  };
  /** The document with the part replaced by what `change` makes of it. */
  const changed = (text: string, pointer: string, change: (part: unknown) => unknown): string => {
    const walk = (node: JsonNode, at: string): unknown => {
      if (at === pointer) return change(toValue(node));
      if (node.kind === 'array') return node.items.map((item, n) => walk(item, `${at}/${n}`));
      if (node.kind !== 'object') return toValue(node);
      return objectOf(
        node.members.map((member) => [member.key, walk(member.node, `${at}${pointerStep(member.key)}`)] as const),
      );
    };
    return JSON.stringify(walk(read(text).root, ''));
  };
  const plain = (text: string | undefined) => (text === undefined ? undefined : JSON.stringify(JSON.parse(text)));
  const entries = (part: unknown) => Object.entries(part as Record<string, unknown>);

  test('replaces, appends and sets, as the same change of the value would', () => {
    fc.assert(
      fc.property(edited, ([text, chance, put, name]) => {
        const { pointer, node } = someNode(text, chance);
        const replaced = replaceAt({ text }, pointer, put);
        expect(plain(replaced)).toBe(changed(text, pointer, () => put));
        expect(replaced?.startsWith(text.slice(0, node.start)) && replaced.endsWith(text.slice(node.end))).toBe(true);
        const appended = appendTo({ text }, pointer, put);
        expect(plain(appended)).toBe(
          changed(text, pointer, (part) => (Array.isArray(part) ? [...(part as unknown[]), put] : [part, put])),
        );
        expect(appended?.startsWith(text.slice(0, node.start)) && appended.endsWith(text.slice(node.end))).toBe(true);
        const set = setMember({ text }, pointer, name, put);
        if (node.kind !== 'object') expect(set).toBeUndefined();
        else {
          expect(plain(set)).toBe(
            changed(text, pointer, (part) => {
              const members = entries(part);
              const there = members.some(([own]) => own === name);
              return objectOf(
                there
                  ? members.map(([own, old]) => [own, own === name ? put : old] as const)
                  : [...members, [name, put] as const],
              );
            }),
          );
          expect(set?.startsWith(text.slice(0, node.start)) && set.endsWith(text.slice(node.end))).toBe(true);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  test('removes and renames a part, and nothing beside it', () => {
    fc.assert(
      fc.property(edited, ([text, chance, , name]) => {
        const { pointer, node } = someNode(text, chance);
        const cut = pointer.lastIndexOf('/');
        if (cut === -1) {
          expect(removeAt({ text }, pointer)).toBeUndefined();
          expect(renameMember({ text }, pointer, name)).toBeUndefined();
          return;
        }
        const [around, step] = [pointer.slice(0, cut), pointer.slice(cut)];
        const removed = removeAt({ text }, pointer);
        expect(plain(removed)).toBe(
          changed(text, around, (part) =>
            Array.isArray(part)
              ? (part as unknown[]).filter((_, at) => `/${at}` !== step)
              : objectOf(entries(part).filter(([own]) => pointerStep(own) !== step)),
          ),
        );
        const parent = read(text).nodeAt(around);
        if (parent?.kind !== 'object') {
          expect(renameMember({ text }, pointer, name)).toBeUndefined();
          return;
        }
        const taken = parent.members.some((member) => member.key === name);
        const renamed = renameMember({ text }, pointer, name);
        if (taken) expect(renamed).toBeUndefined();
        else {
          const own = parent.members.find((member) => member.node.start === node.start);
          if (own === undefined) throw new Error('a part is in its whole');
          expect(renamed).toBe(text.slice(0, own.keySpan.start) + JSON.stringify(name) + text.slice(own.keySpan.end));
        }
      }),
      { numRuns: runs(300) },
    );
  });

  test('what it leads to nowhere changes nothing', () => {
    const text = '{"a": [1, {"b": 2}], "c": {"D": 1, "e": 2}}';
    for (const pointer of ['/x', '/a/2', '/a/x', '/a/1/b/0', '/a/01'])
      for (const answer of [replaceAt({ text }, pointer, 1), appendTo({ text }, pointer, 1)])
        expect(answer).toBeUndefined();
    expect(removeAt({ text }, '/a/2')).toBeUndefined();
    expect(setMember({ text: '{' }, '', 'a', 1)).toBeUndefined();
    expect(moveMember({ text }, '/c', 'x', 'a')).toBeUndefined();
    expect(moveMember({ text }, '/a', '0', 'c')).toBeUndefined();
    expect(moveMember({ text: '{"c":{"D":1},"f":{"d":2}}' }, '/c', 'D', 'f')).toBeUndefined();
  });

  test.each([
    ['into a sibling that is there', '{"c":{"D":1,"e":2},"f":{"g":3}}', 'f', '{"c":{"e":2},"f":{"g":3,"D":1}}'],
    ['into one that is made', '{"c":{"D":1,"e":2}}', 'f', '{"c":{"e":2},"f":{"D":1}}'],
    ['alone, into one that is there', '{"c":{"D":1},"f":{"g":3}}', 'f', '{"f":{"g":3,"D":1}}'],
    ['alone, into one that is made', '{"c":{"D":1}}', 'f', '{"f":{"D":1}}'],
  ])('moves a member %s', (_, text, sibling, wanted) => {
    expect(moveMember({ text }, '/c', 'D', sibling)).toBe(wanted);
  });

  test.each([
    [
      'a list on lines of its own grows by a line',
      '{\n  "a": [\n    1\n  ]\n}',
      (text: string) => appendTo({ text }, '/a', 2),
      '{\n  "a": [\n    1,\n    2\n  ]\n}',
    ],
    [
      'a list on one line stays on it',
      '{\n  "a": [1, 2]\n}',
      (text: string) => appendTo({ text }, '/a', 3),
      '{\n  "a": [1, 2, 3]\n}',
    ],
    [
      'without spaces it stays without',
      '{"a":[1,2]}',
      (text: string) => appendTo({ text }, '/a', { b: 3 }),
      '{"a":[1,2,{"b":3}]}',
    ],
    [
      'a value becomes a list, one level in',
      '{\n  "a": {\n    "b": 1\n  }\n}',
      (text: string) => appendTo({ text }, '/a', 2),
      '{\n  "a": [\n    {\n      "b": 1\n    },\n    2\n  ]\n}',
    ],
    [
      'a member is set on a line of its own',
      '{\n\t"a": 1\n}',
      (text: string) => setMember({ text }, '', 'b', { c: 2 }),
      '{\n\t"a": 1,\n\t"b": {\n\t\t"c": 2\n\t}\n}',
    ],
    [
      'an empty object on lines',
      '{\n  "a": {}\n}',
      (text: string) => setMember({ text }, '/a', 'b', 1),
      '{\n  "a": {\n    "b": 1\n  }\n}',
    ],
    [
      'the last of a list goes with its comma',
      '{"a":[1, 2]}',
      (text: string) => removeAt({ text }, '/a/1'),
      '{"a":[1]}',
    ],
    [
      'the first of a list goes with its comma',
      '{"a":[1, 2]}',
      (text: string) => removeAt({ text }, '/a/0'),
      '{"a":[2]}',
    ],
    ['the only one leaves the list empty', '{"a":[ 1 ]}', (text: string) => removeAt({ text }, '/a/0'), '{"a":[]}'],
  ])('%s', (_, text, edit, wanted) => {
    expect(edit(text)).toBe(wanted);
  });

  test('IAM counts what is no white space outside of strings', () => {
    fc.assert(
      fc.property(written, (text) => {
        const dense = JSON.stringify(JSON.parse(text));
        expect(countedSize(text)).toBe(dense.length);
      }),
      { numRuns: runs(200) },
    );
    expect(countedSize('{ no JSON ')).toBe(7);
  });
});

test('an ARN has six parts, of which partition, service and the beginning of the resource are not empty', () => {
  const part = fc.constantFrom('', 'a', 'ab', 'aws');
  fc.assert(
    fc.property(
      fc.constantFrom('arn', 'urn', 'ARN', ''),
      fc.array(part, { minLength: 1, maxLength: 7 }),
      (prefix, parts) => {
        const text = [prefix, ...parts].join(':');
        const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):([^:].*)$/.exec(text);
        const [, partition, service, region, account, resource] = match ?? [];
        expect(splitArn(text)).toEqual(match === null ? undefined : { partition, service, region, account, resource });
        expect(asArn(text)).toBe(match === null ? undefined : text);
      },
    ),
    { numRuns: runs(500) },
  );
});
