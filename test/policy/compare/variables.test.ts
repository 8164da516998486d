/** Where a policy compares two keys of a request, is somebody found who gains, and is nobody told of who does not? */
import { expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { decisionOn } from '../../../src/policy/compare/witness.ts';
import { prepare } from '../../../src/policy/evaluate/evaluate.ts';
import { allow, type Condition, deny, home, other, policy } from './policies.ts';

const team = 'aws:PrincipalTag/team';
const nobody = allow(other, { StringEquals: { ExternalId: 'x' } });
const user = `arn:aws:iam::${other}:user/ann`;
const service = { Service: 's3.amazonaws.com' };
const on = (operator: string, key: string, value: string): Condition => ({ [operator]: { [key]: value } });
const byName = on('StringEquals', team, '${aws:username}');
const byTag = on('StringEquals', 'sts:RoleSessionName', '${aws:PrincipalTag/team}');

test.each<[string, object[], Readonly<Record<string, string>>]>([
  ["a tag that is the user's name", [allow(other, byName)], { [team]: 'x' }],
  ['the name of one user', [allow(user, byName)], { [team]: 'ann' }],
  ['a session named by a tag', [allow(other, byTag)], { 'sts:RoleSessionName': 'x', [team]: 'x' }],
  [
    'a tag of the role',
    [allow(other, on('StringEquals', team, '${aws:ResourceTag/team}'))],
    { [team]: 'x', 'aws:ResourceTag/team': 'x' },
  ],
  [
    'the beginning of a session name',
    [allow(other, on('StringLike', 'sts:RoleSessionName', '${aws:username}-??*'))],
    { 'sts:RoleSessionName': 'x-xx' },
  ],
  [
    'two variables in one value',
    [allow(other, on('StringEquals', team, '${aws:username}/${aws:PrincipalTag/unit}'))],
    { [team]: 'x/x', 'aws:PrincipalTag/unit': 'x' },
  ],
  [
    'a variable whose value is no pattern',
    [allow(other, on('StringLike', team, '${aws:PrincipalTag/unit}*'))],
    { [team]: 'x', 'aws:PrincipalTag/unit': 'x' },
  ],
  [
    'the account of the role',
    [allow('*', on('StringEquals', 'aws:PrincipalAccount', '${aws:ResourceAccount}'))],
    { 'aws:ResourceAccount': '999999999999' },
  ],
  [
    'the organization of the role',
    [allow('*', on('StringEquals', 'aws:PrincipalOrgID', '${aws:ResourceOrgID}'))],
    { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz', 'aws:ResourceOrgID': 'o-zzzzzzzzzz' },
  ],
  [
    'the account that a service acts for',
    [allow(service, on('StringEquals', 'aws:SourceAccount', '${aws:ResourceAccount}'))],
    { 'aws:SourceAccount': '999999999999', 'aws:ResourceAccount': '999999999999' },
  ],
  [
    'an ARN with a variable',
    [allow(other, on('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/${aws:username}'))],
    {},
  ],
  [
    'a session by its unique id',
    [allow(other, on('StringLike', 'aws:userid', '*:${sts:RoleSessionName}'))],
    { 'aws:userid': 'AROAEXAMPLEANYBODY00:session', 'sts:RoleSessionName': 'session' },
  ],
  [
    'two clauses with variables',
    [allow(other, { StringEquals: { [team]: '${aws:username}', 'sts:RoleSessionName': '${aws:username}' } })],
    { [team]: 'x', 'sts:RoleSessionName': 'x' },
  ],
  [
    'a variable beside what is asked of its key',
    [allow(other, { StringEquals: { 'sts:RoleSessionName': '${aws:PrincipalTag/team}', [team]: 'red' } })],
    { 'sts:RoleSessionName': 'red', [team]: 'red' },
  ],
  [
    'a default where the key is not there',
    [
      allow(other, on('StringEquals', team, "${aws:PrincipalTag/unit, 'all'}")),
      deny('*', { Null: { 'aws:PrincipalTag/unit': 'false' } }),
    ],
    { [team]: 'all' },
  ],
  [
    'a user by a tag',
    [allow(user, on('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/${aws:PrincipalTag/team}'))],
    { [team]: 'ann' },
  ],
  [
    'an account by a tag',
    [allow(other, on('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::${aws:PrincipalTag/team}:user/*'))],
    { [team]: other },
  ],
  [
    'its account by a tag',
    [allow(other, on('StringEquals', 'aws:PrincipalAccount', '${aws:PrincipalTag/team}'))],
    { [team]: other },
  ],
  [
    'its name by a tag',
    [allow(user, on('StringEquals', 'aws:username', '${aws:PrincipalTag/team}'))],
    { [team]: 'ann' },
  ],
  [
    'a session named by the unique id',
    [allow(user, on('StringEquals', team, '${aws:userid}'))],
    { [team]: 'AIDAEXAMPLEANYBODY00' },
  ],
  [
    'a unique id by a tag',
    [allow(user, on('StringEquals', 'aws:userid', '${aws:PrincipalTag/team}'))],
    { [team]: 'AIDAEXAMPLEANYBODY00' },
  ],
])('%s', (_, now, wanted) => {
  const { gained, verdict } = compare(policy(nobody), policy(...now));
  expect(verdict).toBe('broader');
  expect(gained).toHaveLength(1);
  const [first] = gained;
  const { context = {} } = first?.witness ?? {};
  for (const [key, value] of Object.entries(wanted)) expect(context[key], key).toEqual([value]);
  // What follows from the caller is left as it is.
  expect(Object.keys(context).map((key) => key.toLowerCase())).not.toContain('aws:username');
  // Nothing is told of a request that another value would do for.
  for (const key of Object.keys(wanted)) {
    if (first === undefined || key === 'aws:userid' || key === 'aws:ResourceAccount') continue;
    const changed = { ...first.witness, context: { ...context, [key]: ['another.value'] } };
    expect(decisionOn(prepare(policy(...now)), changed), key).toBe('implicit-deny');
  }
});

test.each<[string, object[], object[], string]>([
  ['a variable asked for no more', [allow(other, byName)], [allow(other)], 'broader'],
  [
    'a variable denied',
    [allow(other)],
    [allow(other), deny('*', on('StringNotEquals', team, '${aws:username}'))],
    'narrower',
  ],
  [
    'what is asked for, and what else is denied',
    [allow(other, byName)],
    [allow(other), deny('*', on('StringNotEquals', team, '${aws:username}'))],
    'equivalent',
  ],
  ['a variable that no such caller has', [allow(`arn:aws:iam::${other}:role/r`, byName)], [nobody], 'equivalent'],
  ['a name that is settled', [allow(user, byName)], [allow(user, on('StringEquals', team, 'ann'))], 'equivalent'],
  [
    'a star written as a variable is a plain one',
    [allow(other, byName)],
    [allow(other, on('StringEquals', team, '${*}'))],
    'incomparable',
  ],
  [
    'one key compared with another, and with a third',
    [allow(other, byTag)],
    [allow(other, on('StringEquals', 'sts:RoleSessionName', '${aws:PrincipalTag/unit}'))],
    'incomparable',
  ],
  [
    'a list and one of it',
    [allow(other, { StringEquals: { [team]: ['${aws:username}', 'red'] } })],
    [allow(other, byName)],
    'narrower',
  ],
  [
    'one account and that of the role',
    [allow(home)],
    [allow('*', on('StringEquals', 'aws:PrincipalAccount', '${aws:ResourceAccount}'))],
    'equivalent',
  ],
])('%s', (_, old, now, verdict) => {
  expect(compare(policy(...old), policy(...now), { role: `arn:aws:iam::${home}:role/x` }).verdict).toBe(verdict);
});
