/** Changes at the edges of types and wordings: on a threshold, in a gap, of two types, by an exception, in an order. */
import { allow, deny, github, home, other } from './policies.ts';

export interface ChangeCase {
  readonly name: string;
  readonly old: readonly object[];
  readonly now: readonly object[];
  readonly verdict: string;
  readonly gained?: readonly string[];
  readonly lost?: readonly string[];
  readonly direct?: readonly string[];
}

const third = '777788889999';
const age = 'aws:MultiFactorAuthAge';
const time = 'aws:CurrentTime';
const sub = 'token.actions.githubusercontent.com:sub';
const anyOf = `any principal of account ${other}`;
const ids = { StringEquals: { 'sts:ExternalId': 'a' } };
const tags = ['sts:AssumeRole', 'sts:TagSession'];
const fewRoles = ['role/ci', 'user/ops/ann'].map((name) => `arn:aws:iam::${other}:${name}`);

/** A Deny for all but those listed, which is not what `Principal` can say. */
const denyOthers = (...listed: readonly string[]) => ({
  Effect: 'Deny',
  NotPrincipal: { AWS: listed },
  Action: 'sts:AssumeRole',
});
const added = (condition: Parameters<typeof allow>[1], action?: readonly string[]) => ({
  old: [allow(home)],
  now: [allow(home), allow(other, condition, action)],
});

export const edgeCases: readonly ChangeCase[] = [
  {
    name: 'a number on its threshold, which is zero',
    ...added({ NumericEquals: { [age]: '0' } }),
    verdict: 'broader',
    gained: [`${anyOf}, with \`${age}\` 0`],
  },
  { name: 'a number below zero', ...added({ NumericLessThan: { [age]: '0' } }), verdict: 'equivalent' },
  {
    name: 'a number in a gap that comes after a wider one',
    ...added({
      NumericGreaterThan: { [age]: '5' },
      NumericNotEquals: { [age]: '100' },
      NumericLessThan: { [age]: '7' },
    }),
    verdict: 'broader',
    gained: [
      `${anyOf}, with \`${age}\` greater than 5, with \`${age}\` other than 100, with MFA at most 7 seconds old`,
    ],
  },
  {
    name: 'a number between two that follow each other',
    ...added({ NumericGreaterThan: { [age]: '5' }, NumericLessThan: { [age]: '6' } }),
    verdict: 'broader',
    gained: [`${anyOf}, with \`${age}\` greater than 5, with MFA at most 6 seconds old`],
  },
  {
    name: 'a time between two seconds',
    ...added({
      DateGreaterThan: { [time]: '2026-01-01T00:00:00Z' },
      DateLessThan: { [time]: '2026-01-01T00:00:01Z' },
    }),
    verdict: 'broader',
    gained: [`${anyOf}, from 2026-01-01T00:00:00Z on, until 2026-01-01T00:00:01Z`],
  },
  {
    name: 'a time between two milliseconds',
    ...added({
      DateGreaterThan: { [time]: '2026-01-01T00:00:00.001Z' },
      DateLessThan: { [time]: '2026-01-01T00:00:00.002Z' },
    }),
    verdict: 'broader',
    gained: [`${anyOf}, from 2026-01-01T00:00:00.001Z on, until 2026-01-01T00:00:00.002Z`],
  },
  {
    name: 'a time after and before the same instant',
    ...added({
      DateGreaterThan: { [time]: '2026-01-01T00:00:00Z' },
      DateLessThan: { [time]: '2026-01-01T00:00:00Z' },
    }),
    verdict: 'equivalent',
  },
  {
    name: 'a range of addresses and a pattern of their text',
    ...added({ StringLike: { 'aws:SourceIp': '203.0.113.*' }, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
    verdict: 'broader',
    gained: [`${anyOf}, from \`203.0.113.*\`, from 203.0.113.0/24`],
  },
  {
    name: 'an address that is not in the range',
    ...added({ StringEquals: { 'aws:SourceIp': '198.51.100.1' }, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
    verdict: 'equivalent',
  },
  {
    name: 'a number by its text, and by its size',
    ...added({ StringEquals: { [age]: ['5', '07'] }, NumericGreaterThan: { [age]: '6' } }),
    verdict: 'broader',
    gained: [`${anyOf}, with \`${age}\` \`07\`, with \`${age}\` greater than 6`],
  },
  {
    name: 'a key of which AWS does not say whether it comes, asked to be absent',
    ...added({ Null: { 'aws:VpceAccount': 'true' } }),
    verdict: 'broader',
    gained: [`${anyOf}, without \`aws:VpceAccount\``],
  },
  {
    name: 'some tag of two, and none but those of a pattern',
    ...added(
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] }, 'ForAllValues:StringLike': { 'aws:TagKeys': 'a*' } },
      tags,
    ),
    verdict: 'broader',
    gained: [`${anyOf}, with \`aws:TagKeys\` \`a\`, with \`aws:TagKeys\` only \`a*\``],
  },
  {
    name: 'some other tag, and none but the one',
    ...added(
      { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': 'a' }, 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
      tags,
    ),
    verdict: 'equivalent',
  },
  {
    name: 'a key of several values without a set operator',
    ...added({ StringEquals: { 'aws:TagKeys': 'a' } }, tags),
    verdict: 'equivalent',
  },
  {
    name: 'a tag of the principal and one of the session',
    ...added({ StringEquals: { 'aws:PrincipalTag/team': 'red', 'aws:RequestTag/cost': 'x' } }),
    verdict: 'broader',
    gained: [`${anyOf}, with tag \`team\` \`red\`, passing session tag \`cost\` \`x\``],
  },
  {
    name: 'those of an account whose ARNs are given',
    ...added({ ArnEquals: { 'aws:PrincipalArn': fewRoles } }),
    verdict: 'broader',
    gained: [`user \`ops/ann\` of account ${other}`, `role \`ci\` of account ${other}`],
  },
  {
    name: 'a user and a role of everyone, by their ARNs',
    old: [allow(home)],
    now: [allow(home), allow('*', { ArnEquals: { 'aws:PrincipalArn': fewRoles } })],
    verdict: 'broader',
    gained: [`user \`ops/ann\` of account ${other}`, `role \`ci\` of account ${other}`],
  },
  {
    name: 'a user by ARN, where the role stood alone',
    old: [allow('*', { ArnEquals: { 'aws:PrincipalArn': fewRoles.slice(0, 1) } })],
    now: [allow('*', { ArnEquals: { 'aws:PrincipalArn': fewRoles } })],
    verdict: 'broader',
    gained: [`user \`ops/ann\` of account ${other}`],
  },
  {
    name: 'those of an account whose ARNs are alike',
    ...added({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${other}:role/ci*` } }),
    verdict: 'broader',
    gained: [`${anyOf}, with principal ARN \`arn:aws:iam::${other}:role/ci*\``],
  },
  {
    name: 'MFA or no MFA, where it is reported',
    ...added({ Bool: { 'aws:MultiFactorAuthPresent': ['true', 'false'] } }),
    verdict: 'broader',
    gained: [`${anyOf}, with or without MFA, where it is reported`],
  },
  {
    name: 'MFA, no MFA, or none reported',
    ...added({ BoolIfExists: { 'aws:MultiFactorAuthPresent': ['true', 'false'] } }),
    verdict: 'broader',
    gained: [`${anyOf}, with or without MFA`],
  },
  {
    name: 'another account before the own one',
    old: [allow(third)],
    now: [allow(third), allow(home, ids), allow(other, ids)],
    verdict: 'broader',
    gained: [`${anyOf}, with external ID \`a\``, `any principal of account ${home}, with external ID \`a\``],
  },
  {
    name: 'a Deny for somebody else',
    old: [allow(home), deny(third, { StringEquals: { 'aws:PrincipalTag/x': '1' } })],
    now: [allow([home, other])],
    verdict: 'broader',
    gained: [anyOf],
  },
  {
    name: 'one Deny less, and another as before',
    old: [
      allow(other),
      deny('*', { StringEquals: { 'aws:PrincipalTag/x': '1' } }),
      deny('*', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
    ],
    now: [allow(other), deny('*', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })],
    verdict: 'broader',
    gained: [`${anyOf}, with tag \`x\` \`1\`, from anywhere but 203.0.113.0/24`],
  },
  {
    name: 'an account where one of its sessions was',
    old: [allow(`arn:aws:sts::${other}:assumed-role/deploy/ci`)],
    now: [allow(other)],
    verdict: 'broader',
    gained: [`${anyOf}, other than session \`ci\` of role \`deploy\``],
  },
  {
    name: 'an account where five of its users were',
    old: [allow(['a', 'b', 'c', 'd', 'e'].map((name) => `arn:aws:iam::${other}:user/${name}`))],
    now: [allow(other)],
    verdict: 'broader',
    gained: [`${anyOf}, other than user \`a\`, user \`b\`, user \`c\` and 2 more`],
  },
  {
    name: 'a role where a session of another was',
    old: [allow(`arn:aws:sts::${other}:assumed-role/x/ci`)],
    now: [allow(`arn:aws:iam::${other}:role/deploy`)],
    verdict: 'incomparable',
    gained: [`role \`deploy\` of account ${other}`],
    lost: [`session \`ci\` of role \`x\` of account ${other}`],
  },
  {
    name: 'all but those of an account where that account was',
    old: [allow(third)],
    now: [{ Effect: 'Allow', NotPrincipal: { AWS: third }, Action: 'sts:AssumeRole' }],
    verdict: 'incomparable',
    gained: ['everyone who is not listed under NotPrincipal'],
    lost: [`any principal of account ${third}`],
    direct: [],
  },
  {
    name: 'all denied but a user, account and entity listed',
    old: [allow(`arn:aws:iam::${other}:user/ann`)],
    now: [allow('*'), denyOthers(other, `arn:aws:iam::${other}:user/ann`)],
    verdict: 'equivalent',
  },
  {
    name: 'all denied but a session, listed in full',
    old: [allow(`arn:aws:sts::${other}:assumed-role/deploy/ci`)],
    now: [
      allow(`arn:aws:iam::${other}:role/deploy`),
      denyOthers(other, `arn:aws:iam::${other}:role/deploy`, `arn:aws:sts::${other}:assumed-role/deploy/ci`),
    ],
    verdict: 'equivalent',
  },
  {
    name: 'a user whose path, and not whose name, is like the names',
    old: [allow(other, { StringLike: { 'aws:username': 'a*' } })],
    now: [allow(`arn:aws:iam::${other}:user/a/b`)],
    verdict: 'incomparable',
    gained: [`user \`a/b\` of account ${other}`],
    lost: [`${anyOf}, with user name \`a*\``],
  },
  {
    name: 'an account, and in the same breath a user and a role of it',
    old: [allow(home)],
    now: [
      allow([home, other, `arn:aws:iam::${other}:user/ann`]),
      allow(`arn:aws:iam::${other}:role/ci`),
      allow(`arn:aws:iam::${third}:role/ci`),
    ],
    verdict: 'broader',
    gained: [anyOf, `role \`ci\` of account ${third}`],
  },
  ...[
    ['repo:acme/app:ref:refs/tags/v1', 'repository `acme/app`, tag `v1`'],
    ['repo:acme/app:ref:refs/tags/*', 'repository `acme/app`, any tag'],
    ['repo:acme/app:ref:refs/heads/main', 'repository `acme/app`, branch `main`'],
    ['repo:acme/app:ref:refs/heads/*', 'repository `acme/app`, any branch'],
    ['repo:acme/app:environment:prod', 'repository `acme/app`, environment `prod`'],
    ['repo:acme/app:environment:*', 'repository `acme/app`, any environment'],
    ['repo:acme/app:pull_request', 'repository `acme/app`, in pull requests'],
    ['repo:acme/app:*', 'repository `acme/app`, any branch, pull requests included'],
    ['repo:acme/a*:ref:refs/heads/main', 'repositories `acme/a*`, branch `main`'],
    ['repo:acme/*', 'organization `acme`, any branch, pull requests included'],
    ['repo:acme/app:other', 'repository `acme/app`, where the subject goes on `other`'],
  ].map(
    ([subject = '', told = '']): ChangeCase => ({
      name: `the workflows of ${subject}`,
      old: [allow(home)],
      now: [allow(home), allow({ Federated: github }, { StringLike: { [sub]: subject } })],
      verdict: 'broader',
      gained: [`any GitHub Actions workflow of ${told}`],
    }),
  ),
  {
    name: 'the workflows of four subjects',
    old: [allow(home)],
    now: [
      allow(home),
      allow(
        { Federated: github },
        { StringLike: { [sub]: ['1', '2', '3', '4'].map((name) => `repo:acme/${name}:*`) } },
      ),
    ],
    verdict: 'broader',
    gained: [
      'any GitHub Actions workflow, with subject `repo:acme/1:*`, `repo:acme/2:*`, `repo:acme/3:*` or `repo:acme/4:*`',
    ],
  },
  {
    name: 'all denied but an account, of which then nobody is listed in full',
    old: [deny(home)],
    now: [allow(other), denyOthers(other)],
    verdict: 'equivalent',
  },
];
