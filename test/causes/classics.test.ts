/** Do the five classic causes come out on top in their disguises? */
import { describe, expect, test } from 'vitest';
import type { CauseExample } from '../../src/causes/cause.ts';
import {
  byRole,
  byUser,
  deploySession,
  failing,
  policyOf,
  refusal,
  role,
  statement,
  trusting,
  user,
} from '../../src/causes/example-cases.ts';
import { explained } from './run-example.ts';

const top = (example: Omit<CauseExample, 'name'>) => {
  const [first] = explained({ name: '', ...example }).causes;
  return first === undefined ? 'none' : `${first.cause} ${first.confidence}`;
};

describe('a wrong account id', () => {
  test.for<[string, Omit<CauseExample, 'name'>]>([
    ['a digit off', { event: byUser(null), policy: trusting('444455556660') }],
    ['two digits swapped', { event: byUser(null), policy: trusting('444545556666') }],
    [
      'in a list with others',
      {
        event: byUser(null),
        policy: trusting({ AWS: ['777788889999', '444455556606'], Service: 'ec2.amazonaws.com' }),
      },
    ],
    [
      'behind a statement for a service',
      {
        event: byUser(null),
        policy: policyOf(statement('Allow', { Service: 'ec2.amazonaws.com' }), statement('Allow', '444455556667')),
      },
    ],
    [
      'with a condition that holds',
      {
        event: byUser({ externalId: 'acme-4711-xyz' }),
        policy: trusting('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
      },
    ],
    [
      'in aws:PrincipalAccount',
      {
        event: byRole(null),
        policy: trusting('*', { StringEquals: { 'aws:PrincipalAccount': ['777788889999', '444455556665'] } }),
      },
    ],
    [
      'in the pattern of a condition',
      {
        event: byRole(null),
        policy: trusting('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556665:role/ci/*' } }),
      },
    ],
    [
      'the statement is no list, the action a wildcard',
      {
        event: byUser(null),
        policy: {
          Version: '2008-10-17',
          Statement: statement('Allow', 'arn:aws:iam::444455556665:root', undefined, 'STS:assume*'),
        },
      },
    ],
    [
      'beside a Deny that does not apply',
      { event: byUser(null), policy: policyOf(statement('Deny', '777788889999'), statement('Allow', '444455556665')) },
    ],
    [
      'nearer than another statement’s',
      { event: byUser(null), policy: policyOf(statement('Allow', '777788889999'), statement('Allow', '444455556667')) },
    ],
    [
      'with the old words for a refusal',
      {
        event: byUser(null, { errorMessage: 'Not authorized to perform sts:AssumeRole' }),
        policy: trusting('444455556665'),
      },
    ],
  ])('%s', ([, example]) => expect(top(example)).toBe('wrong-account proved'));
});

describe('too narrow a principal', () => {
  test.for<[string, Omit<CauseExample, 'name'>]>([
    ['another role', { event: byRole(null), policy: trusting('arn:aws:iam::444455556666:role/build') }],
    [
      'a list of others',
      {
        event: byUser(null),
        policy: trusting({ AWS: ['arn:aws:iam::444455556666:user/bob', 'arn:aws:iam::444455556666:role/ana'] }),
      },
    ],
    ['the role of the user', { event: byUser(null), policy: trusting('arn:aws:iam::444455556666:role/ci/deploy') }],
    [
      'a session of another role',
      { event: byRole(null), policy: trusting('arn:aws:sts::444455556666:assumed-role/build/build-7') },
    ],
    [
      'the letter case of the name',
      { event: byRole(null), policy: trusting('arn:aws:iam::444455556666:role/ci/Deploy') },
    ],
  ])('%s', ([, example]) => expect(top(example)).toBe('principal-too-narrow proved'));
});

describe('a condition on aws:PrincipalArn', () => {
  const asks = (operator: string, text: string) =>
    trusting('444455556666', { [operator]: { 'AWS:principalarn': text } });
  test.for<[string, string, Omit<CauseExample, 'name'>]>([
    [
      'a pattern for others',
      'principal-arn-condition',
      { event: byRole(null), policy: asks('StringLike', '*:role/app-*') },
    ],
    [
      'the letter case',
      'principal-arn-condition',
      { event: byRole(null), policy: asks('ArnLike', 'arn:aws:iam::444455556666:role/CI/*') },
    ],
    [
      'the partition',
      'principal-arn-condition',
      { event: byRole(null), policy: asks('ArnEquals', 'arn:aws-us-gov:iam::444455556666:role/ci/deploy') },
    ],
    [
      'a wildcard under StringEquals',
      'wildcard-in-equals',
      { event: byRole(null), policy: asks('StringEquals', 'arn:aws:iam::444455556666:role/ci/*') },
    ],
    ['the ARN of the session', 'principal-session', { event: byRole(null), policy: asks('ArnEquals', deploySession) }],
    [
      'the path',
      'principal-path',
      { event: byRole(null), policy: asks('StringEquals', 'arn:aws:iam::444455556666:role/deploy') },
    ],
    [
      'the account',
      'wrong-account',
      {
        event: byRole(null),
        policy: trusting('*', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556667:role/ci/*' } }),
      },
    ],
    [
      'in a Deny',
      'principal-arn-condition',
      {
        event: byUser(null),
        policy: policyOf(
          statement('Allow', '444455556666'),
          statement('Deny', '*', { StringNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }),
        ),
      },
    ],
  ])('%s: %s', ([, id, example]) => expect(top(example)).toBe(`${id} proved`));
});

describe('a duration over the maximum', () => {
  const text = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  test.for<[string, Omit<CauseExample, 'name'>]>([
    ['the message', { event: failing('ValidationError', text) }],
    [
      'the message, and a policy that would deny',
      { event: failing('ValidationError', text), policy: trusting('777788889999') },
    ],
    ['another code', { event: failing('ValidationException', text) }],
    ['the message without a code', { event: byUser(null, { errorCode: undefined, errorMessage: text }) }],
    [
      'the request and the role',
      {
        event: byUser(
          { durationSeconds: 43200 },
          { errorCode: 'ValidationError', errorMessage: 'An unknown error occurred' },
        ),
        line: { role: { Arn: role, MaxSessionDuration: 3600 } },
      },
    ],
    [
      'a refusal that nothing else explains',
      {
        event: byUser({ durationSeconds: 7200 }),
        policy: trusting(user),
        line: { role: { Arn: role, MaxSessionDuration: 3600 } },
      },
    ],
  ])('%s', ([, example]) => expect(top(example)).toBe('duration-exceeds-role-maximum proved'));
});

describe('a malformed document', () => {
  const change = (document: unknown, errorMessage: string, changes: object = {}) => ({
    ...byUser({}),
    eventSource: 'iam.amazonaws.com',
    eventName: 'UpdateAssumeRolePolicy',
    errorCode: 'MalformedPolicyDocumentException',
    errorMessage,
    requestParameters: {
      roleName: 'target',
      policyDocument: typeof document === 'string' ? document : JSON.stringify(document),
    },
    ...changes,
  });
  const corrected = trusting(user);
  const sound = JSON.stringify(corrected);
  test.for<[string, object, unknown]>([
    ['a trailing comma', change(sound.replace('}]', '},]'), 'This policy contains invalid Json'), corrected],
    [
      'a missing comma',
      change(
        sound.replace('","Action"', '" "Action"').replace('},"Action"', '} "Action"'),
        'This policy contains invalid Json',
      ),
      corrected,
    ],
    ['a missing bracket', change(sound.slice(0, -1), 'This policy contains invalid Json'), corrected],
    ['typographic quotation marks', change(sound.replaceAll('"', '”'), 'This policy contains invalid Json'), corrected],
    [
      'an element in lower case',
      change(sound.replace('Statement', 'statement'), 'Syntax errors in policy.'),
      corrected,
    ],
    ['a misspelt element', change(sound.replace('Principal', 'Princpal'), 'Syntax errors in policy.'), corrected],
    ['the effect in lower case', change(sound.replace('Allow', 'allow'), 'Invalid effect: allow'), corrected],
    ['a Resource', change(sound.replace('}]', ',"Resource":"*"}]'), 'Has prohibited field Resource'), corrected],
    [
      'a version of another day',
      change(sound.replace('2012-10-17', '2012-10-18'), 'The policy must contain a valid version string'),
      corrected,
    ],
    [
      'the action misspelt',
      change(sound.replace('AssumeRole', 'AssumeRol'), 'AssumeRole policy may only specify STS AssumeRole actions.'),
      corrected,
    ],
    [
      'a principal without its kind',
      change(sound.replace(`{"AWS":"${user}"}`, `"${user}"`), 'Syntax errors in policy.'),
      corrected,
    ],
    [
      'an account id with dashes',
      change(trusting('4444-5555-6666'), 'Invalid principal in policy: "AWS":"4444-5555-6666"'),
      trusting('444455556666'),
    ],
    [
      'a pattern as principal',
      change(trusting('arn:aws:iam::444455556666:role/ci/*'), 'Invalid principal in policy'),
      trusting('444455556666', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/ci/*' } }),
    ],
    [
      'the operator misspelt',
      change(trusting(user, { StringEqual: { 'aws:username': 'ana' } }), 'Invalid Condition type : StringEqual.'),
      trusting(user, { StringEquals: { 'aws:username': 'ana' } }),
    ],
    [
      'everyone, which nobody puts right for you',
      change(sound.replace(`{"AWS":"${user}"}`, '"*"'), 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'),
      null,
    ],
    ['nothing of the document is recorded', change('', 'Syntax errors in policy.', { requestParameters: null }), null],
  ])('%s', ([, event, document]) => {
    const { causes } = explained({ name: '', event });
    expect(causes.map(({ cause, confidence }) => `${cause} ${confidence}`)).toEqual(['malformed-trust-policy proved']);
    expect(causes[0]?.fix?.policy).toEqual(document);
    expect(causes[0]?.summary).toContain('still in force');
  });
});

describe('other failures of a change', () => {
  const change = (errorCode: string, errorMessage: string) => ({
    ...byUser({}),
    eventSource: 'iam.amazonaws.com',
    eventName: 'UpdateAssumeRolePolicy',
    errorCode,
    errorMessage,
    requestParameters: { roleName: 'target', policyDocument: JSON.stringify(trusting(user)) },
  });
  const refused = refusal('', user, 'iam:UpdateAssumeRolePolicy').replace(role, 'role target');
  test.for<[string, object, string]>([
    [
      'no such role',
      change('NoSuchEntityException', 'The role with name target cannot be found.'),
      'role-not-found proved',
    ],
    [
      'too long',
      change('LimitExceededException', 'Cannot exceed quota for ACLSizePerRole: 2048'),
      'request-invalid proved',
    ],
    [
      'refused by an identity-based policy',
      change(
        'AccessDenied',
        `${refused} because no identity-based policy allows the iam:UpdateAssumeRolePolicy action`,
      ),
      'identity-policy-no-allow proved',
    ],
    [
      'refused by an SCP',
      change('AccessDenied', `${refused} with an explicit deny in a service control policy`),
      'service-control-policy proved',
    ],
    ['refused, by what is not said', change('AccessDenied', refused), 'identity-policy-no-allow possible'],
    [
      'expired',
      change('ExpiredTokenException', 'The security token included in the request is expired'),
      'expired-credentials proved',
    ],
  ])('%s', ([, event, expected]) => expect(top({ event })).toBe(expected));
});

test('of two wrong accounts the one a slip away is named', () => {
  const policy = policyOf(statement('Allow', '777788889999'), statement('Allow', '444455556667'));
  const [first] = explained({ name: '', event: byUser(null), policy }).causes;
  expect(first?.summary).toContain('Statement 2');
  expect(first?.summary).toContain('one digit off');
});

test('a Deny that spares services besides is about the caller', () => {
  const policy = policyOf(
    statement('Allow', '444455556666'),
    statement('Deny', '*', {
      ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/ci/*' },
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
    }),
  );
  expect(top({ event: byUser(null), policy })).toBe('principal-arn-condition proved');
});
