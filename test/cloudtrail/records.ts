/** Records for the tests of this folder, in the form that CloudTrail writes. */
export const caller = 'arn:aws:iam::444455556666:user/dev';
export const roleArn = 'arn:aws:iam::111122223333:role/app/deploy';
export const refusal = `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;

type JsonObject = Record<string, unknown>;

export function deniedCall(changes: JsonObject = {}): JsonObject {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: caller,
      accountId: '444455556666',
      userName: 'dev',
    },
    eventTime: '2026-03-09T14:06:12Z',
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.17',
    userAgent: 'aws-cli/2.33.27',
    errorCode: 'AccessDenied',
    errorMessage: refusal,
    requestParameters: null,
    responseElements: null,
    requestID: '2db6a7b5-876c-4995-8258-e6f09d9ef934',
    eventID: '7bd5c2f0-2f9e-4f7f-9c54-6a8f0b7e4a11',
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '444455556666',
    eventCategory: 'Management',
    ...changes,
  };
}

export function iamCall(eventName: string, requestParameters: JsonObject | null, changes: JsonObject = {}): JsonObject {
  return {
    ...deniedCall(),
    eventSource: 'iam.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    errorCode: undefined,
    errorMessage: undefined,
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/admin', accountId: '111122223333' },
    recipientAccountId: '111122223333',
    requestParameters,
    readOnly: false,
    ...changes,
  };
}
