/** IpAddress and NotIpAddress: an address in a CIDR range, IPv4 or IPv6; a bare address stands for itself. */
import ipaddr from 'ipaddr.js';
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

const dotted = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** @returns the bytes of an address; `undefined` where the text is none (no octal, hexadecimal or short forms, no zone). */
export function parseAddress(text: string): readonly number[] | undefined {
  const match = dotted.exec(text);
  if (match !== null) {
    const bytes = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
    return bytes.some((byte) => byte > 255) ? undefined : bytes;
  }
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

export function samePrefix(left: readonly number[], right: readonly number[], prefix: number): boolean {
  const whole = prefix >> 3;
  for (let at = 0; at < whole; at += 1) if (left[at] !== right[at]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((left[whole] ?? 0) ^ (right[whole] ?? 0)) >> (8 - rest) === 0;
}
