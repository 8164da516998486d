/**
 * The inner loop of the fast scanner as WebAssembly: where do the elements of a JSON list begin and end, and which of them
 * are plainly calls that mean nothing? Written out here, instruction by instruction, since JavaScript has no vector
 * instructions and would take longer over it than the inflating does. `json-structure.ts` is what to call;
 * test/adapters/fast-scan.test.ts holds it to `JSON.parse`.
 *
 * The method is simdjson's (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1): 64 bytes at
 * a time become bit masks of quotes, backslashes and brackets; the running xor of the quotes tells what is inside a string.
 */

/** Places in the module's memory: lists that the loop writes, a table that it asks, then the bytes that it reads. */
export const layout = {
  /** Of each element that is to be looked at four words of 32 bits: start, end, end of the one before, its number. */
  units: 0,
  mostUnits: 4096,
  /** Place of each quote that opens what may be `"eventName"` or `"error…"`, as a key of an element. */
  hits: 65_536,
  mostHits: 8192,
  /** Place of each `\u`. */
  escapes: 98_304,
  mostEscapes: 4096,
  /** A byte for each hash of the eight bytes that a name begins with: not 0 where the name may be one that is wanted. */
  names: 114_688,
  nameBits: 13,
  data: 131_072,
} as const;

/** Multiplies eight bytes so that the topmost bits of the product are a hash of all of them. */
export const nameFactor = 0x9e37_79b9_7f4a_7c15n;

/**
 * What the loop keeps between two calls; every one is a global of the module. `doubt` is 0 while nothing is known of the
 * open element, 1 where it is named and nothing speaks for it, else it is to be looked at. `before` is where the last
 * element ended, `kept` the length of the list of keys where the open one began, `separator` the byte that alone may
 * stand between two elements without a look.
 */
const state = [
  'depth',
  'level',
  'unitStart',
  'units',
  'hits',
  'escapes',
  'left',
  'bad',
  'escaped',
  'doubt',
  'before',
  'closed',
  'kept',
  'separator',
] as const;
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
  [5, 0x7f],
  [9, 0x7e],
  [16, 0x7b],
] as const;
const place = local(0, 'i32');
const to = local(1, 'i32');
const bit = local(2, 'i32');
const depth = local(3, 'i32');
const spare = local(4, 'i32');
const level = local(5, 'i32');
/** Whether the step holds a key or an escape: by which element, is not asked where one begins or ends. */
const mixed = local(6, 'i32');
const quotes = local(7, 'i64');
const slashes = local(8, 'i64');
const opens = local(9, 'i64');
const closes = local(10, 'i64');
const strange = local(11, 'i64');
const control = local(12, 'i64');
const names = local(13, 'i64');
const inside = local(14, 'i64');
const escaped = local(15, 'i64');
const bytes = local(16, 'v128');
const isQuote = local(17, 'v128');
const folded = local(18, 'v128');
const anySlash = local(19, 'v128');
const least = local(20, 'v128');
const anyName = local(21, 'v128');
/** Vectors of one byte sixteen times: written out where they are used they would be made anew each time. */
const splats = [0x22, 0x5c, 0x20, 0x7b, 0x7d, 0xe0, 0x40, 0x65, 0x4e, 0x72] as const;
type Splat = (typeof splats)[number];
const firstSplat = 22;

function scan(): Code {
  return [
    ...splats.flatMap((byte, index) =>
      local(firstSplat + index, 'v128').set([...simd(12), ...Array<number>(16).fill(byte)]),
    ),
    ...depth.set(global('depth').get),
    ...level.set(global('level').get),
    ...block([
      ...loop([
        ...breakIf(1, [...place.get, ...to.get, 0x4f]),
        ...mixed.set(constant(0)),
        ...masks(),
        ...escapes(),
        ...strings(),
        ...when(
          [...strange.get, 0x50, 0x45],
          [
            ...strange.set([...strange.get, ...exponents(), ...not, 0x83]),
            ...when(
              [...strange.get, 0x50, 0x45],
              [...global('bad').set([...place.get, ...lowest(strange), 0x6a, ...constant(1), 0x6a]), ...goto(3)],
            ),
          ],
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

const quarters = [0, 1, 2, 3] as const;

function load(quarter: number, offset = 0): Code {
  return [...place.get, ...simd(0), 0, ...unsigned(quarter * 16 + offset)];
}

function equals(value: Code, character: Splat): Code {
  return [...value, ...splat(character), ...simd(35)];
}

/** Adds a quarter's 16 bits to a mask of 64. */
function add(mask: Local, quarter: number, vectorCode: Code): Code {
  const bits = [
    ...vectorCode,
    ...simd(100),
    0xad,
    ...(quarter === 0 ? [] : [...constant64(BigInt(quarter * 16)), 0x86]),
  ];
  return mask.set(quarter === 0 ? bits : [...mask.get, ...bits, 0x84]);
}

/** Four vectors of 16 bytes become masks of 64 bits; what is rare is only looked for. */
function masks(): Code {
  const code: number[] = [];
  for (const quarter of quarters) {
    const or = (sum: Local, value: Code): Code => sum.set(quarter === 0 ? value : [...sum.get, ...value, ...simd(80)]);
    code.push(
      ...bytes.set(load(quarter)),
      ...isQuote.set(equals(bytes.get, 0x22)),
      // `[` and `{` differ in one bit, and so do `]` and `}`.
      ...folded.set([...bytes.get, ...splat(0x20), ...simd(80)]),
      ...add(quotes, quarter, isQuote.get),
      ...add(opens, quarter, equals(folded.get, 0x7b)),
      ...add(closes, quarter, equals(folded.get, 0x7d)),
      // Upper-case letters: outside of strings a sign that a quote is missing.
      ...add(strange, quarter, equals([...bytes.get, ...splat(0xe0), ...simd(78)], 0x40)),
      ...or(anySlash, equals(bytes.get, 0x5c)),
      ...least.set(quarter === 0 ? bytes.get : [...least.get, ...bytes.get, ...simd(119)]),
      ...or(anyName, named(quarter, isQuote.get)),
    );
  }
  return [
    ...code,
    ...rare(slashes, anySlash.get, (quarter) => equals(load(quarter), 0x5c)),
    ...rare(control, below(least.get), (quarter) => below(load(quarter))),
    ...rare(names, anyName.get, (quarter) => named(quarter, equals(load(quarter), 0x22))),
  ];
}

function below(value: Code): Code {
  return [...value, ...splat(0x20), ...simd(38)];
}

/** `"eventName"` and `"error…"`: a quote, `e`, and `N` six or `r` three places on. */
function named(quarter: number, quote: Code): Code {
  return [
    ...quote,
    ...equals(load(quarter, 1), 0x65),
    ...simd(78),
    ...equals(load(quarter, 6), 0x4e),
    ...equals(load(quarter, 3), 0x72),
    ...simd(80),
    ...simd(78),
  ];
}

function rare(mask: Local, any: Code, of: (quarter: number) => Code): Code {
  return whenElse(
    [...any, ...simd(83)],
    quarters.flatMap((quarter) => add(mask, quarter, of(quarter))),
    mask.set(constant64(0n)),
  );
}

/** The list is full but for what one step can find: the loop ends with this one. */
function endIfFull(name: StateName, most: number): Code {
  return when([...global(name).get, ...constant(most), 0x4b], to.set(constant(0)));
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
            ...doubtful,
            ...endIfFull('escapes', layout.mostEscapes - 65),
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

/** The one upper-case letter that may stand outside of strings: `E` behind the digit of a number. `slashes` is free by then. */
function exponents(): Code {
  const sixteen = (byte: number): Code => [...simd(12), ...Array<number>(16).fill(byte)];
  const before = (quarter: number): Code => [
    ...[...place.get, ...constant(1), 0x6b, ...simd(0), 0, ...unsigned(quarter * 16)],
    ...[...sixteen(0x30), ...simd(113), ...sixteen(10), ...simd(38)],
  ];
  return [
    ...quarters.flatMap((quarter) =>
      add(slashes, quarter, [...load(quarter), ...sixteen(0x45), ...simd(35), ...before(quarter), ...simd(78)]),
    ),
    ...slashes.get,
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

/** The step holds what speaks for a look at the element. */
const doubtful: Code = [...global('doubt').set(constant(2)), ...mixed.set(constant(1))];

/** Notes the places of the keys that matter, those of the elements themselves. */
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
      ...when(
        [
          ...[...depth.get, ...before(opens), 0x6a, ...before(closes), 0x6b],
          ...[...level.get, ...constant(1), 0x6a, 0x46],
        ],
        [
          ...[...constant(0), ...global('hits').get, ...constant(2), 0x74, 0x6a],
          ...[...place.get, ...bit.get, 0x6a, 0x36, 2, ...unsigned(layout.hits)],
          ...global('hits').set([...global('hits').get, ...constant(1), 0x6a]),
          ...endIfFull('hits', layout.mostHits - 65),
          ...mixed.set(constant(1)),
          ...global('doubt').set([...global('doubt').get, ...unwantedName(), 0x72]),
        ],
      ),
      ...goto(0),
    ]),
  ]);
}

/** 1 where the key is followed by a name that is none of those wanted, else 2. */
function unwantedName(): Code {
  const ahead = (bytesWide: 4 | 8, offset: number): Code => [
    ...spare.get,
    ...(bytesWide === 8 ? [0x29, 0] : [0x28, 0]),
    ...unsigned(offset),
  ];
  return [
    ...spare.set([...place.get, ...bit.get, 0x6a]),
    ...constant(1),
    ...constant(2),
    ...[...ahead(8, 1), ...constant64(littleEndian('eventNam')), 0x51],
    ...[...ahead(4, 9), ...constant(Number(littleEndian('e":"'))), 0x46, 0x71],
    // Another quote at once: no name at all.
    ...[...spare.get, 0x2d, 0, 13, ...constant(0x22), 0x47, 0x71],
    ...[...ahead(8, 13), ...constant64(BigInt.asIntN(64, nameFactor)), 0x7e],
    ...[...constant64(BigInt(64 - layout.nameBits)), 0x88, 0xa7],
    ...[0x2d, 0, ...unsigned(layout.names), 0x45, 0x71],
    0x1b,
  ];
}

/** Follows the depth; only where an element may begin or end is each bracket looked at. */
function brackets(): Code {
  const count = (mask: Local): Code => [...mask.get, 0x7b, 0xa7];
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
              ...when([...depth.get, ...level.get, 0x46], beginning()),
              ...depth.set([...depth.get, ...constant(1), 0x6a]),
            ],
            [
              ...depth.set([...depth.get, ...constant(1), 0x6b]),
              ...when([...depth.get, ...level.get, 0x46], ending()),
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

/** An element begins: an object behind one separator needs no look yet, unless this step holds a key or an escape. */
function beginning(): Code {
  return [
    ...spare.set([...place.get, ...bit.get, 0x6a]),
    ...global('unitStart').set(spare.get),
    ...global('kept').set(global('hits').get),
    ...constant(2),
    ...constant(0),
    ...[...spare.get, ...global('before').get, ...constant(1), 0x6a, 0x47],
    ...[...global('before').get, 0x2d, 0, 0, ...global('separator').get, 0x47, 0x72],
    ...[...spare.get, 0x2d, 0, 0, ...constant(0x7b), 0x47, 0x72],
    ...[...global('closed').get, 0x45, 0x72],
    ...[...mixed.get, 0x72],
    0x1b,
    ...global('doubt').set([]),
  ];
}

/** An element ends: it is noted, or its keys are forgotten. */
function ending(): Code {
  const unit: Code = [...global('units').get, ...constant(4), 0x74];
  const note = (word: number, value: Code): Code => [...unit, ...value, 0x36, 2, ...unsigned(layout.units + 4 * word)];
  return [
    ...spare.set([...place.get, ...bit.get, 0x6a, ...constant(1), 0x6a]),
    ...whenElse(
      [...global('doubt').get, ...constant(1), 0x46, ...mixed.get, 0x45, 0x71],
      global('hits').set(global('kept').get),
      [
        ...note(0, global('unitStart').get),
        ...note(1, spare.get),
        ...note(2, global('before').get),
        ...note(3, global('closed').get),
        ...global('units').set([...global('units').get, ...constant(1), 0x6a]),
        ...endIfFull('units', layout.mostUnits - 33),
      ],
    ),
    ...global('closed').set([...global('closed').get, ...constant(1), 0x6a]),
    ...global('before').set(spare.get),
  ];
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
function splat(byte: Splat): Code {
  return local(firstSplat + splats.indexOf(byte), 'v128').get;
}

function constant(value: number): Code {
  return [0x41, ...signed(BigInt(value))];
}

function constant64(value: bigint): Code {
  return [0x42, ...signed(value)];
}

function littleEndian(ascii: string): bigint {
  return Buffer.from(ascii).reduceRight((sum, code) => (sum << 8n) | BigInt(code), 0n);
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
