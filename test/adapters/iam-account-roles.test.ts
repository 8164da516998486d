import { GetAccountAuthorizationDetailsCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { iamAccountRoles } from '../../src/adapters/iam-account-roles.ts';

const client = new IAMClient({ region: 'us-east-1' });
const iam = mockClient(client);
beforeEach(() => iam.reset());
const readers = iamAccountRoles({ iam: (account) => (account === '111122223333' ? client : undefined) }, () => 42);
const policy = '{"Version":"2012-10-17","Statement":[]}';
const role = (name: string) => ({
  RoleName: name,
  RoleId: `AROA${name}`,
  Arn: `arn:aws:iam::111122223333:role/path/${name}`,
  CreateDate: new Date('2026-01-02T03:04:05Z'),
  AssumeRolePolicyDocument: encodeURIComponent(policy),
});

test('all pages are read, roles alone are asked for, and policies are decoded', async () => {
  iam
    .on(GetAccountAuthorizationDetailsCommand)
    .resolvesOnce({ RoleDetailList: [role('a')], IsTruncated: true, Marker: 'next' })
    .resolvesOnce({ RoleDetailList: [role('b'), { RoleName: 'no-document' }], IsTruncated: false });
  expect(await readers.rolesOf('111122223333')).toEqual({
    answer: 'roles',
    readAt: 42,
    roles: ['a', 'b'].map((name) => ({
      arn: `arn:aws:iam::111122223333:role/path/${name}`,
      policyText: policy,
      roleId: `AROA${name}`,
      createDate: '2026-01-02T03:04:05.000Z',
    })),
  });
  const inputs = iam.commandCalls(GetAccountAuthorizationDetailsCommand).map(({ args }) => args[0].input);
  expect(inputs).toMatchObject([{ Filter: ['Role'] }, { Filter: ['Role'], Marker: 'next' }]);
});

test('how long a session may last is asked beside them, and only that is missing where it is not answered', async () => {
  iam
    .on(GetAccountAuthorizationDetailsCommand)
    .resolves({ RoleDetailList: [role('a'), role('b')], IsTruncated: false });
  const listed = (name: string, MaxSessionDuration: number) => ({
    ...role(name),
    Path: '/path/',
    AssumeRolePolicyDocument: undefined,
    MaxSessionDuration,
  });
  iam
    .on(ListRolesCommand)
    .resolvesOnce({ Roles: [listed('a', 3_600)], IsTruncated: true, Marker: 'next' })
    .resolvesOnce({ Roles: [listed('b', 43_200)], IsTruncated: false })
    .rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  const durations = async () => {
    const answer = await readers.rolesOf('111122223333');
    return answer.answer === 'roles' ? answer.roles.map((one) => one.maxSessionDuration) : answer.because;
  };
  expect(await durations()).toEqual([3_600, 43_200]);
  expect(await durations()).toEqual([undefined, undefined]);
});

test('where one page fails nothing is taken for all there is', async () => {
  iam
    .on(GetAccountAuthorizationDetailsCommand)
    .resolvesOnce({ RoleDetailList: [role('a')], IsTruncated: true, Marker: 'next' })
    .rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  expect(await readers.rolesOf('111122223333')).toEqual({
    answer: 'unknown',
    because: 'GetAccountAuthorizationDetails was not answered (AccessDenied)',
  });
});

test('an account that nothing leads into is unknown', async () => {
  expect(await readers.rolesOf('444455556666')).toMatchObject({ answer: 'unknown' });
});
