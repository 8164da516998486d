import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/cli/io.ts';
import { processIo } from '../../src/cli/process-io.ts';

const folder = await mkdtemp(join(tmpdir(), 'trusttrail-io-'));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const text = JSON.stringify({ text: 'Zürich 角'.repeat(50_000) });

describe('reads', () => {
  test.for([
    ['plain', text],
    ['gzip', gzipSync(text)],
    [
      'gzip of two members, as CloudTrail files may be joined',
      Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100))]),
    ],
    ['with a byte order mark', `\ufeff${text}`],
    ['UTF-16, as PowerShell writes', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
  ] as const)('%s', async ([name, content]) => {
    const path = await file(`${name.slice(0, 8)}.json`, content);
    expect(await processIo().readText(path)).toBe(text);
  });

  test('a file called .gz that is none, as some downloads leave it', async () => {
    expect(await processIo().readText(await file('plain.json.gz', text))).toBe(text);
  });

  test('an empty file, and one of a single byte', async () => {
    expect(await processIo().readText(await file('empty', ''))).toBe('');
    expect(await processIo().readText(await file('one', '7'))).toBe('7');
  });

  test('no more is inflated than the caller has any use for', async () => {
    const path = await file('small.gz', gzipSync(Buffer.alloc(3 * 1024 * 1024, ' ')));
    await expect(processIo().readText(path, 2 * 1024 * 1024)).rejects.toThrow(
      new UserError(`${path}: larger than 2 MB`),
    );
    expect(await processIo().readText(path, 3 * 1024 * 1024)).toHaveLength(3 * 1024 * 1024);
  });

  test('a large file in pieces', async () => {
    const path = await file('large.gz', gzipSync(Buffer.alloc(8 * 1024 * 1024, 'x')));
    let bytes = 0;
    for await (const chunk of processIo().readStream?.(path) ?? []) bytes += chunk.length;
    expect(bytes).toBe(8 * 1024 * 1024);
  });
});

describe('what cannot be read is named with the reason', () => {
  const whole = gzipSync(text);
  test.for([
    ['cut.gz', whole.subarray(0, whole.length - 200), 'the gzip data ends too early, the file was cut off'],
    [
      'damaged.gz',
      Buffer.concat([whole.subarray(0, 30), Buffer.alloc(200, 0xff), whole.subarray(230)]),
      'the gzip data is damaged: ',
    ],
    ['latin1.json', Buffer.from('{"a": "Z\xfcrich"}', 'latin1'), 'is no text: expected UTF-8'],
  ] as const)('%s', async ([name, content, reason]) => {
    const path = await file(name, content);
    await expect(processIo().readText(path)).rejects.toThrow(UserError);
    await expect(processIo().readText(path)).rejects.toThrow(`${path}: ${reason}`);
  });

  test('a bomb of zeros is refused, not inflated whole', async () => {
    const member = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    const path = await file('bomb.gz', Buffer.concat(Array.from({ length: 21 }, () => member)));
    const read = async (): Promise<void> => {
      for await (const chunk of processIo().readStream?.(path) ?? []) expect(chunk.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow(`${path}: larger than 400 MB`);
  });

  test.for([
    ['missing.json', 'no such file'],
    ['', 'is a folder, expected a file'],
    ['a\0b', 'is no file name'],
    [`${'x'.repeat(5000)}`, 'the name is too long'],
  ] as const)('%s', async ([name, reason]) => {
    await expect(processIo().readText(name === 'a\0b' ? name : join(folder, name))).rejects.toThrow(reason);
    await expect(processIo().readText(name === 'a\0b' ? name : join(folder, name))).rejects.toThrow(UserError);
  });
});
