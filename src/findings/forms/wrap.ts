/** How does a text fit into so many columns? */

/**
 * Breaks a text at spaces; a word longer than a line stands on one of its own, uncut, so that it can be copied.
 * @param width columns of a line, the indent included.
 * @param indent put before every line but the first.
 * @param used columns of the first line that are taken already.
 */
export function wrap(text: string, width: number, indent = '', used = 0): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let columns = lines.length === 0 ? used : columnsOf(indent);
    for (const word of paragraph.split(' ')) {
      const wide = columnsOf(word);
      if (line === '') {
        line = word;
        columns += wide;
      } else if (columns + 1 + wide <= width) {
        line += ` ${word}`;
        columns += 1 + wide;
      } else {
        lines.push(line);
        line = word;
        columns = columnsOf(indent) + wide;
      }
    }
    lines.push(line);
  }
  return lines.join(`\n${indent}`);
}

/** @returns the columns a text takes on a terminal: two for wide characters, none for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    columns += wideCharacter.test(character) ? 2 : 1;
  }
  return columns;
}

const wideCharacter =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
