/** Which history does a SOURCE on the command line stand for? */
import type { Configuration } from '../configuration/configuration.ts';
import type { RecordSource } from '../ports/record-source.ts';
import { type Io, UserError } from './io.ts';

export interface SourceOptions {
  /** Milliseconds: only what may matter from then on has to be read. */
  readonly since?: number;
  readonly until?: number;
  readonly account?: string;
  readonly jobs?: number;
  /** A file in which what was read of a bucket is kept, so that an audit goes on where it was ended. */
  readonly resume?: string;
  readonly athenaWorkgroup?: string;
  readonly athenaOutput?: string;
}

/**
 * Files and folders, `s3://bucket/prefix`, `lookup:` (with regions behind it if need be), `athena:database.table`.
 * @throws {UserError} where a word is none of these.
 */
export async function historySources(
  io: Io,
  words: readonly string[],
  options: SourceOptions,
): Promise<readonly RecordSource[]> {
  if (words.length === 0)
    throw new UserError('a SOURCE is missing', 'files, folders, s3://bucket/prefix, lookup:, athena:database.table');
  const sources: RecordSource[] = [];
  const paths: string[] = [];
  for (const word of words) {
    const scheme = /^([a-z0-9]{2,}):/i.exec(word)?.[1]?.toLowerCase();
    if (scheme === 's3') sources.push(await s3Source(word, options));
    else if (scheme === 'lookup') sources.push(await lookupSource(io, word, options));
    else if (scheme === 'athena') sources.push(await athenaSource(word, options));
    else if (scheme !== undefined && /^[a-z0-9]+:\/\//i.test(word))
      throw new UserError(`${word}: no such kind of source`, 'files, folders, s3://, lookup:, athena:');
    else paths.push(word);
  }
  if (paths.length > 0) {
    const { logFilesSource } = await import('../adapters/log-files-source.ts');
    sources.unshift(logFilesSource(paths, options.jobs === undefined ? {} : { jobs: options.jobs }));
  }
  return sources;
}

async function s3Source(word: string, options: SourceOptions): Promise<RecordSource> {
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|arn:[^/]+)(?:\/(.*))?$/i.exec(word);
  const bucket = parts?.[1];
  if (bucket === undefined)
    throw new UserError(
      `${word}: expected s3://bucket or s3://bucket/prefix, with a bucket’s name of 3 to 63 characters`,
    );
  const { s3LogsSource } = await import('../adapters/s3-logs.ts');
  return s3LogsSource({ bucket, prefix: parts?.[2] ?? '' }, options);
}

async function lookupSource(io: Io, word: string, options: SourceOptions): Promise<RecordSource> {
  const regions = word
    .slice('lookup:'.length)
    .split(',')
    .filter((region) => region !== '');
  for (const region of regions) if (!isRegion(region)) throw new UserError(`${word}: ${region} is no region`);
  const { lookupEventsSource, lookupRegions } = await import('../adapters/lookup-events.ts');
  return lookupEventsSource(regions.length > 0 ? regions : await lookupRegions(io.env), options);
}

/** Whether it is written as a region is: `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(text);
}

async function athenaSource(word: string, options: SourceOptions): Promise<RecordSource> {
  const parts = /^athena:([a-z0-9_-]+)\.([a-z0-9_-]+)$/i.exec(word);
  if (parts?.[1] === undefined || parts[2] === undefined)
    throw new UserError(`${word}: expected athena:database.table`);
  const { athenaLogsSource } = await import('../adapters/athena.ts');
  return athenaLogsSource({ database: parts[1], table: parts[2] }, options);
}

/** The part of a folder or file words that a configuration may lie beside. */
export function foldersOf(words: readonly string[]): readonly string[] {
  return words.filter((word) => word !== '-' && !/^(?:s3|lookup|athena):/.test(word));
}

/**
 * Reads a time of the command line.
 * @param end whether a day alone stands for its last moment. @returns milliseconds.
 */
export function timeOption(value: string, name: string, end = false): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const isTime = day || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?$/i.test(value);
  const at =
    isTime && isDay(value.slice(0, 10))
      ? Date.parse(day ? `${value}T00:00:00Z` : /(?:Z|[+-]\d{2}:\d{2})$/i.test(value) ? value : `${value}Z`)
      : Number.NaN;
  if (Number.isNaN(at))
    throw new UserError(
      `${name} ${value}: no such time`,
      'ISO 8601 in UTC, such as 2026-03-01 or 2026-03-01T12:00:00Z',
    );
  return day && end ? at + 86_400_000 - 1 : at;
}

/** `Date.parse` takes the 30th of February for the 2nd of March. @param text `2026-03-01`. */
export function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** How far back a change may explain a denial: as much is read before the time that is asked for. */
export function lookBack({ bursts }: Configuration): number {
  return bursts.lookBackHours * 3_600_000;
}
