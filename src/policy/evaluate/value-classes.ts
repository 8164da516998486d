/** Which values of a condition key have to be tried so that every combination of answers of its tests is seen? */
import { isPrivateRange, notPublic } from '../keys/address-ranges.ts';
import { arnPatternParts } from './operators/arn-like.ts';
import { parseDate } from './operators/date.ts';
import { parseAddress, parseAddressRange, rangesOfText } from './operators/ip-address.ts';
import { parseNumber } from './operators/numeric.ts';
import { plainValue } from './operators/operator.ts';
import { anyCharacter, anyCharacters, type PatternPiece, type PatternTokens, patternTokens } from './wildcard.ts';

/** One test that a value of the key can pass. */
export interface ValuePattern {
  readonly family: 'string' | 'arn' | 'numeric' | 'date' | 'ip' | 'other';
  readonly pieces: readonly PatternPiece[];
  readonly wildcards: boolean;
  readonly ignoreCase: boolean;
}

export interface ClassesWanted {
  readonly patterns: readonly ValuePattern[];
  /** Values outside match none of these and are not tried. */
  readonly domain: readonly string[] | undefined;
  /** The values are addresses, whatever the patterns compare. */
  readonly addresses: boolean;
  readonly publicAddressesOnly: boolean;
  /** No number of the registry is negative: they are seconds and counts. */
  readonly noNegativeNumbers: boolean;
}

/**
 * @returns for every combination of passed and failed tests that some value reaches, at least one such value;
 * `undefined` where that cannot be said or would take too long.
 */
export function representatives(asked: ClassesWanted): readonly string[] | undefined {
  const patterns = asked.addresses ? asRanges(asked.patterns) : asked.patterns;
  if (patterns === undefined) return undefined;
  const wanted = { ...asked, patterns };
  const families = new Set<ValuePattern['family']>(
    wanted.patterns.map((pattern) => (pattern.family === 'arn' ? 'string' : pattern.family)),
  );
  if (families.size > 1) return undefined;
  const [family = asked.addresses ? 'ip' : 'string'] = families;
  switch (family) {
    case 'string':
    case 'arn':
      return texts(wanted);
    case 'numeric': {
      if (wanted.domain !== undefined) return undefined;
      const thresholds = wanted.patterns.map((pattern) => parseNumber(plainValue(pattern.pieces)));
      const points = betweenAndOn(wanted.noNegativeNumbers ? [0, ...thresholds] : thresholds);
      return points.filter((point) => point >= 0 || !wanted.noNegativeNumbers).map(String);
    }
    case 'date':
      return wanted.domain === undefined
        ? betweenAndOn(wanted.patterns.map((pattern) => parseDate(plainValue(pattern.pieces)))).map((milliseconds) =>
            decimalText(milliseconds / 1000),
          )
        : undefined;
    case 'ip':
      return wanted.domain === undefined ? addresses(wanted) : undefined;
    case 'other':
      return undefined;
  }
}

/** With a decimal point, for four digits alone would be a year. */
function decimalText(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
}

/** Each threshold, a point in each gap, and one beyond either end. */
function betweenAndOn(thresholds: readonly (number | undefined)[]): readonly number[] {
  const sorted = [...new Set(thresholds.filter((value) => value !== undefined))].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [0];
  const points: number[] = [first - 1];
  sorted.forEach((value, index) => {
    points.push(value);
    const next = sorted[index + 1];
    if (next !== undefined) points.push(value + (next - value) / 2);
  });
  points.push(last + 1);
  return points;
}

// Addresses: the answers change only where a range begins, and behind where one ends.

function addresses({ patterns, publicAddressesOnly }: ClassesWanted): readonly string[] {
  const points = new Map<string, string>();
  const ranges = [
    ...patterns.map((pattern) => plainValue(pattern.pieces)),
    '0.0.0.0/0',
    '::/0',
    ...(publicAddressesOnly ? notPublic.map(([address, bits]) => `${address.toString()}/${bits}`) : []),
  ];
  for (const text of ranges) {
    const range = parseAddressRange(text);
    if (range === undefined) continue;
    const bits = range.bytes.length * 8;
    const size = 1n << BigInt(bits - range.prefix);
    const first = (toBigInt(range.bytes) / size) * size;
    for (const point of [first, first + size]) {
      if (point >= 1n << BigInt(bits)) continue;
      const address = addressText(point, bits);
      if (publicAddressesOnly && isPrivateRange(address)) continue;
      if (parseAddress(address) !== undefined) points.set(`${bits}/${point}`, address);
    }
  }
  return [...points.values()];
}

/** @returns the patterns as ranges of addresses; `undefined` where one is of texts that no ranges tell. */
function asRanges(patterns: readonly ValuePattern[]): readonly ValuePattern[] | undefined {
  const ranges: ValuePattern[] = [];
  for (const pattern of patterns) {
    if (pattern.family === 'ip') ranges.push(pattern);
    else if (pattern.family === 'string') {
      const texts = rangesOfText(tokensOf(pattern) ?? []);
      if (texts === undefined) return undefined;
      for (const text of texts) ranges.push({ ...pattern, family: 'ip', pieces: [{ text, literal: true }] });
      // No address is an ARN.
    } else if (pattern.family !== 'arn') return undefined;
  }
  return ranges;
}

function toBigInt(bytes: readonly number[]): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function addressText(point: bigint, bits: number): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (point >> shift) & 255n).join('.');
  return Array.from({ length: 8 }, (_, group) => ((point >> BigInt(112 - group * 16)) & 0xffffn).toString(16)).join(
    ':',
  );
}

// Texts: all patterns are run at once over every text, as automata whose states are the reached positions.

/** As {@link anyCharacter} and {@link anyCharacters}, but none of them a colon. */
const anyButColon = -3;
const anyRunWithoutColon = -4;
const colon = 0x3a;

interface Automaton {
  readonly tokens: PatternTokens;
  readonly ignoreCase: boolean;
}

/** What an ARN operator takes for an ARN at all. */
const anyArn: PatternTokens = [
  ...codes('arn:'),
  anyButColon,
  anyRunWithoutColon,
  colon,
  anyButColon,
  anyRunWithoutColon,
  colon,
  anyRunWithoutColon,
  colon,
  anyRunWithoutColon,
  colon,
  anyButColon,
  anyCharacters,
];

const mostSteps = 400_000;

function texts({ patterns, domain }: ClassesWanted): readonly string[] | undefined {
  const automata: Automaton[] = [];
  for (const pattern of patterns) {
    const tokens = tokensOf(pattern);
    if (tokens === undefined) continue;
    if (pattern.ignoreCase && tokens.some((token) => token > 0xff)) return undefined;
    automata.push({ tokens, ignoreCase: pattern.ignoreCase });
  }
  if (patterns.some((pattern) => pattern.family === 'arn')) automata.push({ tokens: anyArn, ignoreCase: false });
  const inDomain = automata.length;
  for (const text of domain ?? []) automata.push({ tokens: tokensOfDomain(text), ignoreCase: false });
  const found = acceptances(automata);
  if (found === undefined) return undefined;
  const values: string[] = [];
  const seen = new Set<string>();
  for (const [accepted, text] of found) {
    if (domain !== undefined && !accepted.slice(inDomain).includes('1')) continue;
    const answers = accepted.slice(0, inDomain);
    if (seen.has(answers)) continue;
    seen.add(answers);
    values.push(text);
  }
  return values;
}

function tokensOf(pattern: ValuePattern): PatternTokens | undefined {
  const pieces = pattern.wildcards ? pattern.pieces : pattern.pieces.map(({ text }) => ({ text, literal: true }));
  const tokens = patternTokens(pieces);
  return pattern.family === 'arn' ? arnTokens(tokens) : tokens;
}

/** What of a domain's text is an ARN is one part by part: the partition that is left open holds no other account. */
function tokensOfDomain(text: string): PatternTokens {
  const tokens = patternTokens([{ text, literal: false }]);
  return (text.startsWith('arn:') ? arnTokens(tokens) : undefined) ?? tokens;
}

function arnTokens(tokens: PatternTokens): PatternTokens | undefined {
  const parts = arnPatternParts(tokens);
  return parts?.flatMap((part, index) => [
    ...(index === 0 ? [] : [colon]),
    ...(index === 5
      ? part
      : part.map((token) =>
          token === anyCharacter ? anyButColon : token === anyCharacters ? anyRunWithoutColon : token,
        )),
  ]);
}

/** @returns every combination of accepting automata (a `1` or `0` each), with a shortest text that reaches it. */
function acceptances(automata: readonly Automaton[]): ReadonlyMap<string, string> | undefined {
  const alphabet = alphabetOf(automata);
  const found = new Map<string, string>();
  const start = automata.map(({ tokens }) => closure(tokens, [0]));
  const visited = new Set<string>([keyOf(start)]);
  const queue: { readonly state: readonly (readonly number[])[]; readonly text: string }[] = [
    { state: start, text: '' },
  ];
  let steps = 0;
  for (let at = 0; at < queue.length; at += 1) {
    const item = queue[at];
    if (item === undefined) break;
    const accepted = automata
      .map(({ tokens }, index) => (item.state[index]?.includes(tokens.length) ? '1' : '0'))
      .join('');
    if (!found.has(accepted)) found.set(accepted, item.text);
    for (const character of alphabet) {
      const next = automata.map((automaton, index) => {
        const positions = item.state[index] ?? [];
        steps += positions.length + 1;
        return step(automaton, positions, character);
      });
      const key = keyOf(next);
      if (visited.has(key)) continue;
      visited.add(key);
      queue.push({ state: next, text: item.text + String.fromCodePoint(character) });
    }
    if (steps > mostSteps) return undefined;
  }
  return found;
}

function keyOf(state: readonly (readonly number[])[]): string {
  return state.map((positions) => positions.join(',')).join(';');
}

function step({ tokens, ignoreCase }: Automaton, positions: readonly number[], character: number): readonly number[] {
  const next: number[] = [];
  for (const position of positions) {
    const token = tokens[position];
    if (token === undefined) continue;
    if (token === anyCharacters || (token === anyRunWithoutColon && character !== colon)) next.push(position);
    else if (
      token === character ||
      token === anyCharacter ||
      (token === anyButColon && character !== colon) ||
      (ignoreCase && token >= 0 && lower(token) === lower(character))
    )
      next.push(position + 1);
  }
  return closure(tokens, next);
}

/** Runs may be empty, so that the position behind one is reached with it. */
function closure(tokens: PatternTokens, positions: readonly number[]): readonly number[] {
  const all = new Set<number>();
  for (let position of positions) {
    all.add(position);
    while (tokens[position] === anyCharacters || tokens[position] === anyRunWithoutColon) {
      position += 1;
      all.add(position);
    }
  }
  return [...all].sort((a, b) => a - b);
}

function lower(code: number): string {
  return String.fromCodePoint(code).toLowerCase();
}

function codes(text: string): readonly number[] {
  return [...text].map((character) => character.codePointAt(0) ?? 0);
}

/** Every character that some pattern names, in both letter cases where that does not count, and one that none does. */
function alphabetOf(automata: readonly Automaton[]): readonly number[] {
  const alphabet = new Set<number>();
  for (const { tokens, ignoreCase } of automata) {
    for (const token of tokens) {
      if (token === anyButColon || token === anyRunWithoutColon) alphabet.add(colon);
      if (token < 0) continue;
      alphabet.add(token);
      if (!ignoreCase) continue;
      for (const other of [lower(token), String.fromCodePoint(token).toUpperCase()])
        if ([...other].length === 1) alphabet.add(other.codePointAt(0) ?? 0);
    }
  }
  const fresh = codes('xyz0123456789abcdefghijklmnopqrstuvwXYZ-_~').find((code) => !alphabet.has(code)) ?? 0x2603;
  return [fresh, ...alphabet];
}
