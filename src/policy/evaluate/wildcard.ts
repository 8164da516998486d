/** Does a text match a pattern with `*` (any characters) and `?` (exactly one)? In time pattern × text at worst. */

/** A stretch of a pattern; in a literal one, as a policy variable's value is, `*` and `?` are plain characters. */
export interface PatternPiece {
  readonly text: string;
  readonly literal: boolean;
}

/** Code points, {@link anyCharacter} and {@link anyCharacters}. */
export type PatternTokens = readonly number[];

export const anyCharacter = -1;
export const anyCharacters = -2;

const question = 0x3f;
const star = 0x2a;

/** @returns the pattern's tokens; runs of `*` are one. */
export function patternTokens(pieces: readonly PatternPiece[]): PatternTokens {
  const tokens: number[] = [];
  for (const { text, literal } of pieces) {
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      if (literal || (code !== question && code !== star)) tokens.push(code);
      else if (code === question) tokens.push(anyCharacter);
      else if (tokens.at(-1) !== anyCharacters) tokens.push(anyCharacters);
    }
  }
  return tokens;
}

/** @returns a test for texts; a pattern is prepared once and then used for many. Letter case counts. */
export function prepareWildcard(pattern: string | PatternTokens): (text: string) => boolean {
  const tokens = typeof pattern === 'string' ? patternTokens([{ text: pattern, literal: false }]) : pattern;
  const firstWild = tokens.findIndex((token) => token < 0);
  if (firstWild === -1) {
    const whole = textOf(tokens);
    return (text) => text === whole;
  }
  if (firstWild === tokens.length - 1 && tokens[firstWild] === anyCharacters) {
    const prefix = textOf(tokens.slice(0, firstWild));
    return (text) => text.startsWith(prefix);
  }
  const codes = Int32Array.from(tokens);
  return (text) => matchTokens(codes, text);
}

/** @returns whether the whole text matches. `?` is one character, also one outside the basic plane. Letter case counts. */
export function matchWildcard(pattern: string, text: string): boolean {
  return prepareWildcard(pattern)(text);
}

function textOf(tokens: PatternTokens): string {
  let text = '';
  for (const token of tokens) text += String.fromCodePoint(token);
  return text;
}

/** Only the last `*` is ever tried again: an earlier one could not reach further than the later one does. */
function matchTokens(pattern: Int32Array, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let retryFrom = 0;
  while (t < text.length) {
    const code = text.codePointAt(t) ?? 0;
    const token = p < pattern.length ? pattern[p] : undefined;
    if (token === anyCharacters) {
      starAt = p;
      retryFrom = t;
      p += 1;
    } else if (token === code || token === anyCharacter) {
      p += 1;
      t += code > 0xffff ? 2 : 1;
    } else if (starAt !== -1) {
      retryFrom += (text.codePointAt(retryFrom) ?? 0) > 0xffff ? 2 : 1;
      t = retryFrom;
      p = starAt + 1;
    } else return false;
  }
  while (p < pattern.length && pattern[p] === anyCharacters) p += 1;
  return p === pattern.length;
}
