/** A good policy is never blamed: everyday policies, done right, get nothing that anybody would be woken for. */
import { describe, expect, test } from 'vitest';
import { severities } from '../../src/findings/finding.ts';
import { checkRisks } from '../../src/risks/check-risks.ts';
import { allow, deny, github, policyOf } from '../../src/risks/example-policies.ts';
import type { RiskExample } from '../../src/risks/risk-rule.ts';
import { questionOf, unconfigured } from './questions.ts';

interface Good extends RiskExample {
  /** Remarks below medium that a reviewer would expect; nothing where not given. */
  readonly remarks?: readonly string[];
}

const account = '111122223333';
const externalId = { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } };
const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90';
const eksProvider = { Federated: `arn:aws:iam::${account}:oidc-provider/${eks}` };
const saml = { Federated: `arn:aws:iam::${account}:saml-provider/corporate` };
const samlAudience = { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } };
const role = (name: string, id = account) => `arn:aws:iam::${id}:role/${name}`;
const org = { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } };
const twoAccounts = { accounts: [account, '222233334444'] };
const sourceAccount = { StringEquals: { 'aws:SourceAccount': account } };

const services: readonly Good[] = [
  { name: 'an EC2 instance role', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
  { name: 'a Lambda function role', policy: policyOf(allow({ Service: 'lambda.amazonaws.com' })) },
  {
    name: 'Lambda at the edge',
    policy: policyOf(allow({ Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] })),
  },
  { name: 'an ECS task role', policy: policyOf(allow({ Service: 'ecs-tasks.amazonaws.com' })) },
  {
    name: 'an ECS task role with its source',
    policy: policyOf(
      allow(
        { Service: 'ecs-tasks.amazonaws.com' },
        { ...sourceAccount, ArnLike: { 'aws:SourceArn': `arn:aws:ecs:eu-west-1:${account}:*` } },
      ),
    ),
  },
  { name: 'CodeBuild', policy: policyOf(allow({ Service: 'codebuild.amazonaws.com' })) },
  { name: 'Glue', policy: policyOf(allow({ Service: 'glue.amazonaws.com' })) },
  { name: 'the EKS control plane', policy: policyOf(allow({ Service: 'eks.amazonaws.com' })) },
  {
    name: 'an EKS cluster in Auto Mode',
    policy: policyOf(allow({ Service: 'eks.amazonaws.com' }, undefined, ['sts:AssumeRole', 'sts:TagSession'])),
  },
  { name: 'SSM for hybrid machines', policy: policyOf(allow({ Service: 'ssm.amazonaws.com' }, sourceAccount)) },
  {
    name: 'CloudTrail to CloudWatch Logs, held to its trail',
    policy: policyOf(
      allow(
        { Service: 'cloudtrail.amazonaws.com' },
        { StringEquals: { 'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${account}:trail/main` } },
      ),
    ),
  },
  {
    name: 'VPC flow logs, as the user guide has it',
    policy: policyOf(
      allow(
        { Service: 'vpc-flow-logs.amazonaws.com' },
        { ...sourceAccount, ArnLike: { 'aws:SourceArn': `arn:aws:ec2:eu-west-1:${account}:vpc-flow-log/*` } },
      ),
    ),
  },
  {
    name: 'an S3 replication role',
    policy: policyOf(
      allow(
        { Service: ['s3.amazonaws.com', 'batchoperations.s3.amazonaws.com'] },
        { ...sourceAccount, ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::our-bucket' } },
      ),
    ),
  },
  {
    name: 'EventBridge Scheduler',
    policy: policyOf(allow({ Service: 'scheduler.amazonaws.com' }, sourceAccount)),
  },
  {
    name: 'Step Functions',
    policy: policyOf(
      allow(
        { Service: 'states.amazonaws.com' },
        { ...sourceAccount, ArnLike: { 'aws:SourceArn': `arn:aws:states:*:${account}:stateMachine:*` } },
      ),
    ),
  },
  {
    name: 'a service of the whole organization',
    policy: policyOf(
      allow({ Service: 'firehose.amazonaws.com' }, { StringEquals: { 'aws:SourceOrgID': 'o-own1234567' } }),
    ),
  },
  {
    name: 'Firehose, with the account as the external ID, as its guide has it',
    policy: policyOf(
      allow(
        { Service: 'firehose.amazonaws.com' },
        { StringEquals: { 'sts:ExternalId': account, 'aws:SourceAccount': account } },
      ),
    ),
  },
  {
    name: 'a service-linked role, which nobody can change',
    role: `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
    policy: policyOf(allow({ Service: 'config.amazonaws.com' })),
  },
  {
    name: 'EC2 in China',
    role: 'arn:aws-cn:iam::111122223333:role/example',
    policy: policyOf(allow({ Service: 'ec2.amazonaws.com.cn' })),
  },
  {
    name: 'Pod Identity, held to a cluster and a workload',
    policy: policyOf(
      allow(
        { Service: 'pods.eks.amazonaws.com' },
        {
          StringEquals: {
            'aws:SourceAccount': account,
            'aws:RequestTag/kubernetes-namespace': 'prod',
            'aws:RequestTag/kubernetes-service-account': 'api',
          },
          ArnEquals: { 'aws:SourceArn': `arn:aws:eks:eu-west-1:${account}:cluster/main` },
        },
        ['sts:AssumeRole', 'sts:TagSession'],
      ),
    ),
  },
  {
    name: 'Roles Anywhere, held to the anchor and the certificate',
    policy: policyOf(
      allow(
        { Service: 'rolesanywhere.amazonaws.com' },
        {
          ArnEquals: {
            'aws:SourceArn': `arn:aws:rolesanywhere:eu-west-1:${account}:trust-anchor/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d`,
          },
          StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-1', 'aws:PrincipalTag/x509Issuer/CN': 'Build CA' },
        },
        ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      ),
    ),
  },
];

const federation: readonly Good[] = [
  {
    name: 'EKS IRSA, one service account',
    policy: policyOf(
      allow(eksProvider, {
        StringEquals: { [`${eks}:aud`]: 'sts.amazonaws.com', [`${eks}:sub`]: 'system:serviceaccount:prod:api' },
      }),
    ),
  },
  {
    name: 'EKS IRSA in two clusters',
    policy: policyOf(
      ...[eks, eks.replace('A1B2', 'F9E8')].map((issuer) =>
        allow(
          { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
          {
            StringEquals: {
              [`${issuer}:aud`]: 'sts.amazonaws.com',
              [`${issuer}:sub`]: 'system:serviceaccount:prod:api',
            },
          },
        ),
      ),
    ),
  },
  {
    name: 'GitHub Actions, one branch',
    policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme/app:ref:refs/heads/main' })),
    remarks: ['github-mutable-identity'],
  },
  {
    name: 'GitHub Actions, one environment, with the ids of the repository and its owner',
    policy: policyOf(
      github(
        {},
        {
          aud: 'sts.amazonaws.com',
          sub: 'repo:acme/app:environment:production',
          repository_id: '123456789',
          repository_owner_id: '987654',
        },
      ),
    ),
    remarks: ['github-environment-unverified'],
  },
  {
    name: 'GitLab, one project and branch',
    policy: policyOf(
      allow(
        { Federated: `arn:aws:iam::${account}:oidc-provider/gitlab.com` },
        {
          StringEquals: {
            'gitlab.com:aud': 'https://gitlab.com',
            'gitlab.com:sub': 'project_path:acme/app:ref_type:branch:ref:main',
          },
        },
      ),
    ),
  },
  {
    name: 'HCP Terraform, one workspace, apply only',
    policy: policyOf(
      allow(
        { Federated: `arn:aws:iam::${account}:oidc-provider/app.terraform.io` },
        {
          StringEquals: {
            'app.terraform.io:aud': 'aws.workload.identity',
            'app.terraform.io:sub': 'organization:acme:project:core:workspace:prod:run_phase:apply',
          },
        },
      ),
    ),
  },
  {
    name: 'a Cognito identity pool, signed-in users only',
    policy: policyOf(
      allow(
        { Federated: 'cognito-identity.amazonaws.com' },
        {
          StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:12345678-ab12-4cd3-9ef4-1234567890ab' },
          'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
        },
      ),
    ),
  },
  {
    name: 'a Google service account',
    policy: policyOf(
      allow(
        { Federated: 'accounts.google.com' },
        {
          StringEquals: {
            'accounts.google.com:aud': '112233445566778899001',
            'accounts.google.com:oaud': 'sts.amazonaws.com',
            'accounts.google.com:sub': '112233445566778899001',
          },
        },
      ),
    ),
  },
  {
    name: 'SAML for the console',
    policy: policyOf(allow(saml, samlAudience)),
    remarks: ['saml-user-unrestricted'],
  },
  {
    name: 'an Identity Center permission set, as AWS writes it',
    role: `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef`,
    policy: policyOf(
      allow(
        { Federated: `arn:aws:iam::${account}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE` },
        samlAudience,
        ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
      ),
    ),
    remarks: ['saml-user-unrestricted'],
  },
];

const accounts: readonly Good[] = [
  { name: 'one role of the own account', policy: policyOf(allow({ AWS: role('deploy') })) },
  {
    name: 'one role of another own account',
    world: twoAccounts,
    policy: policyOf(allow({ AWS: role('deploy', '222233334444') })),
  },
  {
    name: 'one role of another account, and the organization as well',
    policy: policyOf(allow({ AWS: role('deploy', '333344445555') }, org)),
  },
  {
    name: 'a vendor with its external ID',
    policy: policyOf(allow({ AWS: role('scanner', '777788889999') }, externalId)),
  },
  {
    name: 'a vendor’s account with its external ID',
    policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:root' }, externalId)),
    remarks: ['external-account-root-delegation'],
  },
  {
    name: 'a vendor that nobody registered, with its external ID',
    policy: policyOf(allow({ AWS: 'arn:aws:iam::464622532012:root' }, externalId)),
    remarks: ['external-account-root-delegation'],
  },
  {
    name: 'the own account narrowed to a role that deployments recreate',
    policy: policyOf(
      allow({ AWS: `arn:aws:iam::${account}:root` }, { ArnEquals: { 'aws:PrincipalArn': role('deploy') } }),
    ),
  },
  {
    name: 'the own account narrowed to roles of a path',
    policy: policyOf(allow({ AWS: account }, { ArnLike: { 'aws:PrincipalArn': role('team/*') } })),
  },
  {
    name: 'everyone narrowed to one role of the own account',
    policy: policyOf(allow({ AWS: '*' }, { ArnEquals: { 'aws:PrincipalArn': role('deploy') } })),
  },
  {
    name: 'everyone narrowed to an Identity Center permission set',
    policy: policyOf(
      allow(
        { AWS: `arn:aws:iam::${account}:root` },
        {
          ArnLike: {
            'aws:PrincipalArn': `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_????????????????`,
          },
        },
      ),
    ),
  },
  {
    name: 'one unique id of a caller, whichever the account',
    policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:userid': 'AROAEXAMPLE0123456789:*' } })),
  },
  {
    name: 'the organization, for a read-only role',
    policy: policyOf(allow({ AWS: '*' }, org)),
    remarks: ['public-principal-org-wide'],
  },
  {
    name: 'one role name in every account of the organization',
    policy: policyOf(
      allow({ AWS: '*' }, { ...org, ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/security-audit' } }),
    ),
    remarks: ['public-principal-org-wide'],
  },
  {
    name: 'some organizational units',
    policy: policyOf(
      allow(
        { AWS: '*' },
        {
          ...org,
          'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/*' },
        },
      ),
    ),
  },
  {
    name: 'an organization, and nothing is configured',
    world: { accounts: [], organizations: [], partners: [] },
    policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-theirs12345' } })),
    remarks: ['public-principal-org-wide'],
  },
  {
    name: 'an organization-wide guard as a Deny',
    policy: policyOf(
      allow({ AWS: role('deploy') }),
      deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
    ),
  },
  {
    name: 'people with MFA',
    policy: policyOf(
      allow({ AWS: `arn:aws:iam::${account}:root` }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    ),
  },
  {
    name: 'a user with recent MFA',
    policy: policyOf(
      allow(
        { AWS: `arn:aws:iam::${account}:user/ann` },
        { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } },
      ),
    ),
  },
  {
    name: 'break glass: two users with MFA, and a Deny without',
    policy: policyOf(
      allow(
        { AWS: [`arn:aws:iam::${account}:user/breakglass-1`, `arn:aws:iam::${account}:user/breakglass-2`] },
        { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      ),
      deny({ AWS: '*' }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }),
    ),
  },
  {
    name: 'people from the office network, by a Deny',
    policy: policyOf(
      allow({ AWS: role('deploy') }),
      deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': '8.8.4.0/24' }, Bool: { 'aws:ViaAWSService': 'false' } }),
    ),
  },
  {
    name: 'by principal tag within the own account',
    policy: policyOf(allow({ AWS: account }, { StringEquals: { 'aws:PrincipalTag/team': 'platform' } })),
  },
  {
    name: 'the role itself beside another, for scoped-down sessions',
    policy: policyOf(allow({ AWS: [role('deploy'), role('example')] })),
  },
  {
    name: 'a session named for its user',
    policy: policyOf(
      allow(
        { AWS: account },
        { StringLike: { 'sts:RoleSessionName': '${aws:username}' }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      ),
    ),
  },
  {
    name: 'the vendor, and a Deny for all that do not send the external ID',
    policy: policyOf(
      allow({ AWS: role('scanner', '777788889999') }),
      deny({ AWS: '*' }, { StringNotEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
    ),
  },
];

describe.for([
  ['services', services],
  ['federation', federation],
  ['accounts', accounts],
] as const)('%s', ([, policies]) => {
  test.for(policies)('$name', ({ remarks = [], ...example }) => {
    const found = checkRisks(questionOf(example), { fixes: false });
    const blamed = found.filter(({ severity }) => severities.indexOf(severity) >= severities.indexOf('medium'));
    expect(blamed.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
    expect(found.map(({ rule }) => rule).sort()).toEqual([...remarks].sort());
  });
});

describe('where nothing is configured and the role is not known', () => {
  test.for([...services, ...federation, ...accounts])('$name', (good) => {
    const found = checkRisks(questionOf({ ...good, role: good.role ?? null, world: unconfigured }), { fixes: false });
    const blamed = found.filter(({ severity }) => severities.indexOf(severity) >= severities.indexOf('medium'));
    expect(blamed.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
  });
});

test('there are as many as promised', () => {
  expect(services.length + federation.length + accounts.length).toBeGreaterThanOrEqual(50);
});
