/** What a command touches of the outside: streams, files, the exit code. Tests give their own. */

/** The command line or an input is wrong: one line on stderr and exit code 2, never a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What to do next, printed after the message in the same line. */
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export interface Io {
  /** Writes text to stdout as it is; the caller ends its lines. */
  out(text: string): void;
  /** Writes text to stderr. */
  err(text: string): void;
  readonly stdout: { readonly isTTY: boolean; readonly columns: number; readonly colour: boolean };
  readonly stderr: { readonly isTTY: boolean; readonly columns: number; readonly colour: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * Reads a whole file, `-` for standard input; a `.gz` is inflated, within bounds.
   * @throws {UserError} that names the file and the reason.
   */
  readBytes(file: string): Promise<Uint8Array>;
  /**
   * The same as UTF-8 text; a byte order mark is dropped.
   * @param most bytes, once inflated, that the caller has any use for.
   */
  readText(file: string, most?: number): Promise<string>;
  /** The exit code of the process once the command has ended; the highest given wins, save that 2 is final. */
  exit(code: 0 | 1 | 2): void;
  /** The bytes of a file as they come, `-` for standard input, gzip undone; absent: `readBytes` is all there is. */
  readStream?(file: string): AsyncIterable<Uint8Array>;
  /** Resolves when what was written to stdout has gone out, so that a long answer does not pile up in memory. */
  drained?(): Promise<void>;
}
