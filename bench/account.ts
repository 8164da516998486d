/**
 * How long does it take to check all 10,000 roles of an account, and how much memory? Target: seconds.
 *
 * The roles are like those of a grown account: most are for services and for single sign-on, many for CI and for other
 * accounts, some for vendors; no two names are the same, and what a person writes differs from role to role.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../src/cli/main.ts';
import { processIo } from '../src/cli/process-io.ts';

const account = '111122223333';

function policyOf(n: number): object {
  const one = (principal: object, action: string | readonly string[], condition?: object) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: principal,
        Action: action,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
  const services = ['ec2', 'lambda', 'ecs-tasks', 'states', 'events', 'codebuild', 'glue', 'sagemaker'];
  switch (n % 20) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
      return one({ Service: `${services[n % services.length]}.amazonaws.com` }, 'sts:AssumeRole');
    case 8:
    case 9:
      return one({ Service: 'scheduler.amazonaws.com' }, 'sts:AssumeRole', {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:aws:scheduler:us-east-1:${account}:schedule/group-${n}/*` },
      });
    case 10:
    case 11:
      return one(
        { Federated: `arn:aws:iam::${account}:saml-provider/AWSSSO_${n % 3}_DO_NOT_DELETE` },
        ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
        { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
      );
    case 12:
    case 13:
    case 14:
      return one(
        { Federated: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com` },
        'sts:AssumeRoleWithWebIdentity',
        {
          StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
          StringLike: {
            'token.actions.githubusercontent.com:sub': `repo:acme/service-${n}:${n % 3 === 0 ? '*' : 'ref:refs/heads/main'}`,
          },
        },
      );
    case 15:
      return one(
        {
          Federated: `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/${'0123456789ABCDEF'.repeat(2)}`,
        },
        'sts:AssumeRoleWithWebIdentity',
        {
          StringEquals: {
            [`oidc.eks.eu-west-1.amazonaws.com/id/${'0123456789ABCDEF'.repeat(2)}:aud`]: 'sts.amazonaws.com',
            [`oidc.eks.eu-west-1.amazonaws.com/id/${'0123456789ABCDEF'.repeat(2)}:sub`]: `system:serviceaccount:team-${n}:app-${n}`,
          },
        },
      );
    case 16:
      return one({ AWS: `arn:aws:iam::${account}:role/caller-${n}` }, 'sts:AssumeRole');
    case 17:
      return one(
        { AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::444455556666:role/hub-${n}`] },
        'sts:AssumeRole',
      );
    case 18:
      return one(
        { AWS: '464622532012' },
        'sts:AssumeRole',
        n % 40 === 18
          ? undefined
          : { StringEquals: { 'sts:ExternalId': `b7e2f1c4-8a3d-4d56-9f02-${String(n).padStart(12, '0')}` } },
      );
    default:
      return one({ AWS: '*' }, 'sts:AssumeRole', {
        StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/team-${n}-*` },
      });
  }
}

/** @returns what `aws iam get-account-authorization-details --filter Role` prints for that many roles. */
export function accountDetails(roles: number): string {
  return JSON.stringify(
    {
      RoleDetailList: Array.from({ length: roles }, (_, n) => ({
        Path: '/',
        RoleName: `role-${n}`,
        RoleId: `AROA${String(n).padStart(17, '0')}`,
        Arn: `arn:aws:iam::${account}:role/role-${n}`,
        CreateDate: '2024-01-01T00:00:00+00:00',
        AssumeRolePolicyDocument: policyOf(n),
        InstanceProfileList: [],
        RolePolicyList: [],
        AttachedManagedPolicies:
          n % 25 === 0
            ? [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }]
            : [],
        Tags: [],
      })),
    },
    null,
    4,
  );
}

if (import.meta.main) {
  const roles = Number(process.argv[2] ?? 10_000);
  const folder = mkdtempSync(join(tmpdir(), 'trusttrail-bench-'));
  const file = join(folder, 'roles.json');
  const text = accountDetails(roles);
  writeFileSync(file, text);
  try {
    let printed = 0;
    const io = {
      ...processIo(),
      cwd: folder,
      out: (more: string): void => {
        printed += more.length;
      },
      exit: () => {},
    };
    const start = performance.now();
    await run(['check', file, '--format', 'json'], io);
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `${roles} roles, ${(text.length / 1e6).toFixed(1)} MB: ${seconds.toFixed(1)} s, ${Math.round(roles / seconds)} roles/s, ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most, ${(printed / 1e6).toFixed(1)} MB printed`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
