/** Which text do these bytes hold: UTF-8, or the UTF-16 that PowerShell's `>` writes. */
import { UserError } from './io.ts';

/**
 * @param name how the input is called in the message.
 * @throws {UserError} where the bytes are no text.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${name}: is no text: expected UTF-8`);
  }
}
