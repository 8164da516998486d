/** `check` on single policies: every form of POLICY, settings, exit codes, and what it says to input that is wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import type { RiskFinding } from '../../src/findings/finding.ts';
import { fakeIo } from './fake-io.ts';

const home = '111122223333';
const role = `arn:aws:iam::${home}:role/deploy`;
const secret = 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945';

const allow = (principal: unknown, condition?: object) => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'sts:AssumeRole',
  ...(condition === undefined ? {} : { Condition: condition }),
});
const policyOf = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements });
const open = policyOf(allow({ AWS: '*' }));
const fine = policyOf(allow({ Service: 'ec2.amazonaws.com' }));
const vendor = policyOf(allow({ AWS: 'arn:aws:iam::464622532012:root' }));
const text = (value: unknown) => JSON.stringify(value, null, 2);

async function check(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const io = fakeIo(files, { cwd: '/home/dev/project' });
  await run(['check', ...args], io);
  return { code: io.exitCode(), out: io.printed(), err: io.warned() };
}

async function checkJson(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { code, out, err } = await check(files, ...args, '--format', 'json');
  const { findings, summary } = JSON.parse(out) as {
    findings: (RiskFinding & { role?: string })[];
    summary: Record<string, number>;
  };
  return { code, err, findings, summary, rules: findings.map(({ rule }) => rule) };
}

describe('every form of POLICY', () => {
  const getRole = text({ Role: { RoleName: 'deploy', Arn: role, AssumeRolePolicyDocument: open } });
  test.each([
    ['a document', text(open), 7],
    ['get-role', getRole, 11],
    ['get-role on one line', JSON.stringify(JSON.parse(getRole)), 1],
    ['URL-encoded text', encodeURIComponent(text(open)), 7],
    ['a JSON string', JSON.stringify(text(open)), 7],
    ['with a byte order mark', `\uFEFF${text(open)}`, 7],
    ['with CRLF', text(open).replaceAll('\n', '\r\n'), 7],
    ['get-role whose document is text', text({ Role: { Arn: role, AssumeRolePolicyDocument: text(open) } }), 4],
    [
      'YAML',
      'Version: "2012-10-17"\nStatement:\n  Effect: Allow\n  Principal: {AWS: "*"}\n  Action: sts:AssumeRole\n',
      4,
    ],
  ])('%s', async (_, content, line) => {
    const { code, findings } = await checkJson({ 'trust.json': content }, 'trust.json');
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', file: 'trust.json', line }]);
    expect(code).toBe(1);
  });

  test('standard input', async () => {
    const { code, findings } = await checkJson({ '-': getRole }, '-');
    expect(findings).toMatchObject([{ severity: 'critical', file: 'standard input', role }]);
    expect(code).toBe(1);
  });

  test('the answer has the fields that are promised', async () => {
    const { findings, summary } = await checkJson({ 'trust.json': text(open) }, 'trust.json');
    expect(findings).toEqual([
      {
        rule: 'public-principal-unconditional',
        severity: 'critical',
        file: 'trust.json',
        line: 7,
        column: 16,
        pointer: '/Statement/0/Principal/AWS',
        message: 'Anyone with AWS credentials, in any account, can assume this role.',
        why: expect.any(String),
        docs: 'docs/rules/public-principal-unconditional.md',
        fix: null,
      },
    ]);
    expect(summary).toEqual({ files: 1, critical: 1, high: 0, medium: 0, low: 0, info: 0 });
  });

  test('a good policy is quiet', async () => {
    const { code, out, err } = await check({ 'trust.json': text(fine) }, 'trust.json');
    expect({ code, out, err }).toEqual({ code: 0, out: 'Nothing found in 1 trust policy.\n', err: '' });
  });
});

describe('what IAM refuses', () => {
  test.each([
    [
      'an operator',
      policyOf(allow({ AWS: role }, { StringEqual: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } })),
      'invalid-condition-operator',
      11,
    ],
    ['a resource', policyOf({ ...allow({ AWS: role }), Resource: '*' }), 'invalid-resource', 10],
    ['a principal', policyOf(allow({ AWS: 'arn:aws:iam::1234:root' })), 'invalid-principal', 7],
    ['no statement', {}, 'invalid-missing-statement', 1],
    ['an effect', policyOf({ ...allow({ AWS: role }), Effect: 'allow' }), 'invalid-effect', 5],
    ['a version', { ...fine, Version: '2012-10-18' }, 'invalid-version', 2],
  ])('%s', async (_, policy, rule, line) => {
    const { code, findings } = await checkJson({ 'trust.json': text(policy) }, 'trust.json', '--role', role);
    expect(findings.filter((one) => one.rule.startsWith('invalid-'))).toMatchObject([{ rule, severity: 'high', line }]);
    expect(code).toBe(1);
  });

  test('what IAM may refuse, or takes for nothing, has an id of its own: `invalid-` is what it refuses for certain', async () => {
    const gitlab = policyOf({
      ...allow(
        { Federated: `arn:aws:iam::${home}:oidc-provider/gitlab.com` },
        { StringLike: { 'gitlab.com:sub': '*' } },
      ),
      Action: 'sts:AssumeRoleWithWebIdentity',
    });
    const long = policyOf(
      allow(
        { AWS: role },
        { StringEquals: { 'sts:RoleSessionName': Array.from({ length: 80 }, (_, at) => `${'x'.repeat(40)}${at}`) } },
      ),
    );
    const { findings } = await checkJson({ 'a.json': text(gitlab), 'b.json': text(long) }, 'a.json', 'b.json');
    const rules = findings.filter(({ rule }) => rule.includes('invalid')).map(({ rule, severity }) => [rule, severity]);
    expect(rules).toContainEqual(['may-be-invalid-missing-tenant-claim', 'info']);
    expect(rules.filter(([rule, severity]) => rule?.startsWith('invalid-') !== (severity === 'high'))).toEqual([]);
  });

  test("IAM's own text is told", async () => {
    const { findings } = await checkJson({ 'trust.json': '{"Version": "2012-10-17", "Statement": []}' }, 'trust.json');
    expect(findings[0]?.message).toMatch(/^IAM refuses this: /);
    expect(findings[0]?.why).toMatch(/^IAM (?:answers `|would answer with MalformedPolicyDocument)/);
  });

  test('a rule that says no more stands under it, and its fix too', async () => {
    const twice = policyOf({ Sid: 'One', ...allow({ AWS: role }) }, { Sid: 'One', ...allow({ AWS: `${role}2` }) });
    const { findings } = await checkJson({ 'trust.json': text(twice) }, 'trust.json', '--role', role);
    expect(findings.filter(({ pointer }) => pointer === '/Statement/1/Sid')).toMatchObject([
      { rule: 'invalid-duplicate-sid', severity: 'high', also: ['sid-invalid-or-duplicate'], fix: { verified: true } },
    ]);
  });
});

describe('input that is wrong', () => {
  test.each([
    ['no such file', {}, ['none.json'], /^trusttrail: none\.json: no such file\n$/],
    ['not JSON', { 'a.json': '{\n  "Version": }' }, ['a.json'], /^trusttrail: a\.json:2:14: .+\n$/],
    [
      'another JSON',
      { 'a.json': '{"name": "left-pad"}' },
      ['a.json'],
      /^trusttrail: a\.json:1:1: holds no trust policy; expected .+\n$/,
    ],
    [
      'a package.json',
      { 'a.json': '{"name": "x", "version": "1.0.0"}' },
      ['a.json'],
      /^trusttrail: a\.json:1:1: holds no trust policy; .+\n$/,
    ],
    [
      'get-role without a policy',
      { 'a.json': '{"Role": {"RoleName": "x"}}' },
      ['a.json'],
      /^trusttrail: a\.json:1:1: holds no trust policy; .+\n$/,
    ],
    ['prose', { 'a.md': 'hello' }, ['a.md'], /^trusttrail: a\.md:1:1: holds no trust policy; expected .+\n$/],
    ['an empty file', { 'a.json': '' }, ['a.json'], /^trusttrail: a\.json:1:1: .+\n$/],
    ['broken YAML', { 'a.yaml': 'Resources:\n  A: [1\n' }, ['a.yaml'], /^trusttrail: a\.yaml:\d+:\d+: .+\n$/],
    ['broken URL-encoding', { a: '%7B%2' }, ['a'], /^trusttrail: a:1:1: .+\n$/],
    ['no file', {}, [], /^trusttrail: check needs a POLICY file.*\n$/],
    [
      '--role is no role',
      { 'a.json': text(fine) },
      ['a.json', '--role', 'deploy'],
      /^trusttrail: --role deploy: .+\n$/,
    ],
    ['--except alone', { 'a.json': text(fine) }, ['a.json', '--except', home], /^trusttrail: --except .+\n$/],
    [
      'a wrong --except',
      { 'a.json': text(fine) },
      ['a.json', '--public', '--except', 'acme'],
      /^trusttrail: --except acme.+\n$/,
    ],
    [
      'a wrong --previous',
      { 'a.json': text(fine), 'b.json': '[' },
      ['a.json', '--previous', 'b.json'],
      /^trusttrail: b\.json:1:2: .+\n$/,
    ],
    [
      'no such --config',
      { 'a.json': text(fine) },
      ['a.json', '--config', 'none.json'],
      /^trusttrail: none\.json: no such file\n$/,
    ],
    [
      'a wrong --config',
      { 'a.json': text(fine), 'c.json': '{"accounts": ["12"]}' },
      ['a.json', '--config', 'c.json'],
      /^trusttrail: c\.json:1:15: .*\/accounts\/0: .+\n$/,
    ],
    ['--public with --batch', { b: '{}' }, ['--batch', 'b', '--public'], /^trusttrail: --public .+\n$/],
  ])('%s: one line and exit code 2', async (_, files, args, line) => {
    const { code, out, err } = await check(files as Record<string, string>, ...args);
    expect(err).toMatch(line);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  test.each([
    ['lines of YAML', 'a: b\n'.repeat(900_000)],
    ['a list of nothing', `[${'{},'.repeat(1_500_000)}{}]`],
    ['a template', JSON.stringify({ Resources: { values: { values: ['x'.repeat(4_300_000)] } } })],
  ])('%s, larger than any policy or template: refused before a parser takes the memory for it', async (_, content) => {
    const { code, out, err } = await check({ 'a.yaml': content, 'fine.json': text(fine) }, 'a.yaml', 'fine.json');
    expect(err).toMatch(/^trusttrail: a\.yaml: larger than 4 MB, and neither a list of roles nor a plan; .+\n$/);
    expect({ code, out }).toEqual({ code: 0, out: 'Nothing found in 1 trust policy.\n' });
  });

  test.each([[['-', '-']], [['-', '--previous', '-']], [['--batch', '-', '--config', '-']]])(
    'standard input twice: %j',
    async (args) => {
      const { code, out, err } = await check({ '-': text(fine) }, ...args);
      expect(err).toMatch(/^trusttrail: standard input can be read only once .+\n$/);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    },
  );

  test('what is asked beside a batch is refused, rather than left out', async () => {
    const files = { 'lines.jsonl': `${JSON.stringify({ id: 1, policy: fine })}\n`, 'open.json': text(open) };
    for (const more of [['open.json'], ['-'], ['--format', 'sarif']]) {
      const { code, out, err } = await check(files, '--batch', 'lines.jsonl', ...more);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^trusttrail: --batch .+\n$/);
    }
  });

  test('among good files it is named and counted, and they are checked', async () => {
    const { code, err, findings, summary } = await checkJson(
      { 'bad.json': '{', 'open.json': text(open), 'fine.json': text(fine) },
      'bad.json',
      'none.json',
      'open.json',
      'fine.json',
    );
    expect(err.split('\n').filter((one) => one !== '')).toEqual([
      expect.stringMatching(/^trusttrail: none\.json: no such file$/),
      expect.stringMatching(/^trusttrail: bad\.json:1:2: /),
    ]);
    expect(findings.map(({ file }) => file)).toEqual(['open.json']);
    expect(summary).toMatchObject({ critical: 1, unreadable: 2 });
    expect(code).toBe(1);
  });
});

describe('--fail-on', () => {
  test.each([
    ['critical', 0],
    ['high', 1],
    ['medium', 1],
    ['low', 1],
  ])('%s for a finding that is high: exit code %i', async (severity, expected) => {
    const { code } = await check({ 'v.json': text(vendor) }, 'v.json', '--role', role, '--fail-on', severity);
    expect(code).toBe(expected);
  });

  test('another word is refused', async () => {
    const { code, err } = await check({ 'v.json': text(vendor) }, 'v.json', '--fail-on', 'some');
    expect(code).toBe(2);
    expect(err).toMatch(/--fail-on/);
  });
});

describe('the configuration', () => {
  const at = '/home/dev/project/trusttrail.config.json';
  const config = (value: object) => ({ [at]: JSON.stringify(value), 'v.json': text(vendor), 'open.json': text(open) });
  const accept = (rule: string, until: string, pattern = '*') =>
    config({ accept: [{ rule, role: pattern, reason: 'agreed with security', until }] });

  test('it is found upwards from the working directory', async () => {
    const { '/home/dev/project/trusttrail.config.json': found, ...files } = config({
      partners: [{ name: 'Datadog', accounts: ['464622532012'] }],
      severity: { 'third-party-missing-external-id': 'low' },
    });
    const { findings } = await checkJson(
      { ...files, '/home/dev/trusttrail.config.json': found ?? '' },
      'v.json',
      '--role',
      role,
    );
    expect(findings).toMatchObject([{ rule: 'third-party-missing-external-id', severity: 'low' }]);
  });

  test.each([
    [
      '{"accounts": ["111122223333"],\n "acounts": []}',
      /^trusttrail: c\.json:2:13: no configuration at \/acounts: .+did you mean `accounts`\?\n$/,
    ],
    [
      '{\n "accounts": ["1111"]}',
      /^trusttrail: c\.json:2:15: no configuration at \/accounts\/0: an account id of 12 digits\n$/,
    ],
    [
      '{"accept": [\n  {"rule": "x", "role": "*", "reason": "y"}]}',
      /^trusttrail: c\.json:2:3: no configuration at \/accept\/0\/until: .+\n$/,
    ],
    ['{"accounts":\n ["111122223333"', /^trusttrail: c\.json:2:17: not JSON: expected .+\n$/],
    ['{"accept": [],\n "accept": []}', /^trusttrail: c\.json:2:2: `accept` stands twice in one object\n$/],
  ])('%j: refused in one line with the place', async (content, line) => {
    const { code, out, err } = await check({ 'c.json': content, 'v.json': text(fine) }, 'v.json', '--config', 'c.json');
    expect(err).toMatch(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('a rule that is spelt otherwise is told, and a baseline that is about no role', async () => {
    const { err } = await check(
      config({
        severity: { 'third-party-missing-externalid': 'low', 'invalid-principal': 'low' },
        accept: [{ rule: 'public-principal-unconditionl', role: '*', reason: 'x', until: '2999-12-31' }],
        baseline: 'bases',
      }),
      'v.json',
    );
    expect(err.split('\n').filter((one) => one !== '')).toEqual([
      expect.stringMatching(/\/accept\/0\/rule: .+ did you mean `public-principal-unconditional`\?$/),
      expect.stringMatching(
        /\/severity\/third-party-missing-externalid: .+ did you mean `third-party-missing-external-id`\?$/,
      ),
      expect.stringMatching(/^trusttrail: the baseline bases has a file for none of the roles checked/),
    ]);
  });

  test('severities are the owner’s, for what IAM refuses as well', async () => {
    const files = {
      ...config({ severity: { 'invalid-resource': 'info' } }),
      'r.json': text(policyOf({ ...allow({ AWS: role }), Resource: '*' })),
    };
    const { code, findings } = await checkJson(files, 'r.json', '--role', role);
    expect(findings).toMatchObject([{ rule: 'invalid-resource', severity: 'info' }]);
    expect(code).toBe(0);
  });

  test('an accepted finding is counted, not told', async () => {
    const { code, findings, summary } = await checkJson(
      accept('public-principal-unconditional', '2999-12-31'),
      'open.json',
    );
    expect(findings).toEqual([]);
    expect(summary['accepted']).toBe(1);
    expect(code).toBe(0);
  });

  test('an acceptance is for the roles it names', async () => {
    const files = accept('public-principal-unconditional', '2999-12-31', `arn:aws:iam::${home}:role/public-*`);
    expect((await checkJson(files, 'open.json', '--role', role)).rules).toEqual(['public-principal-unconditional']);
    expect((await checkJson(files, 'open.json', '--role', `arn:aws:iam::${home}:role/public-x`)).rules).toEqual([]);
  });

  test('one that has ended is a finding', async () => {
    const { code, findings } = await checkJson(accept('public-principal-unconditional', '2020-12-31'), 'open.json');
    expect(findings).toMatchObject([
      { rule: 'public-principal-unconditional' },
      { rule: 'acceptance-expired', severity: 'critical', line: 7, message: expect.stringContaining('2020-12-31') },
    ]);
    expect(findings[1]?.why).toContain('agreed with security');
    expect(code).toBe(1);
  });

  test('the baseline bounds what a role may allow', async () => {
    const files = {
      ...config({ accounts: [home], baseline: 'baseline' }),
      '/home/dev/project/baseline/deploy.json': text(policyOf(allow({ AWS: `arn:aws:iam::${home}:role/ci` }))),
      'narrow.json': text(
        policyOf(allow({ AWS: `arn:aws:iam::${home}:role/ci` }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
      ),
      'wide.json': text(policyOf(allow({ AWS: [`arn:aws:iam::${home}:role/ci`, `arn:aws:iam::${home}:role/other`] }))),
    };
    expect((await checkJson(files, 'narrow.json', '--role', role)).rules).not.toContain('baseline-exceeded');
    const { code, findings } = await checkJson(files, 'wide.json', '--role', role);
    expect(findings).toMatchObject([
      {
        rule: 'baseline-exceeded',
        severity: 'high',
        line: 4,
        message: 'The baseline baseline/deploy.json does not let this in: role `other` of account 111122223333.',
      },
    ]);
    expect(code).toBe(1);
    expect((await checkJson(files, 'wide.json', '--role', `${role}-2`)).rules).not.toContain('baseline-exceeded');
  });

  test('a baseline that is no policy is one line and exit code 2', async () => {
    const files = { ...config({ baseline: 'b' }), '/home/dev/project/b/open.json': '{' };
    const { code, err } = await check(files, 'open.json');
    expect(err).toMatch(/^trusttrail: \/home\/dev\/project\/b\/open\.json:1:2: .+\n$/);
    expect(code).toBe(2);
  });
});

describe('--role and --previous', () => {
  const root = policyOf(allow({ AWS: `arn:aws:iam::${home}:root` }));
  test('the role says which account is its own', async () => {
    expect((await checkJson({ 'a.json': text(root) }, 'a.json')).rules).toContain('third-party-missing-external-id');
    expect((await checkJson({ 'a.json': text(root) }, 'a.json', '--role', role)).rules).toEqual([
      'home-account-root-delegation',
    ]);
  });

  test('what get-role says of the role wins', async () => {
    const other = 'arn:aws:iam::444455556666:role/deploy';
    const file = text({ Role: { Arn: other, AssumeRolePolicyDocument: root } });
    const { findings } = await checkJson({ 'a.json': file }, 'a.json', '--role', role);
    expect(findings.map(({ role: named }) => named)).toContain(other);
    expect(findings.map(({ rule }) => rule)).not.toContain('home-account-root-delegation');
  });

  test('the version before adds the rules about the change', async () => {
    const guarded = policyOf(allow({ AWS: '464622532012' }, { StringEquals: { 'sts:ExternalId': secret } }));
    const files = { 'now.json': text(vendor), 'then.json': text(guarded) };
    const { rules } = await checkJson(files, 'now.json', '--role', role, '--previous', 'then.json');
    expect(rules).toContain('external-id-guard-removed');
    expect((await checkJson(files, 'now.json', '--role', role)).rules).not.toContain('external-id-guard-removed');
  });
});

describe('external IDs', () => {
  const weak = policyOf(allow({ AWS: '464622532012' }, { StringEquals: { 'sts:ExternalId': 'acme-corp-*' } }));
  test.each(['text', 'json', 'sarif'])('are masked in %s, unless they are asked for', async (format) => {
    const args = ['w.json', '--role', role, '--format', format];
    const masked = await check({ 'w.json': text(weak) }, ...args);
    expect(masked.out).not.toContain('acme-corp');
    const whole = await check({ 'w.json': text(weak) }, ...args, '--show-external-ids');
    expect(whole.out).toContain('acme-corp');
  });
});

describe('--public', () => {
  const org = policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }));
  test.each([
    ['everyone', open, [], 'yes', 1],
    ['a service', fine, [], 'no', 0],
    ['another account', vendor, [], 'yes', 1],
    ['another account, which is given', vendor, ['--except', '464622532012'], 'no', 0],
    ['the organization', org, [], 'yes', 1],
    ['the organization, which is given', org, ['--except', 'o-a1b2c3d4e5'], 'no', 0],
    ['the own account', policyOf(allow({ AWS: `arn:aws:iam::${home}:root` })), [], 'no', 0],
  ] as const)('%s', async (_, policy, args, answer, expected) => {
    const files = { 'a.json': text(policy) };
    const json = await check(files, 'a.json', '--role', role, '--public', ...args, '--format', 'json');
    expect(JSON.parse(json.out)).toMatchObject([{ file: 'a.json', public: answer === 'yes' }]);
    expect(json.code).toBe(expected);
    const told = await check(files, 'a.json', '--role', role, '--public', ...args);
    expect(told.out).toMatch(answer === 'yes' ? /somebody outside can assume/ : /nobody outside can assume/);
  });
});

describe('text for a person', () => {
  test('the same in many places is said once', async () => {
    const many = policyOf(...[1, 2, 3, 4, 5, 6].map((n) => allow({ AWS: `arn:aws:iam::999988887777:role/app-${n}` })));
    const { out } = await check({ 'a.json': text(many) }, 'a.json');
    expect(out.match(/without an external ID/g)).toHaveLength(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('here and in 5 more places: line 14, line 21, line 28, …');
    expect(out).toMatch(/--role ARN tells/);
  });

  test('untrusted names stay text', async () => {
    const evil = policyOf(allow({ AWS: '\u001b[31mred\u202e' }));
    const { out, err } = await check({ 'a\u001b.json': text(evil) }, 'a\u001b.json');
    expect(out + err).not.toMatch(/[\u001b\u202e]/);
  });
});

test('the examples of the help are commands that there are', () => {
  const source = readFileSync(new URL('../../src/cli/commands/check.ts', import.meta.url), 'utf8');
  for (const [, option] of source.matchAll(/\$ .*trusttrail check.* (--[a-z-]+)/g))
    expect(source).toContain(`'${option}`);
});
