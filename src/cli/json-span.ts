/** Where in a JSON text does the value at a path stand? */
import type { Place } from '../policy/document/trust-policy.ts';

export interface JsonSpan {
  /** Offset of the value's first character. */
  readonly from: number;
  /** Offset behind its last one. */
  readonly to: number;
  readonly place: Place;
}

/**
 * @param text what `JSON.parse` accepts.
 * @param path names of members from the root; of a name that stands twice the last counts, as in `JSON.parse`.
 * @returns `undefined` where the path leads nowhere.
 */
export function spanOf(text: string, path: readonly string[]): JsonSpan | undefined {
  let from = skipSpace(text, 0);
  let to = endOf(text, from);
  for (const name of path) {
    if (text[from] !== '{') return undefined;
    let found: readonly [number, number] | undefined;
    for (let at = skipSpace(text, from + 1); text[at] === '"'; ) {
      const nameEnd = endOf(text, at);
      const valueFrom = skipSpace(text, skipSpace(text, nameEnd) + 1);
      const valueTo = endOf(text, valueFrom);
      if (JSON.parse(text.slice(at, nameEnd)) === name) found = [valueFrom, valueTo];
      const next = skipSpace(text, valueTo);
      at = text[next] === ',' ? skipSpace(text, next + 1) : next;
    }
    if (found === undefined) return undefined;
    [from, to] = found;
  }
  const before = text.slice(0, from).split('\n');
  return { from, to, place: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } };
}

function skipSpace(text: string, at: number): number {
  let index = at;
  while (text[index] === ' ' || text[index] === '\n' || text[index] === '\r' || text[index] === '\t') index += 1;
  return index;
}

/** @returns the offset behind the value that begins at `from`. */
function endOf(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return endOfString(text, from);
  if (first === '{' || first === '[') {
    let depth = 0;
    for (let at = from; at < text.length; at += 1) {
      const character = text[at];
      if (character === '"') at = endOfString(text, at) - 1;
      else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    return text.length;
  }
  let at = from;
  while (at < text.length && !',]} \n\r\t'.includes(text[at] ?? ' ')) at += 1;
  return at;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
