/** Did IAM refuse a trust policy as malformed? */
import { defineCause } from './cause.ts';
import { byUser, policyOf, statement, trusting, user } from './example-cases.ts';

const changing = (document: unknown, changes: object = {}) => ({
  ...byUser({}),
  eventSource: 'iam.amazonaws.com',
  eventName: 'UpdateAssumeRolePolicy',
  errorCode: 'MalformedPolicyDocumentException',
  errorMessage: 'Syntax errors in policy.',
  requestParameters: {
    roleName: 'target',
    policyDocument: typeof document === 'string' ? document : JSON.stringify(document),
  },
  ...changes,
});

export const malformedTrustPolicy = defineCause({
  id: 'malformed-trust-policy',
  title: 'IAM refused the trust policy as malformed; nothing was changed',
  side: 'role',
  who: 'owner',
  means: 'A document that IAM cannot take is refused as a whole: the trust policy that was in force before still is.',
  toldApart:
    'UpdateAssumeRolePolicy or CreateRole failed with MalformedPolicyDocument. What is malformed is found in the document of the event, with its place; where it is plain what was meant, the corrected document is given.',
  fix: 'Correct the document and save it again.',
  isIt: [
    {
      name: 'a trailing comma',
      event: changing(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole",}]}',
      ),
      confidence: 'proved',
    },
    {
      name: 'a Resource',
      event: changing(
        { Version: '2012-10-17', Statement: [{ ...statement('Allow', user), Resource: '*' }] },
        { errorMessage: 'Has prohibited field Resource' },
      ),
      confidence: 'proved',
      says: 'Resource',
    },
    {
      name: 'a role that is created',
      event: changing(
        {},
        {
          eventName: 'CreateRole',
          requestParameters: {
            roleName: 'target',
            assumeRolePolicyDocument: JSON.stringify({ ...policyOf(statement('Allow', user)), Version: '2012-10-18' }),
          },
        },
      ),
      confidence: 'proved',
    },
    {
      name: 'a principal that does not exist',
      event: changing(trusting('arn:aws:iam::444455556666:role/gone'), {
        errorCode: 'MalformedPolicyDocument',
        errorMessage: 'Invalid principal in policy: "AWS":"arn:aws:iam::444455556666:role/gone"',
      }),
      confidence: 'proved',
      says: 'gone',
    },
  ],
  isNot: [
    {
      name: 'another error',
      event: changing(trusting(user), {
        errorCode: 'NoSuchEntityException',
        errorMessage: 'The role with name target cannot be found.',
      }),
    },
    { name: 'a denied assume call', event: byUser(null), policy: trusting('444455556667') },
  ],
});
