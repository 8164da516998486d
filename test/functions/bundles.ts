/** The functions as they are deployed: bundled as infra/ has it done, and run by Node.js in a process of their own. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundling, type Entry, entries } from '../../infra/bundling.ts';

export interface Bundles {
  readonly metafile: Metafile;
  /** Path of an entry's bundle. */
  fileOf(entry: Entry): string;
  bytesOf(entry: Entry): number;
  /** Files that went into it, by their paths in the repository. */
  inputsOf(entry: Entry): readonly string[];
  remove(): void;
}

const root = join(import.meta.dirname, '../..');

export async function bundled(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'trusttrail-bundles-'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => ({ in: `functions/${entry}.ts`, out: `${entry}/index` })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    mainFields: [...bundling.mainFields],
    minify: bundling.minify,
    keepNames: bundling.keepNames,
    sourcemap: bundling.sourceMap,
    sourcesContent: bundling.sourcesContent,
    metafile: bundling.metafile,
    banner: { js: bundling.banner },
    logLevel: 'error',
  });
  const outputOf = (entry: Entry) => {
    const found = Object.entries(metafile.outputs).find(([file]) => file.endsWith(`${entry}/index.mjs`));
    if (found === undefined) throw new Error(`no bundle of ${entry}`);
    return found[1];
  };
  return {
    metafile,
    fileOf: (entry) => join(folder, entry, 'index.mjs'),
    bytesOf: (entry) => outputOf(entry).bytes,
    inputsOf: (entry) => Object.keys(outputOf(entry).inputs),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Running {
  /** Milliseconds that loading took, and by which version of Node.js. */
  readonly loaded: { readonly milliseconds: number; readonly node: string };
  /** @throws what the handler threw. */
  invoke(event: unknown): Promise<unknown>;
  /** Lines of standard output since the last time. */
  logs(): readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

type Message =
  | { readonly loaded: number; readonly node: string }
  | { readonly id: number; readonly answer?: unknown; readonly error?: string };

/** @param environment beside which the process has none of ours. @throws where the bundle cannot be loaded. */
export async function running(file: string, environment: Readonly<Record<string, string>>): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'bundle-runtime.ts'), [file], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    execArgv: [],
    silent: true,
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const loaded = await new Promise<Running['loaded']>((resolve, reject) => {
    child.once('exit', (code) => {
      const error = new Error(`the function ended with ${code}: ${errors.slice(-2_000)}`);
      reject(error);
      for (const one of waiting.values()) one.reject(error);
    });
    child.on('message', (message: Message) => {
      if ('loaded' in message) return resolve({ milliseconds: message.loaded, node: message.node });
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) one?.resolve(message.answer);
      else one?.reject(new Error(message.error));
    });
  });
  let last = 0;
  return {
    loaded,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        child.send({ id: last, event });
      }),
    logs() {
      const lines = output.split('\n').filter((line) => line !== '');
      output = '';
      return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    },
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
