/** The vector loop over JSON text, with its memory: to be filled, asked, and moved on by `fast-scan.ts`. */
import { layout, nameFactor, type StateName, structureModule } from './json-structure-code.ts';

export interface StructureLoop {
  /** All of the loop's memory; text goes where `layout.data` begins. */
  readonly buffer: Buffer;
  /** The same by words of 32 bits: the lists of what was found. */
  readonly words: Uint32Array;
  /** Reads the bytes from `from` on, 64 at a time. @returns where it stopped: at or behind `to`, or for what it found. */
  scan(from: number, to: number): number;
  readonly state: Readonly<Record<Exclude<StateName, 'inString'>, { value: number }>> & {
    readonly inString: { value: bigint };
  };
}

/** The part of WebAssembly's JavaScript interface that is used: Node has it, its types do not. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer } } };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };
const pageBytes = 65_536;
let compiled: object | undefined;

/**
 * @param textBytes how much text its memory holds at a time.
 * @param wanted names of events, each of seven letters at least: elements that bear another one are passed over.
 */
export function structureLoop(textBytes: number, wanted: Iterable<string>): StructureLoop {
  compiled ??= new WebAssembly.Module(structureModule(Math.ceil((layout.data + textBytes) / pageBytes) + 1));
  const { memory, scan, ...state } = new WebAssembly.Instance(compiled).exports as {
    readonly memory: { readonly buffer: ArrayBuffer };
  } & Pick<StructureLoop, 'scan'> &
    StructureLoop['state'];
  const buffer = Buffer.from(memory.buffer);
  for (const name of wanted) buffer[layout.names + hashOf(name)] = 1;
  return { buffer, words: new Uint32Array(memory.buffer), scan, state };
}

/** The loop's own hash of the eight bytes that a name begins with, the quote behind it among them where it is short. */
function hashOf(name: string): number {
  const product = BigInt.asUintN(64, Buffer.from(`${name}"`).readBigUInt64LE() * nameFactor);
  return Number(product >> BigInt(64 - layout.nameBits));
}
