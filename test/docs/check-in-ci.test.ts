/** The GitHub Action, the pre-commit hook and the page about both: do they fit the program and each other? */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfiguration } from '../../src/configuration/read-configuration.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const page = read('docs/check-in-ci.md');
const command = read('src/cli/commands/check.ts');
const script = read('src/cli/action.sh');

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id?: string;
      readonly uses?: string;
      readonly run?: string;
      readonly shell?: string;
      readonly with?: Readonly<Record<string, unknown>>;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}
const action = parse(read('action.yml')) as Action;

describe('action.yml', () => {
  test('its inputs are those of the command', () => {
    expect(action.runs.using).toBe('composite');
    const { paths: _, sarif: __, ...options } = action.inputs;
    for (const name of Object.keys(options)) {
      expect(command).toMatch(new RegExp(`'--${name} <`));
      expect(script).toContain(`--${name} "$`);
    }
    expect(command).toContain(`.default('${action.inputs['fail-on']?.default}')`);
    expect(script).toContain('--format sarif');
  });

  test('every input reaches the script as a variable, and none as text of it', () => {
    const step = action.runs.steps.find(({ id }) => id === 'check');
    expect(Object.values(step?.env ?? {}).sort()).toEqual(
      Object.keys(action.inputs)
        .map((name) => `\${{ inputs.${name} }}`)
        .sort(),
    );
    for (const name of Object.keys(step?.env ?? {})) expect(script).toMatch(new RegExp(`\\$\\{?${name}\\b`));
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{');
  });

  test('nothing inside moves, and it runs Node.js 24', () => {
    const used = action.runs.steps.flatMap(({ uses }) => uses ?? []);
    for (const uses of used) expect(uses).toMatch(/@[0-9a-f]{40}$/);
    const node = action.runs.steps.flatMap((step) => (step.with?.['node-version'] as string | undefined) ?? []);
    expect(node).toEqual([expect.stringMatching(/^24\.\d+\.\d+$/)]);
    for (const { run, shell } of action.runs.steps) if (run !== undefined) expect(shell).toBe('bash');
  });
});

test('.pre-commit-hooks.yaml', () => {
  const [hook, ...more] = parse(read('.pre-commit-hooks.yaml')) as Record<string, string>[];
  expect(more).toEqual([]);
  expect(hook).toMatchObject({ id: 'trusttrail-check', language: 'node', entry: 'trusttrail check' });
  const files = new RegExp(hook?.['files'] ?? '');
  for (const file of ['trust.json', 'iam/ci-trust-policy.json', 'assume_role.json']) expect(file).toMatch(files);
  for (const file of ['package.json', 'trust/readme.md', 'tsconfig.json']) expect(file).not.toMatch(files);
});

/** What is given to the action wherever a workflow uses it. */
function stepsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  const step = value as { uses?: unknown; with?: object };
  if (typeof step.uses === 'string' && step.uses.startsWith('trusttrail/')) return [step.with ?? {}];
  return Object.values(value).flatMap(stepsIn);
}

describe('docs/check-in-ci.md', () => {
  const blocks = (kind: string) =>
    [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

  test('the inputs it shows are there, and it shows all of them', () => {
    const steps = blocks('yaml').flatMap((text) => stepsIn(parse(text)));
    expect(steps.length).toBeGreaterThan(1);
    for (const inputs of steps)
      for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name);
    const table = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(table).toEqual(Object.keys(action.inputs));
  });

  test('its YAML and its configuration can be read', () => {
    for (const text of blocks('yaml')) expect(() => parse(text) as unknown).not.toThrow();
    const configurations = blocks('json').map((text) => readConfiguration(JSON.parse(text)));
    expect(configurations.map(({ ok }) => ok)).toEqual([true]);
  });

  test('the version it names is that of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const [, named] of page.matchAll(/(?:trusttrail@v|rev: v)(\S+)/g)) expect(named).toBe(version);
  });
});

const hasBash = spawnSync('bash', ['--version']).status === 0;

describe.skipIf(!hasBash)('the script of the action', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trusttrail-action-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'iam/a b'), { recursive: true });
  const policy = (principal: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
    });
  writeFileSync(join(folder, 'iam/a b/trust one.json'), policy({ AWS: '*' }));
  writeFileSync(join(folder, 'iam/trust-two.json'), policy({ Service: 'ec2.amazonaws.com' }));
  writeFileSync(join(folder, '--help.json'), policy({ Service: 'ec2.amazonaws.com' }));

  // `node` of the script is a program that says how it was called, and ends as it is told.
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'node'), '#!/usr/bin/env bash\nshift\nprintf "%s\\n" "$@"\necho .\nexit "${ENDS:-0}"\n', {
    mode: 0o755,
  });
  const here = join(folder, 'cli');
  mkdirSync(here);
  copyFileSync(join(root, 'src/cli/action.sh'), join(here, 'action.sh'));

  const run = (env: Readonly<Record<string, string>>) => {
    const { status, stdout, stderr } = spawnSync('bash', [join(here, 'action.sh')], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env['PATH']}`, ...env },
    });
    return {
      status,
      stderr,
      stdout,
      calls: stdout
        .split('.\n')
        .slice(0, -1)
        .map((call) => call.trimEnd().split('\n')),
    };
  };

  test('patterns are opened, names with spaces stay whole, and none is taken for an option', () => {
    const { status, calls } = run({ PATHS: 'iam/**/trust*.json\n  --help.json\n\n', FAIL_ON: 'low' });
    expect(status).toBe(0);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.slice(0, 4)).toEqual(['check', '--fail-on', 'low', '--']);
    expect(calls[0]?.slice(4).sort()).toEqual(['--help.json', 'iam/a b/trust one.json', 'iam/trust-two.json']);
  });

  test('what is in a pattern is never run', () => {
    const { calls } = run({ PATHS: '$(touch evil).json\n`touch evil`', FAIL_ON: 'high' });
    expect(calls[0]?.slice(4)).toEqual(['$(touch evil).json', '`touch evil`']);
    expect(spawnSync('ls', [join(folder, 'evil')]).status).not.toBe(0);
  });

  test('what policies say is no command to the runner', () => {
    const marked = /^::stop-commands::([0-9a-f]{32})\n([\s\S]*)\n::\1::\n$/;
    const outputs = [1, 2].map(() => run({ PATHS: 'iam/trust-two.json', GITHUB_ACTIONS: 'true', ENDS: '1' }));
    const found = outputs.map(({ stdout }) => marked.exec(stdout));
    expect(found[0]?.[2]).toContain('iam/trust-two.json');
    expect(found[0]?.[1]).not.toBe(found[1]?.[1]);
    expect(outputs.map(({ status }) => status)).toEqual([1, 1]);
  });

  test('the other inputs, and SARIF beside the text', () => {
    const output = join(folder, 'output');
    const { status, calls } = run({
      PATHS: 'iam/trust-two.json',
      CONFIG: 'c d.json',
      ROLE: 'arn:x',
      SARIF: 'out.sarif',
      ENDS: '1',
      GITHUB_OUTPUT: output,
    });
    expect(status).toBe(1);
    expect(calls).toEqual([
      ['check', '--fail-on', 'high', '--config', 'c d.json', '--role', 'arn:x', '--', 'iam/trust-two.json'],
    ]);
    expect(readFileSync(join(folder, 'out.sarif'), 'utf8').split('\n')).toContain('sarif');
    expect(readFileSync(output, 'utf8')).toBe('sarif=out.sarif\n');
  });

  test.each([
    ['no pattern', ''],
    ['a pattern that fits nothing', 'none/*.json'],
  ])('%s fails', (_, paths) => {
    const { status, calls, stderr } = run({ PATHS: paths });
    expect(status).toBe(2);
    expect(calls).toEqual([]);
    expect(stderr).toMatch(/^::error::/);
  });
});
