/** The store in SQLite, in memory and in a file: the contract of every store, and what is its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import { trustStoreContract } from '../contracts/trust-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'trusttrail-store-'));
let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `store-${files}.sqlite`);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

trustStoreContract('SQLite in memory', async () => sqliteTrustStore());
trustStoreContract('SQLite in a file', async () => sqliteTrustStore(newFile()));

describe('the store in a file', () => {
  test('holds what was written when it is opened again', async () => {
    const file = newFile();
    const first = sqliteTrustStore(file);
    await first.addEvents('s', [{ eventId: 'a', at: 1, body: 'x' }]);
    await first.close();
    const second = sqliteTrustStore(file);
    expect(await second.events('s')).toEqual([{ eventId: 'a', at: 1, body: 'x' }]);
    await second.close();
  });

  test('serves two processes at a time', async () => {
    const file = newFile();
    const [one, other] = [sqliteTrustStore(file), sqliteTrustStore(file)];
    await one.addEvents('s', [{ eventId: 'a', at: 1, body: 'x' }]);
    await other.addEvents('s', [{ eventId: 'b', at: 2, body: 'y' }]);
    expect(await one.events('s')).toHaveLength(2);
    expect(await other.events('s')).toHaveLength(2);
    await one.close();
    await other.close();
  });

  test.for([
    ['a database of something else', (file: string) => new DatabaseSync(file).exec('create table t (x)')],
    ['a newer version', (file: string) => new DatabaseSync(file).exec('pragma user_version = 99')],
    [
      'no database',
      (file: string) => writeFileSync(file, 'not a database, but long enough to be read as one'.repeat(50)),
    ],
  ] as const)('refuses a file that is %s', ([, make]) => {
    const file = newFile();
    make(file);
    expect(() => sqliteTrustStore(file)).toThrow();
  });
});
