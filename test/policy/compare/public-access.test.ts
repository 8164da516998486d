/** Can anyone outside these accounts and organizations assume the role? Asked of policies whose answer is plain. */
import { describe, expect, test } from 'vitest';
import { publicAccess } from '../../../src/policy/compare/public-access.ts';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';

const home = '111122223333';
const provider = `arn:aws:iam::${home}:oidc-provider/token.actions.githubusercontent.com`;

function statement(principal: object, more: object = {}) {
  return { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more };
}

function ask(
  statements: readonly object[],
  accounts: readonly string[] = [home],
  organizations: readonly string[] = [],
) {
  const parsed = parseTrustPolicyValue({ Version: '2012-10-17', Statement: statements });
  if (parsed.status !== 'read') throw new Error('the policy of the test has no meaning');
  return publicAccess(parsed.policy, { accounts, organizations });
}

const equals = (key: string, value: string | readonly string[]) => ({ Condition: { StringEquals: { [key]: value } } });
const deny = (principal: object, condition: object) => ({
  ...statement(principal, { Condition: condition }),
  Effect: 'Deny',
});

describe('yes', () => {
  test.each([
    ['everyone', [statement({ AWS: '*' })]],
    ['another account', [statement({ AWS: '999988887777' })]],
    ['a role of another account', [statement({ AWS: 'arn:aws:iam::999988887777:role/x' })]],
    ['beside an own one', [statement({ AWS: [home, '999988887777'] })]],
    ['everyone with an external ID', [statement({ AWS: '*' }, equals('sts:ExternalId', 'abc'))]],
    ['another organization', [statement({ AWS: '*' }, equals('aws:PrincipalOrgID', 'o-a1b2c3d4e5'))]],
    [
      'an account beside the own one in a condition',
      [statement({ AWS: '*' }, equals('aws:PrincipalAccount', [home, '999988887777']))],
    ],
    [
      'a negated condition',
      [statement({ AWS: '*' }, { Condition: { StringNotEquals: { 'aws:PrincipalAccount': '999988887777' } } })],
    ],
    [
      'IfExists of a key that some lack',
      [statement({ AWS: '*' }, { Condition: { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } })],
    ],
    ['a Deny for somebody else', [statement({ AWS: '*' }), deny({ AWS: '999988887777' }, {})]],
    ['a unique id, whose account no policy tells', [statement({ AWS: 'AROAEXAMPLEID1234567X' })]],
    [
      'whoever a provider lets in',
      [{ ...statement({ Federated: provider }), Action: 'sts:AssumeRoleWithWebIdentity' }],
    ],
  ])('%s', (_, statements) => {
    const answer = ask(statements);
    expect(answer.answer).toBe('yes');
    if (answer.answer === 'yes') expect(answer.classes[0].witness.action).toMatch(/^sts:/);
  });

  test('whoever stands at a path of the organization is inside it', () => {
    const at = (path: string) =>
      statement({ AWS: '*' }, { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path } } });
    expect(ask([at('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*')], [home], ['o-a1b2c3d4e5']).answer).toBe('no');
    expect(ask([at('o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*')], [home], ['o-f6g7h8i9j0']).answer).toBe('yes');
    expect(ask([at('*/ou-ab12-11111111/*')], [home], ['o-a1b2c3d4e5']).answer).toBe('yes');
  });

  test('the organization is inside, a stranger to it is not', () => {
    const open = [statement({ AWS: ['*'] }, equals('aws:PrincipalOrgID', ['o-a1b2c3d4e5', 'o-z9y8x7w6v5']))];
    expect(ask(open, [home], ['o-a1b2c3d4e5']).answer).toBe('yes');
    expect(ask(open, [home], ['o-a1b2c3d4e5', 'o-z9y8x7w6v5']).answer).toBe('no');
  });
});

describe('no', () => {
  test.each([
    ['the own account', [statement({ AWS: home })]],
    ['a role of it', [statement({ AWS: `arn:aws:iam::${home}:role/x` })]],
    ['everyone of it', [statement({ AWS: '*' }, equals('aws:PrincipalAccount', home))]],
    [
      'its principals by their ARN',
      [statement({ AWS: '*' }, { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${home}:*` } } })],
    ],
    [
      'a Deny that keeps the others out',
      [statement({ AWS: '*' }), deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalAccount': home } })],
    ],
    ['a service', [statement({ Service: 'lambda.amazonaws.com' })]],
    ['an action that assumes nothing by itself', [statement({ AWS: '*' }, { Action: 'sts:TagSession' })]],
    [
      'a condition that never holds',
      [statement({ AWS: '*' }, { Condition: { StringEquals: { 'aws:PrincipalAccount': '1' } } })],
    ],
    ['a provider whose statement never holds', [{ ...statement({ Federated: provider }), Action: 'sts:AssumeRole' }]],
  ])('%s', (_, statements) => {
    expect(ask(statements)).toEqual({ answer: 'no' });
  });

  test('an account that is given', () => {
    const vendor = [statement({ AWS: '999988887777' })];
    expect(ask(vendor, [home, '999988887777']).answer).toBe('no');
    expect(ask(vendor, ['999988887777']).answer).toBe('no');
    expect(ask([statement({ AWS: home })], []).answer).toBe('yes');
  });
});
