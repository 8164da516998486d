/** Which messages are put aside at once, with which reason? */
import { expect, test } from 'vitest';
import { readMessage } from '../../functions/message.ts';

const event = (detail: object, more: object = {}) =>
  JSON.stringify({
    version: '0',
    id: 'e1',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.iam',
    account: '111122223333',
    time: '2026-03-09T14:02:18Z',
    region: 'us-east-1',
    resources: [],
    detail: {
      eventVersion: '1.11',
      eventID: 'f9cd6d97-20c7-4b2e-9331-703051cc9315',
      eventTime: '2026-03-09T14:02:18Z',
      eventSource: 'iam.amazonaws.com',
      eventName: 'UpdateAssumeRolePolicy',
      awsRegion: 'us-east-1',
      recipientAccountId: '111122223333',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ann', accountId: '111122223333' },
      requestParameters: { roleName: 'deploy', policyDocument: '{}' },
      ...detail,
    },
    ...more,
  });

test('a change that names its role is read', () => {
  expect(readMessage(event({})).eventName).toBe('UpdateAssumeRolePolicy');
});

test.for([
  ['no JSON', '{', 'not JSON'],
  ['a forged event', event({}, { source: 'my.app' }), 'none of the rules asks'],
  [
    'a change whose record does not name the role',
    event({ requestParameters: null }),
    'a change of a trust policy whose record does not name the role',
  ],
])('%s is put aside with its reason', ([, body = '', reason = '']) => {
  expect(() => readMessage(body)).toThrow(reason);
});

test('a failed change without a role is no matter for anybody', () => {
  expect(readMessage(event({ requestParameters: null, errorCode: 'AccessDenied' })).errorCode).toBe('AccessDenied');
});
