/** An `Io` in memory: files by name, and all that a command printed. */
import { gunzipSync } from 'node:zlib';
import { type Io, UserError } from '../../src/cli/io.ts';
import { decodeText } from '../../src/cli/text-encoding.ts';

export interface FakeIo extends Io {
  /** What went to stdout so far. */
  readonly printed: () => string;
  /** What went to stderr so far. */
  readonly warned: () => string;
  readonly exitCode: () => 0 | 1 | 2;
}

/** @param files contents by name; `-` is standard input. A `.gz` name holds gzip bytes. */
export function fakeIo(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  options: {
    readonly tty?: boolean;
    readonly columns?: number;
    readonly colour?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): FakeIo {
  const stdout: string[] = [];
  const stderr: string[] = [];
  let exitCode: 0 | 1 | 2 = 0;
  const stream = { isTTY: options.tty ?? false, columns: options.columns ?? 100, colour: options.colour ?? false };
  const contents = new Map(Object.entries(files));
  const readBytes = async (file: string): Promise<Uint8Array> => {
    const content = contents.get(file);
    if (content === undefined) throw new UserError(`${file}: no such file`);
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  };
  return {
    out: (text) => void stdout.push(text),
    err: (text) => void stderr.push(text),
    stdout: stream,
    stderr: stream,
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    readBytes,
    readText: async (file) => decodeText(await readBytes(file), file === '-' ? 'standard input' : file),
    exit(code) {
      if (code > exitCode) exitCode = code;
    },
    printed: () => stdout.join(''),
    warned: () => stderr.join(''),
    exitCode: () => exitCode,
  };
}
