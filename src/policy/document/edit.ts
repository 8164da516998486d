/** How is a part of a policy's text changed with the rest of it left as it stands, byte for byte? */
import { type JsonMember, type JsonNode, pointerStep, readJson, wideLimits } from './json-with-positions.ts';

/** What an edit needs of a policy: its text. */
export interface EditedText {
  readonly text: string;
}

type Parent =
  | {
      readonly kind: 'object';
      readonly node: Extract<JsonNode, { kind: 'object' }>;
      readonly member: JsonMember;
      readonly index: number;
    }
  | {
      readonly kind: 'array';
      readonly node: Extract<JsonNode, { kind: 'array' }>;
      readonly item: JsonNode;
      readonly index: number;
    };

/**
 * Puts another value in the place of the one a pointer leads to.
 *
 * @returns the new text; `undefined` where the pointer does not resolve.
 */
export function replaceAt({ text }: EditedText, pointer: string, value: unknown): string | undefined {
  const node = rootOf(text)?.nodeAt(pointer);
  if (node === undefined) return undefined;
  return splice(text, node.start, node.end, printed(value, indentOfLine(text, node.start), stepOf(text)));
}

/**
 * Takes a list element or a member out, with its comma. A list of two becomes a list of one; the last element of a list
 * leaves it empty.
 *
 * @returns the new text; `undefined` where the pointer does not resolve or is the document itself.
 */
export function removeAt({ text }: EditedText, pointer: string): string | undefined {
  const parent = parentOf(text, pointer);
  if (parent === undefined) return undefined;
  const spans =
    parent.kind === 'object'
      ? parent.node.members.map(({ keySpan, node }) => ({ start: keySpan.start, end: node.end }))
      : parent.node.items.map(({ start, end }) => ({ start, end }));
  const own = spans[parent.index];
  if (own === undefined) return undefined;
  const next = spans[parent.index + 1];
  const before = spans[parent.index - 1];
  if (next !== undefined) return splice(text, own.start, next.start, '');
  if (before !== undefined) return splice(text, before.end, own.end, '');
  return splice(text, parent.node.start + 1, parent.node.end - 1, '');
}

/**
 * Adds a value to a list; a single value where a list may stand becomes a list of both.
 *
 * @returns the new text; `undefined` where the pointer does not resolve.
 */
export function appendTo({ text }: EditedText, pointer: string, value: unknown): string | undefined {
  const node = rootOf(text)?.nodeAt(pointer);
  if (node === undefined) return undefined;
  const step = stepOf(text);
  if (node.kind !== 'array') {
    const indent = indentOfLine(text, node.start);
    const old = text.slice(node.start, node.end);
    if (step === '') return splice(text, node.start, node.end, `[${old},${printed(value, '', '')}]`);
    // A statement on its own moves one level in, as it would stand in a list.
    const moved = old.replaceAll('\n', `\n${step}`);
    return splice(
      text,
      node.start,
      node.end,
      `[\n${indent}${step}${moved},\n${indent}${step}${printed(value, indent + step, step)}\n${indent}]`,
    );
  }
  const last = node.items.at(-1);
  if (last === undefined)
    return splice(text, node.start, node.end, `[${printed(value, indentOfLine(text, node.start), step)}]`);
  const separator = separatorOf(text, node.start + 1, node.items, last.start);
  return splice(text, last.end, last.end, `,${separator}${printed(value, indentOfLine(text, last.start), step)}`);
}

/**
 * Sets a member of the object a pointer leads to: replaces its value, or adds it at the end.
 *
 * @returns the new text; `undefined` where the pointer leads to no object.
 */
export function setMember(document: EditedText, pointer: string, key: string, value: unknown): string | undefined {
  const { text } = document;
  const node = rootOf(text)?.nodeAt(pointer);
  if (node?.kind !== 'object') return undefined;
  if (node.members.some((member) => member.key === key))
    return replaceAt(document, `${pointer}${pointerStep(key)}`, value);
  const step = stepOf(text);
  const last = node.members.at(-1);
  const colon = step === '' ? ':' : ': ';
  if (last === undefined) {
    const indent = indentOfLine(text, node.start);
    const inner = `${JSON.stringify(key)}${colon}${printed(value, indent + step, step)}`;
    return splice(text, node.start, node.end, step === '' ? `{${inner}}` : `{\n${indent}${step}${inner}\n${indent}}`);
  }
  const separator = separatorOf(
    text,
    node.start + 1,
    node.members.map(({ keySpan, node: value }) => ({ start: keySpan.start, end: value.end })),
    last.keySpan.start,
  );
  return splice(
    text,
    last.node.end,
    last.node.end,
    `,${separator}${JSON.stringify(key)}${colon}${printed(value, indentOfLine(text, last.keySpan.start), step)}`,
  );
}

/**
 * Gives a member another name.
 *
 * @returns the new text; `undefined` where the pointer leads to no member, or one of that name is already there.
 */
export function renameMember({ text }: EditedText, pointer: string, name: string): string | undefined {
  const parent = parentOf(text, pointer);
  if (parent?.kind !== 'object' || parent.node.members.some(({ key }) => key === name)) return undefined;
  return splice(text, parent.member.keySpan.start, parent.member.keySpan.end, JSON.stringify(name));
}

/**
 * Moves a member of one object into a sibling of that object, which is made where it is not there; an object that is
 * left empty goes. So a condition gets another operator.
 *
 * @param pointer leads to the object that holds the member now.
 * @returns the new text; `undefined` where there is no such member, or the sibling holds one of that name.
 */
export function moveMember(document: EditedText, pointer: string, key: string, sibling: string): string | undefined {
  const parent = parentOf(document.text, pointer);
  const node = parent?.kind === 'object' ? parent.member.node : undefined;
  if (parent?.kind !== 'object' || node?.kind !== 'object') return undefined;
  const member = node.members.find((one) => one.key === key);
  const there = parent.node.members.find((one) => one.key === sibling);
  const sameName = (one: JsonMember): boolean => one.key.toLowerCase() === key.toLowerCase();
  if (member === undefined || (there?.node.kind === 'object' && there.node.members.some(sameName))) return undefined;
  const alone = node.members.length === 1;
  if (alone && there === undefined) return renameMember(document, pointer, sibling);
  const value = JSON.parse(document.text.slice(member.node.start, member.node.end)) as unknown;
  const taken = removeAt(document, alone ? pointer : `${pointer}${pointerStep(key)}`);
  if (taken === undefined) return undefined;
  const around = pointer.slice(0, pointer.lastIndexOf('/'));
  return there === undefined
    ? setMember({ text: taken }, around, sibling, { [key]: value })
    : setMember({ text: taken }, `${around}${pointerStep(sibling)}`, key, value);
}

/** @returns the number of characters IAM counts: white space outside strings does not count. */
export function countedSize(text: string): number {
  const read = readJson(text, wideLimits);
  if (!read.ok) return text.replace(/\s/g, '').length;
  let size = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      size += 1;
      if (character === '\\') {
        size += 1;
        at += 1;
      } else if (character === '"') inString = false;
    } else if (character === '"') {
      size += 1;
      inString = true;
    } else if (character !== ' ' && character !== '\n' && character !== '\r' && character !== '\t') size += 1;
  }
  return size;
}

function rootOf(text: string) {
  const read = readJson(text, wideLimits);
  return read.ok ? read.document : undefined;
}

function parentOf(text: string, pointer: string): Parent | undefined {
  const cut = pointer.lastIndexOf('/');
  if (cut === -1) return undefined;
  const node = rootOf(text)?.nodeAt(pointer.slice(0, cut));
  const step = pointer
    .slice(cut + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  if (node?.kind === 'object') {
    const index = node.members.findIndex(({ key }) => key === step);
    const member = node.members[index];
    return member === undefined ? undefined : { kind: 'object', node, member, index };
  }
  if (node?.kind === 'array' && /^\d+$/.test(step)) {
    const item = node.items[Number(step)];
    return item === undefined ? undefined : { kind: 'array', node, item, index: Number(step) };
  }
  return undefined;
}

function splice(text: string, start: number, end: number, middle: string): string {
  return text.slice(0, start) + middle + text.slice(end);
}

/** The white space between the elements, as the document has it: that before the last element. */
function separatorOf(
  text: string,
  open: number,
  spans: readonly { readonly start: number; readonly end: number }[],
  lastStart: number,
): string {
  const before = spans.at(-2);
  const from = before === undefined ? open : text.indexOf(',', before.end) + 1;
  const space = text.slice(from, lastStart);
  return /^\s*$/.test(space) ? space : '';
}

/** One level of indentation as the document has it; empty where it stands on one line. */
function stepOf(text: string): string {
  const line = /\n([ \t]+)\S/.exec(text)?.[1];
  return line ?? (text.includes('\n') ? '  ' : '');
}

function indentOfLine(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

function printed(value: unknown, indent: string, step: string): string {
  if (step === '') return JSON.stringify(value);
  return JSON.stringify(value, null, step).replaceAll('\n', `\n${indent}`);
}
