/** `check --fix`, batches, and the SARIF of `check`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/cli/io.ts';
import { run } from '../../src/cli/main.ts';
import { riskRules } from '../../src/risks/catalogue.ts';
import { fakeIo } from './fake-io.ts';
import { sarifProblems } from './sarif-checks.ts';

const role = 'arn:aws:iam::111122223333:role/deploy';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trusttrail-check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Files on the disk, for these are written. */
async function check(content: string, ...args: readonly string[]) {
  const file = join(folder, 'trust.json');
  writeFileSync(file, content);
  const fake = fakeIo({}, { cwd: folder });
  const io = {
    ...fake,
    readText: async (name: string) => {
      try {
        return await readFile(name, 'utf8');
      } catch {
        throw new UserError(`${name}: no such file`);
      }
    },
  };
  await run(['check', file, '--role', role, ...args], io);
  return { code: fake.exitCode(), out: fake.printed(), err: fake.warned(), text: readFileSync(file, 'utf8') };
}

/** Two faults with a fix that grants nothing: no version, and a duplicate of `Sid`. Odd formatting, on purpose. */
const odd = `{ "Statement": [
    {   "Sid": "Deploy",  "Effect": "Allow",
        "Principal": {"AWS":"arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole" },
    {   "Sid": "Deploy",  "Effect": "Allow",
        "Principal": {"AWS":"arn:aws:iam::111122223333:role/cd"}, "Action": "sts:AssumeRole" }
] }
`;

describe('--fix', () => {
  test('writes what is verified and grants nothing, and leaves the rest of the text as it is', async () => {
    const { code, err, text } = await check(odd, '--fix');
    expect(JSON.parse(text)).toMatchObject({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Deploy' }, { Sid: 'Deploy2' }],
    });
    const kept = odd.split('\n');
    for (const line of [kept[1], kept[2], kept[4]]) expect(text).toContain(`${line}\n`);
    expect(err.match(/fixed: /g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test.each([
    [
      { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' } },
      { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
    ],
    [
      { 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': 'o-own1234567' } },
      { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } },
    ],
  ])('whom the owner meant stays: only the operator that lets in the others is mended: %j', async (before, after) => {
    const policy = (condition: object) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition: condition }],
    });
    const { text } = await check(JSON.stringify(policy(before)), '--fix');
    expect(JSON.parse(text)).toEqual(policy(after));
  });

  test('what remains is told, and the exit code is that of what remains', async () => {
    const before = await check(odd);
    expect(before.code).toBe(1);
    expect(before.text).toBe(odd);
    const after = await check(odd, '--fix');
    expect(after.out).toBe('Nothing found in 1 trust policy.\n');
  });

  test('twice is the same as once', async () => {
    const once = await check(odd, '--fix');
    const twice = await check(once.text, '--fix');
    expect(twice.text).toBe(once.text);
    expect(twice.err).toBe('');
  });

  test('the document inside get-role is fixed in place', async () => {
    const wrapped = `{\n  "Role": {\n    "RoleName": "deploy",  "Arn": "${role}",\n    "AssumeRolePolicyDocument": ${odd.trim().replaceAll('\n', '\n    ')},\n    "MaxSessionDuration": 3600\n  }\n}`;
    const { text, err } = await check(wrapped, '--fix');
    const value = JSON.parse(text) as { Role: { AssumeRolePolicyDocument: object; MaxSessionDuration: number } };
    expect(value.Role.AssumeRolePolicyDocument).toMatchObject({ Version: '2012-10-17' });
    expect(value.Role.MaxSessionDuration).toBe(3600);
    expect(text).toContain(`    "RoleName": "deploy",  "Arn": "${role}",\n`);
    expect(text).toContain('    {   "Sid": "Deploy",  "Effect": "Allow",');
    expect(text.endsWith('}')).toBe(true);
    expect(err).toContain('fixed: ');
  });

  const literal = JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::464622532012:root' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: {
              'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945',
              'aws:PrincipalArn': 'arn:aws:iam::464622532012:role/scan-*',
            },
          },
        },
      ],
    },
    null,
    '\t',
  );

  test('letting in those who were shut out takes --fix=all', async () => {
    expect((await check(literal, '--fix')).text).toBe(literal);
    const { text } = await check(literal, '--fix=all');
    expect(text).not.toBe(literal);
    expect(text).toMatch(/(?:StringLike|ArnLike)/);
    expect(text).toContain('\t\t\t"Action": "sts:AssumeRole",');
  });

  test('an external ID is written as it is, and never shown', async () => {
    const { text, err, out } = await check(literal, '--fix=all');
    expect(text).toContain('b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945');
    expect(err + out).not.toContain('b7e2f1c4');
  });

  test('a template is left alone, and that is said', async () => {
    const template =
      'Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}}\n';
    const { text, err } = await check(template, '--fix');
    expect(text).toBe(template);
    expect(err).toMatch(/fixes are written into policy documents and the output of get-role only/);
  });

  test('bad input is told once', async () => {
    const { code, err } = await check('{', '--fix');
    expect(err).toMatch(/^trusttrail: .*trust\.json:1:2: .+\n$/);
    expect(code).toBe(2);
  });
});

describe('--batch', () => {
  const open = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
  };
  async function batch(lines: readonly unknown[], ...args: readonly string[]) {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    const io = fakeIo({ '-': text });
    await run(['check', '--batch', '-', ...args], io);
    const answers = io
      .printed()
      .split('\n')
      .filter((line) => line !== '');
    return { code: io.exitCode(), answers: answers.map((line) => JSON.parse(line) as Record<string, unknown>) };
  }

  test('answers in order, with the id; a wrong line answers an error and the rest goes on', async () => {
    const { code, answers } = await batch([
      { id: 'a', policy: open },
      { id: 'b' },
      '{',
      { id: 'c', policy: '{"Version": ' },
      { id: 'd', policy: JSON.stringify(open), config: { severity: { 'public-principal-unconditional': 'low' } } },
      { id: 'e', policy: open, config: { acounts: [] } },
      { id: 'f', policy: open, role: 'deploy' },
      { id: 'g', policy: open, role: null, previous: null, config: null },
    ]);
    expect(answers.map(({ id }) => id)).toEqual(['a', 'b', null, 'c', 'd', 'e', 'f', 'g']);
    expect(answers[0]).toMatchObject({
      findings: [{ rule: 'public-principal-unconditional', severity: 'critical', line: expect.any(Number), fix: null }],
      summary: { files: 1, critical: 1, high: 0, medium: 0, low: 0, info: 0 },
    });
    expect(answers.map(({ error }) => error)).toEqual([
      undefined,
      'the line has no `policy`',
      expect.stringMatching(/^line 3: is not JSON/),
      expect.stringMatching(/^policy:1:13: /),
      undefined,
      expect.stringMatching(/^`config`\/acounts: /),
      expect.stringMatching(/^`role` /),
      undefined,
    ]);
    expect(answers[4]).toMatchObject({ findings: [{ severity: 'low' }], summary: { low: 1 } });
    expect(code).toBe(1);
  });

  test('the role, and the version before', async () => {
    const vendor = (condition: object) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '464622532012' }, Action: 'sts:AssumeRole', ...condition }],
    });
    const { answers } = await batch([
      {
        id: 1,
        policy: vendor({}),
        role,
        previous: vendor({ Condition: { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } } }),
      },
      { id: 2, policy: { Version: '2012-10-17', Statement: [] } },
    ]);
    const rules = (at: number) => ((answers[at]?.['findings'] ?? []) as { rule: string }[]).map(({ rule }) => rule);
    expect(rules(0)).toContain('external-id-guard-removed');
    expect(rules(1)).toEqual(['invalid-empty-statement']);
  });

  test('nothing at or above the threshold: exit code 0', async () => {
    expect(
      (await batch([{ id: 1, policy: open, config: { severity: { 'public-principal-unconditional': 'low' } } }])).code,
    ).toBe(0);
    expect((await batch([{ id: 1, policy: open }], '--fail-on', 'critical')).code).toBe(1);
  });
});

describe('SARIF', () => {
  test('is what SARIF 2.1.0 and code scanning ask for, whatever is found', async () => {
    const examples = riskRules.flatMap(({ fires }) => fires[0]).slice(0, 60);
    const files = Object.fromEntries(
      examples.map(({ policy }, n) => [
        `roles/role ${n}.json`,
        typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2),
      ]),
    );
    const io = fakeIo(files);
    await run(['check', ...Object.keys(files), '--format', 'sarif', '--fail-on', 'low'], io);
    const log: unknown = JSON.parse(io.printed());
    expect(sarifProblems(log)).toEqual([]);
    expect((log as { runs: { results: unknown[] }[] }).runs[0]?.results.length).toBeGreaterThan(50);
    expect(io.exitCode()).toBe(1);
  });

  test('nothing found is a run without results', async () => {
    const io = fakeIo({
      'a.json':
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    });
    await run(['check', 'a.json', '--format', 'sarif'], io);
    const log = JSON.parse(io.printed()) as { runs: { results: unknown[] }[] };
    expect(sarifProblems(log)).toEqual([]);
    expect(log.runs[0]?.results).toEqual([]);
  });

  test('the checks find what is wrong', () => {
    expect(sarifProblems({ version: '2.1.0', runs: [{ results: [] }] })).not.toEqual([]);
    expect(sarifProblems({ version: '2.0', runs: [] })).not.toEqual([]);
  });
});
