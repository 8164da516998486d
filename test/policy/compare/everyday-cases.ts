/** Changes that people make, told in words that do not mislead: exceptions of a Deny, guards that come and go, keys of others. */
import type { ChangeCase } from './change-cases.ts';
import { allow, type Condition, deny, github, home, other } from './policies.ts';

const third = '777788889999';
const anyOf = `any principal of account ${other}`;
const roleOf = (name: string) => `arn:aws:iam::${other}:role/${name}`;
const sub = 'token.actions.githubusercontent.com:sub';
const app: Condition = { StringLike: { [sub]: 'repo:acme/app:*' } };
const workflow = 'any GitHub Actions workflow of repository `acme/app`, any branch, pull requests included';
const organization = 'o-exampleorg1';
const mfa = 'aws:MultiFactorAuthPresent';
const anotherOrganization = { StringNotEquals: { 'aws:PrincipalOrgID': organization } };
const notService = { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } };
const perimeter = (...networks: string[]): Condition => ({
  NotIpAddressIfExists: { 'aws:SourceIp': '203.0.113.0/24' },
  StringNotEqualsIfExists: { 'aws:SourceVpc': networks, 'aws:PrincipalAccount': third },
  ArnNotLikeIfExists: { 'aws:PrincipalArn': `arn:aws:iam::${home}:role/aws-service-role/*` },
  ...notService,
});
const identities = (...accounts: string[]): Condition => ({
  StringNotEqualsIfExists: { 'aws:PrincipalOrgID': organization, 'aws:PrincipalAccount': accounts },
  ...notService,
});
const elsewhere = { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };
const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF';
const pod = { StringEquals: { [`${cluster}:sub`]: 'system:serviceaccount:ns:app' } };
const anotherPod = 'oidc.eks.eu-west-1.amazonaws.com/id/123456:sub';
const eks = { Federated: `arn:aws:iam::${home}:oidc-provider/${cluster}` };
const lambda = { Service: 'lambda.amazonaws.com' };
const oneFunction = `arn:aws:lambda:us-east-1:${home}:function:f`;
const forOne = { ArnLike: { 'aws:SourceArn': oneFunction } };
const forAccount = { StringEquals: { 'aws:SourceAccount': home } };
const path = 'o-exampleorg1/r-ab12/ou-ab12-11111111/*';
const time = 'aws:CurrentTime';

export const everydayCases: readonly ChangeCase[] = [
  {
    name: 'a role denied no longer',
    old: [allow(other), deny(roleOf('bad'))],
    now: [allow(other)],
    verdict: 'broader',
    gained: [`role \`bad\` of account ${other}`],
  },
  {
    name: 'a role and a user denied',
    old: [allow(other)],
    now: [allow(other), deny([roleOf('a'), `arn:aws:iam::${other}:user/b`])],
    verdict: 'narrower',
    lost: [`user \`b\` of account ${other}`, `role \`a\` of account ${other}`],
  },
  {
    name: 'a role denied no longer, and an external ID asked for',
    old: [allow(other), deny(roleOf('a'))],
    now: [allow(other, { StringEquals: { 'sts:ExternalId': 'x' } })],
    verdict: 'incomparable',
    gained: [`role \`a\` of account ${other}, with external ID \`x\``],
    lost: [`${anyOf}, without an external ID`],
  },
  {
    name: 'everyone, and a role denied no longer',
    old: [allow(other), deny(roleOf('bad'))],
    now: [allow('*')],
    verdict: 'broader',
    gained: ['everyone with AWS credentials'],
  },
  {
    name: 'an account of the organization denied no longer',
    old: [allow('*', { StringEquals: { 'aws:PrincipalOrgID': organization } }), deny(other)],
    now: [allow('*', { StringEquals: { 'aws:PrincipalOrgID': organization } })],
    verdict: 'broader',
    gained: [`${anyOf}, of organization \`${organization}\``],
  },
  {
    name: 'all but those under NotPrincipal denied',
    old: [allow(other)],
    now: [
      allow(other),
      { Effect: 'Deny', NotPrincipal: { AWS: [other, `arn:aws:iam::${other}:user/ann`] }, Action: 'sts:AssumeRole' },
    ],
    verdict: 'narrower',
    lost: [`${anyOf}, not listed under NotPrincipal`],
  },
  {
    name: 'another network excepted from a Deny',
    old: [allow(other), deny('*', elsewhere)],
    now: [allow(other), deny('*', { ...elsewhere, StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } })],
    verdict: 'broader',
    gained: [`${anyOf}, from anywhere but 203.0.113.0/24, through VPC endpoint \`vpce-1\``],
  },
  {
    name: 'a network more in a perimeter: what all of the account bring is not told',
    old: [allow(other), deny('*', perimeter('vpc-1'))],
    now: [allow(other), deny('*', perimeter('vpc-1', 'vpc-2'))],
    verdict: 'broader',
    gained: [`${anyOf}, from anywhere but 203.0.113.0/24, from VPC \`vpc-2\``],
  },
  {
    name: 'all but a role denied: of a role not every user is told, but of an account the role is',
    old: [allow(other)],
    now: [allow(other), deny('*', { ArnNotEquals: { 'aws:PrincipalArn': roleOf('r') } })],
    verdict: 'narrower',
    lost: [`${anyOf}, with principal ARN other than \`${roleOf('r')}\``],
  },
  {
    name: 'an account more in a perimeter of identities',
    old: [allow([other, third]), deny('*', identities(other))],
    now: [allow([other, third]), deny('*', identities(other, third))],
    verdict: 'broader',
    gained: [
      `any principal of account ${third}, of organization other than \`${organization}\` or without an organization`,
    ],
  },
  {
    name: "a vendor's roles excepted from a Deny",
    old: [allow(other), deny('*', anotherOrganization)],
    now: [allow(other), deny('*', { ...anotherOrganization, ArnNotLike: { 'aws:PrincipalArn': roleOf('vendor-*') } })],
    verdict: 'broader',
    gained: [
      `${anyOf}, of organization other than \`${organization}\` or without an organization, with principal ARN \`${roleOf('vendor-*')}\``,
    ],
  },
  {
    name: 'one more value excepted from a Deny',
    old: [allow(other), deny('*', { StringNotEquals: { 'aws:PrincipalTag/team': 'a' } })],
    now: [allow(other), deny('*', { StringNotEquals: { 'aws:PrincipalTag/team': ['a', 'b'] } })],
    verdict: 'broader',
    gained: [`${anyOf}, with tag \`team\` \`b\``],
  },
  {
    name: 'some session tag other than one: who passes none does not get in',
    old: [allow(home)],
    now: [
      allow(home),
      allow(other, { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' } }, ['sts:AssumeRole', 'sts:TagSession']),
    ],
    verdict: 'broader',
    gained: [`${anyOf}, with \`aws:TagKeys\` other than \`a\``],
  },
  {
    name: 'one more account excepted from a Deny',
    old: [allow('*', { StringEquals: { 'aws:PrincipalAccount': [home, other] } })],
    now: [allow('*'), deny('*', { StringNotEquals: { 'aws:PrincipalAccount': [home, other, third] } })],
    verdict: 'broader',
    gained: [`everyone with AWS credentials, of account ${third}`],
  },
  {
    name: 'a Deny put off',
    old: [allow(other), deny('*', { DateGreaterThan: { [time]: '2026-01-01T00:00:00Z' } })],
    now: [allow(other), deny('*', { DateGreaterThan: { [time]: '2027-01-01T00:00:00Z' } })],
    verdict: 'broader',
    gained: [`${anyOf}, from 2026-01-01T00:00:00Z on, until 2027-01-01T00:00:00Z`],
  },
  ...[
    [anotherOrganization, `of organization \`${organization}\``],
    [{ BoolIfExists: { [mfa]: 'false' } }, 'with MFA'],
    [{ Bool: { [mfa]: 'false' } }, 'with MFA, or where none is reported'],
    [{ Null: { 'sts:ExternalId': 'true' } }, 'with any external ID'],
    [
      { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '60' } },
      'with MFA at most 60 seconds old, or where none is reported',
    ],
    [{ 'ForAnyValue:StringNotLike': { 'aws:TagKeys': 'a*' } }, 'with `aws:TagKeys` only `a*` or without `aws:TagKeys`'],
    [{ StringEquals: { 'aws:PrincipalTag/team': 'a' } }, 'with tag `team` other than `a` or without a tag `team`'],
    [{ Bool: { [mfa]: ['true', 'false'] } }, undefined],
    [{ NumericGreaterThan: { 'aws:MultiFactorAuthAge': ['60', '70'] } }, undefined],
  ].map(
    ([condition, left]): ChangeCase => ({
      name: `another account beside a Deny of ${JSON.stringify(condition)}`,
      old: [allow(home), deny('*', condition as Condition)],
      now: [allow([home, other]), deny('*', condition as Condition)],
      verdict: 'broader',
      gained: [left === undefined ? anyOf : `${anyOf}, ${left as string}`],
    }),
  ),
  {
    name: 'a Deny that lets through what brings no MFA information',
    old: [allow(other, { Bool: { [mfa]: 'true' } })],
    now: [allow(other), deny('*', { Bool: { [mfa]: 'false' } })],
    verdict: 'broader',
    gained: [`${anyOf}, without MFA`],
  },
  {
    name: 'old credentials denied',
    old: [allow(other)],
    now: [allow(other), deny('*', { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } })],
    verdict: 'narrower',
    lost: [`${anyOf}, with credentials issued before 2026-01-01T00:00:00Z`],
  },
  {
    name: 'pull requests left out',
    old: [allow({ Federated: github }, app)],
    now: [allow({ Federated: github }, { ...app, StringNotLike: { [sub]: '*:pull_request' } })],
    verdict: 'narrower',
    lost: [`${workflow}, with subject \`*:pull_request\``],
  },
  {
    name: 'an environment asked for, where there is one',
    old: [allow({ Federated: github }, app)],
    now: [
      allow(
        { Federated: github },
        { ...app, StringEqualsIfExists: { 'token.actions.githubusercontent.com:environment': 'prod' } },
      ),
    ],
    verdict: 'narrower',
    lost: [`${workflow}, with another \`environment\``],
  },
  {
    name: 'the subject of another cluster asked for',
    old: [allow(eks, pod)],
    now: [allow(eks, { StringEquals: { [anotherPod]: 'system:serviceaccount:ns:app' } })],
    verdict: 'narrower',
    lost: [
      `any identity of OIDC provider \`${cluster}\`, with subject \`system:serviceaccount:ns:app\`, which never brings \`${anotherPod}\``,
    ],
  },
  {
    name: 'the subject of another cluster asked for, where there is one',
    old: [allow(eks, pod)],
    now: [allow(eks, { StringEqualsIfExists: { [anotherPod]: 'system:serviceaccount:ns:app' } })],
    verdict: 'broader',
    gained: [`any identity of OIDC provider \`${cluster}\`, with any subject`],
  },
  {
    name: 'the account of a resource, then the resource',
    old: [allow(lambda, forAccount)],
    now: [allow(lambda, forOne)],
    verdict: 'incomparable',
    gained: [`service \`lambda.amazonaws.com\`, for \`${oneFunction}\`, without a source account`],
    lost: [`service \`lambda.amazonaws.com\`, for account ${home}, for another resource or none`],
  },
  {
    name: 'a resource condition that no user or role ever meets, where it is there',
    old: [allow(home)],
    now: [allow(home), allow(other, { ArnLikeIfExists: { 'aws:SourceArn': oneFunction } })],
    verdict: 'broader',
    gained: [anyOf],
  },
  {
    name: 'a provider that some sessions of roles stem from, and no user does',
    old: [allow(home)],
    now: [allow(home), allow(other, { StringNotEquals: { 'aws:FederatedProvider': 'accounts.google.com' } })],
    verdict: 'broader',
    gained: [`${anyOf}, of identity provider other than \`accounts.google.com\` or without an identity provider`],
  },
  {
    name: 'all but one user newly passing tags',
    old: [allow(other), allow(`arn:aws:iam::${other}:user/ann`, undefined, 'sts:TagSession')],
    now: [allow(other, undefined, ['sts:AssumeRole', 'sts:TagSession'])],
    verdict: 'broader',
    gained: [`${anyOf}, other than user \`ann\`, passing session tags (sts:TagSession)`],
  },
  {
    name: 'another account, beside a role that stays denied',
    old: [allow(other), deny(roleOf('bad'))],
    now: [allow([other, third]), deny(roleOf('bad'))],
    verdict: 'broader',
    gained: [`any principal of account ${third}`],
  },
  {
    name: 'all of no organization paths',
    old: [allow('*', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path } })],
    now: [allow('*', { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': path } })],
    verdict: 'incomparable',
    gained: [`everyone with AWS credentials, in the organization path only \`${path}\` or without an organization`],
    lost: [`everyone with AWS credentials, in the organization path \`${path}\``],
  },
  {
    name: 'a list of no external IDs that must not be',
    old: [allow(other, { StringEquals: { 'sts:ExternalId': 'abc' } })],
    now: [allow(other, { StringNotEquals: { 'sts:ExternalId': [] } })],
    verdict: 'broader',
    gained: [`${anyOf}, without an external ID`],
  },
  {
    name: 'MFA, and then a recent one',
    old: [allow(other, { Bool: { [mfa]: 'true' } })],
    now: [allow(other, { Bool: { [mfa]: 'true' }, NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } })],
    verdict: 'narrower',
    lost: [`${anyOf}, with MFA, with MFA of another age`],
  },
  {
    name: 'a recent MFA, and then any MFA or none',
    old: [allow(other, { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } })],
    now: [allow(other, { BoolIfExists: { [mfa]: ['true', 'false'] } })],
    verdict: 'broader',
    gained: [`${anyOf}, with or without MFA, without MFA`],
  },
  {
    name: 'an endpoint, then its network',
    old: [allow(other, { StringEquals: { 'aws:SourceVpce': 'vpce-1' } })],
    now: [allow(other, { StringEquals: { 'aws:SourceVpc': 'vpc-1' } })],
    verdict: 'incomparable',
    gained: [`${anyOf}, from VPC \`vpc-1\`, through any VPC endpoint`],
    lost: [`${anyOf}, through VPC endpoint \`vpce-1\`, from another VPC`],
  },
  ...(
    [
      ['an address', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, 'from another address'],
      ['a session name', { StringEquals: { 'sts:RoleSessionName': 'ci' } }, 'with another session name'],
      ['a region', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }, 'in another region'],
      ['a unique id', { StringLike: { 'aws:userid': 'AROAEXAMPLE:*' } }, 'with another unique id'],
      [
        'the root user',
        { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${other}:root` } },
        'with another principal ARN',
      ],
      ['an organization', { StringEquals: { 'aws:PrincipalOrgID': organization } }, 'of another organization or none'],
      [
        'a session name by a variable',
        { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } },
        'with another session name',
      ],
    ] as const
  ).map(
    ([name, condition, lost]): ChangeCase => ({
      name: `${name} asked for`,
      old: [allow(other)],
      now: [allow(other, condition)],
      verdict: 'narrower',
      lost: [`${anyOf}, ${lost}`],
    }),
  ),
  {
    name: 'a user where only roles were: nobody says that the user was one of them',
    old: [allow(other, { ArnLike: { 'aws:PrincipalArn': roleOf('*') } })],
    now: [allow(`arn:aws:iam::${other}:user/ann`), allow(roleOf('ci'))],
    verdict: 'incomparable',
    gained: [`user \`ann\` of account ${other}`],
    lost: [`${anyOf}, with principal ARN \`${roleOf('*')}\`, other than role \`ci\``],
  },
  {
    name: 'a user named, and denied',
    old: [allow(other)],
    now: [allow([other, `arn:aws:iam::${other}:user/ann`]), deny(`arn:aws:iam::${other}:user/ann`)],
    verdict: 'narrower',
    lost: [`user \`ann\` of account ${other}`],
  },
  {
    name: 'a user and a role where the account was',
    old: [allow(other)],
    now: [allow(`arn:aws:iam::${other}:user/ann`), allow(roleOf('ci'))],
    verdict: 'narrower',
    lost: [`${anyOf}, other than user \`ann\`, role \`ci\``],
  },
  {
    name: 'the time by either key',
    old: [allow(other, { DateLessThan: { [time]: '2026-01-01T00:00:00Z' } })],
    now: [allow(other, { NumericLessThan: { 'aws:EpochTime': '1767225600' } })],
    verdict: 'equivalent',
  },
  ...(
    [
      [
        'a network',
        { IpAddress: { 'aws:SourceIp': '203.0.112.0/23' } },
        { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
        'from 203.0.112.0/23, other than from 203.0.113.0/24',
      ],
      [
        'session names',
        { StringLike: { 'sts:RoleSessionName': ['a*', '*z'] } },
        { StringLike: { 'sts:RoleSessionName': 'a*z' } },
        'with session name `a*` or `*z`, other than with session name `a*z`',
      ],
      [
        'one of a list, which is told without the others',
        { StringEquals: { 'sts:RoleSessionName': ['a', 'b'] } },
        { StringEquals: { 'sts:RoleSessionName': 'b' } },
        'with session name `a`',
      ],
      [
        'a time',
        { DateLessThan: { [time]: '2027-01-01T00:00:00Z' } },
        { DateLessThan: { [time]: '2026-01-01T00:00:00Z' } },
        'until 2027-01-01T00:00:00Z, other than until 2026-01-01T00:00:00Z',
      ],
      [
        'a network left out',
        { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
        { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '198.51.100.0/24'] } },
        'from anywhere but 203.0.113.0/24, from 198.51.100.0/24',
      ],
      [
        'session names left out',
        {},
        { StringNotLike: { 'sts:RoleSessionName': ['a*', 'b*'] } },
        'with session name `a*` or `b*`',
      ],
      [
        'a variable that stays, and an external ID',
        { StringLike: { 'sts:RoleSessionName': '*${aws:username}' } },
        { StringLike: { 'sts:RoleSessionName': '*${aws:username}', 'sts:ExternalId': 'x' } },
        'with session name `*${aws:username}`, without an external ID',
      ],
    ] as const
  ).map(
    ([name, before, after, lost]): ChangeCase => ({
      name: `narrower: ${name}`,
      old: [allow(other, before)],
      now: [allow(other, after)],
      verdict: 'narrower',
      lost: [`${anyOf}, ${lost}`],
    }),
  ),
  {
    name: 'seconds as a date and as a number',
    old: [allow(other, { DateLessThanEquals: { 'aws:EpochTime': '2026-01-01T00:00:00Z' } })],
    now: [allow(other, { NumericLessThan: { 'aws:EpochTime': ['1767225600', '17e8'] } })],
    verdict: 'narrower',
    lost: [`${anyOf}, until 2026-01-01T00:00:00Z, other than until 1767225600 (2026-01-01T00:00:00Z) or 17e8`],
  },
];
