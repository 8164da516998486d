/** What did the operator configure? The file that was bundled beside the code, or nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Configuration, defaultConfiguration } from '../src/configuration/configuration.ts';
import { readConfiguration } from '../src/configuration/read-configuration.ts';

/** @param folder of the function's code. @throws where the file is wrong; the deployment has checked it before. */
export function bundledConfiguration(folder: string): Configuration {
  const file = join(folder, 'trusttrail.config.json');
  if (!existsSync(file)) return defaultConfiguration;
  const read = readConfiguration(JSON.parse(readFileSync(file, 'utf8')) as unknown);
  if (read.ok) return read.configuration;
  throw new Error(read.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('; '));
}
