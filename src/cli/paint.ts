/** How does colour reach the terminal forms: with `util.styleText`, only where the stream takes it. */
import { styleText } from 'node:util';
import { type Paint, type TerminalOptions, unpainted } from '../findings/forms/terminal.ts';
import type { Io } from './io.ts';

/** @returns the painter for a stream. */
export function paintFor(stream: Io['stdout']): Paint {
  if (!stream.colour) return unpainted;
  return (styles, text) => (text === '' ? '' : styleText([...styles], text, { validateStream: false }));
}

/** What the terminal forms need to know of standard output; lines are at most 110 columns, for they are prose. */
export function terminalOptions(io: Io, verbose = false): TerminalOptions {
  return { width: Math.max(40, Math.min(io.stdout.columns, 110)), paint: paintFor(io.stdout), verbose };
}
