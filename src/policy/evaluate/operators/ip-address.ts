/** IpAddress and NotIpAddress: an address in a CIDR range, IPv4 or IPv6; a bare address stands for itself. */
import ipaddr from 'ipaddr.js';
import { anyCharacters, type PatternTokens } from '../wildcard.ts';
import { type Operator, plainValue } from './operator.ts';

/**
 * An IPv4-mapped IPv6 address (`::ffff:203.0.113.5`) is the IPv4 address it maps, in the request and in the policy.
 * Bits of a range behind its prefix do not count. What is no address, and no range, matches nothing.
 */
export const ipAddress: Operator = {
  family: 'ip',
  ignoreCase: false,
  wildcards: false,
  variables: false,
  prepare(value) {
    const range = parseAddressRange(plainValue(value));
    if (range === undefined) return undefined;
    const { bytes, prefix } = range;
    return (given) => {
      const address = parseAddress(given);
      return address !== undefined && address.length === bytes.length && samePrefix(address, bytes, prefix);
    };
  },
};

export interface AddressRange {
  /** 4 or 16, from the most significant. */
  readonly bytes: readonly number[];
  readonly prefix: number;
}

/** A value is asked of every range of a policy in turn. */
let last: { readonly text: string; readonly bytes: readonly number[] | undefined } = { text: '', bytes: undefined };

/** @returns the bytes of an address; `undefined` where the text is none (no octal, hexadecimal or short forms, no zone). */
export function parseAddress(text: string): readonly number[] | undefined {
  if (last.text !== text) last = { text, bytes: dottedBytes(text) ?? colonBytes(text) };
  return last.bytes;
}

/** Four decimal numbers without leading zeros. By hand: it is most of what deciding about an address costs. */
function dottedBytes(text: string): readonly number[] | undefined {
  if (text.length > 15) return undefined;
  const bytes: number[] = [];
  let byte = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const digit = at === text.length ? dot : text.charCodeAt(at) - zero;
    if (digit === dot) {
      if (byte === -1) return undefined;
      bytes.push(byte);
      byte = -1;
    } else if (digit < 0 || digit > 9 || byte === 0) return undefined;
    else {
      byte = byte === -1 ? digit : byte * 10 + digit;
      if (byte > 255) return undefined;
    }
  }
  return bytes.length === 4 ? bytes : undefined;
}

const zero = 0x30;
const dot = 0x2e - zero;

function colonBytes(text: string): readonly number[] | undefined {
  if (!text.includes(':') || text.includes('%') || text.length > 45 || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toByteArray() : address.toByteArray();
}

/** @returns the range of a CIDR text or of a bare address; `undefined` where it is neither. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  const bits = bytes.length * 8;
  if (slash === -1) return { bytes, prefix: bits };
  const digits = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  const mapped = bits === 32 && text.includes(':');
  const prefix = Number(digits) - (mapped ? 96 : 0);
  return prefix < 0 || prefix > bits ? undefined : { bytes, prefix };
}

/**
 * An IPv4 address has one text, so that a comparison of texts can be one of addresses: with a whole address, and with
 * whole numbers before a last `*`. An IPv6 address has many.
 *
 * @returns the ranges that the text of a policy fits, none where it is no address; `undefined` where it cannot be said.
 */
export function rangesOfText(tokens: PatternTokens): readonly string[] | undefined {
  const wildcards = tokens.filter((token) => token < 0).length;
  if (tokens.length === 1 && tokens[0] === anyCharacters) return ['0.0.0.0/0', '::/0'];
  const text = String.fromCodePoint(...tokens.filter((token) => token >= 0));
  if (wildcards === 0) {
    if (dottedBytes(text) !== undefined) return [text];
    return colonBytes(text) === undefined ? [] : undefined;
  }
  if (wildcards > 1 || tokens.at(-1) !== anyCharacters || !/^(\d{1,3}\.){1,3}$/.test(text)) return undefined;
  const numbers = text.split('.').length - 1;
  const range = `${text}${'0.'.repeat(3 - numbers)}0/${numbers * 8}`;
  return parseAddressRange(range) === undefined ? [] : [range];
}

export function samePrefix(left: readonly number[], right: readonly number[], prefix: number): boolean {
  const whole = prefix >> 3;
  for (let at = 0; at < whole; at += 1) if (left[at] !== right[at]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((left[whole] ?? 0) ^ (right[whole] ?? 0)) >> (8 - rest) === 0;
}
