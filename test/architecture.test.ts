/** Do the folders depend on one another in the directions of the design, is the core pure, and is each file named for what it holds? */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build, type Metafile, transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
    .sort();
}

const files = ['src', 'functions', 'infra'].flatMap(sources);
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** `src/policy/evaluate/x.ts` is of `policy`, `functions/x.ts` of `functions`. */
function areaOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'src' ? second : first;
}

const core = ['policy', 'risks', 'causes', 'cloudtrail', 'findings'] as const;

/** What each area may import from, whole areas or single files; design.md, "Layout". */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  // What the package offers to programs: the pure core alone.
  'engine.ts': ['policy', 'risks', 'causes', 'cloudtrail', 'findings'],
  policy: [],
  // A record without an eventID gets one from its facts, by the same hash as a finding.
  cloudtrail: ['policy', 'src/findings/identity.ts'],
  findings: ['policy'],
  risks: ['policy', 'findings'],
  causes: ['policy', 'findings', 'cloudtrail'],
  configuration: core,
  ports: [...core, 'configuration'],
  watch: [...core, 'configuration', 'ports'],
  audit: [...core, 'configuration', 'ports'],
  adapters: [...core, 'configuration', 'ports'],
  cli: [...core, 'configuration', 'ports', 'watch', 'audit', 'adapters'],
  functions: [...core, 'configuration', 'ports', 'watch', 'adapters'],
  infra: ['cloudtrail', 'configuration'],
};

/** The core stays free of libraries that do I/O: these are all it uses. */
const pureLibraries = ['@slack/types', 'diff', 'ipaddr.js', 'sarif'];
/** Loaded by people's machines alone; they would only make the functions slower to start. */
const commandLineLibraries = [
  'commander',
  'cli-progress',
  'cli-table3',
  'linkedom',
  '@observablehq/plot',
  '@bomb.sh/tab',
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** All imports as written, types too: what the compiler drops is a dependency of the reader all the same. */
const imports: readonly Import[] = files.flatMap((from) => {
  const text = texts.get(from) ?? '';
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, to = '']) => ({ from, to: resolved(from, to), typeOnly: type !== undefined })),
    ...[...dynamic].map(([, to = '']) => ({ from, to: resolved(from, to), typeOnly: false })),
  ];
});

function resolved(from: string, to: string): string {
  return to.startsWith('.') ? relative(root, join(root, dirname(from), to)) : to;
}

function isOurs(to: string): boolean {
  return /^(?:src|functions|infra)\//.test(to);
}

/** The package that a bare specifier names. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const bundled: Metafile = (
  await build({
    absWorkingDir: root,
    entryPoints: files.filter((file) => !file.endsWith('.d.ts')),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    outdir: 'out',
    logLevel: 'silent',
    loader: { '.json': 'json' },
    plugins: [
      {
        // A file that is missing is what "what is imported is there" reports; the graph of the rest is asked all the same.
        name: 'missing-files',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
            existsSync(join(resolveDir, path)) ? undefined : { path, external: true },
          ),
      },
    ],
  })
).metafile;

describe('directions', () => {
  test('every folder of src is known here', () => {
    expect([...new Set(files.map(areaOf))].filter((area) => mayImport[area] === undefined)).toEqual([]);
  });

  test.for(Object.keys(mayImport).map((area) => [area]))('%s imports only what is below it', ([area = '']) => {
    const allowed = new Set([area, ...(mayImport[area] ?? [])]);
    const wrong = imports.filter(
      ({ from, to }) => areaOf(from) === area && isOurs(to) && !allowed.has(areaOf(to)) && !allowed.has(to),
    );
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('infra knows the event patterns and nothing else of the records', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        areaOf(from) === 'infra' && areaOf(to) === 'cloudtrail' && to !== 'src/cloudtrail/event-patterns.ts',
    );
    expect(wrong).toEqual([]);
  });

  test('what is imported is there, in its true name', () => {
    const wrong = imports.filter(
      ({ to }) => /^(?:src|functions|infra)\//.test(to) && to.endsWith('.ts') && !texts.has(to),
    );
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });
});

test('no import leads back to where it began', () => {
  const graph = new Map(
    Object.entries(bundled.inputs).map(([file, input]) => [
      file,
      input.imports.filter((one) => one.external !== true && one.kind !== 'dynamic-import').map((one) => one.path),
    ]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  expect(graph.size).toBeGreaterThanOrEqual(files.length / 2);
  expect(cycles).toEqual([]);
});

describe('purity', () => {
  const pure = files.filter((file) => (core as readonly string[]).includes(areaOf(file)));

  test('the core imports no Node.js module, no SDK, and only libraries that compute', () => {
    const wrong = imports.filter(
      ({ from, to }) => pure.includes(from) && !isOurs(to) && !pureLibraries.includes(packageOf(to)),
    );
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('the core asks no clock, no chance, no process, no network', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bMath\.random\b|\bprocess\.|\bglobalThis\b|\bcrypto\.|\bperformance\.|\bfetch\(|\bsetTimeout\b|\bsetInterval\b|\bqueueMicrotask\b|\brequire\(|\bIntl\.|\.toLocale|\blocaleCompare\b|\bconsole\./;
    const wrong = pure.flatMap((file) => {
      // Compiled without types and comments, and without text, in which such words may stand (the script of the report).
      const { code } = transformSync(texts.get(file) ?? '', { loader: 'ts', target: 'esnext', legalComments: 'none' });
      const bare = code.replace(/`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '""');
      const found = impure.exec(bare);
      return found === null ? [] : [`${file}: ${found[0]}`];
    });
    expect(pure.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test('watch, audit and the ports know no SDK and no files', () => {
    const areas = ['watch', 'audit', 'ports', 'configuration'];
    const wrong = imports.filter(
      ({ from, to }) =>
        areas.includes(areaOf(from)) &&
        /^@aws-sdk\/|^@slack\/web|^@slack\/webhook|^node:(?:fs|net|http|https|child_process|sqlite|process)/.test(to),
    );
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('only functions and cli choose adapters', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        areaOf(to) === 'adapters' && isOurs(to) && !['adapters', 'functions', 'cli'].includes(areaOf(from)),
    );
    expect(wrong).toEqual([]);
  });
});

test('the functions carry nothing of the command line', () => {
  const reached = new Set<string>();
  const wrong: string[] = [];
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const one of bundled.inputs[file]?.imports ?? []) {
      if (one.external !== true) visit(one.path);
      else if (commandLineLibraries.includes(packageOf(one.path))) wrong.push(`${file} → ${one.path}`);
    }
  };
  for (const file of files) if (areaOf(file) === 'functions') visit(file);
  expect(wrong).toEqual([]);
  expect([...reached].filter((file) => areaOf(file) === 'cli')).toEqual([]);
});

describe('names', () => {
  test.for([['risks'], ['causes']])('in %s a file with an id is named for it', ([area = '']) => {
    const wrong = files
      .filter((file) => areaOf(file) === area)
      .flatMap((file) => {
        const id = /^ {2}id: '([^']+)',$/m.exec(texts.get(file) ?? '')?.[1];
        return id === undefined || id === basename(file, '.ts') ? [] : [`${file}: ${id}`];
      });
    expect(wrong).toEqual([]);
  });

  test('no file is a drawer for odds and ends', () => {
    const drawers = /(?:^|\/)(?:utils?|helpers?|manager|misc|common|shared|index|types|lib)(?:\.ts|\/)/;
    expect(files.filter((file) => drawers.test(file))).toEqual([]);
  });

  test('every file begins with the question it answers', () => {
    expect(files.filter((file) => !/^(?:#!.*\n)?\/\*\*[\s\S]{20,}?\*\//.test(texts.get(file) ?? ''))).toEqual([]);
  });

  test('a function is an entry of at most forty lines', () => {
    const long = files.filter(
      (file) => areaOf(file) === 'functions' && (texts.get(file) ?? '').split('\n').length > 41,
    );
    expect(long).toEqual([]);
  });
});
