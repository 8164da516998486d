/** Where does this text stop being JSON? The engine's own error does not always say. */

export interface JsonErrorPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** True where nothing is wrong but that the text ends. */
  readonly endsEarly: boolean;
}

/** One pass, without recursion: for a text that `JSON.parse` refused. @returns the first place that cannot be JSON. */
export function placeOfJsonError(text: string): JsonErrorPlace {
  const offset = offsetOfJsonError(text);
  const before = text.lastIndexOf('\n', offset - 1);
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - before, endsEarly: offset >= text.length };
}

type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

function offsetOfJsonError(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = skipSpace(text, 0);
  for (; at < text.length; at = skipSpace(text, at)) {
    const char = text.charAt(at);
    const inside = open.at(-1);
    if (expected === 'colon') {
      if (char !== ':') return at;
      expected = 'value';
      at += 1;
    } else if (expected === 'comma or end' && char === ',') {
      expected = inside === '{' ? 'name' : 'value';
      at += 1;
    } else if ((char === '}' && inside === '{') || (char === ']' && inside === '[')) {
      if (!expected.endsWith('or end')) return at;
      open.pop();
      expected = open.length === 0 ? 'nothing' : 'comma or end';
      at += 1;
    } else if (expected === 'name' || expected === 'name or end') {
      const end = char === '"' ? endOfString(text, at) : -at;
      if (end <= at) return Math.abs(end);
      expected = 'colon';
      at = end;
    } else if (expected === 'value' || expected === 'value or end') {
      if (char === '{' || char === '[') {
        open.push(char);
        expected = char === '{' ? 'name or end' : 'value or end';
        at += 1;
      } else {
        const end = char === '"' ? endOfString(text, at) : endOfScalar(text, at);
        if (end <= at) return Math.abs(end);
        expected = open.length === 0 ? 'nothing' : 'comma or end';
        at = end;
      }
    } else return at;
  }
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

/** @returns the offset after the string, or the negative offset of what it cannot hold. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return -at;
    if (code === 0x5c) {
      const escaped = /["\\/bfnrt]|u[\da-fA-F]{4}/y;
      escaped.lastIndex = at + 1;
      const match = escaped.exec(text)?.[0];
      if (match === undefined) return -Math.min(at + 1, text.length);
      at += match.length;
    }
  }
  return -text.length;
}

/** @returns the offset after the number or literal, or the negative offset where it is none. */
function endOfScalar(text: string, from: number): number {
  const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  scalar.lastIndex = from;
  const match = scalar.exec(text)?.[0];
  return match === undefined ? -from : from + match.length;
}
