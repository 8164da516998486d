/**
 * The inner loop of the fast scanner as WebAssembly: where do the elements of a JSON list begin and end? Written out
 * here, instruction by instruction, since JavaScript has no vector instructions and would take longer over it than the
 * inflating does. `json-structure.ts` is what to call; test/adapters/json-structure.test.ts holds it to a plain loop.
 *
 * The method is simdjson's (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1): 64 bytes at
 * a time become bit masks of quotes, backslashes and brackets; the running xor of the quotes tells what is inside a string.
 */

/** Places in the module's memory: lists that the loop writes, then the bytes that it reads. */
export const layout = {
  /** Start and end of each element, two words of 32 bits. */
  units: 0,
  mostUnits: 4096,
  /** Place and depth of each quote that may open `"eventName"` or `"error…"`. */
  hits: 32_768,
  mostHits: 8192,
  /** Place of each `\u`. */
  escapes: 98_304,
  mostEscapes: 4096,
  data: 131_072,
} as const;

/** What the loop keeps between two calls; every one is a global of the module. */
const state = ['depth', 'level', 'unitStart', 'units', 'hits', 'escapes', 'left', 'bad', 'escaped'] as const;
export type StateName = (typeof state)[number] | 'inString';

type Code = readonly number[];

/** Builds the module: memory `memory`, function `scan(from, to) → place where it stopped`, and the globals. */
export function structureModule(pages: number): Uint8Array<ArrayBuffer> {
  const i32 = 0x7f;
  const i64 = 0x7e;
  const globals = [...state.map((): Code => [i32, 1, ...constant(0), 0x0b]), [i64, 1, ...constant64(0n), 0x0b]];
  const names = [...state, 'inString'];
  const exports: Code[] = [
    [...text('memory'), 2, 0],
    [...text('scan'), 0, 0],
    ...names.map((name, index): Code => [...text(name), 3, index]),
  ];
  const body = [...vector(localTypes.map(([count, type]): Code => [count, type])), ...scan(), 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, 2, i32, i32, 1, i32]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, ...unsigned(pages)]])),
    ...section(6, vector(globals)),
    ...section(7, vector(exports)),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ]);
}

// Parameters: 0 `place`, 1 `to`. Locals, by their type.
const localTypes = [
  [4, 0x7f],
  [9, 0x7e],
  [3, 0x7b],
] as const;
const place = local(0, 'i32');
const to = local(1, 'i32');
const bit = local(2, 'i32');
const depth = local(3, 'i32');
const spare = local(4, 'i32');
const level = local(5, 'i32');
const quotes = local(6, 'i64');
const slashes = local(7, 'i64');
const opens = local(8, 'i64');
const closes = local(9, 'i64');
const strange = local(10, 'i64');
const control = local(11, 'i64');
const names = local(12, 'i64');
const inside = local(13, 'i64');
const escaped = local(14, 'i64');
const bytes = local(15, 'v128');
const isQuote = local(16, 'v128');
const folded = local(17, 'v128');

function scan(): Code {
  return [
    ...depth.set(global('depth').get),
    ...level.set(global('level').get),
    ...block([
      ...loop([
        ...breakIf(1, [...place.get, ...to.get, 0x4f]),
        // The lists have to have room for all that one step can find.
        ...breakIf(1, [...global('units').get, ...constant(layout.mostUnits - 33), 0x4b]),
        ...breakIf(1, [...global('hits').get, ...constant(layout.mostHits - 65), 0x4b]),
        ...breakIf(1, [...global('escapes').get, ...constant(layout.mostEscapes - 65), 0x4b]),
        ...masks(),
        ...escapes(),
        ...strings(),
        ...when(
          [...strange.get, 0x50, 0x45],
          [...global('bad').set([...place.get, ...lowest(strange), 0x6a, ...constant(1), 0x6a]), ...goto(2)],
        ),
        ...keys(),
        ...brackets(),
        ...place.set([...place.get, ...constant(64), 0x6a]),
        ...goto(0),
      ]),
    ]),
    ...global('depth').set(depth.get),
    ...place.get,
  ];
}

/** Four vectors of 16 bytes become masks of 64 bits. */
function masks(): Code {
  const code: number[] = [];
  for (let quarter = 0; quarter < 4; quarter += 1) {
    const at = quarter * 16;
    const add = (mask: Local, vectorCode: Code): void => {
      const bits = [...vectorCode, ...simd(100), 0xad, ...(at === 0 ? [] : [...constant64(BigInt(at)), 0x86])];
      code.push(...mask.set(quarter === 0 ? bits : [...mask.get, ...bits, 0x84]));
    };
    const equals = (value: Code, character: number): Code => [...value, ...splat(character), ...simd(35)];
    code.push(...bytes.set([...place.get, ...simd(0), 0, ...unsigned(at)]));
    code.push(...isQuote.set(equals(bytes.get, 0x22)));
    // `[` and `{` differ in one bit, and so do `]` and `}`.
    code.push(...folded.set([...bytes.get, ...splat(0x20), ...simd(80)]));
    add(quotes, isQuote.get);
    add(slashes, equals(bytes.get, 0x5c));
    add(opens, equals(folded.get, 0x7b));
    add(closes, equals(folded.get, 0x7d));
    add(control, [...bytes.get, ...splat(0x20), ...simd(38)]);
    // Upper-case letters: outside of strings a sign that a quote is missing.
    add(strange, equals([...bytes.get, ...splat(0xe0), ...simd(78)], 0x40));
    const later = (offset: number, character: number): Code =>
      equals([...place.get, ...simd(0), 0, ...unsigned(at + offset)], character);
    // `"eventName"` and `"error…"`: a quote, `e`, and `N` six or `r` three places on.
    add(names, [
      ...isQuote.get,
      ...later(1, 0x65),
      ...simd(78),
      ...later(6, 0x4e),
      ...later(3, 0x72),
      ...simd(80),
      ...simd(78),
    ]);
  }
  return code;
}

/** Characters after a backslash are escaped; backslashes are taken in pairs, from the left. */
function escapes(): Code {
  return [
    ...escaped.set([...global('escaped').get, 0xad]),
    ...global('escaped').set(constant(0)),
    ...slashes.set([...slashes.get, ...escaped.get, ...not, 0x83]),
    ...block([
      ...loop([
        ...breakIf(1, [...slashes.get, 0x50]),
        ...bit.set(lowest(slashes)),
        ...when(
          // A `u` behind it: the name of an event may be written with it.
          [...place.get, ...bit.get, 0x6a, 0x2d, 0, 1, ...constant(0x75), 0x46],
          [
            ...constant(0),
            ...global('escapes').get,
            ...constant(2),
            0x74,
            0x6a,
            ...place.get,
            ...bit.get,
            0x6a,
            0x36,
            2,
            ...unsigned(layout.escapes),
            ...global('escapes').set([...global('escapes').get, ...constant(1), 0x6a]),
          ],
        ),
        ...when([...bit.get, ...constant(63), 0x46], [...global('escaped').set(constant(1)), ...goto(2)]),
        ...escaped.set([...escaped.get, ...constant64(2n), ...bit.get, 0xad, 0x86, 0x84]),
        ...slashes.set([...slashes.get, ...constant64(3n), ...bit.get, 0xad, 0x86, ...not, 0x83]),
        ...goto(0),
      ]),
    ]),
    ...quotes.set([...quotes.get, ...escaped.get, ...not, 0x83]),
  ];
}

/** What is inside of strings, the opening quote among it; and what cannot stand where it stands. */
function strings(): Code {
  const xorShifted = (by: number): Code =>
    inside.set([...inside.get, ...inside.get, ...constant64(BigInt(by)), 0x86, 0x85]);
  return [
    ...inside.set(quotes.get),
    ...[1, 2, 4, 8, 16, 32].flatMap(xorShifted),
    ...inside.set([...inside.get, ...global('inString').get, 0x85]),
    ...global('inString').set([...inside.get, ...constant64(63n), 0x87]),
    ...strange.set([
      ...strange.get,
      ...[...opens.get, ...closes.get, 0x84, ...inside.get, 0x84],
      ...not,
      0x83,
      ...[...control.get, ...inside.get, 0x83],
      0x84,
    ]),
    ...opens.set([...opens.get, ...inside.get, ...not, 0x83]),
    ...closes.set([...closes.get, ...inside.get, ...not, 0x83]),
    ...names.set([...names.get, ...quotes.get, ...inside.get, 0x83, 0x83]),
  ];
}

/** Notes the places of the keys that matter, with the depth they stand at. */
function keys(): Code {
  const before = (mask: Local): Code => [
    ...mask.get,
    ...[...constant64(1n), ...bit.get, 0xad, 0x86, ...constant64(1n), 0x7d],
    0x83,
    0x7b,
    0xa7,
  ];
  return block([
    ...loop([
      ...breakIf(1, [...names.get, 0x50]),
      ...bit.set(lowest(names)),
      ...names.set(withoutLowest(names)),
      ...spare.set([...global('hits').get, ...constant(3), 0x74]),
      ...[...spare.get, ...place.get, ...bit.get, 0x6a, 0x36, 2, ...unsigned(layout.hits)],
      ...[...spare.get, ...depth.get, ...before(opens), 0x6a, ...before(closes), 0x6b],
      ...[0x36, 2, ...unsigned(layout.hits + 4)],
      ...global('hits').set([...global('hits').get, ...constant(1), 0x6a]),
      ...goto(0),
    ]),
  ]);
}

/** Follows the depth; only where an element may begin or end is each bracket looked at. */
function brackets(): Code {
  const count = (mask: Local): Code => [...mask.get, 0x7b, 0xa7];
  const unitPlace: Code = [...global('units').get, ...constant(3), 0x74];
  return whenElse(
    [...depth.get, ...count(closes), 0x6b, ...level.get, 0x4a],
    depth.set([...depth.get, ...count(opens), 0x6a, ...count(closes), 0x6b]),
    [
      ...inside.set([...opens.get, ...closes.get, 0x84]),
      ...block([
        ...loop([
          ...breakIf(1, [...inside.get, 0x50]),
          ...bit.set(lowest(inside)),
          ...inside.set(withoutLowest(inside)),
          ...whenElse(
            [...opens.get, ...bit.get, 0xad, 0x88, ...constant64(1n), 0x83, 0xa7],
            [
              ...when([...depth.get, ...level.get, 0x46], global('unitStart').set([...place.get, ...bit.get, 0x6a])),
              ...depth.set([...depth.get, ...constant(1), 0x6a]),
            ],
            [
              ...depth.set([...depth.get, ...constant(1), 0x6b]),
              ...when(
                [...depth.get, ...level.get, 0x46],
                [
                  ...[...unitPlace, ...global('unitStart').get, 0x36, 2, ...unsigned(layout.units)],
                  ...[...unitPlace, ...place.get, ...bit.get, 0x6a, ...constant(1), 0x6a],
                  ...[0x36, 2, ...unsigned(layout.units + 4)],
                  ...global('units').set([...global('units').get, ...constant(1), 0x6a]),
                ],
              ),
              ...when(
                [...depth.get, ...level.get, 0x48],
                [
                  // The list has ended.
                  ...global('left').set([...place.get, ...bit.get, 0x6a, ...constant(1), 0x6a]),
                  // Out of: this `when`, the choice, the loop and block of the brackets, the outer choice, loop, block.
                  ...goto(6),
                ],
              ),
            ],
          ),
          ...goto(0),
        ]),
      ]),
    ],
  );
}

interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

function local(index: number, _: 'i32' | 'i64' | 'v128'): Local {
  return { get: [0x20, index], set: (value) => [...value, 0x21, index] };
}

function global(name: StateName): Local {
  const index = name === 'inString' ? state.length : state.indexOf(name);
  return { get: [0x23, index], set: (value) => [...value, 0x24, index] };
}

const not: Code = [...constant64(-1n), 0x85];

/** Index of the lowest bit. */
function lowest(mask: Local): Code {
  return [...mask.get, 0x7a, 0xa7];
}

function withoutLowest(mask: Local): Code {
  return [...mask.get, ...mask.get, ...constant64(1n), 0x7d, 0x83];
}

function block(body: Code): Code {
  return [0x02, 0x40, ...body, 0x0b];
}

function loop(body: Code): Code {
  return [0x03, 0x40, ...body, 0x0b];
}

function when(condition: Code, body: Code): Code {
  return [...condition, 0x04, 0x40, ...body, 0x0b];
}

function whenElse(condition: Code, body: Code, otherwise: Code): Code {
  return [...condition, 0x04, 0x40, ...body, 0x05, ...otherwise, 0x0b];
}

function goto(levels: number): Code {
  return [0x0c, levels];
}

function breakIf(levels: number, condition: Code): Code {
  return [...condition, 0x0d, levels];
}

function simd(instruction: number): Code {
  return [0xfd, ...unsigned(instruction)];
}

/** A vector of the same byte sixteen times. */
function splat(byte: number): Code {
  return [...simd(12), ...Array<number>(16).fill(byte)];
}

function constant(value: number): Code {
  return [0x41, ...signed(BigInt(value))];
}

function constant64(value: bigint): Code {
  return [0x42, ...signed(value)];
}

/** LEB128, as WebAssembly writes its numbers. */
function signed(value: bigint): Code {
  const out: number[] = [];
  for (let rest = value; ; ) {
    const seven = Number(rest & 0x7fn);
    rest >>= 7n;
    const ends = (rest === 0n && (seven & 0x40) === 0) || (rest === -1n && (seven & 0x40) !== 0);
    out.push(ends ? seven : seven | 0x80);
    if (ends) return out;
  }
}

function unsigned(value: number): Code {
  const out: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...out, rest];
    out.push((rest & 0x7f) | 0x80);
  }
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function text(name: string): Code {
  return [name.length, ...new TextEncoder().encode(name)];
}
