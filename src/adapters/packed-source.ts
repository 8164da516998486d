/** How are packed bytes unpacked, wherever they are, to their very end, with all that comes before any damage? */
import { constants, createReadStream, fstatSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { createGunzip, createZstdDecompress } from 'node:zlib';

export type Packing = 'none' | 'gzip' | 'zstd';

/** Told by the first bytes (RFC 1952, RFC 8878), whatever the file is called. */
export function packingOf([first = 0, second = 0, third = 0, fourth = 0]: Uint8Array): Packing {
  if (first === 0x1f && second === 0x8b) return 'gzip';
  const isFrame = first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd;
  // `pzstd` begins with a frame that is to be skipped (RFC 8878, 3.1.2).
  const isSkippable = first >> 4 === 5 && second === 0x2a && third === 0x4d && fourth === 0x18;
  return isFrame || isSkippable ? 'zstd' : 'none';
}

/** Behind packed data comes something that is not. */
export class OtherData extends Error {}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface PackedSource {
  /** Bytes, where it is known how many. */
  readonly size: number;
  /** Whether bytes that were asked for can be asked for again. */
  readonly repeatable: boolean;
  /** @returns the bytes from the place on. Unless the source is repeatable, places only go on, to what is not unpacked yet. */
  from(place: number): Pieces;
  whole(): Uint8Array;
}

const pieceBytes = 512 * 1024;

/** A large buffer in pieces, so that the inflating does not get far ahead of the scanning. */
export function inMemory(bytes: Uint8Array): PackedSource {
  const from = function* (place: number): Generator<Uint8Array> {
    for (let at = place; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  return { size: bytes.length, repeatable: true, from, whole: () => bytes };
}

export function onDisk(file: string, size: number): PackedSource {
  const from = (start: number): Readable => createReadStream(file, { start, highWaterMark: pieceBytes });
  return { size, repeatable: true, from, whole: () => readFileSync(file) };
}

/**
 * What comes in once under a name. A pipe and a terminal are waited for without a thread: one that waits for them can be
 * ended by nothing, and neither can the program.
 */
export function streamOf(name: string): Readable {
  // Windows has neither the pipes nor the constant.
  const { O_NONBLOCK = 0, O_RDONLY } = constants;
  const fd = openSync(name, O_RDONLY | O_NONBLOCK);
  if (isatty(fd)) return new ReadStream(fd);
  return fstatSync(fd).isFIFO()
    ? new Socket({ fd, readable: true, writable: false })
    : createReadStream(name, { fd, highWaterMark: pieceBytes });
}

/** Pieces that a stream was given and may not have unpacked yet. */
const mostGiven = 16;
const leastPiece = 64 * 1024;

/** What comes in once. @param first what has come already. */
export function comingIn(first: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): PackedSource {
  let held = [...first];
  let heldFrom = 0;
  let coming: Promise<boolean> | undefined;
  // A stream that was left may still wait for the next piece: there is one wait at a time, and whoever comes next joins it.
  const more = async (): Promise<boolean> => {
    coming ??= rest.next().then(({ value, done }) => {
      coming = undefined;
      if (done !== true) held.push(value);
      return done !== true;
    });
    return await coming;
  };
  const forget = (pieces: number): void => {
    if (pieces <= 0) return;
    for (const piece of held.slice(0, pieces)) heldFrom += piece.length;
    held = held.slice(pieces);
  };
  const from = async function* (place: number): AsyncGenerator<Uint8Array> {
    for (let at = place; ; ) {
      let index = 0;
      let start = heldFrom;
      for (let piece = held[0]; piece !== undefined && start + piece.length <= at; piece = held[index]) {
        start += piece.length;
        index += 1;
      }
      const piece = held[index];
      if (piece === undefined) {
        if (await more()) continue;
        return;
      }
      forget(index - mostGiven);
      yield piece.subarray(at - start);
      at = start + piece.length;
    }
  };
  const whole = (): Uint8Array => {
    throw new Error('larger than can be read at once');
  };
  return { size: Number.POSITIVE_INFINITY, repeatable: false, from, whole };
}

/** The same bytes in pieces that are not small, the last one aside. */
export async function* inLargePieces(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let small: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of input) {
    small.push(piece);
    bytes += piece.length;
    if (bytes < leastPiece) continue;
    yield small.length === 1 ? piece : Buffer.concat(small);
    small = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(small);
}

/**
 * Unpacks all that there is, one member or frame after the other: zlib stops behind the first frame of zstd, and in gzip
 * before zero bytes, and says nothing of the rest.
 * @param push takes what comes of it; the bytes may be used again afterwards. Where it answers false no more is wanted.
 * @returns what went wrong on the way, after all that came before it was pushed.
 */
export async function unpackInto(
  source: PackedSource,
  push: (chunk: Uint8Array) => boolean,
): Promise<{ readonly packing: Packing; readonly failure?: Error }> {
  const { packing } = await dataFrom(source, 0);
  for (let at = 0; ; ) {
    const part = await unpackPart(source.from(at), packing, push);
    if (part.failure !== undefined) {
      if (source.repeatable && !isCutOff(part.failure)) await pushLast(source, at, packing, part, push);
      return { packing, failure: part.failure };
    }
    if (part.refused || packing === 'none') return { packing };
    const more = await dataFrom(source, at + part.consumed);
    if (more.at === undefined) return { packing };
    if (more.packing !== packing) return { packing, failure: new OtherData() };
    at = more.at;
  }
}

interface UnpackedPart {
  /** Bytes that were taken, and bytes that came of them. */
  readonly consumed: number;
  readonly delivered: number;
  readonly failure?: Error;
  /** No more was wanted. */
  readonly refused: boolean;
}

/** Unpacks up to where zlib stops. */
async function unpackPart(
  pieces: Pieces,
  packing: Packing,
  push: (chunk: Uint8Array) => boolean,
): Promise<UnpackedPart> {
  const input = pieces instanceof Readable ? pieces : Readable.from(pieces, { objectMode: false });
  const unpacker = unpackerOf(packing);
  const output = unpacker === undefined ? input : input.pipe(unpacker);
  let delivered = 0;
  let refused = false;
  // Listened to rather than iterated: an error would drop what is still in the stream's buffer.
  const failure = await new Promise<Error | undefined>((resolve) => {
    output.on('data', (chunk: Uint8Array) => {
      delivered += chunk.length;
      refused ||= !push(chunk);
      if (refused) resolve(undefined);
      // A buffer that was filled to its end is not written to again.
      if (output !== input && chunk.byteOffset + chunk.length === chunk.buffer.byteLength) release(chunk);
    });
    output.on('end', () => resolve(undefined));
    output.on('error', resolve);
    input.on('error', resolve);
  });
  input.destroy();
  output.destroy();
  const consumed = unpacker?.bytesWritten ?? delivered;
  return { consumed, delivered, refused, ...(failure === undefined ? {} : { failure }) };
}

function unpackerOf(packing: Packing) {
  if (packing === 'none') return undefined;
  return packing === 'zstd' ? createZstdDecompress({ chunkSize: pieceBytes }) : createGunzip({ chunkSize: pieceBytes });
}

/**
 * What had come of the piece in which the unpacking failed is dropped with the error: from there on it is done again, in
 * smaller pieces, at last byte by byte.
 */
async function pushLast(
  source: PackedSource,
  from: number,
  packing: Packing,
  failed: UnpackedPart,
  push: (chunk: Uint8Array) => boolean,
): Promise<void> {
  let { consumed, delivered } = failed;
  for (const width of [256, 1]) {
    let known = delivered;
    const part = await unpackPart(narrowing(source.from(from), consumed, width), packing, (chunk) => {
      const more = chunk.subarray(Math.min(known, chunk.length));
      known -= chunk.length - more.length;
      return more.length === 0 || push(more);
    });
    if (part.refused) return;
    consumed = part.consumed;
    delivered = Math.max(delivered, part.delivered);
  }
}

/** The same bytes, from the place on in pieces of so many. */
async function* narrowing(pieces: Pieces, place: number, width: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of pieces) {
    const wide = Math.min(Math.max(0, place - at), piece.length);
    if (wide > 0) yield piece.subarray(0, wide);
    for (let from = wide; from < piece.length; from += width) yield piece.subarray(from, from + width);
    at += piece.length;
  }
}

/** @returns where there is more, behind zero bytes unless it is the beginning, and how that is packed. */
async function dataFrom(
  source: PackedSource,
  place: number,
): Promise<{ readonly at?: number; readonly packing: Packing }> {
  let at = place;
  let beginning = Buffer.alloc(0);
  for await (const piece of source.from(place)) {
    const isBeginning = place === 0 || beginning.length > 0;
    const zeros = isBeginning ? 0 : piece.findIndex((byte) => byte !== 0);
    at += beginning.length > 0 ? 0 : zeros === -1 ? piece.length : zeros;
    if (zeros >= 0) beginning = Buffer.concat([beginning, piece.subarray(zeros, zeros + 4)]);
    if (beginning.length >= 4) break;
  }
  return { packing: packingOf(beginning), ...(beginning.length === 0 ? {} : { at }) };
}

function isCutOff(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
}

/**
 * Gives the memory of an unpacked text back at once: left to the garbage collector, which does not see how large it is,
 * there would be many of them.
 */
export function release({ buffer }: Uint8Array): void {
  // A small one may be part of a buffer that others use.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > 65_536) buffer.transfer(0);
}
