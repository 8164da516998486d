/** zstd files with several frames: all of the text, and never more than there is. */
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inMemory, unpackFrames, zstdFrames } from '../../src/adapters/zstd-frames.ts';
import { runs } from '../arbitraries/runs.ts';

/** Of every kind of block: raw, of one byte, compressed; shorter and longer than one block. */
const text = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat({ max: 400_000 }).map((length) => new Uint8Array(length).fill(97)),
  fc.nat({ max: 300_000 }).map((length) => Uint8Array.from({ length }, (_, index) => (index * index * 31) >> 3)),
  fc.constant(Buffer.from('{"Records":[]}'.repeat(2000))),
);
const frame = fc
  .tuple(text, fc.constantFrom(-5, 1, 3, 12), fc.boolean(), fc.boolean())
  .map(([content, level, checksum, sized]) => {
    const packed = zstdCompressSync(content, {
      params: {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_checksumFlag]: checksum ? 1 : 0,
        [constants.ZSTD_c_contentSizeFlag]: sized ? 1 : 0,
      },
    });
    return { content, packed };
  });
const skippable = fc.uint8Array({ maxLength: 40 }).map((data) => {
  const header = Buffer.from([0x53, 0x2a, 0x4d, 0x18, data.length, 0, 0, 0]);
  return { content: new Uint8Array(), packed: Buffer.concat([header, data]) };
});
const most = 10_000_000;

describe('frames', () => {
  test('one after the other are all of the text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, frame, skippable), { minLength: 2, maxLength: 5 }), (all) => {
        const packed = Buffer.concat(all.map((one) => one.packed));
        const content = Buffer.concat(all.map((one) => one.content));
        const { frames, left } = zstdFrames(inMemory(packed));
        expect(left).toBe(0);
        const unpacked = unpackFrames(packed, most);
        if (frames.length === 0) expect(unpacked).toBeUndefined();
        else expect(unpacked).toEqual({ text: content });
      }),
      { numRuns: runs(12) },
    );
  });

  test('one alone needs no help', () => {
    fc.assert(
      fc.property(frame, ({ packed }) => {
        expect(unpackFrames(packed, most)).toBeUndefined();
        expect(zstdFrames(inMemory(packed))).toEqual({ frames: [{ from: 0, to: packed.length }], left: 0 });
      }),
      { numRuns: runs(12) },
    );
  });

  test('the last of which was cut off give those before it, and say so', () => {
    fc.assert(
      fc.property(frame, frame, fc.nat(), ({ content, packed }, last, cut) => {
        const kept = 1 + (cut % (last.packed.length - 1));
        expect(unpackFrames(Buffer.concat([packed, last.packed.subarray(0, kept)]), most)).toEqual({
          text: Buffer.from(content),
          fault: 'cut-off',
        });
      }),
      { numRuns: runs(12) },
    );
  });

  test('with something else behind them say so', () => {
    const packed = zstdCompressSync('one');
    expect(unpackFrames(Buffer.concat([packed, Buffer.from('garbage')]), most)).toEqual({
      text: Buffer.from('one'),
      fault: 'damaged',
    });
    const broken = Buffer.from(zstdCompressSync(Buffer.alloc(3000, 'abcdefg')));
    broken.fill(0xff, 9, 14);
    expect(unpackFrames(Buffer.concat([packed, broken, packed]), most)?.fault).toMatch(/damaged|cut-off/);
  });

  test('do not grow over what is allowed', () => {
    const bomb = zstdCompressSync(Buffer.alloc(100_000));
    expect(unpackFrames(Buffer.concat([bomb, bomb]), 150_000)).toEqual({
      text: Buffer.alloc(100_000),
      fault: 'too-large',
    });
  });

  test('any bytes are survived', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), noise]);
        const { frames, left } = zstdFrames(inMemory(bytes));
        expect(frames.reduce((sum, { from, to }) => sum + to - from, left)).toBeLessThanOrEqual(bytes.length);
        unpackFrames(bytes, 1000);
      }),
      { numRuns: runs(200) },
    );
  });
});
