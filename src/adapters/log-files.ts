/** Which CloudTrail records do these files and folders hold? One file after the other, inflated where it is compressed. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cutOffMessage, type ReadEvents, type ReadingProblem, readEvents } from '../cloudtrail/read-record.ts';
import { inMemory, OtherData, packingOf, unpackInto } from './packed-source.ts';

export interface LogFile extends ReadEvents {
  /** The path as given, or as found below the folder that was given. */
  readonly name: string;
  /** Bytes of the file as it lies there. */
  readonly bytes: number;
  /**
   * Why a file that was found in a folder, and not named, is passed over without a problem: it is whole, and
   * something else than CloudTrail's.
   */
  readonly passedOver?: string;
}

export interface LogFileOptions {
  /** Bytes of one file once inflated; default 400 MB, since a file becomes one string. */
  readonly mostBytes?: number;
  /** What the path `-` stands for. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
  /** Folders below the one given; default 32 (CloudTrail's own files lie ten deep). */
  readonly deepest?: number;
}

const defaultMostBytes = 400 * 1024 * 1024;
const logFileName = /\.(?:json|jsonl|ndjson)(?:\.(?:gz|zst))?$|\.(?:gz|zst)$/i;
/** What CloudTrail Lake calls its results, unpacked, and Athena its own; other tables are no logs. */
const resultFileName = /^(?:query_result_\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.csv$/i;
/** CloudTrail's own, and no records of calls (CloudTrail User Guide, "CloudTrail log file name format"). */
const otherFolders = new Set(['CloudTrail-Digest', 'CloudTrail-Insight', 'node_modules']);

/**
 * Reads files in any form of an EVENT, and folders of them in the order of their names. Whatever goes wrong with a file
 * is a problem of that file, in one line, and the next one follows; it never throws for what lies on the disk.
 */
export async function* readLogFiles(
  paths: readonly string[],
  options: LogFileOptions = {},
): AsyncGenerator<LogFile, void, undefined> {
  for await (const found of findLogFiles(paths, options)) {
    const { name } = found;
    if ('error' in found) yield unreadable(name, found.error);
    else if (name === '-') yield await readOne('standard input', () => readAll(options), options);
    else {
      const file = await readOne(name, () => readFileBounded(name, options), options);
      const foreign =
        !found.named && file.records.length === 0 && file.problems.every((problem) => problem.kind === 'foreign');
      const why = foreign ? file.problems[0]?.message : undefined;
      yield why === undefined ? file : { ...file, problems: [], passedOver: why };
    }
  }
}

/** A file to read, or a path where there is none. */
export type FoundLogFile =
  | { readonly name: string; readonly named: boolean; readonly bytes: number }
  | { readonly name: string; readonly error: Error };

/** Lists the files that are named, and those of the folders that are named, in the order of their names; `-` stays `-`. */
export async function* findLogFiles(
  paths: readonly string[],
  { deepest = 32 }: Pick<LogFileOptions, 'deepest'> = {},
): AsyncGenerator<FoundLogFile, void, undefined> {
  for (const path of paths) {
    if (path === '-') {
      yield { name: path, named: true, bytes: 0 };
      continue;
    }
    const found = await lookAt(path);
    if ('error' in found) yield { name: path, error: found.error };
    else if (found.kind === 'file') yield { name: path, named: true, bytes: found.bytes };
    else yield* filesBelow(path, deepest);
  }
}

async function lookAt(
  path: string,
): Promise<{ readonly kind: 'file' | 'folder'; readonly bytes: number } | { readonly error: Error }> {
  try {
    const found = await stat(path);
    return { kind: found.isDirectory() ? 'folder' : 'file', bytes: found.size };
  } catch (error) {
    return { error: asError(error) };
  }
}

/** @param seen the folders that were gone through, each once however many links lead to it: links can go round in circles. */
async function* filesBelow(
  folder: string,
  levels: number,
  seen: Set<string> = new Set(),
): AsyncGenerator<FoundLogFile, void, undefined> {
  let entries: FolderEntry[];
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    if (seen.has(`${dev} ${ino}`)) return;
    seen.add(`${dev} ${ino}`);
    entries = (await readdir(folder, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
      isFile: entry.isFile(),
      isLink: entry.isSymbolicLink(),
    }));
  } catch (error) {
    yield { name: folder, error: asError(error) };
    return;
  }
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for await (const { path, name, isLog, found } of lookedAt(folder, entries)) {
    if ('error' in found) {
      // What it led to may have been a folder of logs.
      if (isLog || !name.includes('.')) yield { name: path, error: found.error };
    } else if (found.kind === 'file') {
      if (isLog) yield { name: path, named: false, bytes: found.bytes };
    } else if (!otherFolders.has(name)) {
      if (levels > 0) yield* filesBelow(path, levels - 1, seen);
      else yield { name: path, error: new Error('more folders in each other than are read') };
    }
  }
}

interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isFile: boolean;
  readonly isLink: boolean;
}

/** What the entries of a folder are, in their order; many are looked at at the same time, for there may be thousands. */
async function* lookedAt(folder: string, entries: readonly FolderEntry[]) {
  const together = 64;
  for (let from = 0; from < entries.length; from += together)
    yield* (
      await Promise.all(
        entries.slice(from, from + together).map(async ({ name, isFolder, isFile, isLink }) => {
          if (name.startsWith('.') || !(isFolder || isFile || isLink)) return [];
          const path = join(folder, name);
          const isLog = logFileName.test(name) || resultFileName.test(name);
          if (isFolder) return [{ path, name, isLog, found: { kind: 'folder', bytes: 0 } as const }];
          // What a folder holds that is no log is not looked at; a link may lead to a folder, whatever it is called.
          return isLink || isLog ? [{ path, name, isLog, found: await lookAt(path) }] : [];
        }),
      )
    ).flat();
}

async function readFileBounded(path: string, options: LogFileOptions): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > (options.mostBytes ?? defaultMostBytes)) throw new TooLarge();
  return await readFile(path);
}

async function readAll(options: LogFileOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of options.standardInput ?? process.stdin) {
    bytes += chunk.length;
    if (bytes > (options.mostBytes ?? defaultMostBytes)) throw new TooLarge();
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

async function readOne(name: string, read: () => Promise<Uint8Array>, options: LogFileOptions): Promise<LogFile> {
  try {
    const bytes = await read();
    const { content, failure } = await unpacked(bytes, options.mostBytes ?? defaultMostBytes);
    const text = decodedText(content);
    const events = readEvents(text, name);
    return { name, bytes: bytes.length, ...(failure === undefined ? events : cutShort(events, text, name, failure)) };
  } catch (error) {
    return unreadable(name, asError(error));
  }
}

/** A file that was cut off has one problem, that it was, and not a second one for the record at the cut. */
function cutShort({ records, problems }: ReadEvents, text: string, name: string, failure: Error): ReadEvents {
  const isWithin = problems.at(-1)?.message === cutOffMessage || !/[}\]\s]$/.test(text.slice(-1));
  const others = isWithin ? problems.slice(0, -1) : problems;
  return { records, problems: [...others, failedAfter(records.length, name, failure)] };
}

/** @returns all that comes of the bytes before something is wrong with them. @throws TooLargeUnpacked */
async function unpacked(
  bytes: Uint8Array,
  mostBytes: number,
): Promise<{ readonly content: Uint8Array; readonly failure?: Error }> {
  if (packingOf(bytes) === 'none') return { content: bytes };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const { failure } = await unpackInto(inMemory(bytes), (chunk) => {
    size += chunk.length;
    if (size <= mostBytes) chunks.push(Buffer.from(chunk));
    return size <= mostBytes;
  });
  if (size > mostBytes) throw new TooLargeUnpacked();
  return { content: Buffer.concat(chunks), ...(failure === undefined ? {} : { failure }) };
}

/** UTF-8, or the UTF-16 that PowerShell's `>` writes; what is neither is no JSON, which the reader says. */
export function decodedText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

class TooLarge extends Error {}

/** Of the text that comes of a packed file. */
export class TooLargeUnpacked extends Error {}

function unreadable(name: string, error: Error): LogFile {
  return { name, bytes: 0, records: [], problems: [damaged(name, reasonOf(error))] };
}

/** What went wrong with a file, and how many of its records were read all the same. */
export function failedAfter(records: number, place: string, failure: Error): ReadingProblem {
  return damaged(place, `${reasonOf(failure)}: ${records === 0 ? 'no record could be' : readBefore(records)} read`);
}

export function readBefore(records: number): string {
  return records === 1 ? 'the record before that was' : `the ${records} records before that were`;
}

export function damaged(place: string, message: string): ReadingProblem {
  return { place, message, kind: 'damaged' };
}

/** Why a file cannot be read, in words. */
export function reasonOf(error: Error): string {
  if (error instanceof OtherData) return 'something else follows the compressed data';
  if (error instanceof TooLarge) return 'larger than can be read at once: split it into smaller files';
  if (error instanceof TooLargeUnpacked)
    return 'larger, once inflated, than can be read at once: split it into smaller files';
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'Z_DATA_ERROR':
      return 'the gzip data is damaged';
    case 'Z_BUF_ERROR':
      return 'the compressed data ends too early, the file was cut off';
    case 'ZSTD_error_frameParameter_windowTooLarge':
      return 'packed with a larger window than is unpacked here (`zstd --long`): unpack it first';
    case 'ELOOP':
      return 'a link that leads to itself';
    default:
      if (/^ZSTD_error_/.test((error as NodeJS.ErrnoException).code ?? '')) return 'the zstd data is damaged';
      return `cannot be read: ${error.message}`;
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
