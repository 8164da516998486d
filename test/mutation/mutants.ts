/** Which small faults could somebody have written into a module? One operator, comparison or constant changed each time. */

export interface Mutant {
  /** UTF-16 offset in the code. */
  readonly offset: number;
  readonly from: string;
  readonly to: string;
}

/** What stands in place of what; looked for outside strings, comments and regular expressions. */
const changes: readonly (readonly [find: RegExp, to: readonly string[]])[] = [
  [/ === /g, [' !== ']],
  [/ !== /g, [' === ']],
  [/ < /g, [' <= ', ' >= ']],
  [/ <= /g, [' < ', ' > ']],
  [/ > /g, [' >= ', ' <= ']],
  [/ >= /g, [' > ', ' < ']],
  [/ && /g, [' || ']],
  [/ \|\| /g, [' && ']],
  [/ \+ /g, [' - ']],
  [/ - /g, [' + ']],
  [/ >> /g, [' << ']],
  [/ & /g, [' | ']],
  [/\btrue\b/g, ['false']],
  [/\bfalse\b/g, ['true']],
  [/\bYES\b/g, ['NO']],
  [/\bNO\b/g, ['YES']],
  [/\bUNKNOWN\b/g, ['NO']],
  [/\.some\(/g, ['.every(']],
  [/\.every\(/g, ['.some(']],
  [/(?<=[(\s&|=?:])!(?=[A-Za-z_(#])/g, ['']],
  [/\bcontinue;/g, [';']],
  [/ = 0;/g, [' = 1;']],
  [/ = 1;/g, [' = 0;']],
];

/**
 * @param code JavaScript, types already blanked.
 * @returns every fault, in the order of the code; some make no program or hang, as faults do.
 */
export function mutantsOf(code: string): readonly Mutant[] {
  const visible = codeAlone(code);
  const found: Mutant[] = [];
  // An import's braces, and a constant that stands for a union in a type, are no faults.
  for (const [find, to] of changes)
    for (const match of visible.matchAll(find))
      for (const other of to) found.push({ offset: match.index, from: match[0], to: other });
  return found.sort((a, b) => a.offset - b.offset);
}

export function applied(code: string, { offset, from, to }: Mutant): string {
  return code.slice(0, offset) + to + code.slice(offset + from.length);
}

/** What counts work alone: a fault in it changes when a search gives up, which no test should pin to the step. */
const workAlone = /\b(?:spend|spendShared)\([^;]*\);|\b(?:cost|steps) \+= [^;]*;/g;

/** The code with everything inside strings, templates, comments and regular expressions, and the count of work, blanked. */
function codeAlone(code: string): string {
  const out = [...Array(code.length).keys()].map((at) => code[at] ?? ' ');
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at += 1) if (out[at] !== '\n') out[at] = ' ';
  };
  let at = 0;
  let before = '';
  while (at < code.length) {
    const character = code[at] ?? '';
    const two = code.slice(at, at + 2);
    let end = at + 1;
    if (two === '//') end = endOr(code, '\n', at);
    else if (two === '/*') end = endOr(code, '*/', at + 2) + 2;
    else if (character === "'" || character === '"' || character === '`') end = endOfQuoted(code, at);
    else if (character === '/' && /[(,=:[!&|?{};\n]/.test(before)) end = endOfRegex(code, at);
    else {
      if (!/\s/.test(character)) before = character;
      at += 1;
      continue;
    }
    blank(at, end);
    before = 'x';
    at = end;
  }
  return out.join('').replaceAll(workAlone, (counted) => counted.replaceAll(/[^\n]/g, ' '));
}

function endOr(code: string, text: string, from: number): number {
  const at = code.indexOf(text, from);
  return at === -1 ? code.length : at;
}

function endOfQuoted(code: string, from: number): number {
  const quote = code[from];
  let at = from + 1;
  while (at < code.length && code[at] !== quote) at += code[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfRegex(code: string, from: number): number {
  let at = from + 1;
  let inClass = false;
  while (at < code.length && (inClass || code[at] !== '/')) {
    if (code[at] === '[') inClass = true;
    else if (code[at] === ']') inClass = false;
    at += code[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}
