/** Which finding is this? The same facts give the same id, on any machine and in any order of delivery. */
import type { FindingKind } from './finding.ts';

/** A value as JSON knows it; `undefined` members are left out. */
export type Fact = string | number | boolean | null | undefined | readonly Fact[] | { readonly [name: string]: Fact };

/**
 * The id of a finding: a hash of what makes it this finding and no other, never of its wording.
 * It is SHA-256 (its first 128 bits, in hex), because parts of the facts are chosen by attackers: with a weaker hash
 * somebody could make a finding whose id was published before, and that would so be held back.
 * @param facts e.g. the role's ARN and the eventID of the change; the order of members does not matter.
 */
export function findingId(kind: FindingKind, facts: { readonly [name: string]: Fact }): string {
  return sha256(canonicalJson(['trusttrail/finding/1', kind, facts])).slice(0, 32);
}

/** JSON with the members of every object in the order of their names (UTF-16 code units), without spaces. */
export function canonicalJson(value: Fact): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Fact) => canonicalJson(item)).join(',')}]`;
  const object = value as { readonly [name: string]: Fact };
  let members = '';
  // Without an order of its own, `sort` compares by UTF-16 code units.
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** @returns the SHA-256 (FIPS 180-4) of the text's UTF-8 bytes in lower-case hex. Own code: the core has no `node:*`. */
export function sha256(text: string): string {
  return digest(text)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
}

/** The same in base64, as a Content-Security-Policy names a hash. */
export function sha256Base64(text: string): string {
  const bytes = digest(text).flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  return btoa(String.fromCharCode(...bytes));
}

/** @returns eight words of 32 bits. */
function digest(text: string): readonly number[] {
  const bytes = new TextEncoder().encode(text);
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new Uint8Array(blocks * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const state = Uint32Array.from(initialState);
  const words = new Uint32Array(64);
  const w = (index: number): number => words[index] ?? 0;
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t += 1) words[t] = view.getUint32(block + t * 4);
    for (let t = 16; t < 64; t += 1) {
      const s0 = rotate(w(t - 15), 7) ^ rotate(w(t - 15), 18) ^ (w(t - 15) >>> 3);
      const s1 = rotate(w(t - 2), 17) ^ rotate(w(t - 2), 19) ^ (w(t - 2) >>> 10);
      words[t] = w(t - 16) + s0 + w(t - 7) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (roundConstants[t] ?? 0) + w(t)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    const added = [a, b, c, d, e, f, g, h];
    for (let index = 0; index < 8; index += 1) state[index] = (state[index] ?? 0) + (added[index] ?? 0);
  }
  return [...state];
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
const initialState: readonly number[] = primes(8).map((prime) => fraction(Math.sqrt(prime)));
/** The same of the cube roots of the first 64 primes. */
const roundConstants: readonly number[] = primes(64).map((prime) => fraction(Math.cbrt(prime)));

function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}
