/** `check` on many roles at once: the roles of an account, and a Terraform plan. */
import { describe, expect, test } from 'vitest';
import { accountDetails } from '../../bench/account.ts';
import { run } from '../../src/cli/main.ts';
import type { RiskFinding } from '../../src/findings/finding.ts';
import { riskRules } from '../../src/risks/catalogue.ts';
import { fakeIo } from './fake-io.ts';

type Told = RiskFinding & { readonly role?: string };

async function check(value: unknown, ...args: readonly string[]) {
  const io = fakeIo(
    { 'in.json': typeof value === 'string' ? value : JSON.stringify(value, null, 2) },
    { cwd: '/work' },
  );
  await run(['check', 'in.json', '--format', 'json', ...args], io);
  const out = io.printed();
  const { findings, summary } = (out === '' ? { findings: [], summary: {} } : JSON.parse(out)) as {
    findings: readonly Told[];
    summary: Record<string, number>;
  };
  return { code: io.exitCode(), err: io.warned(), findings, summary, rules: findings.map(({ rule }) => rule) };
}

const home = '111122223333';
const allow = (principal: object, condition?: object) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...(condition ? { Condition: condition } : {}) },
  ],
});
const open = allow({ AWS: '*' });
const root = allow({ AWS: `arn:aws:iam::${home}:root` });
const roleOf = (name: string, document: unknown, more: object = {}) => ({
  RoleName: name,
  Arn: `arn:aws:iam::${home}:role/${name}`,
  AssumeRolePolicyDocument: document,
  ...more,
});

describe('get-account-authorization-details and list-roles', () => {
  test('each role is checked, at its own place', async () => {
    const account = {
      UserDetailList: [],
      RoleDetailList: [roleOf('good', allow({ Service: 'ec2.amazonaws.com' })), roleOf('bad', open)],
    };
    const lines = JSON.stringify(account, null, 2).split('\n');
    const line = lines.findIndex((one) => one.includes('"AWS": "*"')) + 1;
    const column = (lines[line - 1] ?? '').indexOf('"*"') + 1;
    const { code, findings } = await check(account);
    expect(findings).toMatchObject([
      { rule: 'public-principal-unconditional', role: `arn:aws:iam::${home}:role/bad`, file: 'in.json', line, column },
    ]);
    expect(code).toBe(1);
  });

  test('URL-encoded documents, as some clients leave them', async () => {
    const { findings } = await check({ RoleDetailList: [roleOf('bad', encodeURIComponent(JSON.stringify(open)))] });
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', line: 6, column: 35 }]);
  });

  test('list-roles', async () => {
    expect((await check({ Roles: [roleOf('bad', open)] })).rules).toEqual(['public-principal-unconditional']);
  });

  test.each([
    ['nothing', { AttachedManagedPolicies: [], RolePolicyList: [] }, 'low'],
    [
      'AdministratorAccess',
      { AttachedManagedPolicies: [{ PolicyName: 'x', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] },
      'medium',
    ],
    [
      'an inline policy that allows everything',
      {
        RolePolicyList: [
          { PolicyName: 'x', PolicyDocument: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } },
        ],
      },
      'medium',
    ],
    [
      'the same in URL-encoding',
      {
        RolePolicyList: [
          { PolicyDocument: encodeURIComponent('{"Statement":{"Effect":"Allow","Action":"*:*","Resource":"*"}}') },
        ],
      },
      'medium',
    ],
    [
      'a managed policy of the account',
      { AttachedManagedPolicies: [{ PolicyArn: `arn:aws:iam::${home}:policy/all` }] },
      'medium',
    ],
  ])('the role may do %s', async (_, more, severity) => {
    const { findings } = await check({
      RoleDetailList: [roleOf('r', root, more)],
      Policies: [
        {
          Arn: `arn:aws:iam::${home}:policy/all`,
          PolicyVersionList: [
            { IsDefaultVersion: false, Document: { Statement: [] } },
            {
              IsDefaultVersion: true,
              Document: { Statement: [{ Effect: 'Allow', Action: ['iam:*'], Resource: ['*'] }] },
            },
          ],
        },
      ],
    });
    expect(findings).toMatchObject([{ rule: 'home-account-root-delegation', severity }]);
  });

  test('one external ID in two accounts', async () => {
    const guarded = allow(
      { AWS: '464622532012' },
      { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } },
    );
    const other = { ...roleOf('b', guarded), Arn: 'arn:aws:iam::222233334444:role/b' };
    expect((await check({ Roles: [roleOf('a', guarded), other] })).rules).toContain('external-id-shared');
    expect((await check({ Roles: [roleOf('a', guarded), roleOf('b', guarded)] })).rules).not.toContain(
      'external-id-shared',
    );
  });

  test('a broken role is named, and the others are checked', async () => {
    const { code, err, findings, summary } = await check({
      RoleDetailList: [roleOf('broken', '{"Version": '), roleOf('bad', open)],
    });
    expect(err).toMatch(new RegExp(`^trusttrail: in\\.json:6:35: .*\\(arn:aws:iam::${home}:role/broken\\)\\n$`));
    expect(findings).toHaveLength(1);
    expect(summary).toMatchObject({ critical: 1, unreadable: 1 });
    expect(code).toBe(1);
  });

  test('nothing but broken roles: exit code 2', async () => {
    expect((await check({ Roles: [roleOf('broken', '{')] })).code).toBe(2);
  });

  test('an account without roles', async () => {
    const { code, err } = await check({ RoleDetailList: [] });
    expect({ code, err }).toEqual({ code: 0, err: 'trusttrail: in.json: holds no role\n' });
  });

  test('the progress is drawn on a terminal only, and is not in the answer', async () => {
    const io = fakeIo({ 'in.json': accountDetails(60) });
    await run(['check', 'in.json'], io);
    expect(io.warned()).toBe('');
  });

  test('what is remembered of other roles changes no answer', async () => {
    const examples = riskRules
      .flatMap(({ fires, silent }) => [fires[0], silent[0]])
      .filter((one) => one.previous === undefined)
      .map((one) => (typeof one.policy === 'string' ? one.policy : JSON.stringify(one.policy)));
    const documents = [...new Set(examples)].filter((one) => {
      try {
        return !/externalid/i.test(JSON.stringify(JSON.parse(one)));
      } catch {
        return false;
      }
    });
    const roles = documents.flatMap((one, n) => [
      roleOf(`first-${n}`, JSON.parse(one), { Path: '/' }),
      roleOf(`second-${n}`, JSON.parse(one)),
    ]);
    const told = ({ findings }: { readonly findings: readonly Told[] }, name: string) =>
      findings
        .filter(({ role }) => role?.endsWith(`/${name}`))
        .map(({ rule, severity, pointer, message }) => ({ rule, severity, pointer, message }));
    const together = await check({ Roles: roles });
    for (let n = 0; n < documents.length; n += 5) {
      const alone = await check({ Roles: [roles[2 * n + 1]] });
      expect(told(together, `second-${n}`), documents[n]).toEqual(told(alone, `second-${n}`));
    }
    expect(documents.length).toBeGreaterThan(100);
  });
});

describe('terraform show -json', () => {
  const change = (
    after: object | null,
    before: object | null = null,
    more: object = {},
    address = 'aws_iam_role.deploy',
  ) => ({
    address,
    type: 'aws_iam_role',
    change: { actions: ['update'], before, after, ...more },
  });
  const plan = (...changes: readonly object[]) => ({ format_version: '1.2', resource_changes: changes });
  const guarded = allow(
    { AWS: '464622532012' },
    { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } },
  );
  const policy = (document: object) => ({ name: 'deploy', assume_role_policy: JSON.stringify(document) });

  test('a role of a plan, at the place of its policy', async () => {
    const { code, findings } = await check(plan(change(policy(open))));
    expect(findings).toMatchObject([
      { rule: 'public-principal-unconditional', role: 'aws_iam_role.deploy', line: 14, column: 33 },
    ]);
    expect(code).toBe(1);
  });

  test('what was before adds the rules about the change', async () => {
    const { rules } = await check(
      plan(change(policy(allow({ AWS: '464622532012' })), policy(guarded))),
      '--role',
      `arn:aws:iam::${home}:role/x`,
    );
    expect(rules).toContain('external-id-guard-removed');
    expect((await check(plan(change(policy(guarded), policy(guarded))))).rules).not.toContain(
      'external-id-guard-removed',
    );
  });

  test('roles of modules; those destroyed and other resources are none', async () => {
    const { findings } = await check(
      plan(change(policy(open), null, {}, 'module.a.module.b["x"].aws_iam_role.r'), change(null, policy(open)), {
        ...change(policy(open)),
        type: 'aws_iam_user',
      }),
    );
    expect(findings.map(({ role }) => role)).toEqual(['module.a.module.b["x"].aws_iam_role.r']);
  });

  test.each(['planned_values', 'values'])('a file with just %s', async (name) => {
    const resource = { address: 'module.a.aws_iam_role.r', type: 'aws_iam_role', values: policy(open) };
    const { findings } = await check({
      format_version: '1.0',
      [name]: { root_module: { child_modules: [{ resources: [resource], child_modules: [] }] } },
    });
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', role: 'module.a.aws_iam_role.r' }]);
  });

  test('a policy known only after apply is told of, and is no error', async () => {
    const { code, err, findings, summary } = await check(
      plan(change({ name: 'deploy' }, null, { after_unknown: { assume_role_policy: true } })),
    );
    expect(err).toBe(
      'trusttrail: in.json (aws_iam_role.deploy): its trust policy is known only once the plan is applied, so it was not checked\n',
    );
    expect(findings).toEqual([]);
    expect(summary).toMatchObject({ undetermined: 1 });
    expect(code).toBe(0);
  });

  test('what other resources attach raises the severity', async () => {
    const attachment = {
      address: 'aws_iam_role_policy_attachment.a',
      type: 'aws_iam_role_policy_attachment',
      change: { after: { role: 'deploy', policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }, before: null },
    };
    const args = ['--role', `arn:aws:iam::${home}:role/x`];
    const plain = await check(plan(change(policy(root))), ...args);
    const raised = await check(plan(change(policy(root)), attachment), ...args);
    expect(plain.findings).toMatchObject([{ rule: 'home-account-root-delegation', severity: 'low' }]);
    expect(raised.findings).toMatchObject([{ rule: 'home-account-root-delegation', severity: 'medium' }]);
  });

  test('a role of the provider awscc', async () => {
    const cloud = {
      ...change({ role_name: 'deploy', assume_role_policy_document: JSON.stringify(open) }),
      type: 'awscc_iam_role',
    };
    const { findings } = await check(plan(cloud));
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', line: 14 }]);
  });

  describe('a policy document that is read when the plan is applied, as Terraform prints it', () => {
    const github = 'token.actions.githubusercontent.com';
    const statement = (sub: string) => ({
      actions: ['sts:AssumeRoleWithWebIdentity'],
      condition: [
        { test: 'StringEquals', values: ['sts.amazonaws.com'], variable: `${github}:aud` },
        { test: 'StringLike', values: [sub], variable: `${github}:sub` },
      ],
      effect: null,
      not_actions: null,
      not_principals: [],
      not_resources: null,
      principals: [{ identifiers: [null], type: 'Federated' }],
      resources: null,
      sid: null,
    });
    const document = (statements: readonly object[], unknown: unknown, more: object = {}, after: object = {}) => ({
      address: 'data.aws_iam_policy_document.trust',
      mode: 'data',
      type: 'aws_iam_policy_document',
      name: 'trust',
      ...more,
      change: {
        actions: ['read'],
        before: null,
        after: { source_policy_documents: null, statement: statements, version: null, ...after },
        after_unknown: { id: true, json: true, statement: unknown },
      },
    });
    const role = (more: object = {}) => ({
      ...change({ name: 'deploy' }, null, { after_unknown: { arn: true, assume_role_policy: true } }),
      mode: 'managed',
      name: 'deploy',
      ...more,
    });
    const resource = (...references: readonly string[]) => ({
      address: 'aws_iam_role.deploy',
      mode: 'managed',
      type: 'aws_iam_role',
      name: 'deploy',
      expressions: { assume_role_policy: { references } },
    });
    const trust = ['data.aws_iam_policy_document.trust.json', 'data.aws_iam_policy_document.trust'];
    const planned = (changes: readonly object[], root: object = { resources: [resource(...trust)] }) => ({
      ...plan(...changes),
      configuration: { root_module: root },
    });
    const later = [
      {
        actions: [false],
        condition: [{ values: [false] }, { values: [false] }],
        principals: [{ identifiers: [true] }],
      },
    ];

    test('what it lets in whatever the provider’s ARN will be, at the place of the statement', async () => {
      const { err, findings } = await check(planned([role(), document([statement('repo:*')], later)]));
      expect(findings).toMatchObject([
        {
          rule: 'github-sub-any-org',
          severity: 'critical',
          role: 'aws_iam_role.deploy',
          pointer: expect.stringMatching(/^\/Statement\/0/),
        },
      ]);
      expect(findings[0]?.line).toBeGreaterThan(20);
      expect(err).toContain('known only once it is deployed: principal of Federated (1) of statement 1;');
    });

    test('a good one is not blamed, and principals to come are not', async () => {
      const good = document([statement('repo:acme/app:ref:refs/heads/main')], later);
      expect((await check(planned([role(), good]))).rules).toEqual(['github-mutable-identity']);
      const user = {
        ...statement(''),
        actions: ['sts:AssumeRole'],
        condition: [],
        principals: [{ type: 'AWS', identifiers: [null, null] }],
      };
      const users = document([user], [{ principals: [{ identifiers: [true, true] }], condition: [] }]);
      expect((await check(planned([role(), users]))).rules).toEqual([]);
      const open = document(
        [{ ...user, principals: [{ type: 'AWS', identifiers: ['*', null] }] }],
        [{ principals: [{ identifiers: [false, true] }] }],
      );
      expect((await check(planned([role(), open]))).rules).toContain('public-principal-unconditional');
    });

    test('in a module that is there twice, and in a loop, each role has its own', async () => {
      const turn = (key: string, sub: string) => [
        role({ module_address: `module.m["${key}"]`, address: `module.m["${key}"].aws_iam_role.deploy[0]`, index: 0 }),
        role({ module_address: `module.m["${key}"]`, address: `module.m["${key}"].aws_iam_role.deploy[1]`, index: 1 }),
        document([statement(sub)], later, { module_address: `module.m["${key}"]`, index: 0 }),
        document([statement('repo:acme/app:environment:prod')], later, {
          module_address: `module.m["${key}"]`,
          index: 1,
        }),
      ];
      const { findings } = await check(
        planned([...turn('a.b', 'repo:acme/*'), ...turn('c', 'repo:*')], {
          resources: [],
          module_calls: {
            m: { module: { resources: [resource('data.aws_iam_policy_document.trust', 'count.index')] } },
          },
        }),
      );
      expect(findings.filter(({ severity }) => severity === 'high' || severity === 'critical')).toMatchObject([
        { rule: 'github-sub-org-wide', role: 'module.m["a.b"].aws_iam_role.deploy[0]' },
        { rule: 'github-sub-any-org', role: 'module.m["c"].aws_iam_role.deploy[0]' },
      ]);
    });

    test.each([
      ['another expression beside it', [role(), document([statement('repo:*')], later)], [...trust, 'var.more']],
      [
        'documents merged into it that are not known',
        [role(), document([statement('repo:*')], later, {}, { source_policy_documents: [null] })],
        trust,
      ],
      ['statements that are not known', [role(), document([], true)], trust],
      ['no document', [role()], trust],
    ])('%s: not checked, and told of', async (_, changes, references) => {
      const { err, findings, summary } = await check(planned(changes, { resources: [resource(...references)] }));
      expect(findings).toEqual([]);
      expect(err).toContain('its trust policy is known only once the plan is applied, so it was not checked');
      expect(summary).toMatchObject({ undetermined: 1 });
    });
  });
});
