/** The real streams and files of the process, behind the `Io` that commands see. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Io, UserError } from './io.ts';
import { decodeText } from './text-encoding.ts';

/** Bytes of one input once it is inflated; a whole file has to fit into one string. */
const mostBytes = 400 * 1024 * 1024;

/** @returns an `Io` over the process; `exitCode` is what the commands asked for. */
export function processIo(): Io & { readonly exitCode: () => 0 | 1 | 2 } {
  let exitCode: 0 | 1 | 2 = 0;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdout: stateOf(process.stdout),
    stderr: stateOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    readStream: (file) => readStream(file),
    readBytes: (file) => readBytes(file),
    async readText(file, most) {
      return decodeText(await readBytes(file, most), nameOf(file));
    },
    exit(code) {
      if (code > exitCode) exitCode = code;
    },
    drained: async () => {
      if (!process.stdout.writableNeedDrain) return;
      await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()));
    },
    exitCode: () => exitCode,
  };
}

/** How an input is called in a message. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

async function readBytes(file: string, most?: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readStream(file, most)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* readStream(file: string, most = mostBytes): AsyncGenerator<Uint8Array> {
  const source = file === '-' ? process.stdin : await openFile(file);
  let bytes = 0;
  try {
    for await (const chunk of inflated(source)) {
      bytes += chunk.length;
      if (bytes > most)
        throw new UserError(
          `${nameOf(file)}: larger than ${most / 1024 / 1024} MB`,
          most < mostBytes ? undefined : 'split it into smaller files',
        );
      yield chunk;
    }
  } catch (error) {
    throw readingError(error, file);
  }
}

async function openFile(file: string): Promise<Readable> {
  try {
    if ((await stat(file)).isDirectory()) throw new UserError(`${file}: is a folder, expected a file`);
  } catch (error) {
    throw readingError(error, file);
  }
  return createReadStream(file, { highWaterMark: 256 * 1024 });
}

/** Undoes gzip where the first two bytes say so, whatever the file is called. */
async function* inflated(source: Readable): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array();
  let ended = false;
  while (start.length < 2 && !ended) {
    const next = await chunks.next();
    if (next.done === true) ended = true;
    else start = start.length === 0 ? (next.value as Uint8Array) : Buffer.concat([start, next.value as Uint8Array]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (start.length > 0) yield start;
    while (!ended) {
      const next = await chunks.next();
      if (next.done === true) return;
      yield next.value as Uint8Array;
    }
  }
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    yield* whole();
    return;
  }
  const gunzip = createGunzip();
  // The pump's failure is the stream's: it ends the reading below, and so must not be reported a second time.
  const pump = (async () => {
    for await (const chunk of whole()) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
    }
    gunzip.end();
  })().catch((error: unknown) => void gunzip.destroy(error instanceof Error ? error : new Error(String(error))));
  yield* gunzip as AsyncIterable<Uint8Array>;
  await pump;
}

function readingError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const name = nameOf(file);
  switch (code) {
    case 'ENOENT':
      return new UserError(`${name}: no such file`);
    case 'ENOTDIR':
      return new UserError(`${name}: no such file, a part of the path is not a folder`);
    case 'EISDIR':
      return new UserError(`${name}: is a folder, expected a file`);
    case 'EACCES':
    case 'EPERM':
      return new UserError(`${name}: may not be read: permission denied`);
    case 'ENAMETOOLONG':
      return new UserError(`${name.slice(0, 80)}…: no such file, the name is too long`);
    case 'ERR_INVALID_ARG_VALUE':
      return new UserError(`${JSON.stringify(name)}: is no file name`);
    case 'Z_BUF_ERROR':
      return new UserError(`${name}: the gzip data ends too early, the file was cut off`);
    case 'Z_DATA_ERROR':
      return new UserError(`${name}: the gzip data is damaged: ${error.message}`);
    default:
      return code === undefined ? error : new UserError(`${name}: cannot be read: ${error.message}`);
  }
}

function stateOf(stream: NodeJS.WriteStream): Io['stdout'] {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term, COLUMNS: columns } = process.env;
  const isTTY = stream.isTTY === true;
  const forced = force !== undefined && force !== '0' && force !== 'false';
  const refused = (no !== undefined && no !== '') || force === '0' || force === 'false';
  const given = Number(columns);
  const width = isTTY && stream.columns > 0 ? stream.columns : Number.isInteger(given) && given >= 20 ? given : 100;
  return { isTTY, columns: width, colour: forced || (!refused && isTTY && term !== 'dumb') };
}
