/** Is everything that trusttrail is built on known, justified, licensed and pinned? */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

interface Package {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
interface Locked {
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

const own = read('package.json') as Package;
const lock = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('docs/dependencies.md', () => {
  const [, delivered = '', rest = ''] = readFileSync(join(root, 'docs/dependencies.md'), 'utf8').split(
    /^## (?=Delivered|For)/m,
  );
  const rows = (section: string): readonly (readonly string[])[] =>
    section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()));

  test.for([
    ['what is delivered', delivered, own.dependencies ?? {}],
    ['what builds and tests it', rest, own.devDependencies ?? {}],
  ] as const)('lists %s, each with a reason and upkeep', ([, section, dependencies]) => {
    const listed = rows(section);
    expect(listed.map(([, name = '']) => name.replaceAll('`', ''))).toEqual(Object.keys(dependencies));
    for (const [, , why = '', , upkeep = '', size = ''] of listed) {
      expect(why.length).toBeGreaterThan(4);
      expect(upkeep).not.toBe('');
      expect(size).toMatch(/^[\d.]+ [kM]B$/);
    }
  });

  test('names the licence that each package itself has', () => {
    for (const [, name = '', , licence] of [...rows(delivered), ...rows(rest)])
      expect([name, (read(`node_modules/${name.replaceAll('`', '')}/package.json`) as Package).license]).toEqual([
        name,
        licence,
      ]);
  });
});

/** Licences that bind nobody who uses trusttrail. MPL-2.0 binds the files under it alone. */
const free = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'MPL-2.0',
  'CC0-1.0',
  'Python-2.0',
]);

/** Of a choice one has to be free; of a sum all. */
function isFree(licence: string): boolean {
  const alternatives = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return alternatives.some((one) => one.split(' AND ').every((part) => free.has(part.replace(/[()]/g, ''))));
}

describe('every package of the lock file', () => {
  test('is under a licence that binds nobody', () => {
    const bound = locked.filter(([path, { license }]) => {
      const file = join(path, 'package.json');
      // Packages for other machines are not installed: of those the lock file tells.
      const itself = existsSync(join(root, file)) ? (read(file) as Package).license : undefined;
      return !isFree(itself ?? license ?? 'none');
    });
    expect(bound.map(([path]) => path)).toEqual([]);
    expect(locked.length).toBeGreaterThan(200);
  });

  test.for(['GPL-3.0-only', 'AGPL-3.0', '(GPL-2.0 OR LGPL-2.1)', 'MIT AND GPL-3.0-only', 'none'])(
    '%s would be found',
    (licence) => {
      expect(isFree(licence)).toBe(false);
    },
  );

  test('has its hash, and comes from the registry', () => {
    // What a package brings in its own archive has no hash of its own: that of the archive holds it.
    const loose = locked.filter(
      ([, { resolved, integrity, inBundle, link }]) =>
        link === true ||
        (inBundle !== true && !/^sha512-/.test(integrity ?? '')) ||
        (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });
});

test('the bill of materials names every package that is delivered', { timeout: 120_000 }, () => {
  const ran = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(ran.status, ran.stderr).toBe(0);
  const bill = JSON.parse(ran.stdout) as {
    readonly bomFormat: string;
    readonly components: readonly { readonly name: string; readonly group?: string; readonly version: string }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  const named = new Set(
    bill.components.map(({ name, group }) => (group === undefined || name.startsWith('@') ? name : `${group}/${name}`)),
  );
  expect(Object.keys(own.dependencies ?? {}).filter((name) => !named.has(name))).toEqual([]);
});

test('each action of a workflow, and of ours, is pinned to a commit', ({ skip }) => {
  const folder = join(root, '.github/workflows');
  if (!existsSync(folder)) skip('there are no workflows');
  const uses = readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .flatMap((line) => /^\s*-?\s*uses:\s*(\S+)/.exec(line)?.[1] ?? [])
    .filter((action) => !action.startsWith('./'));
  expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
});
