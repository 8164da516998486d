/** Files in every packing and every state of damage, through the scanner and its threads. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LogScan, scanInput, scanLogFile } from '../../src/adapters/fast-scan-file.ts';
import { scanAll } from '../../src/adapters/fast-scan-pool.ts';
import { logFilesSource } from '../../src/adapters/log-files-source.ts';
import type { RecordBatch } from '../../src/ports/record-source.ts';
import { deniedCall } from '../cloudtrail/records.ts';

const execFileAsync = promisify(execFile);
let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusttrail-scan-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const noise = {
  eventName: 'DescribeInstances',
  eventSource: 'ec2.amazonaws.com',
  requestParameters: { x: 'y'.repeat(300) },
};
function logText(ids: readonly string[]): string {
  return JSON.stringify({ Records: ids.flatMap((eventID) => [noise, deniedCall({ eventID })]) });
}
const idsOf = (scan: Pick<LogScan, 'records'>): readonly string[] => scan.records.map(({ eventId }) => eventId);
const many = Array.from({ length: 600 }, (_, index) => `id-${index}-${Math.sin(index)}`);

async function scanned(name: string, content: Uint8Array | string, named = true): Promise<LogScan> {
  await writeFile(at(name), content);
  return await scanLogFile({ name: at(name), named });
}

describe('one file', () => {
  test.for([
    ['plain', 'a.json', (text: string) => Buffer.from(text)],
    ['gzip', 'a.json.gz', (text: string) => gzipSync(text)],
    ['zstd', 'a.json.zst', (text: string) => zstdCompressSync(text)],
    ['gzip under another name', 'a.log', (text: string) => gzipSync(text)],
    [
      'gzip in several parts',
      'b.gz',
      (text: string) => Buffer.concat([gzipSync(text.slice(0, 500)), gzipSync(text.slice(500))]),
    ],
    ['UTF-16', 'c.json', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    [
      'an EventBridge event a line',
      'd.jsonl',
      () => Buffer.from(JSON.stringify({ account: '111122223333', detail: deniedCall({ eventID: 'a' }) })),
    ],
  ] as const)('%s', async ([, name, pack]) => {
    const scan = await scanned(name, pack(logText(['a'])));
    expect(scan.problems).toEqual([]);
    expect(idsOf(scan)).toEqual(['a']);
  });

  test('what is in memory is read like what is on the disk', async () => {
    const content = gzipSync(logText(['a', 'b']));
    const scan = await scanLogFile({ name: 's3://bucket/key', content, named: false });
    expect(scan).toMatchObject({ name: 's3://bucket/key', looked: 4, bytes: content.length, problems: [] });
    expect(idsOf(scan)).toEqual(['a', 'b']);
  });

  test.for([
    [
      'gzip that was cut off',
      'cut.gz',
      () => gzipSync(logText(many)),
      /^the compressed data ends too early, the file was cut off: the \d+ records before that were read$/,
    ],
    ['zstd that was cut off', 'cut.zst', () => zstdCompressSync(logText(many)), /cut off|too early/],
  ] as const)('%s gives the records before the cut, and one line', async ([, name, pack, message]) => {
    const whole = pack();
    const scan = await scanned(name, whole.subarray(0, whole.length * 0.6));
    expect(scan.problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
    expect(scan.records.length).toBeLessThan(many.length);
    expect(idsOf(scan)).toEqual(many.slice(0, scan.records.length));
  });

  test('gzip that is damaged in the middle gives the records before it, and one line', async () => {
    // Several parts, so that something is whole before the damage.
    const parts = [0, 1, 2, 3].map((part) =>
      gzipSync(logText(many).slice(part * 80_000, part === 3 ? undefined : (part + 1) * 80_000)),
    );
    const packed = Buffer.concat(parts);
    packed.fill(0xff, packed.length - 3000, packed.length - 1000);
    const scan = await scanned('damaged.gz', packed);
    expect(scan.problems).toHaveLength(1);
    expect(scan.problems[0]?.message).toMatch(/^the gzip data is damaged: the \d+ records before that were read$/);
    expect(scan.records.length).toBeGreaterThan(50);
    expect(idsOf(scan)).toEqual(many.slice(0, scan.records.length));
  });

  test('JSON that is cut off, or damaged at one record, gives all others', async () => {
    const text = logText(many);
    const cut = await scanned('cut.json', text.slice(0, text.length / 2));
    expect(cut.problems.map(({ message }) => message)).toEqual(['the JSON ends in the middle of a record']);
    expect(cut.records.length).toBeGreaterThan(200);
    const damaged = await scanned(
      'damaged.json',
      text.replace('"errorCode":"AccessDenied"', '"errorCode":"AccessDenied'),
    );
    expect(damaged.problems).toHaveLength(1);
    expect(damaged.records).toHaveLength(many.length - 1);
  });

  test.for([
    ['nothing', '', /empty/],
    ['noise', Buffer.from([0, 1, 2, 255, 254]), /not JSON/],
    ['a policy', '{"Version":"2012-10-17","Statement":[]}', /a policy/],
    ['gzip of nothing', gzipSync(''), /empty/],
  ] as const)('%s is one problem', async ([name, content, message]) => {
    const scan = await scanned(`x-${name}.json`, content);
    expect(scan.problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
    expect(scan.looked).toBe(0);
  });

  test('a missing file, and a folder, are one problem', async () => {
    for (const name of [at('missing.json'), folder]) {
      const scan = await scanLogFile({ name, named: true });
      expect(scan.problems).toHaveLength(1);
    }
  });

  test('a file that was found, not named, and is something else is passed over', async () => {
    const scan = await scanned('package.json', '{"name":"x"}', false);
    expect(scan).toMatchObject({ problems: [], passedOver: expect.stringMatching(/no `eventName`/) });
  });

  test('one line of many megabytes is streamed, whatever is in it', async () => {
    const file = createGzip({ level: 1 });
    const sink = createWriteStream(at('line.json.gz'));
    file.pipe(sink);
    file.write('{"Records":[');
    const filler = JSON.stringify({ ...noise, requestParameters: { x: 'z'.repeat(60_000) } });
    for (let index = 0; index < 1200; index += 1) {
      const record = index % 100 === 0 ? JSON.stringify(deniedCall({ eventID: `${index}` })) : filler;
      if (!file.write(`${index === 0 ? '' : ','}${record}`))
        await new Promise((resolve) => file.once('drain', resolve));
    }
    file.end(']}');
    await finished(sink);
    const scan = await scanLogFile({ name: at('line.json.gz'), named: true });
    expect(scan).toMatchObject({ looked: 1200, problems: [] });
    expect(idsOf(scan)).toEqual(Array.from({ length: 12 }, (_, index) => `${index * 100}`));
  });

  test('a line of many megabytes that is no record is one problem', async () => {
    const scan = await scanned('huge.json.gz', gzipSync(`{"x":"${'y'.repeat(60_000_000)}"}`, { level: 1 }));
    expect(scan.problems).toHaveLength(1);
    expect(scan.problems[0]).toMatchObject({
      kind: 'foreign',
      message: expect.stringMatching(/too large to be read at once/),
    });
  });

  test('many megabytes that are no JSON are told, in a folder too', async () => {
    const scan = await scanned('text.json.gz', gzipSync('a'.repeat(60_000_000), { level: 1 }), false);
    expect(scan).toMatchObject({
      looked: 0,
      problems: [{ kind: 'damaged', message: expect.stringMatching(/^not JSON/) }],
    });
    expect(scan.passedOver).toBeUndefined();
  });

  test('a text is read no further than is asked, with what was found up to there', async () => {
    const wanted = JSON.stringify({ Records: [deniedCall({ eventID: 'a' }), noise] });
    // Members of a gzip file: a bomb that is quickly made.
    const spaces = gzipSync(' '.repeat(4_000_000));
    const content = Buffer.concat([gzipSync(wanted), ...Array.from({ length: 30 }, () => spaces), gzipSync(wanted)]);
    const task = { name: 'bomb.json.gz', named: true, content };
    expect(idsOf(await scanLogFile(task))).toEqual(['a', 'a']);
    const scan = await scanLogFile({ ...task, mostText: 60_000_000 });
    expect(idsOf(scan)).toEqual(['a']);
    expect(scan.problems).toMatchObject([{ message: expect.stringMatching(/^larger, once inflated/) }]);
  });

  test('zstd in several frames, whatever the file is called, is read to its end, and the damage behind it told', async () => {
    const frames = ['a', 'b', 'c'].map((id) => zstdCompressSync(logText([id])));
    const whole = await scanned('frames.log', Buffer.concat(frames));
    expect(idsOf(whole)).toEqual(['a', 'b', 'c']);
    expect(whole.problems).toEqual([]);
    const cut = await scanned('frames-cut.log', Buffer.concat(frames).subarray(0, -20));
    expect(idsOf(cut)).toEqual(['a', 'b']);
    expect(cut.problems).toMatchObject([
      { message: 'the compressed data ends too early, the file was cut off: the 4 records before that were read' },
    ]);
  });

  test('zstd in several frames that is streamed where there is one frame, is read to its end', async () => {
    // Text that does not pack: more than is read in one piece.
    const frame = (id: string) =>
      zstdCompressSync(
        JSON.stringify({ Records: [{ ...noise, x: unpackable(9_500_000, id) }, deniedCall({ eventID: id })] }),
      );
    const content = Buffer.concat([frame('a'), frame('b'), frame('c')]);
    expect(content.length).toBeGreaterThan(16 * 1024 * 1024);
    const scan = await scanned('large.zst', content);
    expect(idsOf(scan)).toEqual(['a', 'b', 'c']);
    expect(scan.problems).toMatchObject([{ message: expect.stringMatching(/larger than 8 MB/) }]);
  });
});

/** Text that packs to three quarters of its size, and no further. */
function unpackable(bytes: number, seed: string): string {
  return createHash('shake256', { outputLength: Math.ceil(bytes * 0.75) })
    .update(seed)
    .digest('base64');
}

describe('to the very end of a file', () => {
  const last = deniedCall({ eventID: 'last' });

  test.for([
    ['in one piece', 3],
    ['streamed', 20_000],
  ] as const)('gzip members with zero bytes between them, %s', async ([, records]) => {
    const ids = Array.from({ length: records }, (_, index) => `id-${index}`);
    const first = gzipSync(JSON.stringify({ Records: ids.map((eventID) => deniedCall({ eventID })) }), { level: 1 });
    const content = Buffer.concat([first, Buffer.alloc(700_000), gzipSync(logText(['last'])), Buffer.alloc(5)]);
    const scan = await scanned('padded.json.gz', content);
    expect(scan.problems).toEqual([]);
    expect(idsOf(scan)).toEqual([...ids, 'last']);
  });

  test.for([
    ['junk behind it', (packed: Buffer) => Buffer.concat([packed, Buffer.from('junk')]), 'the gzip data is damaged'],
    [
      'zero bytes and junk behind it',
      (packed: Buffer) => Buffer.concat([packed, Buffer.alloc(9), Buffer.from('junk')]),
      'something else follows the compressed data',
    ],
    [
      'a wrong size at its end',
      (packed: Buffer) => Buffer.concat([packed.subarray(0, -4), Buffer.from([1, 2, 3, 0])]),
      'the gzip data is damaged',
    ],
    [
      'a wrong checksum at its end',
      (packed: Buffer) => Buffer.concat([packed.subarray(0, -8), Buffer.from([1, 2, 3, 0]), packed.subarray(-4)]),
      'the gzip data is damaged',
    ],
  ] as const)('gzip with %s gives every record that is in it', async ([, damage, message]) => {
    const scan = await scanned('whole.json.gz', damage(gzipSync(logText(many))));
    expect(scan.problems.map((problem) => problem.message)).toEqual([
      `${message}: the ${2 * many.length} records before that were read`,
    ]);
    expect(idsOf(scan)).toEqual(many);
  });

  test('zstd frames, each too large to be read in one piece', async () => {
    const frame = (id: string) =>
      zstdCompressSync(
        JSON.stringify({
          Records: [...Array<object>(60).fill({ ...noise, x: 'x'.repeat(1_000_000) }), deniedCall({ eventID: id })],
        }),
      );
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const scan = await scanned('frames.json.zst', Buffer.concat([skippable, frame('a'), skippable, frame('b')]));
    expect(scan.problems).toEqual([]);
    expect(idsOf(scan)).toEqual(['a', 'b']);
  });

  test('zstd that needs more memory than is given to it is not told as damaged', async () => {
    // A frame's header alone, with a window of 256 MB (RFC 8878, 3.1.1.1.2).
    const scan = await scanned('long.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x90, 0x01, 0x00, 0x00]));
    expect(scan.problems.map(({ message }) => message)).toEqual([
      'packed with a larger window than is unpacked here (`zstd --long`): unpack it first: no record could be read',
    ]);
  });

  test('a list of more than can be parsed at once that is not the first member', async () => {
    const records = [...Array<object>(36).fill({ ...noise, x: 'x'.repeat(1_000_000) }), last];
    const found = await scanned(
      'late.json',
      JSON.stringify({ NextToken: 'Events":[', more: [{}], Events: records }),
      false,
    );
    expect(found).toMatchObject({ problems: [], looked: 37 });
    expect(idsOf(found)).toEqual(['last']);
    const lines = await scanned(
      'late.jsonl',
      `${JSON.stringify(noise)}\n${JSON.stringify({ n: 1.5, Records: records })}\n${JSON.stringify(last)}`,
      false,
    );
    expect(lines).toMatchObject({ problems: [], looked: 39 });
    expect(idsOf(lines)).toEqual(['last', 'last']);
  });

  test('what a query answered, of more than can be parsed at once, is told in a folder too', async () => {
    const row = [{ eventName: 'DeleteRole' }, { requestParameters: 'x'.repeat(1_000_000) }];
    const scan = await scanned(
      'rows.json',
      JSON.stringify({ QueryStatus: 'FINISHED', QueryResultRows: Array(36).fill(row) }),
      false,
    );
    expect(scan.problems).toMatchObject([
      { kind: 'damaged', message: expect.stringMatching(/^what a query answered/) },
    ]);
  });

  test('numbers with a capital E, in JSON lines of more than can be parsed at once', async () => {
    const line = JSON.stringify({ ...noise, x: 'x'.repeat(1_000_000), n: 12 }).replace('"n":12', '"n":1.0E7,"m":-1E-5');
    const scan = await scanned(
      'numbers.jsonl',
      [...Array<string>(36).fill(line), JSON.stringify(last)].join('\n'),
      false,
    );
    expect(scan).toMatchObject({ problems: [], looked: 37 });
    expect(idsOf(scan)).toEqual(['last']);
  });

  test('problems of one file are all counted', async () => {
    const bad = Array.from({ length: 1500 }, (_, index) => ({ eventID: `${index}` }));
    const padding = { ...noise, x: 'x'.repeat(1_000_000) };
    const scan = await scanned('bad.json', JSON.stringify({ Records: [...Array<object>(36).fill(padding), ...bad] }));
    expect(scan.problems).toHaveLength(1001);
    expect(scan.problems.at(-1)?.message).toBe('and 500 more of the kind');
  });
});

describe('standard input', () => {
  async function scannedInput(bytes: Buffer, width: number, signal?: AbortSignal): Promise<LogScan> {
    async function* input() {
      for (let from = 0; from < bytes.length; from += width) yield bytes.subarray(from, from + width);
    }
    return await scanInput('standard input', input(), signal);
  }
  const large = (count: number): Buffer => {
    const records = Array.from({ length: count }, (_, index) => [
      { ...noise, x: unpackable(1_300_000, `${index}`) },
      deniedCall({ eventID: `${index}` }),
    ]);
    return Buffer.from(JSON.stringify({ Records: records.flat() }));
  };

  test.for([
    ['plain', 27, 65_536, (text: Buffer) => [text]],
    ['gzip', 27, 65_536, (text: Buffer) => [gzipSync(text, { level: 0 })]],
    [
      'gzip members with zero bytes between them',
      27,
      1_000_003,
      (text: Buffer) => [
        gzipSync(text.subarray(0, 34_000_000), { level: 0 }),
        Buffer.alloc(200_000),
        gzipSync(text.subarray(34_000_000), { level: 0 }),
      ],
    ],
    [
      'zstd frames',
      36,
      65_536,
      (text: Buffer) => [zstdCompressSync(text.subarray(0, 44_500_000)), zstdCompressSync(text.subarray(44_500_000))],
    ],
  ] as const)('of more than is kept is scanned as it comes: %s', async ([, count, width, pack]) => {
    const bytes = Buffer.concat(pack(large(count)));
    expect(bytes.length).toBeGreaterThan(32 * 1024 * 1024);
    const scan = await scannedInput(bytes, width);
    expect(scan).toMatchObject({ bytes: bytes.length, looked: 2 * count, problems: [] });
    expect(idsOf(scan)).toEqual(Array.from({ length: count }, (_, index) => `${index}`));
  });

  test('a small one is read like a file', async () => {
    const scan = await scannedInput(gzipSync(logText(['a', 'b'])), 7);
    expect(scan).toMatchObject({ looked: 4, problems: [] });
  });

  test('that never ends is given up at an interrupt, with what it brought', async () => {
    const controller = new AbortController();
    async function* input() {
      yield Buffer.from(`${JSON.stringify(last)}\n`);
      controller.abort();
      await new Promise(() => {});
    }
    const last = deniedCall({ eventID: 'last' });
    expect(idsOf(await scanInput('standard input', input(), controller.signal))).toEqual(['last']);
  });
});

describe.skipIf(process.platform === 'win32')('a pipe that is named like a file', () => {
  /** In a program of its own: a thread of the tests would close once more at its end what the stream has closed. */
  async function scannedApart(names: readonly string[], jobs: number, abortAfter?: number): Promise<LogScan[]> {
    const pool = new URL('../../src/adapters/fast-scan-pool.ts', import.meta.url).href;
    const program = `
      import { scanAll } from '${pool}';
      const controller = new AbortController();
      ${abortAfter === undefined ? '' : `setTimeout(() => controller.abort(), ${abortAfter});`}
      const tasks = ${JSON.stringify(names)}.map((name) => ({ name, named: true, size: 0 }));
      const scans = [];
      for await (const scan of scanAll(tasks, { jobs: ${jobs}, signal: controller.signal })) scans.push(scan);
      console.log(JSON.stringify(scans));`;
    await writeFile(at('apart.mjs'), program);
    const { stdout } = await execFileAsync(process.execPath, [at('apart.mjs')], { timeout: 60_000 });
    return JSON.parse(stdout) as LogScan[];
  }

  test.for([0, 1])('is read to its end, however much comes, among files; %i threads', async (jobs) => {
    const pipe = at(`pipe-${jobs}`);
    execFileSync('mkfifo', [pipe]);
    await writeFile(at('after-pipe.json'), logText(['after']));
    const lines = [
      { Records: [deniedCall({ eventID: 'first' })] },
      ...Array<object>(36).fill({ ...noise, x: 'x'.repeat(1_000_000) }),
      deniedCall({ eventID: 'last' }),
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(at('through-pipe.jsonl'), text);
    const writer = execFile('sh', ['-c', 'exec cat "$1" > "$2"', 'sh', at('through-pipe.jsonl'), pipe]);
    try {
      const scans = await scannedApart([pipe, at('after-pipe.json')], jobs);
      expect(scans.map(idsOf)).toEqual([['first', 'last'], ['after']]);
      expect(scans).toMatchObject([{ problems: [], looked: 38, bytes: text.length }, { problems: [] }]);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  test.for([0, 1])('and that nobody writes to keeps nothing from ending at an interrupt; %i threads', async (jobs) => {
    const pipe = at(`silent-${jobs}`);
    execFileSync('mkfifo', [pipe]);
    const scans = await scannedApart([pipe], jobs, 300);
    expect(scans.flatMap(idsOf)).toEqual([]);
  });
});

describe('many files', () => {
  test('leave nothing at the signal of an interrupt, nor do the pieces of standard input', async () => {
    const { signal } = new AbortController();
    const waits: number[] = [];
    async function* input() {
      for (let piece = 0; piece < 5; piece += 1) {
        waits.push(getEventListeners(signal, 'abort').length);
        yield Buffer.alloc(65_536, ' ');
      }
    }
    await scanInput('standard input', input(), signal);
    for await (const _ of scanAll([{ name: at('missing.json'), named: true }], { jobs: 1, signal }));
    expect(Math.max(...waits)).toBeLessThanOrEqual(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('in threads: the order of the files, each told once, whatever is wrong with one', async () => {
    await mkdir(at('many'));
    const names: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      const name = at('many', `${String(index).padStart(2, '0')}.json.gz`);
      names.push(name);
      // The first ones take longest, so that order is no accident.
      const ids = Array.from({ length: 31 - index }, (_, record) => `${index}-${record}`);
      await writeFile(name, index === 7 ? 'x' : gzipSync(logText(ids)));
    }
    const scans: LogScan[] = [];
    for await (const scan of scanAll(
      names.map((name) => ({ name, named: true })),
      { jobs: 2 },
    ))
      scans.push(scan);
    expect(scans.map(({ name }) => name)).toEqual(names);
    expect(scans.map(({ records }) => records.length)).toEqual(names.map((_, index) => (index === 7 ? 0 : 31 - index)));
    expect(scans.flatMap(({ problems }) => problems)).toHaveLength(1);
  });

  test('an interrupt ends it at once with what there is', async () => {
    const controller = new AbortController();
    const tasks = Array.from({ length: 200 }, () => ({ name: at('many', '00.json.gz'), named: true }));
    let scans = 0;
    for await (const _ of scanAll(tasks, { jobs: 1, signal: controller.signal })) {
      scans += 1;
      if (scans === 5) controller.abort();
    }
    expect(scans).toBeGreaterThanOrEqual(5);
    expect(scans).toBeLessThan(20);
  });

  test('a thread that fails costs the file it was at, and no other', async () => {
    await mkdir(at('fatal'));
    const program = join(at('fatal'), 'worker.mjs');
    const worker = new URL('../../src/adapters/fast-scan-worker.ts', import.meta.url).href;
    // As where the memory runs out: the thread is gone before it can say anything.
    await writeFile(
      program,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ tasks }) => { if (tasks.some(({ name }) => name.includes('deadly'))) process.exit(1); });
       await import('${worker}');`,
    );
    const names: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      names.push(at('fatal', `${String(index).padStart(2, '0')}${index % 25 === 7 ? '-deadly' : ''}.json`));
      await writeFile(names.at(-1) ?? '', logText([`${index}`]));
    }
    const scans: LogScan[] = [];
    const tasks = names.map((name) => ({ name, named: true, size: 1000 }));
    for await (const scan of scanAll(tasks, { jobs: 2, program: pathToFileURL(program) })) scans.push(scan);
    expect(scans.map(({ name }) => name)).toEqual(names);
    const lost = scans.filter(({ problems }) => problems.length > 0);
    expect(lost.map(({ problems }) => problems.map(({ message }) => message))).toEqual(
      Array(3).fill(['cannot be read: the scanning was ended']),
    );
    expect(lost.every(({ name }) => name.includes('deadly'))).toBe(true);
    expect(scans.flatMap((scan) => idsOf(scan))).toHaveLength(57);
  });

  test('as a source: what there is to read, what cannot be, standard input, folders that hold digests', async () => {
    await mkdir(at('source', 'CloudTrail-Digest'), { recursive: true });
    await writeFile(at('source', 'CloudTrail-Digest', 'x.json.gz'), gzipSync(logText(['never'])));
    await writeFile(at('source', 'b.json'), logText(['b']));
    await writeFile(at('source', 'notes.json'), '{"a":1}');
    async function* input() {
      yield Buffer.from(logText(['in']));
    }
    let total = 0;
    const batches: RecordBatch[] = [];
    const source = logFilesSource([at('missing.json'), at('source'), '-'], { standardInput: input() });
    for await (const batch of source.read({ total: (bytes) => (total = bytes) })) batches.push(batch);
    expect(batches.flatMap((batch) => idsOf(batch))).toEqual(['b', 'in']);
    expect(batches.flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual([
      'no such file or folder',
    ]);
    expect(batches.flatMap(({ passedOver = [] }) => passedOver.map(({ place }) => place))).toEqual([
      at('source', 'notes.json'),
    ]);
    expect(total).toBeGreaterThan(500);
  });
});
