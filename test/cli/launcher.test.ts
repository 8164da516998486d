import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const launcher = join(root, 'src', 'cli', 'trusttrail.js');
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');
/** The machine's own Node, which may be older than the one of the checkout. */
const machineNode = ['/usr/bin/node', '/usr/local/bin/node'].find((file) => existsSync(file));
const folder = await mkdtemp(join(tmpdir(), 'trusttrail-launcher-'));
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

async function start(node: string, args: readonly string[], file = launcher): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(node, [file, ...args], { encoding: 'utf8' });
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as Ended;
    return { stdout, stderr, code };
  }
}

test('the file is executable, and the package names it', async () => {
  expect((await stat(launcher)).mode & 0o111).toBe(0o111);
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  expect(join(root, bin['trusttrail'] ?? '')).toBe(launcher);
});

describe.for([
  ['the Node of the checkout', ownNode],
  ...(machineNode === undefined ? [] : [['the Node of the machine', machineNode]]),
])('under %s', ([, node]) => {
  test('prints the version, without warnings', async () => {
    expect(await start(node ?? '', ['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', code: 0 });
  });

  test('ends with the exit code of the command line', async () => {
    expect(await start(node ?? '', ['--bogus'])).toEqual({
      stdout: '',
      stderr: "trusttrail: unknown option '--bogus'\n",
      code: 2,
    });
  });

  test('passes its standard input on, and quietly ends when nobody reads', async () => {
    const script = `"$0" "$1" --help | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, node ?? '', launcher]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: trusttrail .*\n(?:0|141)\n$/);
  });
});

test.skipIf(!existsSync('/dev/full'))('output that cannot be written is one line, and no success', async () => {
  const command = `"${ownNode}" "${launcher}" rules > /dev/full`;
  const { code, stderr } = await start('/bin/sh', [command], '-c');
  expect(stderr).toMatch(/^trusttrail: the output cannot be written: ENOSPC[^\n]*\n$/);
  expect(code).toBe(2);
});

test('an old Node without another beside it is told in one line', async () => {
  const alone = join(folder, 'src', 'cli', 'trusttrail.js');
  await cp(launcher, alone);
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); await import(${JSON.stringify(alone)});`;
  const { stdout, stderr, code } = await start(ownNode, ['--input-type=module', '-e', pretend], '--no-warnings');
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^trusttrail: needs Node\.js 24 or later, and this is v\S+; run `npm ci` in \S+, which brings its own\n$/,
  );
  expect(code).toBe(2);
});

test.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s reaches the program that was handed over to, and ends both',
  async (signal) => {
    const copy = await mkdtemp(join(folder, 'signal-'));
    const file = join(copy, 'src', 'cli', 'trusttrail.js');
    await cp(launcher, file);
    await cp(join(root, 'package.json'), join(copy, 'package.json'));
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const waits =
      'export const runProcess = async () => { setInterval(() => {}, 1000); process.stdout.write(`${process.pid}\\n`); };';
    await writeFile(join(copy, 'src', 'cli', 'main.ts'), waits);
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); await import(${JSON.stringify(file)});`;
    const child = spawn(ownNode, ['--input-type=module', '-e', pretend], { stdio: ['pipe', 'pipe', 'inherit'] });
    const inner = await new Promise<number>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(Number(data))),
    );
    expect(inner).not.toBe(child.pid);
    child.kill(signal);
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    expect(code).toBe(128 + constants.signals[signal]);
    expect(() => process.kill(inner, 0)).toThrow('ESRCH');
  },
);
