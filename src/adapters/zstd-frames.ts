/**
 * What does a zstd file hold that has several frames, as programs write that add to a file? Node's zlib stops after the
 * first one and says nothing of the others, so they are told apart here (RFC 8878, 3.1) and unpacked one by one.
 */
import { zstdDecompressSync } from 'node:zlib';

export interface ZstdFrames {
  /** Each whole frame with data in it, in order. */
  readonly frames: readonly Uint8Array[];
  /** Bytes behind the last whole frame: one that was cut off, or none at all. */
  readonly left: number;
}

const magic = 0xfd2fb528;
const skippable = 0x184d2a50;

export function zstdFrames(bytes: Uint8Array): ZstdFrames {
  const frames: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length) {
    const kind = view.getUint32(at, true);
    const isSkippable = (kind & 0xfffffff0) >>> 0 === skippable;
    const end = isSkippable ? at + 8 + view.getUint32(at + 4, true) : kind === magic ? endOfFrame(view, at) : undefined;
    if (end === undefined || end > bytes.length) break;
    if (!isSkippable) frames.push(bytes.subarray(at, end));
    at = end;
  }
  return { frames, left: bytes.length - at };
}

/** @returns the place behind the frame that begins there; `undefined` where it was cut off. */
function endOfFrame(view: DataView, start: number): number | undefined {
  const size = view.byteLength;
  const descriptor = view.getUint8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionary + contentSize;
  for (let last = false; !last; ) {
    if (at + 3 > size) return undefined;
    const header = view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
    last = (header & 1) === 1;
    // A run of one byte has that byte alone.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  const checksum = (descriptor & 4) === 0 ? 0 : 4;
  return at + checksum > size ? undefined : at + checksum;
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
  const { frames, left } = zstdFrames(bytes);
  if (frames.length === 0 || (frames.length === 1 && left === 0 && frames[0]?.length === bytes.length))
    return undefined;
  const texts: Uint8Array[] = [];
  let size = 0;
  for (const frame of frames) {
    try {
      const text = zstdDecompressSync(frame, { maxOutputLength: Math.max(1, mostBytes - size) });
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
