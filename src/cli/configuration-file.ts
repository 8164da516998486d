/** Where is the configuration: the file given, or the nearest `trusttrail.config.json` upwards from the working directory? */
import { dirname, join } from 'node:path';
import { type Configuration, defaultConfiguration, readConfiguration } from '../configuration/configuration.ts';
import { type Io, UserError } from './io.ts';

export const configurationName = 'trusttrail.config.json';

export interface FoundConfiguration {
  readonly configuration: Configuration;
  /** Where it was read; `undefined`: there is none, and the defaults hold. */
  readonly file: string | undefined;
}

/**
 * @param file what `--config` says. @param folders where else to look, after the folders upwards.
 * @throws {UserError} where the file given is not there, or a file is no configuration.
 */
export async function findConfiguration(
  io: Io,
  file: string | undefined,
  folders: readonly string[] = [],
): Promise<FoundConfiguration> {
  if (file !== undefined) return { configuration: parsed(await io.readText(file), file), file };
  const places: string[] = [];
  for (let folder = io.cwd; ; folder = dirname(folder)) {
    places.push(join(folder, configurationName));
    if (folder === dirname(folder)) break;
  }
  for (const place of [...places, ...folders.map((folder) => join(folder, configurationName))]) {
    const text = await textOf(io, place);
    if (text !== undefined) return { configuration: parsed(text, place), file: place };
  }
  return { configuration: defaultConfiguration, file: undefined };
}

async function textOf(io: Io, place: string): Promise<string | undefined> {
  try {
    return await io.readText(place);
  } catch (error) {
    if (error instanceof UserError && /no such file/.test(error.message)) return undefined;
    throw error;
  }
}

function parsed(text: string, file: string): Configuration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = readConfiguration(value);
  if (read.ok) return read.configuration;
  const [first, ...more] = read.problems;
  const where = first.pointer === '' ? '' : ` at ${first.pointer}`;
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  throw new UserError(`${file}: no configuration${where}: ${first.message}${rest}`);
}
