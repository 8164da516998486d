/** Which addresses tell apart what a set of CIDR ranges says, and which of them lie in a range? */

import { parseAddressRange } from '../evaluate/operators/ip-address.ts';
import { notPublic } from '../keys/address-ranges.ts';

/** Addresses of one family from the first to the last. */
export interface AddressSpan {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly text: string;
}

/** @returns the span of a range or of a bare address; `undefined` where the text is neither. */
export function spanOf(text: string): AddressSpan | undefined {
  const range = parseAddressRange(text);
  if (range === undefined) return undefined;
  const bits = range.bytes.length === 4 ? 32 : 128;
  let value = 0n;
  for (const byte of range.bytes) value = (value << 8n) | BigInt(byte);
  const size = 1n << BigInt(bits - range.prefix);
  const first = (value / size) * size;
  return { bits, first, last: first + size - 1n };
}

export function contains(span: AddressSpan, address: Address): boolean {
  return span.bits === address.bits && span.first <= address.value && address.value <= span.last;
}

/** @returns a test for lying in any of the spans, in the logarithm of their number. */
export function withinAny(spans: readonly AddressSpan[]): (address: Address) => boolean {
  const families = { 32: joined(spans, 32), 128: joined(spans, 128) };
  return ({ bits, value }) => {
    const family = families[bits];
    // The last span that begins at or before the address.
    let [low, high] = [0, family.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const span = family[middle];
      if (span !== undefined && span.first <= value) low = middle + 1;
      else high = middle;
    }
    const span = family[low - 1];
    return span !== undefined && value <= span.last;
  };
}

/** The spans of one family in order, those that overlap as one. */
function joined(spans: readonly AddressSpan[], bits: 32 | 128): readonly AddressSpan[] {
  const apart: AddressSpan[] = [];
  const sorted = spans.filter((span) => span.bits === bits).sort((a, b) => (a.first < b.first ? -1 : 1));
  for (const span of sorted) {
    const before = apart.at(-1);
    if (before === undefined || span.first > before.last) apart.push(span);
    else if (span.last > before.last) apart[apart.length - 1] = { ...before, last: span.last };
  }
  return apart;
}

const privateSpans = notPublic
  .map(([address, bits]) => spanOf(`${address.toString()}/${bits}`))
  .filter((span) => span !== undefined);
const isPrivate = withinAny(privateSpans);
/** All that was ever given out (IANA IPv6 Global Unicast Address Assignments): what people know as addresses. */
const usual: AddressSpan = { bits: 128, first: 0x2000n << 112n, last: (0x4000n << 112n) - 1n };
/** These stand for IPv4 addresses. */
const mapped: AddressSpan = { bits: 128, first: 0xffff_0000_0000n, last: 0xffff_ffff_ffffn };

/**
 * The answers of ranges change only where one begins and behind where one ends. Within what lies between, an address
 * some way inside is taken: the first one of a network is nobody's.
 *
 * @returns an address of every stretch of addresses that the spans do not tell apart.
 */
export function addressesApart(spans: readonly AddressSpan[], publicOnly: boolean): readonly Address[] {
  const found: Address[] = [];
  const unusual: Address[] = [];
  for (const bits of [32, 128] as const) {
    const borders = new Set<bigint>([0n]);
    const end = 1n << BigInt(bits);
    for (const span of [...spans, ...privateSpans, mapped, usual]) {
      if (span.bits !== bits) continue;
      borders.add(span.first);
      borders.add(span.last + 1n);
    }
    const sorted = [...borders].filter((border) => border < end).sort((a, b) => (a < b ? -1 : 1));
    sorted.forEach((first, at) => {
      const last = (sorted[at + 1] ?? end) - 1n;
      const value = last - first > 16n ? first + (first % 256n === 0n ? 10n : 1n) : first;
      const address: Address = { bits, value, text: textOf(value, bits) };
      if (bits === 128 && contains(mapped, address)) return;
      if (publicOnly && isPrivate(address)) return;
      (bits === 32 || contains(usual, address) ? found : unusual).push(address);
    });
  }
  return [...found, ...unusual];
}

function textOf(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, group) => ((value >> BigInt(112 - group * 16)) & 0xffffn).toString(16));
  const text = groups.join(':');
  // The longest run of zeros is written short.
  return text.replace(/(^|:)0(:0)+(:|$)/, '::');
}
