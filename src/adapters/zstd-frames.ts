/**
 * What does a zstd file hold that has several frames, as programs write that add to a file? Node's zlib stops after the
 * first one and says nothing of the others, so they are told apart here (RFC 8878, 3.1) and unpacked one by one.
 */
import { zstdDecompressSync } from 'node:zlib';

export interface ZstdFrames {
  /** Each whole frame with data in it, in order. */
  readonly frames: readonly { readonly from: number; readonly to: number }[];
  /** Bytes behind the last whole frame: one that was cut off, or none at all. */
  readonly left: number;
}

/** Bytes that need not all be in memory: of a frame only the headers of its blocks are looked at. */
export interface Bytes {
  readonly size: number;
  /** Little-endian. @param width bytes, at most four; never more than there are. */
  read(at: number, width: number): number;
}

const magic = 0xfd2fb528;
const skippable = 0x184d2a50;

export function inMemory(bytes: Uint8Array): Bytes {
  return {
    size: bytes.length,
    read: (at, width) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUIntLE(at, width),
  };
}

export function zstdFrames(bytes: Bytes): ZstdFrames {
  const frames: { from: number; to: number }[] = [];
  let at = 0;
  while (at + 8 <= bytes.size) {
    const kind = bytes.read(at, 4);
    const isSkippable = (kind & 0xfffffff0) >>> 0 === skippable;
    const end = isSkippable ? at + 8 + bytes.read(at + 4, 4) : kind === magic ? endOfFrame(bytes, at) : undefined;
    if (end === undefined || end > bytes.size) break;
    if (!isSkippable) frames.push({ from: at, to: end });
    at = end;
  }
  return { frames, left: bytes.size - at };
}

/** @returns the place behind the frame that begins there; `undefined` where it was cut off. */
function endOfFrame({ size, read }: Bytes, start: number): number | undefined {
  const descriptor = read(start + 4, 1);
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionary + contentSize;
  for (let last = false; !last; ) {
    if (at + 3 > size) return undefined;
    const header = read(at, 3);
    last = (header & 1) === 1;
    // A run of one byte has that byte alone.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  const checksum = (descriptor & 4) === 0 ? 0 : 4;
  return at + checksum > size ? undefined : at + checksum;
}

/** Whether zlib reads all of it by itself: one frame and nothing else, or not even one that is whole. */
export function needsNoHelp({ frames: [first, ...more], left }: ZstdFrames, size: number): boolean {
  return first === undefined || (more.length === 0 && left === 0 && first.to - first.from === size);
}

export interface Unpacked {
  readonly text: Uint8Array;
  /** Why there is no more of it. */
  readonly fault?: 'damaged' | 'cut-off' | 'too-large';
}

/**
 * @param mostBytes of the text.
 * @returns the text of all frames; `undefined` where there is one frame and nothing else, which needs no help, or where
 * not even one is whole.
 */
export function unpackFrames(bytes: Uint8Array, mostBytes: number): Unpacked | undefined {
  const found = zstdFrames(inMemory(bytes));
  if (needsNoHelp(found, bytes.length)) return undefined;
  const { frames, left } = found;
  const texts: Uint8Array[] = [];
  let size = 0;
  for (const { from, to } of frames) {
    try {
      const text = zstdDecompressSync(bytes.subarray(from, to), { maxOutputLength: Math.max(1, mostBytes - size) });
      texts.push(text);
      size += text.length;
    } catch (error) {
      const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return { text: Buffer.concat(texts), fault: isTooLarge ? 'too-large' : 'damaged' };
    }
  }
  return { text: Buffer.concat(texts), ...(left === 0 ? {} : { fault: isFrame(bytes, left) ? 'cut-off' : 'damaged' }) };
}

/** Whether what is left begins as a frame does, as far as it goes. */
function isFrame(bytes: Uint8Array, left: number): boolean {
  const beginning = [0x28, 0xb5, 0x2f, 0xfd].slice(0, left);
  return beginning.every((byte, index) => bytes[bytes.length - left + index] === byte);
}
