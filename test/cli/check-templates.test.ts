/** `check` on CloudFormation and SAM templates: what is known only once they are deployed, and where findings stand. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/main.ts';
import type { RiskFinding } from '../../src/findings/finding.ts';
import { fakeIo } from './fake-io.ts';

type Told = RiskFinding & { readonly role?: string };

async function check(template: string, ...args: readonly string[]) {
  const io = fakeIo({ 'template.yaml': template, ...files }, { cwd: '/work' });
  await run(['check', 'template.yaml', '--format', 'json', ...args], io);
  const { findings } = JSON.parse(io.printed()) as { findings: readonly Told[] };
  return { code: io.exitCode(), err: io.warned(), findings, rules: findings.map(({ rule }) => rule) };
}

const files = { 'own.json': JSON.stringify({ accounts: ['111122223333'] }) };

/** A template with one role; the statements stand from line 8 on. */
const roleWith = (statements: string, more = '') =>
  `AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
${statements.replaceAll(/^/gm, '          ')}
        Version: '2012-10-17'
${more}`;

const statement = (principal: string, condition = '') =>
  `- Effect: Allow
  Action: sts:AssumeRole
  Principal: ${principal}
${condition === '' ? '' : `  Condition: ${condition}`}`;

describe('what is known only later is not blamed', () => {
  test.each([
    ['a principal', statement('{AWS: !Ref Vendor}')],
    [
      'an account',
      statement('{AWS: !Sub "arn:aws:iam::${Vendor}:root"}', '{StringEquals: {"sts:ExternalId": !Ref Id}}'),
    ],
    [
      'an account by !Join',
      statement(
        '{AWS: !Join ["", ["arn:", !Ref "AWS::Partition", ":iam::", !Ref Vendor, ":root"]]}',
        '{StringEquals: {"sts:ExternalId": !Ref Id}}',
      ),
    ],
    ['two principals that may differ', `${statement('{AWS: !Ref One}')}\n${statement('{AWS: !Ref Two}')}`],
    ['an own and an unknown one', `${statement('{AWS: !GetAtt Role.Arn}')}\n${statement('{AWS: !Ref Two}')}`],
    ['an external ID', statement('{AWS: !Ref Vendor}', '{StringEquals: {"sts:ExternalId": !Ref Id}}')],
    [
      'an organization',
      statement(
        '{AWS: "*"}',
        '{StringEquals: {"aws:PrincipalOrgID": !Ref Org}, ArnLike: {"aws:PrincipalArn": !Ref Caller}}',
      ),
    ],
    ['a service', statement('{Service: !Ref Service}', '{StringEquals: {"aws:SourceAccount": !Ref "AWS::AccountId"}}')],
    ['a source', statement('{Service: sns.amazonaws.com}', '{ArnLike: {"aws:SourceArn": !Ref Topic}}')],
    ['a whole condition', statement('{AWS: "*"}', '!Transform {Name: Guard}')],
    ['a whole condition by !Ref', statement('{AWS: "*"}', '!Ref Guard')],
    ['a statement', `${statement('{Service: ec2.amazonaws.com}')}\n- !Ref More`],
    ['an effect', statement('{AWS: "*"}').replace('Allow', '!Ref Effect')],
    ['a list', statement('{AWS: !Split [",", !Ref Accounts]}')],
    ['a whole principal', statement('!Transform {Name: Who}')],
    ['an imported value', statement('{AWS: !ImportValue Caller}')],
    [
      'the keys of an operator, as the CDK gives those of a cluster',
      `- Effect: Allow
  Action: sts:AssumeRoleWithWebIdentity
  Principal: {Federated: !Ref ClusterProvider}
  Condition: {StringEquals: !GetAtt ConditionJson.Value}`,
    ],
    ['one of a list known later', statement('{AWS: !Select [0, !Split [",", !Ref Accounts]]}')],
  ])('%s', async (_, statements) => {
    const { code, findings } = await check(roleWith(statements));
    expect(findings.filter(({ severity }) => severity !== 'info' && severity !== 'low')).toEqual([]);
    expect(code).toBe(0);
  });

  test('an unknown principal has no finding at all, and the reader is told', async () => {
    const { err, findings } = await check(
      roleWith(statement('{AWS: !Ref Vendor}', '{StringEquals: {"sts:ExternalId": !Ref Id}}')),
    );
    expect(findings).toEqual([]);
    expect(err).toBe(
      'trusttrail: template.yaml (Role): known only once it is deployed: Ref Vendor, Ref Id; just what holds whatever they are is told\n',
    );
  });

  test.each(['!Ref Document', '{Fn::Transform: {Name: AWS::Include}}'])(
    'a policy that is %s is not checked',
    async (document) => {
      const template = `Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: ${document}}}}`;
      const { code, err, findings } = await check(template);
      expect({ code, findings }).toEqual({ code: 0, findings: [] });
      expect(err).toBe(
        'trusttrail: template.yaml (R): its trust policy is known only once it is deployed, so it was not checked\n',
      );
    },
  );

  test('two roles with external IDs of parameters share none', async () => {
    const one = (name: string) => `  ${name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: !Ref V}, Condition: {StringEquals: {sts:ExternalId: !Ref Id}}}
`;
    expect((await check(`Resources:\n${one('A')}${one('B')}`)).findings).toEqual([]);
  });
});

describe('what holds all the same is found', () => {
  test.each([
    [
      'everyone beside an unknown',
      statement('{AWS: [!Ref Vendor, "*"]}'),
      'public-principal-unconditional',
      'critical',
      10,
    ],
    [
      'everyone, whatever the external ID',
      statement('{AWS: "*"}', '{StringEquals: {"sts:ExternalId": !Ref Id}}'),
      'public-principal-external-id-only',
      undefined,
      undefined,
    ],
    [
      'a known vendor without an external ID',
      statement('{AWS: !Sub "arn:${AWS::Partition}:iam::464622532012:root"}'),
      'third-party-missing-external-id',
      'high',
      10,
    ],
    [
      'the own account',
      statement('{AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}'),
      'home-account-root-delegation',
      undefined,
      10,
    ],
    [
      'an operator that there is not',
      statement('{AWS: !Ref Vendor}', '{StringEqual: {"sts:ExternalId": !Ref Id}}'),
      'invalid-condition-operator',
      'high',
      11,
    ],
  ])('%s', async (_, statements, rule, severity, line) => {
    const { findings } = await check(roleWith(statements));
    const found = findings.find((one) => one.rule === rule);
    expect(found, findings.map((one) => one.rule).join()).toMatchObject({
      rule,
      role: 'Role',
      file: 'template.yaml',
      ...(severity === undefined ? {} : { severity }),
      ...(line === undefined ? {} : { line }),
    });
    expect(JSON.stringify(findings)).not.toMatch(/known-once|0{8}/);
  });

  test('the subject of a GitHub workflow, with the provider of the template', async () => {
    const { findings } = await check(
      roleWith(
        `- Effect: Allow
  Action: sts:AssumeRoleWithWebIdentity
  Principal: {Federated: !Ref GitHub}
  Condition:
    StringEquals: {"token.actions.githubusercontent.com:aud": sts.amazonaws.com}
    StringLike: {"token.actions.githubusercontent.com:sub": !Sub "repo:\${Org}/\${Repo}:*"}`,
        `  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties: {Url: https://token.actions.githubusercontent.com}
`,
      ),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        rule: 'github-sub-any-ref',
        line: 13,
        message: 'A workflow on any branch or tag can assume this role: `repo:${Org}/${Repo}:*` fits them all.',
        fix: null,
      }),
    );
  });

  test('a message names what is known by its own name', async () => {
    const { findings } = await check(
      roleWith(`${statement('{AWS: !Ref Vendor}')}\n${statement('{AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}')}`),
    );
    expect(findings.map(({ rule }) => rule)).toEqual(['home-account-root-delegation']);
    expect(findings[0]?.message).toContain('account ${AWS::AccountId} ');
  });

  test('the same where the provider is a parameter', async () => {
    const { rules } = await check(
      roleWith(`- Effect: Allow
  Action: sts:AssumeRoleWithWebIdentity
  Principal: {Federated: !Ref Provider}
  Condition:
    StringLike: {"token.actions.githubusercontent.com:sub": "repo:*"}`),
    );
    expect(rules).toContain('github-sub-any-org');
  });

  test('a mapping with plain keys is known', async () => {
    const { findings } = await check(
      roleWith(statement('{AWS: !FindInMap [Accounts, Vendor, Id]}'), '').replace(
        'Resources:',
        'Mappings: {Accounts: {Vendor: {Id: "464622532012"}}}\nResources:',
      ),
    );
    expect(findings).toMatchObject([{ rule: 'third-party-missing-external-id', severity: 'high' }]);
  });

  test.each([
    ['a list by !Split', statement('{AWS: !Split [",", "arn:aws:iam::111122223333:root,*"]}')],
    ['one of it by !Select', statement('{AWS: !Select [1, !Split [",", "111122223333,*"]]}')],
  ])('%s', async (_, statements) => {
    const { rules } = await check(roleWith(statements), '--config', 'own.json');
    expect(rules).toContain('public-principal-unconditional');
  });

  test('a provider that the CDK makes by a resource of its own', async () => {
    const template = {
      Resources: {
        Provider: {
          Type: 'Custom::AWSCDKOpenIdConnectProvider',
          Properties: { Url: 'https://token.actions.githubusercontent.com' },
        },
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: {
                Effect: 'Allow',
                Action: 'sts:AssumeRoleWithWebIdentity',
                Principal: { Federated: { Ref: 'Provider' } },
              },
            },
          },
        },
      },
    };
    const { findings } = await check(JSON.stringify(template));
    expect(findings).toMatchObject([
      {
        rule: 'oidc-no-condition',
        severity: 'critical',
        also: expect.arrayContaining(['oidc-shared-tenant-claim-missing']),
      },
    ]);
  });

  test('what the role may do raises it', async () => {
    const admin = roleWith(statement('{AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}')).replace(
      '    Properties:\n',
      '    Properties:\n      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"]\n',
    );
    const plain = await check(roleWith(statement('{AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}')));
    const raised = await check(admin);
    expect(plain.findings[0]?.severity).not.toBe(raised.findings[0]?.severity);
    expect(raised.findings[0]).toMatchObject({ rule: 'home-account-root-delegation', severity: 'medium' });
  });
});

describe('conditions of the template', () => {
  test('what is open in one of its settings is found, where it stands', async () => {
    const { findings } = await check(
      roleWith(`- Effect: Allow
  Action: sts:AssumeRole
  Principal:
    AWS: !If
      - Dev
      - '*'
      - !GetAtt Role.Arn`),
    );
    expect(findings).toMatchObject([
      { rule: 'public-principal-unconditional', severity: 'critical', line: 13, column: 19 },
    ]);
  });

  test('a statement that is there in one of them only', async () => {
    const { findings } = await check(
      roleWith(`- !If
  - Dev
  - !Ref AWS::NoValue
  - Effect: Allow
    Action: sts:AssumeRole
    Principal: {AWS: '*'}
- Effect: Allow
  Action: sts:AssumeRole
  Principal: {Service: ec2.amazonaws.com}`),
    );
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', line: 13 }]);
  });

  test('where the role itself depends on the condition, the other setting has no role', async () => {
    const template = roleWith(statement('{AWS: !If [Dev, !GetAtt Role.Arn, "*"]}'));
    expect((await check(template)).rules).toEqual(['public-principal-unconditional']);
    const bound = template.replace('    Type: AWS::IAM::Role\n', '    Type: AWS::IAM::Role\n    Condition: Dev\n');
    expect((await check(bound)).rules).toEqual([]);
  });
});

describe('loops of AWS::LanguageExtensions', () => {
  const looped = (values: string, repository: string) => `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Roles:
    - Team
    - ${values}
    - Role\${Team}:
        Type: AWS::IAM::Role
        Properties:
          RoleName: !Ref Team
          AssumeRolePolicyDocument:
            Fn::ToJsonString:
              Version: '2012-10-17'
              Statement:
                - Effect: Allow
                  Action: sts:AssumeRoleWithWebIdentity
                  Principal: {Federated: !Sub "arn:aws:iam::\${AWS::AccountId}:oidc-provider/token.actions.githubusercontent.com"}
                  Condition:
                    StringLike: {"token.actions.githubusercontent.com:sub": ${repository}}
                    StringEquals: {"token.actions.githubusercontent.com:aud": sts.amazonaws.com}
`;

  test('each turn is a role, with what the loop puts into it', async () => {
    const { findings } = await check(
      looped('[web, "*"]', '!Sub "repo:acme/${Team}:ref:refs/heads/main"'),
      '--fail-on',
      'low',
    );
    expect(findings.filter(({ severity }) => severity === 'high')).toMatchObject([
      { rule: 'github-sub-org-wide', role: 'Role*', line: 18 },
    ]);
  });

  test('values that are known later are not blamed, and what holds for each of them is', async () => {
    const later = await check(looped('!Ref Teams', '!Sub "repo:acme/${Team}:ref:refs/heads/main"'));
    expect(later.findings.filter(({ severity }) => severity !== 'low')).toEqual([]);
    expect(later.err).toContain('known only once it is deployed: Ref Team');
    const open = await check(looped('!Ref Teams', '"repo:*/${Team}:*"'));
    expect(open.findings).toMatchObject([{ rule: 'github-sub-any-org', severity: 'critical', role: 'Role${Team}' }]);
  });
});

describe('the forms of a template', () => {
  test('JSON has the same findings at its own places', async () => {
    const template = {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Principal: { AWS: ['*', { Ref: 'X' }] }, Action: 'sts:AssumeRole' }],
            },
          },
        },
      },
    };
    const { findings } = await check(JSON.stringify(template, null, 2));
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', line: 13, column: 19 }]);
  });

  test('anchors and aliases are followed', async () => {
    const template = `Resources:
  A:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: &open
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: '*'}}
  B:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: *open
`;
    const { findings } = await check(template);
    expect(findings.map(({ role, line }) => [role, line])).toEqual([
      ['A', 8],
      ['B', 8],
    ]);
  });

  test('SAM, and the Serverless Framework', async () => {
    const document = `AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: '*'}}]`;
    const sam = `Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      ${document}
`;
    expect((await check(sam)).findings).toMatchObject([{ rule: 'public-principal-unconditional', role: 'F', line: 8 }]);
    const serverless = `service: x\nresources:\n${sam.replace(/^Transform.*\n/, '').replaceAll(/^(?=.)/gm, '  ')}`;
    expect((await check(serverless)).findings).toMatchObject([{ role: 'F', line: 9 }]);
  });

  test('a policy that is itself a text', async () => {
    const { findings } = await check(`Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !Sub |
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
          "Principal": {"AWS": ["\${Vendor}", "*"]}}]}
`);
    expect(findings).toMatchObject([{ rule: 'public-principal-unconditional', line: 5 }]);
  });

  test('a template without roles is no error', async () => {
    const { code, err, findings } = await check('Resources:\n  Q: {Type: AWS::SQS::Queue}\n');
    expect({ code, err, findings }).toEqual({
      code: 0,
      err: 'trusttrail: template.yaml: holds no role\n',
      findings: [],
    });
  });

  test('a bomb of aliases is refused in one line', async () => {
    const levels = Array.from({ length: 12 }, (_, n) => `  l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`);
    const io = fakeIo({ 'b.yaml': `Resources:\n  l0: &l0 [x]\n${levels.join('\n')}\n` });
    await run(['check', 'b.yaml'], io);
    expect(io.warned()).toMatch(/^trusttrail: b\.yaml: neither a trust policy nor a template: .+\n$/);
    expect(io.exitCode()).toBe(2);
  });
});

describe('where it is deployed', () => {
  const literal = roleWith(statement('{AWS: "arn:aws:iam::111122223333:root"}'));
  test('the one account of the configuration, or that of --role', async () => {
    expect((await check(literal, '--config', 'own.json')).rules).toEqual(['home-account-root-delegation']);
    expect((await check(literal, '--role', 'arn:aws:iam::111122223333:role/x')).rules).toEqual([
      'home-account-root-delegation',
    ]);
  });

  test('not known: an account by its number may be the own one', async () => {
    const { findings } = await check(literal);
    expect(findings).toMatchObject([{ rule: 'third-party-missing-external-id', severity: 'low' }]);
  });

  test('--public has to hold however it turns out', async () => {
    const ask = async (statements: string) => {
      const io = fakeIo({ 't.yaml': roleWith(statements) });
      await run(['check', 't.yaml', '--public', '--format', 'json'], io);
      return [(JSON.parse(io.printed()) as { public: boolean | null }[])[0]?.public, io.exitCode()];
    };
    expect(await ask(statement('{AWS: !Ref Vendor}'))).toEqual([null, 1]);
    expect(await ask(statement('{AWS: [!Ref Vendor, "*"]}'))).toEqual([true, 1]);
    expect(await ask(statement('{AWS: !GetAtt Role.Arn}').replace('Role.Arn', 'Other.Arn'))).toEqual([null, 1]);
    expect(await ask(statement('{Service: !Ref Service}'))).toEqual([false, 0]);
  });
});
