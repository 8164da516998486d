/** DateEquals, DateLessThan and kin: ISO 8601 or seconds since 1970; what is neither matches nothing. */
import { type Relation, related } from './numeric.ts';
import { type Operator, plainValue } from './operator.ts';

export function date(relation: Relation): Operator {
  return {
    family: 'date',
    ignoreCase: false,
    wildcards: false,
    variables: false,
    prepare(value) {
      const expected = parseDate(plainValue(value));
      if (expected === undefined) return undefined;
      return (given) => {
        const instant = parseDate(given);
        return instant !== undefined && related(relation, instant, expected);
      };
    },
  };
}

const iso =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?)?)?$/;

/**
 * The W3C profile of ISO 8601 that IAM names (a time without a zone is UTC; four digits are a year), or epoch seconds.
 * @returns milliseconds since 1970; `undefined` where the text is no instant.
 */
export function parseDate(text: string): number | undefined {
  if (text.length > 40) return undefined;
  if (/^-?\d+(\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000;
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, y = '', mo = '01', d = '01', h = '00', mi = '00', s = '00', fraction = '0', zone = 'Z'] = match;
  const [year, month, day, hour, minute, second] = [y, mo, d, h, mi, s].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return undefined;
  return at.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + Number(`0.${fraction}`) * 1000 - offsetOf(zone);
}

function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
