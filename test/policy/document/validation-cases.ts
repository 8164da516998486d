/** Documents with all that is wrong with each, for the validator's test and for those that break it on purpose. */
import type { ValidationOptions } from '../../../src/policy/document/validate.ts';

export type Json = Readonly<Record<string, unknown>>;

const role = 'arn:aws:iam::444455556666:role/deploy';
const github = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
const saml = 'arn:aws:iam::111122223333:saml-provider/corp';

export function policy(...statements: readonly Json[]): Json {
  return { Version: '2012-10-17', Statement: statements };
}

/** An Allow that nothing is wrong with, with something changed. */
export function allow(changes: Json = {}, condition?: Json): Json {
  const whole: Record<string, unknown> = {
    Effect: 'Allow',
    Principal: { AWS: role },
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
    ...changes,
  };
  for (const [name, value] of Object.entries(whole)) if (value === undefined) delete whole[name];
  return whole;
}

const web = { Principal: { Federated: github }, Action: 'sts:AssumeRoleWithWebIdentity' };
const sub = { StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:acme/app:ref:refs/heads/main' } };

export type ValidationCase = readonly [
  name: string,
  document: unknown,
  found: readonly string[],
  more?: { readonly iamMessage?: string; readonly options?: ValidationOptions },
];

/** `code level pointer`, in the order of the document; nothing else is found. */
const refused: readonly ValidationCase[] = [
  ['nothing is wrong', policy(allow()), []],
  ['no JSON', '{', ['invalid-json refused '], { iamMessage: 'This policy contains invalid Json' }],
  ['a list', [], ['invalid-shape refused '], {}],
  [
    'another Version',
    { Version: '2012-10-18', Statement: [allow()] },
    ['invalid-version refused /Version'],
    { iamMessage: 'The policy must contain a valid version string' },
  ],
  ['no Statement', { Version: '2012-10-17' }, ['invalid-missing-statement refused ']],
  [
    'an empty Statement',
    policy(),
    ['invalid-empty-statement refused /Statement'],
    { iamMessage: 'Could not parse the policy: Statement is empty!' },
  ],
  [
    'no Effect',
    policy(allow({ Effect: undefined })),
    ['invalid-missing-effect refused /Statement/0'],
    { iamMessage: 'Missing required field Effect' },
  ],
  [
    'another Effect',
    policy(allow({ Effect: 'allow' })),
    ['invalid-effect refused /Statement/0/Effect'],
    { iamMessage: 'Invalid effect: allow' },
  ],
  [
    'no Principal',
    policy(allow({ Principal: undefined })),
    ['invalid-missing-principal refused /Statement/0'],
    { iamMessage: 'Missing required field Principal' },
  ],
  [
    'an empty Principal',
    policy(allow({ Principal: {} })),
    ['invalid-empty-principal refused /Statement/0/Principal'],
    { iamMessage: 'Missing required field Principal cannot be empty!' },
  ],
  [
    'a Principal that lists nobody',
    policy(allow({ Principal: { AWS: [] } })),
    ['invalid-empty-principal refused /Statement/0/Principal'],
    {
      iamMessage:
        'Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a statement with no principals!',
    },
  ],
  [
    'a Principal that is a text',
    policy(allow({ Principal: role })),
    ['invalid-principal refused /Statement/0/Principal'],
  ],
  [
    'the bare star',
    policy(allow({ Principal: '*' })),
    ['invalid-bare-star refused /Statement/0/Principal'],
    { iamMessage: 'AssumeRolepolicy contained an invalid principal: "STAR":"*".' },
  ],
  ['the star of AWS', policy(allow({ Principal: { AWS: '*' } })), []],
  [
    'Principal and NotPrincipal',
    policy(allow({ NotPrincipal: { AWS: role } })),
    ['invalid-principal-combination refused /Statement/0/NotPrincipal'],
  ],
  [
    'NotPrincipal under Allow',
    policy(allow({ Principal: undefined, NotPrincipal: { AWS: role } })),
    ['invalid-notprincipal refused /Statement/0/NotPrincipal'],
    { iamMessage: 'Allow with NotPrincipal is not allowed.' },
  ],
  [
    'NotPrincipal under Deny',
    policy(allow({ Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: role } })),
    ['invalid-notprincipal refused /Statement/0/NotPrincipal'],
    { iamMessage: 'AssumeRole policy must not contain NotPrincipal field.' },
  ],
  [
    'a kind of principal in another letter case',
    policy(allow({ Principal: { aws: role } })),
    ['invalid-principal-type refused /Statement/0/Principal/aws'],
  ],
  [
    'CanonicalUser',
    policy(allow({ Principal: { CanonicalUser: '79a59df900b949e5' } })),
    ['invalid-principal refused /Statement/0/Principal/CanonicalUser'],
  ],
  ...(
    [
      ['a wildcard in an ARN', 'arn:aws:iam::444455556666:role/*'],
      ['a group', 'arn:aws:iam::444455556666:group/admins'],
      ['11 digits', '44445555666'],
      ['13 digits', '4444555566667'],
      ['an account with hyphens', '4444-5555-6666'],
      ['a shell variable', "arn:aws:iam::'$ACCOUNT_ID':root"],
      ['a policy variable', 'arn:aws:iam::444455556666:user/${aws:username}'],
      ['a region', 'arn:aws:iam:us-east-1:444455556666:role/deploy'],
      ['another service', 'arn:aws:s3:::bucket'],
      ['a session with the path of the role', 'arn:aws:sts::444455556666:assumed-role/ci/deploy/s1'],
      ['every session', 'arn:aws:sts::444455556666:assumed-role/deploy/*'],
      ['a role as STS writes it, without a session', 'arn:aws:sts::444455556666:assumed-role/deploy'],
      ['a role without a name', 'arn:aws:iam::444455556666:role/'],
      ['a policy', 'arn:aws:iam::aws:policy/AdministratorAccess'],
      ['an instance profile', 'arn:aws:iam::444455556666:instance-profile/x'],
      ['a name', 'deploy'],
      ['nothing', ''],
      ['a space in a name', 'arn:aws:iam::444455556666:role/my deploy'],
      ['a partition of nobody', 'arn:amazon:iam::444455556666:role/deploy'],
    ] as const
  ).map(
    ([name, text]): ValidationCase => [
      `as an AWS principal: ${name}`,
      policy(allow({ Principal: { AWS: ['arn:aws:iam::111122223333:root', text] } })),
      ['invalid-principal refused /Statement/0/Principal/AWS/1'],
      { iamMessage: `Invalid principal in policy: "AWS":"${text}"` },
    ],
  ),
  ...[
    '444455556666',
    'arn:aws:iam::444455556666:root',
    'arn:aws:iam::444455556666:user/people/ann.b@example.com',
    'arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef',
    'arn:aws:sts::444455556666:assumed-role/deploy/s1',
  ].map((text): ValidationCase => [`an AWS principal: ${text}`, policy(allow({ Principal: { AWS: text } })), []]),
  ...(
    [
      ['every service', '*', 'refused'],
      ['a wildcard', '*.amazonaws.com', 'refused'],
      ['a name without a domain', 'ec2', 'refused'],
      ['a space', 'ec2. amazonaws.com', 'refused'],
      ['capitals', 'EC2.amazonaws.com', 'may-be-refused'],
      ['another domain', 'ec2.example.com', 'may-be-refused'],
    ] as const
  ).map(
    ([name, text, level]): ValidationCase => [
      `as a service: ${name}`,
      policy(allow({ Principal: { Service: text } })),
      [`invalid-principal ${level} /Statement/0/Principal/Service`],
      { iamMessage: `Invalid principal in policy: "SERVICE":"${text}"` },
    ],
  ),
  ...['ec2.amazonaws.com', 'ec2.amazonaws.com.cn', 'states.us-east-1.amazonaws.com', 'logs.aws.internal'].map(
    (text): ValidationCase => [`a service: ${text}`, policy(allow({ Principal: { Service: text } })), []],
  ),
  ...[
    'token.actions.githubusercontent.com',
    'https://token.actions.githubusercontent.com',
    'arn:aws:iam::111122223333:oidc-provider/*',
    'arn:aws:iam::111122223333:oidc-provider/https://example.com',
    'arn:aws:iam::111122223333:role/deploy',
    '*',
  ].map(
    (text): ValidationCase => [
      `as a federated principal: ${text}`,
      policy(allow({ ...web, Principal: { Federated: text } })),
      ['invalid-principal refused /Statement/0/Principal/Federated'],
      { iamMessage: 'Federated principals must be valid domain names or SAML metadata ARNs' },
    ],
  ),
  [
    'no Action',
    policy(allow({ Action: undefined })),
    ['invalid-missing-action refused /Statement/0'],
    { iamMessage: 'Missing required field Action' },
  ],
  ['an empty Action', policy(allow({ Action: [] })), ['invalid-empty-action refused /Statement/0/Action']],
  [
    'Action and NotAction',
    policy(allow({ NotAction: 'sts:TagSession' })),
    ['invalid-action-combination refused /Statement/0/NotAction'],
  ],
  ...['s3:*', 'sts:GetCallerIdentity', 'iam:PassRole', 'sts:AssumeRoot', 'sts:', 'sts:AssumeRoles', 'sts:Get*'].map(
    (action): ValidationCase => [
      `the action ${action}`,
      policy(allow({ Action: ['sts:AssumeRole', action] })),
      ['invalid-action refused /Statement/0/Action/1'],
      { iamMessage: 'AssumeRole policy may only specify STS AssumeRole actions.' },
    ],
  ),
  [
    'an action without a prefix',
    policy(allow({ Action: 'AssumeRole' })),
    ['invalid-action refused /Statement/0/Action'],
  ],
  [
    'the action *',
    policy(allow({ Action: '*' })),
    ['invalid-action may-be-refused /Statement/0/Action'],
    { iamMessage: 'AssumeRole policy may only specify STS AssumeRole actions.' },
  ],
  [
    'a wildcard in the prefix',
    policy(allow({ Action: 's*:AssumeRole' })),
    ['invalid-action may-be-refused /Statement/0/Action'],
  ],
  ...[
    'sts:*',
    'sts:Assume*',
    'STS:assumerole',
    'sts:A*Role',
    'sts:Assume?ole',
    ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'],
  ].map((action): ValidationCase => [`the action ${String(action)}`, policy(allow({ Action: action })), []]),
  [
    'NotAction',
    policy(allow({ Action: undefined, NotAction: 'sts:TagSession' })),
    ['allow-with-notaction doubtful /Statement/0/NotAction'],
  ],
  [
    'NotAction of another service',
    policy(allow({ Effect: 'Deny', Action: undefined, NotAction: 's3:GetObject' })),
    ['invalid-action may-be-refused /Statement/0/NotAction'],
  ],
  [
    'Resource',
    policy(allow({ Resource: '*' })),
    ['invalid-resource refused /Statement/0/Resource'],
    { iamMessage: 'Has prohibited field Resource' },
  ],
  [
    'NotResource',
    policy(allow({ NotResource: '*' })),
    ['invalid-resource refused /Statement/0/NotResource'],
    { iamMessage: 'AssumeRole policy must not contain resources.' },
  ],
  ['another element', policy(allow({ Comment: 'x' })), ['invalid-element refused /Statement/0/Comment']],
  [
    'an element in another letter case',
    policy(allow({ condition: {} })),
    ['invalid-element refused /Statement/0/condition'],
  ],
  ['an Id that is no text', { ...policy(allow()), Id: 7 }, ['invalid-id refused /Id']],
  [
    'a key twice',
    '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
    ['invalid-duplicate-element refused /Version', 'invalid-empty-statement refused /Statement'],
  ],
  [
    'a Sid with a hyphen',
    policy(allow({ Sid: 'trust-deploy' })),
    ['invalid-sid refused /Statement/0/Sid'],
    {
      iamMessage:
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    },
  ],
  ['a Sid with a space', policy(allow({ Sid: 'Trust deploy' })), ['invalid-sid refused /Statement/0/Sid']],
  ['a Sid that is a number', policy(allow({ Sid: 1 })), ['invalid-sid refused /Statement/0/Sid']],
  [
    'a Sid twice',
    policy(allow({ Sid: 'A1' }), allow({ Sid: 'B1' }), allow({ Sid: 'A1' })),
    ['invalid-duplicate-sid refused /Statement/2/Sid'],
    { iamMessage: 'The Statement Ids in the policy are not unique' },
  ],
  ['Sids that differ in letter case', policy(allow({ Sid: 'A1' }), allow({ Sid: 'a1' })), []],
  ['empty Sids', policy(allow({ Sid: '' }), allow({ Sid: '' })), []],
  [
    'a dash that is none of Latin-1',
    policy(allow({}, { StringEquals: { 'aws:PrincipalTag/team': 'a – b' } })),
    ['invalid-character refused '],
  ],
  ['letters of Latin-1', policy(allow({}, { StringEquals: { 'aws:PrincipalTag/team': 'Zürich' } })), []],
  [
    'an escape of JSON',
    `{"Version":"2012-10-17","Statement":[${JSON.stringify(allow({}, { StringEquals: { 'aws:PrincipalTag/team': '\u2013' } })).replace('\u2013', '\\u2013')}]}`,
    [],
  ],
  [
    'an operator that does not exist',
    policy(allow({}, { ForAnyValuesStringLike: { 'aws:PrincipalOrgPaths': 'o-a/*' } })),
    ['invalid-condition-operator refused /Statement/0/Condition/ForAnyValuesStringLike'],
    { iamMessage: 'Invalid Condition type : ForAnyValuesStringLike.' },
  ],
  [
    'NullIfExists',
    policy(allow({}, { NullIfExists: { 'sts:ExternalId': 'true' } })),
    ['invalid-condition-operator refused /Statement/0/Condition/NullIfExists'],
  ],
  [
    'a Condition that is a list',
    policy(allow({ Condition: [] })),
    ['invalid-condition refused /Statement/0/Condition'],
  ],
  ['an empty Condition', policy(allow({ Condition: {} })), []],
  [
    'a value that is an object',
    policy(allow({}, { StringEquals: { 'sts:ExternalId': {} } })),
    ['invalid-condition-value refused /Statement/0/Condition/StringEquals/sts:ExternalId'],
  ],
  [
    'more than the quota',
    policy(allow(), allow({ Sid: 'x'.repeat(2_048) })),
    ['invalid-size may-be-refused '],
    { iamMessage: 'Cannot exceed quota for ACLSizePerRole: 2048' },
  ],
  [
    'more than 2,048 under a quota of 4,096',
    policy(allow(), allow({ Sid: 'x'.repeat(2_048) })),
    [],
    { options: { quota: 4_096 } },
  ],
  [
    'the id of a deleted role',
    policy(allow({ Principal: { AWS: 'AROAEXAMPLEROLE1' } })),
    ['invalid-principal-id may-be-refused /Statement/0/Principal/AWS'],
  ],
  [
    'GitHub without sub',
    policy(allow(web)),
    ['invalid-missing-tenant-claim may-be-refused /Statement/0/Principal/Federated'],
  ],
  ['GitHub with sub', policy(allow(web, sub)), []],
  [
    'GitHub with a sub of wildcards',
    policy(allow(web, { StringLike: { 'token.actions.githubusercontent.com:sub': '*' } })),
    ['invalid-missing-tenant-claim may-be-refused /Statement/0/Principal/Federated'],
  ],
  [
    'GitHub with a negated sub',
    policy(allow(web, { StringNotLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/*' } })),
    ['invalid-missing-tenant-claim may-be-refused /Statement/0/Principal/Federated'],
  ],
  [
    'Pulumi with aud and without sub',
    policy(
      allow(
        { ...web, Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/api.pulumi.com/oidc' } },
        { StringEquals: { 'api.pulumi.com/oidc:aud': 'aws:acme' } },
      ),
    ),
    [],
  ],
  [
    'an issuer of one tenant',
    policy(allow({ ...web, Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.example.com' } })),
    [],
  ],
  [
    'Cognito without aud',
    policy(allow({ ...web, Principal: { Federated: 'cognito-identity.amazonaws.com' } })),
    ['invalid-missing-tenant-claim may-be-refused /Statement/0/Principal/Federated'],
    { iamMessage: 'A condition block must be present for the Cognito provider' },
  ],
  [
    'a key twice in two letter cases',
    policy(allow({}, { StringEquals: { 'sts:ExternalId': 'abc', 'STS:externalid': 'abc' } })),
    ['invalid-duplicate-condition-key may-be-refused /Statement/0/Condition/StringEquals/STS:externalid'],
  ],
  [
    'a variable that is not closed',
    policy(allow({}, { StringLike: { 'sts:RoleSessionName': '${aws:username' } })),
    ['invalid-variable may-be-refused /Statement/0/Condition/StringLike/sts:RoleSessionName'],
  ],
];

/** One condition clause under `principal`, with what is wrong with it. */
type ConditionRow = readonly [name: string, condition: Json, found: readonly string[], changes?: Json];

const at = '/Statement/0/Condition/';
const orgPath = { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/r-ab12/*' };
const orgIdPattern = { 'aws:PrincipalOrgID': 'o-*' };
const everyone = { Principal: { AWS: '*' } };

const conditions: readonly ConditionRow[] = [
  [
    'a key without its prefix',
    { StringEquals: { ExternalId: 'abc' } },
    ['unprefixed-key never-matches StringEquals/ExternalId'],
  ],
  ['a key of no prefix at all', { StringEquals: { team: 'abc' } }, ['unprefixed-key never-matches StringEquals/team']],
  [
    'a key with another prefix',
    { ArnLike: { 'sts:PrincipalArn': role } },
    ['misspelt-key never-matches ArnLike/sts:PrincipalArn'],
  ],
  [
    'a slip of spelling',
    { StringEquals: { 'aws:PrincipalOrgId ': 'o-aaaaaaaaaa' } },
    ['misspelt-key never-matches StringEquals/aws:PrincipalOrgId '],
  ],
  [
    'a key that may be new',
    { StringEquals: { 'aws:Shoesize': '42' } },
    ['unregistered-key doubtful StringEquals/aws:Shoesize'],
  ],
  [
    'a tag key without the tag',
    { StringEquals: { 'aws:PrincipalTag': 'x' } },
    ['tag-key-missing never-matches StringEquals/aws:PrincipalTag'],
  ],
  [
    'a tag key with nothing behind the slash',
    { StringEquals: { 'aws:PrincipalTag/': 'x' } },
    ['tag-key-missing never-matches StringEquals/aws:PrincipalTag~1'],
  ],
  ['letter case of a key', { StringEquals: { 'STS:EXTERNALID': 'abc' } }, []],
  [
    'a private range',
    { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '203.0.113.0/24'] } },
    ['private-source-ip never-matches IpAddress/aws:SourceIp/0'],
  ],
  [
    'a private range, negated',
    { NotIpAddress: { 'aws:SourceIp': '192.168.1.0/24' } },
    ['private-source-ip never-matches NotIpAddress/aws:SourceIp'],
  ],
  ['a private range of a VPC', { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } }, []],
  [
    'a star in StringEquals',
    { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } },
    ['wildcard-without-like never-matches StringEquals/aws:PrincipalArn'],
  ],
  [
    'a question mark in StringNotEquals',
    { StringNotEquals: { 'aws:PrincipalTag/team': ['red', 'r?d'] } },
    ['wildcard-without-like never-matches StringNotEquals/aws:PrincipalTag~1team/1'],
  ],
  ['a star in StringLike', { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }, []],
  ['a star in ArnEquals', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }, []],
  [
    'a session in aws:PrincipalArn',
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:sts::444455556666:assumed-role/deploy/*' } },
    ['session-arn-in-principal-arn never-matches ArnLike/aws:PrincipalArn'],
  ],
  [
    'a session in StringEquals',
    { StringEquals: { 'aws:PrincipalArn': 'arn:aws:sts::444455556666:assumed-role/deploy/s1' } },
    ['session-arn-in-principal-arn never-matches StringEquals/aws:PrincipalArn'],
  ],
  [
    'the root in aws:PrincipalArn',
    { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:root' } },
    ['root-in-principal-arn never-matches ArnEquals/aws:PrincipalArn'],
  ],
  [
    'a group in aws:PrincipalArn',
    { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:group/admins' } },
    ['impossible-value never-matches ArnEquals/aws:PrincipalArn'],
  ],
  [
    '11 digits in aws:PrincipalArn',
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::44445555666:role/*' } },
    ['impossible-value never-matches ArnLike/aws:PrincipalArn'],
  ],
  ['parts left open in aws:PrincipalArn', { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::44445555*:r*' } }, []],
  [
    'too few parts of an ARN',
    { ArnLike: { 'aws:PrincipalArn': '*' } },
    ['impossible-value never-matches ArnLike/aws:PrincipalArn'],
  ],
  [
    'another partition in aws:PrincipalArn',
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws-cn:iam::444455556666:role/*' } },
    ['partition-mismatch never-matches ArnLike/aws:PrincipalArn'],
  ],
  [
    'no value',
    { StringEquals: { 'aws:PrincipalTag/team': [] } },
    ['empty-values never-matches StringEquals/aws:PrincipalTag~1team'],
  ],
  [
    'no value, negated',
    { StringNotEquals: { 'aws:PrincipalTag/team': [] } },
    ['empty-values doubtful StringNotEquals/aws:PrincipalTag~1team'],
  ],
  [
    'a key of services for a role',
    { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } },
    ['key-never-present never-matches ArnLike/aws:SourceArn'],
  ],
  [
    'the same with IfExists',
    { ArnLikeIfExists: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } },
    ['condition-always-holds doubtful ArnLikeIfExists/aws:SourceArn'],
  ],
  [
    'the same negated',
    { StringNotEquals: { 'aws:SourceAccount': '111122223333' } },
    ['condition-always-holds doubtful StringNotEquals/aws:SourceAccount'],
  ],
  [
    'the same for a service',
    { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } },
    [],
    { Principal: { Service: 's3.amazonaws.com' } },
  ],
  [
    'an external ID from a token',
    { ...sub, StringEqualsIgnoreCase: { 'sts:ExternalId': 'abc' } },
    ['key-never-present never-matches StringEqualsIgnoreCase/sts:ExternalId'],
    web,
  ],
  [
    'a claim of another provider',
    { ...sub, StringLike: { 'gitlab.com:sub': 'project_path:acme/*' } },
    ['key-never-present never-matches StringLike/gitlab.com:sub'],
    web,
  ],
  [
    'a claim that is no key',
    { ...sub, StringLike: { 'token.actions.githubusercontent.com:repository_owner': 'acme' } },
    ['key-never-present never-matches StringLike/token.actions.githubusercontent.com:repository_owner'],
    web,
  ],
  [
    'a duration',
    { NumericLessThan: { 'sts:DurationSeconds': '3600' } },
    ['key-never-present never-matches NumericLessThan/sts:DurationSeconds'],
  ],
  [
    'a user name of a role',
    { StringEquals: { 'aws:username': 'ann' } },
    ['key-never-present never-matches StringEquals/aws:username'],
  ],
  [
    'absence of what is never there',
    { Null: { 'aws:SourceArn': 'true' } },
    ['condition-always-holds doubtful Null/aws:SourceArn'],
  ],
  [
    'presence of what is never there',
    { Null: { 'aws:SourceArn': 'false' } },
    ['key-never-present never-matches Null/aws:SourceArn'],
  ],
  [
    'MFA of a role',
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    ['mfa-of-role-session never-matches Bool/aws:MultiFactorAuthPresent'],
  ],
  ['MFA of an account', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, [], { Principal: { AWS: '444455556666' } }],
  [
    'several values without a set operator',
    { StringLike: orgPath },
    ['missing-set-operator never-matches StringLike/aws:PrincipalOrgPaths'],
  ],
  [
    'the same negated',
    { StringNotLike: orgPath },
    ['missing-set-operator doubtful StringNotLike/aws:PrincipalOrgPaths'],
  ],
  ['several values with one', { 'ForAnyValue:StringLike': orgPath }, []],
  [
    'ForAllValues without a guard',
    { 'ForAllValues:StringLike': orgPath },
    ['for-all-values-without-guard doubtful ForAllValues:StringLike/aws:PrincipalOrgPaths'],
  ],
  ['ForAllValues with a guard', { 'ForAllValues:StringLike': orgPath, Null: { 'aws:PrincipalOrgPaths': 'false' } }, []],
  ['ForAllValues under Deny', { 'ForAllValues:StringLike': orgPath }, [], { Effect: 'Deny' }],
  [
    'a set operator for one value',
    { 'ForAnyValue:StringEquals': { 'aws:PrincipalTag/team': 'red' } },
    ['set-operator-on-single-value doubtful ForAnyValue:StringEquals/aws:PrincipalTag~1team'],
  ],
  [
    'ForAnyValue and IfExists',
    { 'ForAnyValue:StringLikeIfExists': orgPath },
    ['for-any-value-if-exists doubtful ForAnyValue:StringLikeIfExists/aws:PrincipalOrgPaths'],
  ],
  [
    'an address as an ARN',
    { ArnLike: { 'aws:SourceIp': 'arn:aws:iam::444455556666:role/x' } },
    ['wrong-type never-matches ArnLike/aws:SourceIp'],
  ],
  [
    'an ARN as an address',
    { IpAddress: { 'aws:PrincipalArn': '203.0.113.0/24' } },
    ['wrong-type never-matches IpAddress/aws:PrincipalArn'],
  ],
  [
    'an organization as an ARN',
    { ArnLike: { 'aws:PrincipalOrgID': 'arn:aws:organizations::1:o' } },
    ['wrong-type never-matches ArnLike/aws:PrincipalOrgID'],
  ],
  [
    'an address as a text',
    { StringEquals: { 'aws:SourceIp': '203.0.113.7' } },
    ['wrong-type doubtful StringEquals/aws:SourceIp'],
  ],
  ['the time as a number', { NumericLessThan: { 'aws:EpochTime': '1767225600' } }, []],
  [
    'an impossible date',
    { DateLessThan: { 'aws:CurrentTime': '2026-02-30T00:00:00Z' } },
    ['impossible-value never-matches DateLessThan/aws:CurrentTime'],
  ],
  ['a date', { DateLessThan: { 'aws:CurrentTime': '2026-02-28T00:00:00Z' } }, []],
  [
    'an impossible number',
    { NumericLessThan: { 'aws:MultiFactorAuthAge': '1 hour' } },
    ['impossible-value never-matches NumericLessThan/aws:MultiFactorAuthAge'],
    { Principal: { AWS: '444455556666' } },
  ],
  [
    'an impossible range',
    { IpAddress: { 'aws:SourceIp': '203.0.113.0/33' } },
    ['impossible-value never-matches IpAddress/aws:SourceIp'],
  ],
  [
    'an impossible address',
    { IpAddress: { 'aws:SourceIp': '203.0.113.256' } },
    ['impossible-value never-matches IpAddress/aws:SourceIp'],
  ],
  [
    'an impossible truth value',
    { Bool: { 'aws:SecureTransport': 'yes' } },
    ['impossible-value never-matches Bool/aws:SecureTransport'],
  ],
  [
    'an impossible presence',
    { Null: { 'aws:PrincipalTag/team': 'no' } },
    ['impossible-value never-matches Null/aws:PrincipalTag~1team'],
  ],
  [
    'an impossible account',
    { StringEquals: { 'aws:PrincipalAccount': ['44445555666', '444455556666'] } },
    ['impossible-value never-matches StringEquals/aws:PrincipalAccount/0'],
  ],
  ['an account with a pattern', { StringLike: { 'aws:PrincipalAccount': '4444*' } }, []],
  [
    'an impossible organization',
    { StringEquals: { 'aws:PrincipalOrgID': 'acme' } },
    ['impossible-value never-matches StringEquals/aws:PrincipalOrgID'],
  ],
  ['an organization with a pattern', { StringLike: orgIdPattern }, []],
  [
    'an impossible session name',
    { StringEquals: { 'sts:RoleSessionName': 'my session' } },
    ['impossible-value never-matches StringEquals/sts:RoleSessionName'],
  ],
  [
    'an external ID of one character',
    { StringEquals: { 'sts:ExternalId': 'x' } },
    ['impossible-value never-matches StringEquals/sts:ExternalId'],
  ],
  [
    'two truth values',
    { Bool: { 'aws:SecureTransport': ['true', 'false'] } },
    ['several-booleans doubtful Bool/aws:SecureTransport'],
  ],
  [
    'an operator in another letter case',
    { stringequals: { 'aws:PrincipalTag/team': 'red' } },
    ['operator-letter-case doubtful stringequals/aws:PrincipalTag~1team'],
  ],
  ['a variable', { StringLike: { 'sts:RoleSessionName': '${aws:PrincipalTag/team}' } }, []],
  ['a variable with a default', { StringLike: { 'sts:RoleSessionName': "${aws:PrincipalTag/team, 'x'}-*" } }, []],
  ['a plain character', { StringEquals: { 'aws:PrincipalTag/team': 'a${*}' } }, []],
  [
    'a variable among numbers',
    { NumericLessThan: { 'ec2:RoleDelivery': '${aws:PrincipalTag/n}' } },
    ['variable-unsupported-for-operator never-matches NumericLessThan/ec2:RoleDelivery'],
  ],
  [
    'a source identity that no call may bring',
    { StringEquals: { 'sts:SourceIdentity': 'ann' } },
    ['missing-action-for-key never-matches StringEquals/sts:SourceIdentity'],
  ],
  [
    'a source identity that a call may bring',
    { StringEquals: { 'sts:SourceIdentity': 'ann' } },
    [],
    { Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] },
  ],
  [
    'a tag that no call may bring',
    { StringEquals: { 'aws:RequestTag/team': 'red' } },
    ['missing-action-for-key never-matches StringEquals/aws:RequestTag~1team'],
  ],
  ['a tag that need not be there', { StringEqualsIfExists: { 'aws:RequestTag/team': 'red' } }, []],
  ['everyone by organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } }, [], everyone],
];

const others: readonly ValidationCase[] = [
  ['no Version', { Statement: [allow()] }, ['missing-version doubtful ']],
  [
    'variables before 2012',
    { Version: '2008-10-17', Statement: [allow({}, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } })] },
    ['variable-unsupported-in-version never-matches /Statement/0/Condition/StringLike/sts:RoleSessionName'],
  ],
  [
    'a federated user',
    policy(allow({ Principal: { AWS: 'arn:aws:sts::444455556666:federated-user/ann' } })),
    ['federated-user-principal never-matches /Statement/0/Principal/AWS'],
  ],
  [
    'OIDC by AssumeRole',
    policy(allow({ ...web, Action: 'sts:AssumeRole' }, sub)),
    ['principal-never-calls-action never-matches /Statement/0/Principal/Federated'],
  ],
  [
    'SAML by web identity',
    policy(allow({ Principal: { Federated: saml }, Action: 'sts:AssumeRoleWithWebIdentity' })),
    ['principal-never-calls-action never-matches /Statement/0/Principal/Federated'],
  ],
  [
    'a role by web identity',
    policy(allow({ Action: ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole'] })),
    ['action-never-called never-matches /Statement/0/Action/0'],
  ],
  ['SAML', policy(allow({ Principal: { Federated: saml }, Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'] })), []],
  [
    'Roles Anywhere without its actions',
    policy(allow({ Principal: { Service: 'rolesanywhere.amazonaws.com' } })),
    ['service-needs-actions never-matches /Statement/0/Action'],
  ],
  [
    'EKS Pod Identity with its actions in two statements',
    policy(
      allow({ Principal: { Service: 'pods.eks.amazonaws.com' } }),
      allow({ Principal: { Service: 'pods.eks.amazonaws.com' }, Action: 'sts:TagSession' }),
    ),
    [],
  ],
  [
    'two partitions',
    policy(allow({ Principal: { AWS: [role, 'arn:aws-cn:iam::444455556666:root'] } })),
    ['partition-mismatch never-matches /Statement/0/Principal/AWS/1'],
  ],
  [
    'another partition than that of the role',
    policy(allow()),
    ['partition-mismatch never-matches /Statement/0/Principal/AWS'],
    { options: { partition: 'aws-us-gov' } },
  ],
];

export const validationCases: readonly ValidationCase[] = [
  ...refused,
  ...conditions.map(
    ([name, condition, found, changes]): ValidationCase => [
      `condition: ${name}`,
      policy(allow(changes ?? {}, condition)),
      found.map((one) => one.replace(/ (\S+)$/, ` ${at}$1`).replace(/ (\S+ )$/, ` ${at}$1`)),
    ],
  ),
  ...others,
];
