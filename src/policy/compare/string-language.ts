/**
 * Is there a text that matches all of these patterns and none of those? Exactly, with a shortest such text.
 *
 * A language is a union of patterns, read as a non-deterministic automaton whose deterministic states are made as they
 * are reached. Several languages run side by side over one text, breadth first. From each state only the characters that
 * some automaton tells apart there are tried, and one of every class of characters that none does.
 */
import { arnPatternParts } from '../evaluate/operators/arn-like.ts';
import { anyCharacter, anyCharacters, type PatternTokens } from '../evaluate/wildcard.ts';
import type { Work } from './work.ts';

/** Classes of characters that the shapes of names and ids tell apart; each code point is of exactly one. */
export const characterClass = {
  digit: 1,
  lower: 2,
  upper: 4,
  /** Of the names of users, roles and sessions, save letters, digits and the dash. */
  nameMark: 8,
  dash: 16,
  slash: 32,
  colon: 64,
  wildcard: 128,
  printable: 256,
  other: 512,
} as const;

const everyCharacter = 1023;
const allButColon = everyCharacter & ~characterClass.colon;

/** Characters to stand for a class, the most readable first. */
const examples: readonly (readonly [mask: number, codes: readonly number[]])[] = (
  [
    [characterClass.lower, 'xyzabcdefghijklmnopqrstuvw'],
    [characterClass.digit, '9876543210'],
    [characterClass.upper, 'XYZABCDEFGHIJKLMNOPQRSTUVW'],
    [characterClass.dash, '-'],
    [characterClass.nameMark, '_.=,@+'],
    [characterClass.slash, '/'],
    [characterClass.colon, ':'],
    [characterClass.printable, '!#$%&\'();<>[]^`{|}~"\\'],
    [characterClass.other, ' \u00a7\u00b6\u00d7\u2603\u2604'],
    [characterClass.wildcard, '*?'],
  ] as const
).map(([mask, characters]) => [mask, [...characters].map(codeOf)]);

export function classOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return characterClass.digit;
  if (code >= 0x61 && code <= 0x7a) return characterClass.lower;
  if (code >= 0x41 && code <= 0x5a) return characterClass.upper;
  switch (code) {
    case 0x2d:
      return characterClass.dash;
    case 0x2f:
      return characterClass.slash;
    case 0x3a:
      return characterClass.colon;
    case 0x2a:
    case 0x3f:
      return characterClass.wildcard;
    case 0x2b:
    case 0x2c:
    case 0x2e:
    case 0x3d:
    case 0x40:
    case 0x5f:
      return characterClass.nameMark;
    default:
      return code > 0x20 && code < 0x7f ? characterClass.printable : characterClass.other;
  }
}

/** One step of a pattern. A `jump` goes on at any of the places, counted from its own. */
export type Token =
  | { readonly kind: 'character'; readonly code: number }
  /** Letter case does not count; the code is of the lower case. */
  | { readonly kind: 'folded'; readonly code: number }
  | { readonly kind: 'one'; readonly mask: number }
  | { readonly kind: 'run'; readonly mask: number }
  | { readonly kind: 'jump'; readonly to: readonly number[] };

export type Pattern = readonly Token[];

const anyOne: Token = { kind: 'one', mask: everyCharacter };
const anyRun: Token = { kind: 'run', mask: everyCharacter };
const anyOneButColon: Token = { kind: 'one', mask: allButColon };
const anyRunButColon: Token = { kind: 'run', mask: allButColon };

/** Nearly all characters of policies are these: one token of each is enough. */
const asciiTokens: readonly Token[] = Array.from({ length: 128 }, (_, code) => ({ kind: 'character', code }));

function characterToken(code: number): Token {
  return asciiTokens[code] ?? { kind: 'character', code };
}

export function exactly(text: string): Pattern {
  const tokens: Token[] = [];
  for (const character of text) tokens.push(characterToken(codeOf(character)));
  return tokens;
}

export function one(mask: number): Token {
  return { kind: 'one', mask };
}

export function run(mask: number): Token {
  return { kind: 'run', mask };
}

/** @returns the pattern, or nothing. */
export function optionally(pattern: Pattern): Pattern {
  return [{ kind: 'jump', to: [1, pattern.length + 1] }, ...pattern];
}

/** @returns the pattern any number of times, also none. */
export function repeated(pattern: Pattern): Pattern {
  return [{ kind: 'jump', to: [1, pattern.length + 2] }, ...pattern, { kind: 'jump', to: [-pattern.length - 1] }];
}

export const anyText: Pattern = [anyRun];

/** @returns the pattern of the evaluator's tokens; in a restricted one no wildcard and no character is of the classes left out. */
export function fromTokens(tokens: PatternTokens, ignoreCase: boolean, mask = everyCharacter): Pattern {
  return tokens.map((token): Token => {
    if (token === anyCharacter) return mask === everyCharacter ? anyOne : { kind: 'one', mask };
    if (token === anyCharacters) return mask === everyCharacter ? anyRun : { kind: 'run', mask };
    if ((classOf(token) & mask) === 0) return { kind: 'one', mask: 0 };
    return ignoreCase ? { kind: 'folded', code: fold(token) } : characterToken(token);
  });
}

/** What `splitArn` takes for an ARN: no empty partition, service or beginning of the resource. */
export function fromArnTokens(tokens: PatternTokens): readonly Pattern[] {
  const parts = arnPatternParts(tokens);
  if (parts === undefined) return [];
  const [prefix = [], partition = [], service = [], region = [], account = [], resource = []] = parts;
  if (!tokensMatchArn(prefix)) return [];
  const head: Token[] = [...exactly('arn:')];
  for (const part of [partition, service]) {
    if (part.length === 0) return [];
    // The one wildcard that could match nothing.
    if (part.length === 1 && part[0] === anyCharacters) head.push(anyOneButColon, anyRunButColon);
    else head.push(...fromTokens(part, false, allButColon));
    head.push(colonToken);
  }
  head.push(...fromTokens(region, false, allButColon), colonToken);
  head.push(...fromTokens(account, false, allButColon), colonToken);
  const found: Pattern[] = [];
  const wide = fromTokens(resource, false);
  const begins = (at: number): Pattern | undefined => {
    const token = resource[at];
    if (token === undefined || token === 0x3a) return undefined;
    return token === anyCharacter ? [...head, anyOneButColon, ...wide.slice(at + 1)] : [...head, ...wide.slice(at)];
  };
  if (resource[0] === anyCharacters) {
    found.push([...head, anyOneButColon, ...wide]);
    const without = begins(1);
    if (without !== undefined) found.push(without);
  } else {
    const whole = begins(0);
    if (whole !== undefined) found.push(whole);
  }
  return found;
}

const colonToken: Token = { kind: 'character', code: 0x3a };

function tokensMatchArn(prefix: PatternTokens): boolean {
  return new Language([fromTokens(prefix, false)]).matches('arn');
}

/** Writes patterns that begin alike with one beginning, so that few places are open at once. */
function emit(patterns: readonly Pattern[], from: number, program: Token[], accepts: Set<number>): void {
  let at = from;
  const [first] = patterns;
  for (;;) {
    const token = first?.[at];
    if (token?.kind !== 'character' || !patterns.every((pattern) => isCharacter(pattern[at], token.code))) break;
    program.push(token);
    at += 1;
  }
  if (first !== undefined && patterns.length === 1) {
    program.push(...first.slice(at));
    accepts.add(program.length);
    // A token that nothing passes keeps the places of the patterns apart.
    program.push({ kind: 'one', mask: 0 });
    return;
  }
  const groups = new Map<number, Pattern[]>();
  const alone: Pattern[] = [];
  for (const pattern of patterns) {
    const token = pattern[at];
    if (token?.kind !== 'character') alone.push(pattern);
    else groups.set(token.code, [...(groups.get(token.code) ?? []), pattern]);
  }
  const to: number[] = [];
  const fork = program.length;
  program.push({ kind: 'jump', to });
  for (const group of [...groups.values(), ...alone.map((pattern) => [pattern])]) {
    to.push(program.length - fork);
    emit(group, at, program, accepts);
  }
}

function isCharacter(token: Token | undefined, code: number): boolean {
  return token?.kind === 'character' && token.code === code;
}

function headOf(pattern: Pattern): string {
  let head = '';
  for (const token of pattern) {
    if (token.kind !== 'character') break;
    head += String.fromCodePoint(token.code);
  }
  return head;
}

function compatible(left: string, right: string): boolean {
  return left.length < right.length ? right.startsWith(left) : left.startsWith(right);
}

function keyOf(pattern: Pattern): string {
  let key = '';
  for (const token of pattern) {
    switch (token.kind) {
      case 'character':
        key += String.fromCodePoint(token.code);
        break;
      case 'folded':
        key += `\u0001${String.fromCodePoint(token.code)}`;
        break;
      case 'one':
        key += `\u0002${token.mask};`;
        break;
      case 'run':
        key += `\u0003${token.mask};`;
        break;
      case 'jump':
        key += `\u0004${token.to.join(',')};`;
        break;
    }
  }
  return key;
}

interface State {
  readonly places: readonly number[];
  readonly accepting: boolean;
  /** Whatever follows is accepted too. */
  readonly universal: boolean;
  /** Characters that are told apart here. */
  readonly codes: readonly number[];
  readonly tellsClasses: boolean;
  /** Classes of which any character leads on; the rest lead on by themselves or not at all. */
  readonly mask: number;
  readonly next: Map<number, number>;
}

/** No text is accepted from here. */
const dead = 0;
/** Steps of one state that are remembered. */
const mostSteps = 512;

interface Automaton {
  readonly program: readonly Token[];
  readonly accepts: ReadonlySet<number>;
  readonly start: number;
}

export class Language {
  readonly patterns: readonly Pattern[];
  #texts: ReadonlySet<string> | null | undefined;
  #keys: ReadonlySet<string> | undefined;
  #heads: readonly string[] | undefined;
  #automaton: Automaton | undefined;
  readonly #alone = new Map<Pattern, Language>();
  readonly #states: State[] = [];
  readonly #ids = new Map<string, number>();

  constructor(patterns: readonly Pattern[]) {
    this.patterns = patterns;
  }

  /** The texts, where the language is just these; letter case counts. */
  get texts(): ReadonlySet<string> | undefined {
    if (this.#texts === undefined) {
      const listed = this.patterns.every((pattern) => pattern.every(({ kind }) => kind === 'character'));
      this.#texts = listed ? new Set(this.heads) : null;
    }
    return this.#texts ?? undefined;
  }

  /** Where every text begins. The automaton is made when it is first asked for: of mere lists never. */
  get start(): number {
    return this.#running().start;
  }

  #running(): Automaton {
    if (this.#automaton !== undefined) return this.#automaton;
    const program: Token[] = [];
    const accepts = new Set<number>();
    emit(this.patterns, 0, program, accepts);
    this.#automaton = { program, accepts, start: dead };
    this.#stateOf([]);
    // The empty union has nowhere to begin: its beginning is dead.
    this.#automaton = { program, accepts, start: this.#stateOf([0]) };
    return this.#automaton;
  }

  /** The characters that every text of a pattern begins with, by pattern. */
  get heads(): readonly string[] {
    this.#heads ??= this.patterns.map(headOf);
    return this.#heads;
  }

  /** @returns the language of those of its patterns whose texts may begin as the other's do; `undefined` for none. */
  towards(other: Language): Language | undefined {
    const near = this.patterns.filter((_, at) => other.heads.some((head) => compatible(head, this.heads[at] ?? '')));
    if (near.length === this.patterns.length) return this;
    if (near.length === 0) return undefined;
    const [only] = near;
    return near.length === 1 && only !== undefined ? this.alone(only) : new Language(near);
  }

  /** @returns the language of one of its patterns. */
  alone(pattern: Pattern): Language {
    const known = this.#alone.get(pattern);
    if (known !== undefined) return known;
    const made = new Language([pattern]);
    this.#alone.set(pattern, made);
    return made;
  }

  /** Whether it holds this very pattern. */
  has(pattern: Pattern): boolean {
    this.#keys ??= new Set(this.patterns.map(keyOf));
    return this.#keys.has(keyOf(pattern));
  }

  matches(text: string): boolean {
    const { texts } = this;
    if (texts !== undefined) return texts.has(text);
    let state = this.start;
    for (const character of text) {
      state = this.step(state, codeOf(character));
      if (state === dead) return false;
    }
    return this.accepting(state);
  }

  accepting(state: number): boolean {
    return this.#states[state]?.accepting ?? false;
  }

  universal(state: number): boolean {
    return this.#states[state]?.universal ?? false;
  }

  codesAt(state: number): readonly number[] {
    return this.#states[state]?.codes ?? [];
  }

  tellsClassesAt(state: number): boolean {
    return this.#states[state]?.tellsClasses ?? false;
  }

  /** How many places are open, which is what a step costs. */
  sizeAt(state: number): number {
    return this.#states[state]?.places.length ?? 0;
  }

  maskAt(state: number): number {
    return this.#states[state]?.mask ?? 0;
  }

  step(state: number, code: number): number {
    const from = this.#states[state];
    if (from === undefined) return dead;
    if (from.universal) return state;
    const known = from.next.get(code);
    if (known !== undefined) return known;
    const { program } = this.#running();
    const reached: number[] = [];
    const mask = classOf(code);
    for (const place of from.places) {
      const token = program[place];
      if (token === undefined) continue;
      switch (token.kind) {
        case 'character':
          if (token.code === code) reached.push(place + 1);
          break;
        case 'folded':
          if (token.code === fold(code)) reached.push(place + 1);
          break;
        case 'one':
          if ((token.mask & mask) !== 0) reached.push(place + 1);
          break;
        case 'run':
          if ((token.mask & mask) !== 0) reached.push(place);
          break;
        case 'jump':
          break;
      }
    }
    const to = this.#stateOf(reached);
    // Some languages outlive a comparison, and texts may hold any character.
    if (from.next.size < mostSteps) from.next.set(code, to);
    return to;
  }

  #stateOf(reached: readonly number[]): number {
    const { program, accepts } = this.#running();
    const places = this.#closure(reached, program, accepts);
    const key = places.join(',');
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const codes = new Set<number>();
    let tellsClasses = false;
    let universal = false;
    let mask = 0;
    for (const place of places) {
      const token = program[place];
      if (token?.kind === 'character') codes.add(token.code);
      else if (token?.kind === 'folded') for (const code of everyCase(token.code)) codes.add(code);
      else if (token?.kind === 'one' || token?.kind === 'run') {
        mask |= token.mask;
        if (token.mask !== everyCharacter && token.mask !== 0) tellsClasses = true;
        if (token.kind === 'run' && token.mask === everyCharacter && accepts.has(place + 1)) universal = true;
      }
    }
    const id = this.#states.length;
    this.#states.push({
      places,
      accepting: places.some((place) => accepts.has(place)),
      universal,
      codes: universal ? [] : [...codes],
      tellsClasses: tellsClasses && !universal,
      mask,
      next: new Map(),
    });
    this.#ids.set(key, id);
    return id;
  }

  /** Runs may be empty, and jumps take no character. */
  #closure(reached: readonly number[], program: readonly Token[], accepts: ReadonlySet<number>): readonly number[] {
    const all = new Set<number>();
    const open = [...reached];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (all.has(place)) continue;
      all.add(place);
      const token = program[place];
      if (token?.kind === 'run') open.push(place + 1);
      else if (token?.kind === 'jump') for (const to of token.to) open.push(place + to);
    }
    const kept = [...all].filter((place) => {
      const token = program[place];
      return token?.kind !== 'jump' && (token?.kind !== 'one' || token.mask !== 0 || accepts.has(place));
    });
    return kept.sort((a, b) => a - b);
  }
}

/**
 * @param preferred tried first, so that the text found is one that people can read.
 * @returns a text of all `inside` and of none `excluded`; `undefined` where there is none.
 */
export function findText(
  inside: readonly Language[],
  excluded: readonly Language[],
  work: Work,
  preferred: readonly string[] = [],
): string | undefined {
  const fitsAll = (text: string) =>
    inside.every((language) => language.matches(text)) && !excluded.some((language) => language.matches(text));
  let listed: ReadonlySet<string> | undefined;
  for (const { texts } of inside)
    if (texts !== undefined && (listed === undefined || texts.size < listed.size)) listed = texts;
  if (listed !== undefined) {
    work.spend(1 + (listed.size * (inside.length + excluded.length)) / 4);
    for (const text of preferred) if (listed.has(text) && fitsAll(text)) return text;
    for (const text of listed) if (fitsAll(text)) return text;
    return undefined;
  }
  if (inside.some((language, at) => inside.some((other, place) => place > at && apart(language, other))))
    return undefined;
  const outside = excluded.filter((language) => !inside.some((other) => apart(language, other)));
  const fits = (text: string) =>
    inside.every((language) => language.matches(text)) && !outside.some((language) => language.matches(text));
  for (const text of preferred) if (fits(text)) return text;
  // A union is asked about pattern by pattern: most of a changed list stands on the other side as it is.
  const widest = inside.reduce(
    (wide, language) => (language.patterns.length > wide.patterns.length ? language : wide),
    inside[0] ?? everything,
  );
  for (const pattern of widest.patterns) {
    work.spend(1 + outside.length);
    if (outside.some((language) => language.has(pattern))) continue;
    const alone = widest.patterns.length === 1 ? widest : widest.alone(pattern);
    const others = inside.filter((language) => language !== widest);
    if (others.some((language) => language.towards(alone) === undefined)) continue;
    const near = outside.map((language) => language.towards(alone)).filter((language) => language !== undefined);
    const found = shortest([alone, ...others], near, work);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Beginnings are compared where that is quick: no text begins as both do. */
function apart(one: Language, other: Language): boolean {
  if (one.patterns.length * other.patterns.length > 512) return false;
  return one.heads.every((head) => !other.heads.some((begin) => compatible(head, begin)));
}

const everything = new Language([anyText]);

interface Node {
  readonly states: readonly number[];
  readonly from: Node | undefined;
  readonly code: number;
}

function shortest(inside: readonly Language[], outside: readonly Language[], work: Work): string | undefined {
  const languages = [...inside, ...outside];
  const positives = inside.length;
  const visited = new Set<string>();
  const start = languages.map((language) => language.start);
  if (start.some((state, at) => at < positives && state === dead)) return undefined;
  const queue: Node[] = [{ states: start, from: undefined, code: 0 }];
  visited.add(start.join(','));
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head];
    if (node === undefined) break;
    if (accepts(languages, positives, node.states)) return textOf(node);
    let cost = 1 + languages.length / 2;
    for (let at = 0; at < languages.length; at += 1) cost += (languages[at]?.sizeAt(node.states[at] ?? dead) ?? 0) / 4;
    for (const code of charactersAt(languages, positives, node.states)) {
      work.spend(cost);
      const next = step(languages, positives, node.states, code);
      if (next === undefined) continue;
      const key = next.join(',');
      if (visited.has(key)) continue;
      visited.add(key);
      queue.push({ states: next, from: node, code });
    }
  }
  return undefined;
}

function accepts(languages: readonly Language[], positives: number, states: readonly number[]): boolean {
  for (let at = 0; at < languages.length; at += 1) {
    const accepting = languages[at]?.accepting(states[at] ?? dead) ?? false;
    if (accepting !== at < positives) return false;
  }
  return true;
}

function step(
  languages: readonly Language[],
  positives: number,
  states: readonly number[],
  code: number,
): readonly number[] | undefined {
  const next: number[] = [];
  for (let at = 0; at < languages.length; at += 1) {
    const language = languages[at];
    if (language === undefined) continue;
    const state = language.step(states[at] ?? dead, code);
    if (at < positives ? state === dead : language.universal(state)) return undefined;
    next.push(state);
  }
  return next;
}

/** Only characters that lead all positive languages on. */
function charactersAt(languages: readonly Language[], positives: number, states: readonly number[]): readonly number[] {
  let mask = everyCharacter;
  let narrow: readonly number[] | undefined;
  for (let at = 0; at < positives; at += 1) {
    const language = languages[at];
    const state = states[at] ?? dead;
    if (language === undefined) continue;
    const own = language.maskAt(state);
    mask &= own;
    if (own === 0 && (narrow === undefined || language.codesAt(state).length < narrow.length))
      narrow = language.codesAt(state);
  }
  if (narrow !== undefined) return narrow;
  const told = new Set<number>();
  let classes = mask !== everyCharacter;
  for (let at = 0; at < languages.length; at += 1) {
    const language = languages[at];
    const state = states[at] ?? dead;
    if (language === undefined) continue;
    for (const code of language.codesAt(state)) told.add(code);
    if (language.tellsClassesAt(state)) classes = true;
  }
  const found: number[] = [];
  for (const [own, codes] of examples) {
    if ((own & mask) === 0) continue;
    let fresh = codes.find((code) => !told.has(code));
    // The one class that has more members than are listed.
    if (own === characterClass.other)
      for (let code = 0x2605; fresh === undefined; code += 1) if (!told.has(code)) fresh = code;
    if (fresh === undefined) continue;
    found.push(fresh);
    if (!classes) break;
  }
  found.push(...told);
  return found;
}

function textOf(node: Node): string {
  const codes: number[] = [];
  for (let at: Node | undefined = node; at?.from !== undefined; at = at.from) codes.push(at.code);
  return codes
    .reverse()
    .map((code) => String.fromCodePoint(code))
    .join('');
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

const folded = new Map<number, number>();

/** Lower case of one character; of those whose lower case is several characters, the character itself. */
export function fold(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 32 : code;
  const known = folded.get(code);
  if (known !== undefined) return known;
  const lower = [...String.fromCodePoint(code).toLowerCase()];
  const result = lower.length === 1 ? codeOf(lower[0] ?? '') : code;
  if (folded.size < 4096) folded.set(code, result);
  return result;
}

/** The Kelvin and Angstrom signs, and the capital of the sharp s: each is in lower case a letter that has another capital. */
const furtherCapitals: ReadonlyMap<number, number> = new Map([
  [0x6b, 0x212a],
  [0xe5, 0x212b],
  [0xdf, 0x1e9e],
]);

/** All characters whose lower case it is. */
function everyCase(lower: number): readonly number[] {
  const upper = [...String.fromCodePoint(lower).toUpperCase()];
  const code = upper.length === 1 ? codeOf(upper[0] ?? '') : lower;
  const further = furtherCapitals.get(lower);
  return [
    lower,
    ...(code !== lower && fold(code) === lower ? [code] : []),
    ...(further === undefined ? [] : [further]),
  ];
}
