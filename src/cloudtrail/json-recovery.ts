/** Which elements of a damaged or cut-off JSON list are whole? */

export interface DamagedList {
  /** The member that holds the list; `undefined`: the text is the list. */
  readonly member: 'Records' | 'Events' | undefined;
  /** The texts of the elements, in order. Those that are damaged are no JSON. */
  readonly elements: readonly string[];
  /** True where the text ends inside an element. */
  readonly cutOff: boolean;
}

const beginning = /^\s*(?:\[|\{\s*"(Records|Events)"\s*:\s*\[)/;
/** How CloudTrail's own files begin each record. */
const recordStart = '{"eventVersion":';

/**
 * Splits `{"Records": [ … ` and its kin at the braces of its elements, minding strings, in one pass over the text.
 * Where a quote or a brace is missing, it takes up again at what can only be the next element: a line with an opening
 * brace in the column of the first one, or `,{"eventVersion":`, which inside a string would be escaped.
 * @returns `undefined` where the text does not begin like such a list.
 */
export function splitDamagedList(text: string): DamagedList | undefined {
  const start = beginning.exec(text);
  if (start === null) return undefined;
  const elements: string[] = [];
  let depth = 0;
  let from = -1;
  let nextLine: string | undefined;
  let inString = false;
  let index = start[0].length;
  const open = (at: number): void => {
    from = at;
    depth = 1;
    inString = false;
    // Only so far back: a file without line ends must not be searched from its beginning for each element.
    const before = text.slice(Math.max(0, at - 100), at);
    const line = before.slice(before.lastIndexOf('\n'));
    nextLine = before.includes('\n') && line.trim() === '' ? `${line}{` : undefined;
  };
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (depth > 0 && isNextElement(text, index, from, nextLine)) {
      elements.push(text.slice(from, index));
      index = text.indexOf('{', index);
      open(index);
    } else if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22 || code === 0x0a) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (depth === 0) open(index);
      else depth += 1;
    } else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) break;
      depth -= 1;
      if (depth === 0) elements.push(text.slice(from, index + 1));
    }
  }
  return { member: start[1] as DamagedList['member'], elements, cutOff: depth > 0 };
}

function isNextElement(text: string, index: number, from: number, nextLine: string | undefined): boolean {
  const code = text.charCodeAt(index);
  if (code === 0x0a) return nextLine !== undefined && text.startsWith(nextLine, index);
  return code === 0x2c && text.startsWith(recordStart, index + 1) && text.startsWith(recordStart, from);
}

/**
 * Splits a text of several JSON lists and objects, one after the other with at most white space between them, as files
 * are when they are put into one. In one pass over the text, strings minded.
 * @returns their texts; `undefined` where there is only one, or anything else.
 */
export function splitJoined(text: string): readonly string[] | undefined {
  const values: string[] = [];
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      at += 1;
      continue;
    }
    const end = endOfJson(text, at);
    if (end === undefined) return undefined;
    values.push(text.slice(at, end));
    at = end;
  }
  return values.length > 1 ? values : undefined;
}

/** @returns the place behind the list or object that begins at the place, strings minded; `undefined` where none does, or it does not end. */
export function endOfJson(text: string, from: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (depth === 0) return undefined;
    else if (code === 0x22) inString = true;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
