/** Which address ranges can a caller's public address never be in, and which are very wide? */
import ipaddr from 'ipaddr.js';

/** Ranges that are not on the public internet (IANA IPv4 and IPv6 Special-Purpose Address Registries). */
export const notPublic = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::1/128',
  '::/128',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map((text) => ipaddr.parseCIDR(text));

/** An address and the number of its bits that count. */
export type IpRange = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @returns the range that a text means, an address standing for itself alone; `undefined` where it is none. */
export function parseRange(text: string): IpRange | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return undefined;
  }
}

/** @returns whether the whole range is private, shared, link-local, loopback or otherwise never a public source address. */
export function isPrivateRange(text: string): boolean {
  const range = parseRange(text);
  return range !== undefined && notPublic.some((other) => rangeContains(other, range));
}

/** @returns whether a range holds so many public addresses that it is no guard: shorter than /16, or /32 for IPv6. */
export function isWideRange(text: string): boolean {
  const range = parseRange(text);
  if (range === undefined || isPrivateRange(text)) return false;
  return range[1] < (range[0].kind() === 'ipv4' ? 16 : 32);
}

/** @returns whether the inner range lies wholly in the outer one; never across families. */
export function rangeContains(outer: IpRange, inner: IpRange): boolean {
  const [address, bits] = outer;
  const [other, otherBits] = inner;
  if (address.kind() !== other.kind() || otherBits < bits) return false;
  return address.kind() === 'ipv4'
    ? (other as ipaddr.IPv4).match(address as ipaddr.IPv4, bits)
    : (other as ipaddr.IPv6).match(address as ipaddr.IPv6, bits);
}
