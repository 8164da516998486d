/** What does a JSON text hold, and where in the text does each value stand? */
import type { Place } from './trust-policy.ts';

interface JsonSpan {
  /** Offset of the first character of the value, in UTF-16 code units. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
}

export interface JsonMember {
  readonly key: string;
  readonly keySpan: JsonSpan;
  readonly node: JsonNode;
}

export type JsonNode =
  /** Members in the order of the text; a key that stands twice is in the list twice. */
  | (JsonSpan & { readonly kind: 'object'; readonly members: readonly JsonMember[] })
  | (JsonSpan & { readonly kind: 'array'; readonly items: readonly JsonNode[] })
  | (JsonSpan & { readonly kind: 'string'; readonly value: string })
  | (JsonSpan & { readonly kind: 'number'; readonly value: number; readonly text: string })
  | (JsonSpan & { readonly kind: 'boolean'; readonly value: boolean })
  | (JsonSpan & { readonly kind: 'null' });

export interface JsonLimits {
  /** UTF-16 code units of the text. */
  readonly size: number;
  readonly depth: number;
  readonly nodes: number;
}

/** Policies have at most some thousand characters; what is far beyond is refused before it costs anything. */
export const policyLimits: JsonLimits = { size: 256 * 1024, depth: 64, nodes: 50_000 };
/** For whole accounts in one file. */
export const wideLimits: JsonLimits = { size: 512 * 1024 * 1024, depth: 128, nodes: 20_000_000 };

export interface DuplicateKey {
  readonly pointer: string;
  readonly key: string;
  readonly place: Place;
}

export interface JsonDocument {
  readonly text: string;
  readonly root: JsonNode;
  readonly duplicates: readonly DuplicateKey[];
  /** @returns the node an RFC 6901 pointer leads to; the first where a key stands twice. */
  readonly nodeAt: (pointer: string) => JsonNode | undefined;
  /** @returns where that node begins. */
  readonly placeOf: (pointer: string) => Place | undefined;
}

export interface JsonError {
  readonly message: string;
  readonly expected: string;
  readonly received: string;
  readonly offset: number;
  readonly place: Place;
}

/**
 * Reads strict JSON (RFC 8259) with positions, within bounds, without recursion on the input's depth beyond the limit.
 *
 * @returns the document, or what stood where, and what was expected there instead.
 */
export function readJson(
  text: string,
  limits: JsonLimits = policyLimits,
): { readonly ok: true; readonly document: JsonDocument } | { readonly ok: false; readonly error: JsonError } {
  if (text.length > limits.size)
    return failed(text, limits.size, `at most ${limits.size} characters`, `${text.length} characters`);
  const reader = new Reader(text, limits);
  try {
    const root = reader.document();
    return { ok: true, document: documentOf(text, root, reader.duplicates) };
  } catch (error) {
    if (error instanceof Unexpected) return failed(text, error.offset, error.expected, error.received);
    throw error;
  }
}

function documentOf(
  text: string,
  root: JsonNode,
  duplicates: readonly (readonly [string, string, number])[],
): JsonDocument {
  const place = placeFinder(text);
  const nodeAt = (pointer: string): JsonNode | undefined => {
    if (pointer === '') return root;
    if (!pointer.startsWith('/')) return undefined;
    let node: JsonNode | undefined = root;
    for (const raw of pointer.slice(1).split('/')) {
      const part = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      if (node?.kind === 'object') node = node.members.find((member) => member.key === part)?.node;
      else if (node?.kind === 'array') node = /^(0|[1-9]\d*)$/.test(part) ? node.items[Number(part)] : undefined;
      else return undefined;
    }
    return node;
  };
  return {
    text,
    root,
    duplicates: duplicates.map(([pointer, key, offset]) => ({ pointer, key, place: place(offset) })),
    nodeAt,
    placeOf: (pointer) => {
      const node = nodeAt(pointer);
      return node === undefined ? undefined : place(node.start);
    },
  };
}

/** @returns a function from an offset of the text to its line and column, both from 1. */
export function placeFinder(text: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    if (starts === undefined) {
      starts = [0];
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/** @returns one step of an RFC 6901 pointer. */
export function pointerStep(part: string | number): string {
  return `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** @returns the plain value; `__proto__` is an ordinary own property of it. The last of duplicate keys counts. */
export function toValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const value: Record<string, unknown> = {};
      for (const { key, node: inner } of node.members)
        Object.defineProperty(value, key, {
          value: toValue(inner),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      return value;
    }
    case 'array':
      return node.items.map(toValue);
    case 'null':
      return null;
    default:
      return node.value;
  }
}

class Unexpected {
  readonly offset: number;
  readonly expected: string;
  readonly received: string;
  constructor(offset: number, expected: string, received: string) {
    this.offset = offset;
    this.expected = expected;
    this.received = received;
  }
}

function failed(text: string, offset: number, expected: string, received: string): { ok: false; error: JsonError } {
  const place = placeFinder(text)(Math.min(offset, text.length));
  return {
    ok: false,
    error: { message: `expected ${expected}, found ${received}`, expected, received, offset, place },
  };
}

/** A recursive descent whose depth is bounded by the limits. */
class Reader {
  readonly duplicates: (readonly [pointer: string, key: string, offset: number])[] = [];
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): JsonNode {
    const root = this.#value(0, '');
    this.#skip();
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the document');
    return root;
  }

  #value(depth: number, pointer: string): JsonNode {
    this.#skip();
    if (depth > this.#limits.depth)
      throw new Unexpected(this.#at, `at most ${this.#limits.depth} levels`, 'a deeper one');
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes)
      throw new Unexpected(this.#at, `at most ${this.#limits.nodes} values`, 'more');
    const start = this.#at;
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth, pointer, start);
      case '[':
        return this.#array(depth, pointer, start);
      case '"': {
        const value = this.#string();
        return { kind: 'string', value, start, end: this.#at };
      }
      case 't':
        return this.#word('true', { kind: 'boolean', value: true, start, end: start + 4 });
      case 'f':
        return this.#word('false', { kind: 'boolean', value: false, start, end: start + 5 });
      case 'n':
        return this.#word('null', { kind: 'null', start, end: start + 4 });
      default:
        return this.#number(start);
    }
  }

  #object(depth: number, pointer: string, start: number): JsonNode {
    const members: JsonMember[] = [];
    const seen = new Set<string>();
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return { kind: 'object', members, start, end: this.#at };
    }
    for (;;) {
      this.#skip();
      const keyStart = this.#at;
      if (this.#text[this.#at] !== '"')
        throw this.#unexpected(members.length === 0 ? 'a quoted name or `}`' : 'a quoted name');
      const key = this.#string();
      const keySpan = { start: keyStart, end: this.#at };
      const inner = `${pointer}${pointerStep(key)}`;
      if (seen.has(key)) this.duplicates.push([inner, key, keyStart]);
      seen.add(key);
      this.#skip();
      if (this.#text[this.#at] !== ':') throw this.#unexpected('`:`');
      this.#at += 1;
      members.push({ key, keySpan, node: this.#value(depth + 1, inner) });
      this.#skip();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}') throw this.#unexpected('`,` or `}`');
      this.#at += 1;
      if (next === '}') return { kind: 'object', members, start, end: this.#at };
    }
  }

  #array(depth: number, pointer: string, start: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at += 1;
    this.#skip();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return { kind: 'array', items, start, end: this.#at };
    }
    for (;;) {
      items.push(this.#value(depth + 1, `${pointer}/${items.length}`));
      this.#skip();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') throw this.#unexpected('`,` or `]`');
      this.#at += 1;
      if (next === ']') return { kind: 'array', items, start, end: this.#at };
    }
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    let plain = true;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) throw new Unexpected(start, 'a closed string', 'the end of the document inside of one');
      if (code === 0x22) break;
      if (code < 0x20) throw new Unexpected(at, 'a string without control characters', shown(text, at));
      if (code === 0x5c) {
        plain = false;
        const escaped = text[at + 1];
        if (escaped === 'u') {
          if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)))
            throw new Unexpected(at, 'four hexadecimal digits behind `\\u`', shown(text, at + 2));
          at += 6;
          continue;
        }
        if (escaped === undefined || !'"\\/bfnrt'.includes(escaped))
          throw new Unexpected(at, 'an escape of JSON', shown(text, at));
        at += 2;
        continue;
      }
      at += 1;
    }
    this.#at = at + 1;
    return plain ? text.slice(start + 1, at) : (JSON.parse(text.slice(start, at + 1)) as string);
  }

  #number(start: number): JsonNode {
    numberForm.lastIndex = start;
    const match = numberForm.exec(this.#text);
    if (match === null) throw this.#unexpected('a value');
    this.#at = numberForm.lastIndex;
    return { kind: 'number', value: Number(match[0]), text: match[0], start, end: this.#at };
  }

  #word(word: string, node: JsonNode): JsonNode {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('a value');
    this.#at += word.length;
    return node;
  }

  #skip(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #unexpected(expected: string): Unexpected {
    return new Unexpected(this.#at, expected, shown(this.#text, this.#at));
  }
}

const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** The character at an offset as a message can show it. */
function shown(text: string, offset: number): string {
  const code = text.codePointAt(offset);
  if (code === undefined) return 'the end of the document';
  const control =
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0xfeff ||
    (code >= 0xd800 && code <= 0xdfff);
  return control ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : `\`${String.fromCodePoint(code)}\``;
}
