/** How do JSON lines go in and answers come out, one a line, whatever a single line is like? */
import { placeOfJsonError } from '../cloudtrail/json-error-place.ts';
import { safeJson } from '../findings/forms/json.ts';
import { type Io, UserError } from './io.ts';

/** Characters of one line: the largest CloudTrail event is 256 KB, and a line may hold several. */
const longestLine = 16 * 1024 * 1024;

/** How many lines were answered, and how many of those answers are errors. */
export interface BatchSummary {
  readonly lines: number;
  readonly errors: number;
}

/**
 * Answers each JSON line of a file with one JSON line on stdout, in order, with the `id` of the line it answers.
 * What `answer` throws, and a line that is no JSON object, becomes `{"id", "error"}` and the rest goes on.
 * The exit code is 2 where the file holds no line that could be read at all.
 * @param file `-` for standard input.
 * @throws {UserError} where the file itself cannot be read.
 */
export async function runBatch(
  io: Io,
  file: string,
  answer: (line: Record<string, unknown>) => object | Promise<object>,
): Promise<BatchSummary> {
  let lines = 0;
  let errors = 0;
  let unreadable = 0;
  for await (const line of linesOf(io, file)) {
    if (line.text.trim() === '') continue;
    lines += 1;
    const read = readLine(line);
    let result: object;
    if ('error' in read) {
      unreadable += 1;
      result = read;
    } else result = await answered(read.value, answer);
    if ('error' in result) errors += 1;
    io.out(`${safeJson(result)}\n`);
    await io.drained?.();
  }
  if (lines === 0 || unreadable === lines) {
    if (lines === 0) throw new UserError(`${file === '-' ? 'standard input' : file}: holds no line of JSON`);
    io.exit(2);
  }
  return { lines, errors };
}

interface BatchLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly tooLong: boolean;
}

function readLine(line: BatchLine): { value: Record<string, unknown> } | { id: null; error: string } {
  const place = `line ${line.number}`;
  if (line.tooLong) return { id: null, error: `${place}: longer than ${longestLine / 1024 / 1024} MB` };
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    // The engine's own message quotes the line, in which an external ID may stand.
    const { column, endsEarly } = placeOfJsonError(line.text);
    const why = endsEarly ? 'it ends too early' : 'unexpected text';
    return { id: null, error: `${place}: is not JSON: ${why} at column ${column}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { id: null, error: `${place}: expected a JSON object, received ${kindOf(value)}` };
  // `null` is the same as not given (interfaces.md, "Batches"); Object.fromEntries defines `__proto__` as plain data.
  return { value: Object.fromEntries(Object.entries(value).filter(([, given]) => given !== null)) };
}

async function answered(
  line: Record<string, unknown>,
  answer: (line: Record<string, unknown>) => object | Promise<object>,
): Promise<object> {
  const id = idOf(line);
  try {
    return Object.assign({ id }, await answer(line), { id });
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message))
      return { id, error: 'the line is nested too deeply' };
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UserError)
      return { id, error: error.hint === undefined ? message : `${message}; ${error.hint}` };
    return { id, error: message };
  }
}

/** @returns the line's id as it was given, or null where it is neither text nor a number. */
function idOf(line: Record<string, unknown>): string | number | null {
  const id = line['id'];
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/** @returns what a value of JSON is, for a message that does not quote it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

async function* linesOf(io: Io, file: string): AsyncGenerator<BatchLine> {
  const decoder = new TextDecoder('utf-8');
  let number = 1;
  let kept = '';
  let dropping = false;
  for await (const chunk of chunksOf(io, file)) {
    const text = decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = kept + text.slice(from, end);
      yield { number, text: dropping ? '…' : line, tooLong: dropping || line.length > longestLine };
      kept = '';
      dropping = false;
      number += 1;
      from = end + 1;
    }
    if (dropping) continue;
    kept += text.slice(from);
    if (kept.length > longestLine) {
      kept = '';
      dropping = true;
    }
  }
  const last = kept + decoder.decode();
  if (last !== '' || dropping) yield { number, text: dropping ? '…' : last, tooLong: dropping };
}

async function* chunksOf(io: Io, file: string): AsyncGenerator<Uint8Array> {
  if (io.readStream === undefined) yield await io.readBytes(file);
  else yield* io.readStream(file);
}
