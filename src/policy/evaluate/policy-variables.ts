/** Which parts of a condition value are policy variables, and what is their text for one request? */
import type { PatternPiece } from './wildcard.ts';

export interface PolicyVariable {
  /** The condition key, as written. */
  readonly key: string;
  /** What stands in its place where the key is not in the request. */
  readonly fallback: string | undefined;
}

export type ValuePart = { readonly piece: PatternPiece } | { readonly variable: PolicyVariable };

const escapes: ReadonlySet<string> = new Set(['*', '?', '$']);
const form = /^\s*([^\s,'"]+)\s*(?:,\s*'([^']*)'\s*)?$/;

/**
 * Splits a value at its variables (IAM User Guide, "IAM policy elements: Variables and tags"): `${key}`,
 * `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the plain characters. What is none of these stays as it is.
 */
export function readVariables(text: string): readonly ValuePart[] {
  const parts: ValuePart[] = [];
  let plain = '';
  let from = 0;
  const flush = () => {
    if (plain !== '') parts.push({ piece: { text: plain, literal: false } });
    plain = '';
  };
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', from)) {
    const end = text.indexOf('}', at + 2);
    if (end === -1) break;
    const inner = text.slice(at + 2, end);
    const match = form.exec(inner);
    plain += text.slice(from, at);
    from = end + 1;
    if (escapes.has(inner)) {
      flush();
      parts.push({ piece: { text: inner, literal: true } });
    } else if (match?.[1] !== undefined) {
      flush();
      parts.push({ variable: { key: match[1], fallback: match[2] } });
    } else plain += text.slice(at, end + 1);
  }
  plain += text.slice(from);
  if (plain !== '' || parts.length === 0) parts.push({ piece: { text: plain, literal: false } });
  return parts;
}
