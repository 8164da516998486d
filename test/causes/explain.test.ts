/** Does explain name the cause of a denial, and never prove what the record or the policy does not show? */
import { expect, test } from 'vitest';
import { causeById, causes } from '../../src/causes/catalogue.ts';
import { answerLine } from '../../src/cli/commands/explain.ts';

const role = 'arn:aws:iam::111122223333:role/target';
const user = 'arn:aws:iam::444455556666:user/ana';
const event = (parameters: object | null, more: object = {}) => ({
  eventVersion: '1.08',
  eventID: 'e-1',
  eventTime: '2026-03-01T10:00:00Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '52.94.1.1',
  userAgent: 'aws-cli',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEEXAMPLE123',
    arn: user,
    accountId: '444455556666',
    userName: 'ana',
    accessKeyId: 'AKIAEXAMPLE',
  },
  errorCode: 'AccessDenied',
  errorMessage: `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
  requestParameters: parameters,
  responseElements: null,
  ...more,
});
const policy = (AWS: string, Condition?: object, Action = 'sts:AssumeRole') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action, ...(Condition ? { Condition } : {}) }],
});
const full = { roleArn: role, roleSessionName: 'work' };
const told = (line: object) =>
  answerLine({ id: '1', ...line }, false).causes.map(({ cause, confidence }) => `${cause} ${confidence}`);

test.each([
  ['wrong-account', policy('444455556667')],
  ['principal-too-narrow', policy('arn:aws:iam::444455556666:user/bob')],
  ['principal-path', policy('arn:aws:iam::444455556666:user/team/ana')],
  ['external-id-missing', policy(user, { StringEquals: { 'sts:ExternalId': 'acme-123456' } })],
  ['mfa-missing', policy(user, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
  ['source-ip', policy(user, { IpAddress: { 'aws:SourceIp': '203.0.112.0/24' } })],
  ['source-ip-private', policy(user, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })],
  [
    'principal-arn-condition',
    policy('444455556666', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:user/b*' } }),
  ],
  [
    'wildcard-in-equals',
    policy('444455556666', { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:user/*' } }),
  ],
  ['wrong-assume-action', policy(user, undefined, 'sts:AssumeRoleWithWebIdentity')],
])('%s is proved', (id, trust) => {
  expect(told({ event: event(full), policy: trust })).toEqual([`${id} proved`]);
});

test('under a key that does not exist what was meant may be missing as well', () => {
  const trust = policy(user, { StringEquals: { ExternalId: 'acme-123456' } });
  const misspelt = 'condition-key-misspelt proved';
  expect(told({ event: event(full), policy: trust })).toEqual([misspelt, 'external-id-missing proved']);
  expect(told({ event: event({ ...full, externalId: 'acme-123456' }), policy: trust })).toEqual([misspelt]);
});

test('two causes at once are both named', () => {
  const trust = policy('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-123456' } });
  expect(told({ event: event(full), policy: trust })).toEqual(['wrong-account proved', 'external-id-missing proved']);
});

test('what the record does not show is never proved', () => {
  const trust = policy(user, { StringEquals: { 'sts:ExternalId': 'acme-123456' } });
  expect(told({ event: event(null), policy: trust })).toEqual([
    'external-id-missing likely',
    'identity-policy-no-allow possible',
  ]);
  expect(told({ event: event(null) })).toEqual([]);
});

test('a policy that allows the call leaves no cause in the trust policy', () => {
  expect(told({ event: event(full), policy: policy(user) })).toEqual(['identity-policy-no-allow likely']);
});

test('a policy changed after the call proves nothing about it', () => {
  const line = { event: event(full), policy: policy('444455556667'), policyChangedAt: '2026-03-01T11:00:00Z' };
  expect(told(line)).toEqual(['wrong-account likely']);
});

test('the external ID does not show', () => {
  const trust = policy(user, { StringEquals: { 'sts:ExternalId': 'acme-123456' } });
  expect(JSON.stringify(answerLine({ event: event(full), policy: trust }, false))).not.toContain('acme-123456');
});

test('the message decides where it names the kind of policy or the duration', () => {
  const says = (errorCode: string, errorMessage: string) => told({ event: event(null, { errorCode, errorMessage }) });
  const base = `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${role}`;
  expect(says('AccessDenied', `${base} because no identity-based policy allows the sts:AssumeRole action`)).toEqual([
    'identity-policy-no-allow proved',
  ]);
  expect(says('AccessDenied', `${base} with an explicit deny in a service control policy`)).toEqual([
    'service-control-policy proved',
  ]);
  expect(
    says('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
  ).toEqual(['duration-exceeds-role-maximum proved']);
});

test('ids of the catalogue are unique and can be looked up', () => {
  expect(new Set(causes.map(({ id }) => id)).size).toBe(causes.length);
  expect(causes.every((cause) => causeById(cause.id) === cause)).toBe(true);
});
