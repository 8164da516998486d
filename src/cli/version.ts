/** Which trusttrail is this, and where is it published? What SARIF and `--version` say of it. */
import { readFileSync } from 'node:fs';

export const repository = 'https://github.com/trusttrail/trusttrail';

/** The version in `package.json`, beside which `src/` or `dist/` stands. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
