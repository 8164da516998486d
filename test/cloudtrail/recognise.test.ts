import { describe, expect, test } from 'vitest';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import { allRecognised, isOwnReaderRole, principalEventOf, recognise } from '../../src/cloudtrail/recognise.ts';
import type { Denial, TrustChange } from '../../src/cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { deniedCall, iamCall, refusal, roleArn } from './records.ts';

const bareArn = 'arn:aws:iam::111122223333:role/deploy';
const policy = '{"Version":"2012-10-17","Statement":[]}';

function record(value: object): CloudTrailRecord {
  const [first] = readEventValue(JSON.parse(JSON.stringify(value)), 'test').records;
  if (first === undefined) throw new Error('no record');
  return first;
}

function denial(value: object): Denial {
  const found = recognise(record(value));
  if (found?.kind !== 'denial') throw new Error('no denial');
  return found;
}

function change(value: object): TrustChange {
  const found = recognise(record(value));
  if (found?.kind !== 'trust-change') throw new Error('no trust change');
  return found;
}

describe('a denial', () => {
  test.for([
    ['from the request', { requestParameters: { roleArn, roleSessionName: 's' }, errorMessage: 'x' }, roleArn],
    [
      'from the resources',
      { resources: [{ ARN: roleArn, type: 'AWS::IAM::Role', accountId: '111122223333' }], errorMessage: 'x' },
      roleArn,
    ],
    ['from resources that are texts', { resources: [roleArn], errorMessage: 'x' }, roleArn],
    ['from the message', {}, roleArn],
    ['the request goes before the message', { requestParameters: { roleArn: bareArn } }, bareArn],
    [
      'a name only, in the account that recorded it',
      { errorMessage: refusal.replace(roleArn, 'role deploy') },
      'arn:aws:iam::444455556666:role/deploy',
    ],
    [
      'in another partition',
      { errorMessage: refusal.replaceAll('arn:aws:', 'arn:aws-cn:') },
      roleArn.replace('arn:aws:', 'arn:aws-cn:'),
    ],
    ['not a role', { errorMessage: refusal.replace(':role/', ':user/') }, undefined],
    ['an ARN that is none', { requestParameters: { roleArn: 'deploy' }, errorMessage: 'x' }, undefined],
    [
      'an account that is none',
      { requestParameters: { roleArn: 'arn:aws:iam::1:role/x' }, errorMessage: 'x' },
      undefined,
    ],
    ['nothing at all', { errorMessage: 'An unknown error occurred' }, undefined],
  ] as const)('the role: %s', ([, changes, expected]) => {
    const found = denial(deniedCall(changes));
    expect(found.role).toBe(expected);
    expect(found.roleAccount).toBe(expected?.split(':')[4]);
  });

  test.for(['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'])('%s with any error code', (eventName) => {
    for (const errorCode of [
      'AccessDenied',
      'ValidationError',
      'ExpiredTokenException',
      'IDPRejectedClaim',
      'NeverSeenBefore',
    ])
      expect(denial(deniedCall({ eventName, errorCode }))).toMatchObject({ call: `sts:${eventName}` });
  });

  test("a call that succeeded, and another service's AssumeRole, is none", () => {
    const success = { errorCode: undefined, errorMessage: undefined, responseElements: { credentials: {} } };
    expect(recognise(record(deniedCall(success)))).toBeUndefined();
    expect(recognise(record(deniedCall({ eventSource: 'example.amazonaws.com' })))).toBeUndefined();
    expect(recognise(record(deniedCall({ eventName: 'GetSessionToken' })))).toBeUndefined();
  });

  test('an error message without its code is a failed call too', () => {
    expect(denial(deniedCall({ errorCode: undefined })).role).toBe(roleArn);
  });

  test('a session name cannot say which role it was', () => {
    const session = 'arn:aws:sts::444455556666:assumed-role/x/on-resource';
    const found = denial(deniedCall({ errorMessage: `${refusal.replace(/User: \S+/, `User: ${session}`)}` }));
    expect(found).toMatchObject({ role: roleArn, message: { caller: session } });
  });

  test('a role name of the request that looks like the words of AWS does not name a policy', () => {
    const words = ' because no service control policy allows the sts:AssumeRole action';
    const changes = { requestParameters: { roleArn: `${roleArn}${words}` }, errorMessage: `${refusal}${words}` };
    expect(denial(deniedCall(changes)).message.because).toBeUndefined();
    expect(denial(deniedCall({ errorMessage: `${refusal}${words}` })).message.because?.policy).toBe('service-control');
  });

  test('of the own reader role', () => {
    expect(isOwnReaderRole(denial(deniedCall()), 'deploy')).toBe(true);
    expect(isOwnReaderRole(denial(deniedCall()), 'app/deploy')).toBe(false);
    expect(isOwnReaderRole(denial(deniedCall()), 'reader')).toBe(false);
  });
});

describe('a trust change', () => {
  test('UpdateAssumeRolePolicy names the role only by name', () => {
    expect(change(iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument: policy }))).toMatchObject({
      change: 'update-trust-policy',
      role: bareArn,
      roleName: 'deploy',
      pathKnown: false,
      account: '111122223333',
      succeeded: true,
      policyText: policy,
    });
  });

  test('the white space of the document is kept, URL-encoding is undone', () => {
    const spaced = `{\n  "Version": "2012-10-17",\n  "Statement": [ { "Sid": "100%25" } ]\n}`;
    for (const policyDocument of [spaced, encodeURIComponent(spaced)])
      expect(change(iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument })).policyText).toBe(spaced);
    const broken = '%7B%zz';
    expect(change(iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument: broken })).policyText).toBe(
      broken,
    );
  });

  test('CreateRole: ARN with its path, id and duration from the response, the document from either', () => {
    const role = { arn: roleArn, roleId: 'AROAEXAMPLE', assumeRolePolicyDocument: encodeURIComponent(policy) };
    const asked = { roleName: 'deploy', path: '/app/', assumeRolePolicyDocument: policy, maxSessionDuration: 7200 };
    expect(change(iamCall('CreateRole', asked, { responseElements: { role } }))).toMatchObject({
      change: 'create-role',
      role: roleArn,
      pathKnown: true,
      roleId: 'AROAEXAMPLE',
      maxSessionDuration: 7200,
      policyText: policy,
    });
    expect(change(iamCall('CreateRole', null, { responseElements: { role } }))).toMatchObject({
      role: roleArn,
      policyText: policy,
    });
    expect(change(iamCall('CreateRole', asked))).toMatchObject({ role: roleArn, pathKnown: true });
    const { path: _, ...withoutPath } = asked;
    expect(change(iamCall('CreateRole', withoutPath))).toMatchObject({ role: bareArn, pathKnown: true });
  });

  test('DeleteRole is also the end of a principal', () => {
    const deleted = record(iamCall('DeleteRole', { roleName: 'deploy' }));
    expect(allRecognised(deleted).map(({ kind }) => kind)).toEqual(['trust-change', 'principal-event']);
    expect(principalEventOf(deleted)).toMatchObject({
      what: 'deleted',
      principal: 'role',
      arn: bareArn,
      pathKnown: false,
    });
  });

  test('UpdateRole counts where it sets the duration', () => {
    expect(change(iamCall('UpdateRole', { roleName: 'deploy', maxSessionDuration: 43200 }))).toMatchObject({
      change: 'update-role',
      maxSessionDuration: 43200,
    });
    expect(recognise(record(iamCall('UpdateRole', { roleName: 'deploy', description: 'x' })))).toBeUndefined();
  });

  test.for(['MalformedPolicyDocumentException', 'MalformedPolicyDocument', 'NoSuchEntityException', 'AccessDenied'])(
    'that failed with %s changes nothing',
    (errorCode) => {
      const failure = { errorCode, errorMessage: 'x' };
      expect(
        change(iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument: '{' }, failure)),
      ).toMatchObject({
        succeeded: false,
        role: bareArn,
        policyText: '{',
      });
      expect(allRecognised(record(iamCall('DeleteRole', { roleName: 'deploy' }, failure)))).toHaveLength(1);
    },
  );

  test('without parameters the message tells the role', () => {
    const errorMessage =
      'User: arn:aws:iam::111122223333:user/dev is not authorized to perform: iam:UpdateAssumeRolePolicy on resource: role deploy because no identity-based policy allows the iam:UpdateAssumeRolePolicy action';
    const failure = { errorCode: 'AccessDenied', errorMessage };
    expect(change(iamCall('UpdateAssumeRolePolicy', null, failure))).toMatchObject({ role: bareArn, pathKnown: false });
    expect(change(iamCall('UpdateAssumeRolePolicy', null)).role).toBeUndefined();
  });

  test('a name that IAM would not take makes no ARN', () => {
    expect(
      change(iamCall('UpdateAssumeRolePolicy', { roleName: 'x:root y', policyDocument: '{}' })).role,
    ).toBeUndefined();
  });
});

test('a change without its parameters is of the one role of its account that the resources name', () => {
  const own = { ARN: 'arn:aws:iam::111122223333:role/app/deploy', type: 'AWS::IAM::Role' };
  const other = { ARN: 'arn:aws:iam::111122223333:role/other', type: 'AWS::IAM::Role' };
  const foreign = { ARN: 'arn:aws:iam::444455556666:role/deploy', type: 'AWS::IAM::Role' };
  const of = (...resources: readonly object[]) => change(iamCall('UpdateAssumeRolePolicy', null, { resources }));
  expect(of(own)).toMatchObject({ role: own.ARN, roleName: 'deploy', pathKnown: true, succeeded: true });
  expect(of(own, own).role).toBe(own.ARN);
  expect(of(own)).not.toHaveProperty('policyText');
  for (const resources of [[own, other], [foreign], []]) expect(of(...resources).role).toBeUndefined();
});

describe('an event of a principal', () => {
  const provider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
  test.for([
    ['DeleteUser', { userName: 'dev' }, null, 'user', 'deleted', 'arn:aws:iam::111122223333:user/dev'],
    [
      'CreateUser',
      { userName: 'dev' },
      { user: { arn: 'arn:aws:iam::111122223333:user/a/dev', userId: 'AIDAX' } },
      'user',
      'created',
      'arn:aws:iam::111122223333:user/a/dev',
    ],
    [
      'CreateOpenIDConnectProvider',
      { url: 'https://token.actions.githubusercontent.com' },
      null,
      'oidc-provider',
      'created',
      provider,
    ],
    [
      'CreateOpenIDConnectProvider',
      { url: 'x' },
      { openIDConnectProviderArn: provider },
      'oidc-provider',
      'created',
      provider,
    ],
    ['DeleteOpenIDConnectProvider', { openIDConnectProviderArn: provider }, null, 'oidc-provider', 'deleted', provider],
    [
      'RemoveClientIDFromOpenIDConnectProvider',
      { openIDConnectProviderArn: provider },
      null,
      'oidc-provider',
      'changed',
      provider,
    ],
    [
      'UpdateSAMLProvider',
      { sAMLProviderArn: 'arn:aws:iam::111122223333:saml-provider/idp' },
      null,
      'saml-provider',
      'changed',
      'arn:aws:iam::111122223333:saml-provider/idp',
    ],
    [
      'CreateSAMLProvider',
      { name: 'idp' },
      null,
      'saml-provider',
      'created',
      'arn:aws:iam::111122223333:saml-provider/idp',
    ],
  ] as const)('%s', ([name, request, response, principal, what, arn]) => {
    const found = recognise(record(iamCall(name, request, { responseElements: response })));
    expect(found).toMatchObject({ kind: 'principal-event', principal, what, arn });
    expect(recognise(record(iamCall(name, request, { errorCode: 'AccessDenied' })))).toBeUndefined();
  });
});

describe("a change on the caller's side", () => {
  const user = 'arn:aws:iam::111122223333:user/dev';
  test.for([
    [
      'iam',
      'DetachUserPolicy',
      { userName: 'dev', policyArn: 'arn:aws:iam::aws:policy/X' },
      null,
      'identity-policy',
      user,
    ],
    ['iam', 'PutRolePolicy', { roleName: 'deploy', policyName: 'x' }, null, 'identity-policy', bareArn],
    [
      'iam',
      'CreatePolicyVersion',
      { policyArn: 'arn:aws:iam::111122223333:policy/x', setAsDefault: true },
      null,
      'identity-policy',
      'arn:aws:iam::111122223333:policy/x',
    ],
    ['iam', 'PutUserPermissionsBoundary', { userName: 'dev' }, null, 'permissions-boundary', user],
    ['iam', 'UntagRole', { roleName: 'deploy', tagKeys: ['a'] }, null, 'tags', bareArn],
    [
      'organizations',
      'AttachPolicy',
      { policyId: 'p-12345678', targetId: '444455556666' },
      null,
      'organization-policy',
      '444455556666',
    ],
    [
      'organizations',
      'UpdatePolicy',
      { policyId: 'p-12345678' },
      { policy: { policySummary: { type: 'SERVICE_CONTROL_POLICY' } } },
      'service-control-policy',
      'p-12345678',
    ],
    [
      'organizations',
      'EnablePolicyType',
      { rootId: 'r-1', policyType: 'RESOURCE_CONTROL_POLICY' },
      null,
      'resource-control-policy',
      'r-1',
    ],
  ] as const)('%s %s', ([service, name, request, response, what, target]) => {
    const value = iamCall(name, request, { eventSource: `${service}.amazonaws.com`, responseElements: response });
    expect(recognise(record(value))).toMatchObject({ kind: 'caller-side-change', what, target });
    expect(recognise(record({ ...value, errorCode: 'AccessDenied' }))).toBeUndefined();
  });

  test.for([
    // What anybody has cannot be deleted, and a version that is not the default one allows nothing.
    ['iam', 'DeletePolicy', { policyArn: 'arn:aws:iam::111122223333:policy/x' }],
    ['iam', 'DeletePolicyVersion', { policyArn: 'arn:aws:iam::111122223333:policy/x', versionId: 'v1' }],
    ['iam', 'DeleteGroup', { groupName: 'x' }],
    ['iam', 'CreatePolicyVersion', { policyArn: 'arn:aws:iam::111122223333:policy/x', setAsDefault: false }],
    ['organizations', 'DeletePolicy', { policyId: 'p-12345678' }],
  ] as const)('%s %s changes what nobody may do', ([service, name, parameters]) => {
    const value = iamCall(name, parameters, { eventSource: `${service}.amazonaws.com` });
    expect(recognise(record(value))).toBeUndefined();
  });

  test('a policy of the organization that decides no access is none', () => {
    const value = iamCall(
      'UpdatePolicy',
      { policyId: 'p-1' },
      {
        eventSource: 'organizations.amazonaws.com',
        responseElements: { policy: { policySummary: { type: 'TAG_POLICY' } } },
      },
    );
    expect(recognise(record(value))).toBeUndefined();
  });
});
