/** Where is the configuration: the file given, or the nearest `trusttrail.config.json` upwards from the working directory? */
import { dirname, join } from 'node:path';
import { type Configuration, defaultConfiguration } from '../configuration/configuration.ts';
import { type JsonDocument, readJson, wideLimits } from '../policy/document/json-with-positions.ts';
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
  if (file !== undefined) return { configuration: await parsed(await io.readText(file), file), file };
  const places: string[] = [];
  for (let folder = io.cwd; ; folder = dirname(folder)) {
    places.push(join(folder, configurationName));
    if (folder === dirname(folder)) break;
  }
  for (const place of [...places, ...folders.map((folder) => join(folder, configurationName))]) {
    const text = await textOf(io, place);
    if (text !== undefined) return { configuration: await parsed(text, place), file: place };
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

async function parsed(text: string, file: string): Promise<Configuration> {
  const json = readJson(text, wideLimits);
  if (!json.ok) {
    const { place, expected, received } = json.error;
    throw new UserError(`${file}:${place.line}:${place.column}: not JSON: expected ${expected}, found ${received}`);
  }
  const { document } = json;
  const [twice] = document.duplicates;
  if (twice !== undefined)
    throw new UserError(
      `${file}:${twice.place.line}:${twice.place.column}: \`${twice.key}\` stands twice in one object`,
    );
  // Loaded where there is one to read: it takes a tenth of a second.
  const { readConfiguration } = await import('../configuration/read-configuration.ts');
  const read = readConfiguration(JSON.parse(text));
  if (read.ok) return read.configuration;
  const [first, ...more] = read.problems;
  const place = nearestPlace(document, first.pointer);
  const where = first.pointer === '' ? '' : ` at ${first.pointer}`;
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  throw new UserError(`${file}:${place.line}:${place.column}: no configuration${where}: ${first.message}${rest}`);
}

/** What is missing has no place of its own: the one around it has. */
function nearestPlace({ placeOf }: JsonDocument, pointer: string): { readonly line: number; readonly column: number } {
  for (let outer = pointer; outer !== ''; outer = outer.slice(0, outer.lastIndexOf('/'))) {
    const place = placeOf(outer);
    if (place !== undefined) return place;
  }
  return placeOf('') ?? { line: 1, column: 1 };
}
