/** When was it? Times as records have them, and as files in the wild have them. */

const isoTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;
/** Anything above it is milliseconds: as seconds it would be past the year 5000. */
const mostSeconds = 1e11;

/**
 * Reads ISO 8601 (without a zone it is UTC, as all of CloudTrail's times are), or an epoch number in seconds or
 * milliseconds, also as text. Fractions of a second are dropped: CloudTrail's times have none.
 * @returns milliseconds since the epoch, or `undefined` where the value is no time.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const written = value.trim();
  if (/^\d{9,13}(\.\d{1,9})?$/.test(written)) return fromEpoch(Number(written));
  const parts = isoTime.exec(written);
  if (parts === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = parts;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(y, mo - 1, d));
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d || h > 23 || mi > 59 || s > 60) return undefined;
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  return inRange(Date.UTC(y, mo - 1, d, h, mi, s) - offset * 60_000);
}

/** @param at milliseconds since the epoch. @returns ISO 8601 in UTC, to the second. */
export function toIsoSeconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function fromEpoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return inRange(Math.floor(value > mostSeconds ? value / 1000 : value) * 1000);
}

/** The years that a four-digit year can write. */
function inRange(at: number): number | undefined {
  return at >= 0 && at < Date.UTC(10000, 0) ? at : undefined;
}

function zoneMinutes(zone: string): number | undefined {
  if (/^(Z|UTC)$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
