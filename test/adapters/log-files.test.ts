import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LogFile, type LogFileOptions, readLogFiles } from '../../src/adapters/log-files.ts';
import { deniedCall } from '../cloudtrail/records.ts';

const record = (eventID: string): object => deniedCall({ eventID });
const text = JSON.stringify({ Records: [record('a'), record('b')] });
let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-log-files-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(paths: readonly string[], options?: LogFileOptions): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  for await (const file of readLogFiles(paths, options)) files.push(file);
  return files;
}

const idsOf = (file: LogFile | undefined): readonly string[] => (file?.records ?? []).map(({ eventId }) => eventId);

describe('files', () => {
  test('plain, compressed, whatever they are called, and UTF-16', async () => {
    await writeFile(at('plain.json'), text);
    await writeFile(at('packed.json.gz'), gzipSync(text));
    await writeFile(at('packed-without-ending'), gzipSync(text));
    await writeFile(at('utf16.json'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    const files = await read(
      ['plain.json', 'packed.json.gz', 'packed-without-ending', 'utf16.json'].map((name) => at(name)),
    );
    for (const file of files) {
      expect(file.problems).toEqual([]);
      expect(idsOf(file)).toEqual(['a', 'b']);
    }
    expect(files).toHaveLength(4);
  });

  test('standard input', async () => {
    async function* input() {
      const packed = gzipSync(text);
      yield packed.subarray(0, 1);
      yield packed.subarray(1);
    }
    expect(idsOf((await read(['-'], { standardInput: input() }))[0])).toEqual(['a', 'b']);
  });

  test('a compressed file that was cut off is one problem; what came before the cut is read', async () => {
    const many = JSON.stringify({
      Records: Array.from({ length: 400 }, (_, index) => record(`id-${index}-${Math.sin(index)}`)),
    });
    const packed = gzipSync(many);
    await writeFile(at('cut.json.gz'), packed.subarray(0, packed.length / 2));
    await writeFile(at('stump.json.gz'), packed.subarray(0, 12));
    const [cut, stump] = await read([at('cut.json.gz'), at('stump.json.gz')]);
    expect(cut?.records.length).toBeGreaterThan(50);
    expect(cut?.problems.map(({ message }) => message)).toEqual([
      `the compressed data ends too early, the file was cut off: the ${cut?.records.length} records before that were read`,
    ]);
    expect(stump?.records).toEqual([]);
    expect(stump?.problems).toHaveLength(1);
    expect(stump?.problems[0]?.message).toMatch(/cut off: no record/);
  });

  test('packed data is read to its end, and up to what is wrong with it', async () => {
    const zeros = Buffer.alloc(600);
    const files: Readonly<Record<string, Buffer>> = {
      'padded.gz': Buffer.concat([gzipSync(text), zeros, gzipSync(text), zeros]),
      'frames.zst': Buffer.concat([zstdCompressSync(text), zstdCompressSync(text)]),
      'junk.gz': Buffer.concat([gzipSync(text), Buffer.from('junk')]),
      'other.gz': Buffer.concat([gzipSync(text), zeros, Buffer.from('junk')]),
      'foreign.gz': Buffer.concat([gzipSync('{"Records":[{"eventID":"x"}]}'), Buffer.from('junk')]),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(at(name), content);
    const found = await read(Object.keys(files).map((name) => at(name)));
    expect(found.map((file) => [idsOf(file), file.problems.map(({ message }) => message)])).toEqual([
      [['a', 'b', 'a', 'b'], []],
      [['a', 'b', 'a', 'b'], []],
      [['a', 'b'], ['the gzip data is damaged: the 2 records before that were read']],
      [['a', 'b'], ['something else follows the compressed data: the 2 records before that were read']],
      [[], [expect.stringMatching(/no `eventName`/), 'the gzip data is damaged: no record could be read']],
    ]);
  });

  test.for([
    ['missing.json', undefined, /no such file/],
    ['empty.json', Buffer.from(''), /empty/],
    ['noise.json', Buffer.from([0, 1, 2, 255, 254]), /not JSON/],
    ['damaged.json.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255, 255, 255]), /gzip data is damaged/],
    [
      'damaged.json.zst',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 7, 7, 7, 7, 7, 7]),
      /^the zstd data is damaged: no record could be read$/,
    ],
    ['cut.json.zst', zstdCompressSync(text).subarray(0, 60), /^the compressed data ends too early/],
    ['policy.json', Buffer.from('{"Statement":[]}'), /a policy/],
  ] as const)('%s is one problem, and the next file is read', async ([name, content, message]) => {
    if (content !== undefined) await writeFile(at(name), content);
    await writeFile(at('next.json'), text);
    const [file, next] = await read([at(name), at('next.json')]);
    expect(file?.problems).toHaveLength(1);
    expect(file?.problems[0]).toMatchObject({ place: at(name), message: expect.stringMatching(message) });
    expect(idsOf(next)).toEqual(['a', 'b']);
  });

  test('a file that is too large, or grows too large when it is inflated, is one problem', async () => {
    await writeFile(at('large.json'), text.padEnd(6001));
    await writeFile(at('bomb.json.gz'), gzipSync(Buffer.alloc(4 * 1024 * 1024, 32)));
    const files = await read([at('large.json'), at('bomb.json.gz')], { mostBytes: 6000 });
    expect(files.map(({ problems }) => problems[0]?.message)).toEqual([
      'larger than can be read at once: split it into smaller files',
      'larger, once inflated, than can be read at once: split it into smaller files',
    ]);
  });
});

describe('folders', () => {
  test('are read in order, with what is no log passed over, and told why', async () => {
    await mkdir(at('logs', 'AWSLogs', '2026'), { recursive: true });
    await mkdir(at('logs', 'CloudTrail-Digest'), { recursive: true });
    await writeFile(at('logs', 'AWSLogs', '2026', 'b.json.gz'), gzipSync(text));
    await writeFile(at('logs', 'AWSLogs', 'a.jsonl'), JSON.stringify(record('c')));
    await writeFile(at('logs', 'CloudTrail-Digest', 'digest.json'), text);
    await writeFile(at('logs', 'README.md'), 'not a log');
    await writeFile(at('logs', '.hidden.json'), text);
    await writeFile(at('logs', 'policy.json'), '{"Statement":[]}');
    await writeFile(at('logs', 'broken.json'), '{"eventName": ');
    await symlink(at('logs'), at('logs', 'round.json'));
    const files = await read([at('logs')]);
    expect(files.map(({ name }) => name.slice(folder.length + 1))).toEqual([
      'logs/AWSLogs/2026/b.json.gz',
      'logs/AWSLogs/a.jsonl',
      'logs/broken.json',
      'logs/policy.json',
    ]);
    expect(files.map((file) => idsOf(file).length)).toEqual([2, 1, 0, 0]);
    expect(files.map(({ problems }) => problems.length)).toEqual([0, 0, 1, 0]);
    expect(files[3]?.passedOver).toMatch(/a policy/);
  });

  test('a link to a folder is followed, and each folder is read once, however many links lead to it', async () => {
    await mkdir(at('elsewhere', '2025'), { recursive: true });
    await mkdir(at('linked', '2026'), { recursive: true });
    await writeFile(at('elsewhere', '2025', 'old.json'), text);
    await writeFile(at('linked', '2026', 'new.json'), text);
    await symlink(at('elsewhere', '2025'), at('linked', '2025'));
    await symlink(at('elsewhere'), at('linked', 'again'));
    await symlink(at('linked'), at('linked', '2026', 'round'));
    await symlink(at('elsewhere', '2025', 'old.json'), at('linked', 'one.json'));
    await symlink(at('nowhere'), at('linked', 'nowhere'));
    await symlink(at('nowhere'), at('linked', 'nowhere.md'));
    await symlink('self.json', at('linked', 'self.json'));
    const files = await read([at('linked')]);
    expect(files.map(({ name, problems }) => [name.slice(folder.length + 1), problems[0]?.message])).toEqual([
      ['linked/2025/old.json', undefined],
      ['linked/2026/new.json', undefined],
      ['linked/nowhere', 'no such file or folder'],
      ['linked/one.json', undefined],
      ['linked/self.json', 'a link that leads to itself'],
    ]);
  });

  test('too deep is told, not followed', async () => {
    await mkdir(at('deep', '1', '2', '3'), { recursive: true });
    const files = await read([at('deep')], { deepest: 1 });
    expect(files.map(({ problems }) => problems[0]?.message)).toEqual([
      'cannot be read: more folders in each other than are read',
    ]);
  });
});
