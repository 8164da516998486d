/** Does what the README and the pages promise exist: every command, every option, every link, every figure's place, the library? */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { causes } from '../../src/causes/catalogue.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { run } from '../../src/cli/main.ts';
import { compare, evaluate, explain } from '../../src/engine.ts';
import { riskRules } from '../../src/risks/catalogue.ts';
import { fakeIo } from '../cli/fake-io.ts';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'samples/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !/^(?:rules|causes)\/(?!README)/.test(file))
    .map((file) => join('docs', file)),
];
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');
const readme = textOf('README.md');
const packageJson = JSON.parse(textOf('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: { readonly '.': { readonly default: string } };
};

/** Commands of the `sh` blocks, those over several lines as one. */
function commandsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) =>
    block
      .replace(/\\\n\s*/g, ' ')
      .split(/\n|&&/)
      .map((line) => line.replace(/\s#.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

test.for(pages)('every link of %s inside the project leads somewhere', (page) => {
  const text = textOf(page).replace(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const inside = targets.filter((target) => !/^[a-z]+:/.test(target));
  const lost = inside.filter((target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith('.md') && !anchorsOf(readFileSync(file, 'utf8')).has(anchor);
  });
  expect(lost).toEqual([]);
});

test.for(pages.filter((page) => commandsOf(page).length > 0))(
  'every command of ours in %s exists, with its options and files',
  async (page) => {
    for (const command of commandsOf(page)) {
      // `NAME=value` before a program is for its environment.
      const all = wordsOf(command);
      const words = all.slice(
        Math.max(
          0,
          all.findIndex((word) => !/^\w+=/.test(word)),
        ),
      );
      const [program, second = ''] = words;
      if (program === 'npm') {
        const script = second === 'run' ? words[2] : second;
        expect(
          ['ci', 'install', 'pack', 'sbom', 'audit', 'publish', 'ls', ...Object.keys(packageJson.scripts)],
          command,
        ).toContain(script);
      }
      expect(
        ['npm', 'npx', 'node', 'git', 'aws', 'trusttrail', 'terraform', '.ci/run', 'moto_server'],
        command,
      ).toContain(program);
      if (program !== 'trusttrail' && !(program === 'npx' && second === 'trusttrail')) continue;
      const [name = '', ...rest] = words.slice(program === 'npx' ? 2 : 1);
      if (name.startsWith('-')) continue;
      expect(
        commandTable.map((entry) => entry.name),
        command,
      ).toContain(name);
      const io = fakeIo({}, { columns: 200 });
      await run([name, '--help'], io);
      const known = io.printed().match(/(?<=[\s,])--?[a-z][a-z-]*/g) ?? [];
      for (const option of rest.filter((word) => /^--?[a-z]/.test(word)))
        expect(known, command).toContain(option.split('=')[0]);
      for (const file of rest.filter((word) => /^(?:samples|docs)\//.test(word)))
        expect(existsSync(join(root, file)), `${command}: ${file}`).toBe(true);
    }
  },
);

test('the README quotes commands at all', () => {
  expect(commandsOf('README.md').filter((command) => command.startsWith('npx trusttrail')).length).toBeGreaterThan(8);
});

test('what the README shows of the samples is what is printed', () => {
  const printed = execFileSync(process.execPath, ['src/cli/trusttrail.js', 'replay', 'samples'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, COLUMNS: '100', NO_COLOR: '1' },
  });
  const blocks = [...readme.matchAll(/```text\n([\s\S]*?)```/g)].map(([, block = '']) => block).slice(0, 2);
  expect(blocks).toHaveLength(2);
  for (const line of blocks.join('').split('\n')) expect(printed.split('\n')).toContain(line);
});

test.for(['one-word', 'rewritten'])('what the README shows of the difference %s is what is printed', async (name) => {
  const files = [`docs/examples/${name}-before.json`, `docs/examples/${name}-after.json`];
  const io = fakeIo(Object.fromEntries(files.map((file) => [file, textOf(file)])));
  await run(['diff', ...files], io);
  const block = readme.slice(readme.indexOf(files[1] ?? '')).match(/```text\n([\s\S]*?)```/)?.[1] ?? '';
  expect(block.length).toBeGreaterThan(50);
  for (const line of block.split('\n')) expect(io.printed().split('\n')).toContain(line);
});

test('figures that the program knows are right, and each has its place once', () => {
  const figures = new Map(
    [...readme.matchAll(/<!--figure:([a-z0-9-]+)-->(.*?)<!--\/figure-->/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  expect(figures.get('rules')).toBe(String(riskRules.length));
  expect(figures.get('causes')).toBe(String(causes.length));
  expect(figures.size).toBe(readme.match(/<!--figure:/g)?.length);
  for (const [name, value] of figures) expect(value, name).not.toBe('');
});

test('the library offers what the README imports', () => {
  expect(packageJson.exports['.'].default).toBe('./dist/engine.js');
  for (const offered of [evaluate, compare, explain]) expect(offered).toBeTypeOf('function');
});

/** As GitHub makes them from headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  return new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function wordsOf(command: string): readonly string[] {
  return (command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}
