/** Short ways to write the records and policies of the causes' examples. Hoisted functions: examples run while their module loads. */

/** The role that the examples call, and those who call it. */
export const role = 'arn:aws:iam::111122223333:role/target';
export const user = 'arn:aws:iam::444455556666:user/ana';
export const deployRole = 'arn:aws:iam::444455556666:role/ci/deploy';
export const deploySession = 'arn:aws:sts::444455556666:assumed-role/deploy/build-7';
export const githubProvider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
export const samlProvider = 'arn:aws:iam::111122223333:saml-provider/corp';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A denied AssumeRole of user ana of account 444455556666.
 * @param parameters beside role and session name; null: the record shows none, as records of denied calls mostly do.
 */
export function byUser(parameters: JsonObject | null = {}, changes: JsonObject = {}): JsonObject {
  return denied(
    {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLEUSERANA123',
      arn: user,
      accountId: '444455556666',
      userName: 'ana',
      accessKeyId: 'AKIAEXAMPLE',
    },
    user,
    parameters,
    changes,
  );
}

/** The same of a session of role ci/deploy of account 444455556666. */
export function byRole(parameters: JsonObject | null = {}, changes: JsonObject = {}): JsonObject {
  return denied(
    {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLEDEPLOY1234:build-7',
      arn: deploySession,
      accountId: '444455556666',
      accessKeyId: 'ASIAEXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLEDEPLOY1234',
          arn: deployRole,
          accountId: '444455556666',
          userName: 'deploy',
        },
        attributes: { creationDate: '2026-03-01T09:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    deploySession,
    parameters,
    changes,
  );
}

/** A denied AssumeRoleWithWebIdentity of a workflow of GitHub Actions. */
export function byGithub(subject: string, changes: JsonObject = {}): JsonObject {
  return {
    ...byUser({}),
    eventName: 'AssumeRoleWithWebIdentity',
    recipientAccountId: '111122223333',
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${githubProvider}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: githubProvider,
    },
    errorMessage: 'An unknown error occurred',
    requestParameters: { roleArn: role, roleSessionName: 'GitHubActions' },
    ...changes,
  };
}

/** A denied AssumeRoleWithSAML. */
export function bySaml(changes: JsonObject = {}): JsonObject {
  return {
    ...byUser({}),
    eventName: 'AssumeRoleWithSAML',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'SAMLUser', principalId: 'abcd=:ana', userName: 'ana', identityProvider: samlProvider },
    errorMessage: 'Not authorized to perform sts:AssumeRoleWithSAML',
    requestParameters: { roleArn: role, principalArn: samlProvider, roleSessionName: 'ana' },
    ...changes,
  };
}

/** A denied AssumeRole of an AWS service. */
export function byService(service: string, changes: JsonObject = {}): JsonObject {
  return {
    ...byUser({}),
    recipientAccountId: '111122223333',
    userIdentity: { type: 'AWSService', invokedBy: service },
    sourceIPAddress: service,
    userAgent: service,
    errorMessage: `Not authorized to perform sts:AssumeRole`,
    ...changes,
  };
}

/** The record of a call that AWS refused with another code than AccessDenied. */
export function failing(errorCode: string, errorMessage: string, changes: JsonObject = {}): JsonObject {
  return byUser(null, { errorCode, errorMessage, ...changes });
}

/** AWS's words for a refusal, with one of its endings. */
export function refusal(ending = '', caller = user, action = 'sts:AssumeRole'): string {
  return `User: ${caller} is not authorized to perform: ${action} on resource: ${role}${ending === '' ? '' : ` ${ending}`}`;
}

function denied(identity: JsonObject, caller: string, parameters: JsonObject | null, changes: JsonObject): JsonObject {
  return {
    eventVersion: '1.11',
    eventID: 'c0ffee00-0000-4000-8000-000000000001',
    eventTime: '2026-03-01T10:00:00Z',
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '52.94.1.1',
    userAgent: 'aws-cli/2.33.27',
    userIdentity: identity,
    errorCode: 'AccessDenied',
    errorMessage: refusal('', caller),
    requestParameters: parameters === null ? null : { roleArn: role, roleSessionName: 'work', ...parameters },
    responseElements: null,
    eventType: 'AwsApiCall',
    managementEvent: true,
    readOnly: true,
    recipientAccountId: '444455556666',
    ...changes,
  };
}

/** A trust policy of one Allow statement. */
export function trusting(
  principal: string | JsonObject,
  condition?: JsonObject,
  action: unknown = 'sts:AssumeRole',
): JsonObject {
  return policyOf(statement('Allow', principal, condition, action));
}

/** A trust policy of these statements. */
export function policyOf(...statements: readonly JsonObject[]): JsonObject {
  return { Version: '2012-10-17', Statement: statements };
}

/** One statement; a plain text is an AWS principal. */
export function statement(
  effect: 'Allow' | 'Deny',
  principal: string | JsonObject,
  condition?: JsonObject,
  action: unknown = 'sts:AssumeRole',
): JsonObject {
  return {
    Effect: effect,
    Principal: typeof principal === 'string' ? { AWS: principal } : principal,
    Action: action,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** A trust policy for GitHub Actions with this test of the subject. */
export function trustingGithub(subject: string, operator = 'StringEquals', audience = 'sts.amazonaws.com'): JsonObject {
  const key = 'token.actions.githubusercontent.com';
  const tests = { [`${key}:sub`]: subject };
  return trusting(
    { Federated: githubProvider },
    operator === 'StringEquals'
      ? { StringEquals: { [`${key}:aud`]: audience, ...tests } }
      : { StringEquals: { [`${key}:aud`]: audience }, [operator]: tests },
    'sts:AssumeRoleWithWebIdentity',
  );
}
