/** How much power a role has, as far as its policies could be read, and what that does to a severity. */
import { describe, expect, test } from 'vitest';
import { checkRisks } from '../../src/risks/check-risks.ts';
import { allow, policyOf } from '../../src/risks/example-policies.ts';
import type { RiskExample } from '../../src/risks/risk-rule.ts';
import { privilegeOf } from '../../src/risks/role-privilege.ts';
import { questionOf } from './questions.ts';

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const aStatement = (statement: object) => ({ policyDocuments: [{ Version: '2012-10-17', Statement: statement }] });

describe('what is read', () => {
  test.for([
    ['nothing was read', {}, 'unknown'],
    ['nothing is attached', { attachedPolicies: [] }, 'ordinary'],
    [
      'AdministratorAccess by its ARN',
      { attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      'privileged',
    ],
    ['in China', { attachedPolicies: ['arn:aws-cn:iam::aws:policy/AdministratorAccess'] }, 'privileged'],
    ['PowerUserAccess by its name', { attachedPolicies: ['ReadOnlyAccess', 'PowerUserAccess'] }, 'privileged'],
    ['IAMFullAccess', { attachedPolicies: ['IAMFullAccess'] }, 'privileged'],
    [
      'one’s own policy of that name',
      { attachedPolicies: ['arn:aws:iam::111122223333:policy/AdministratorAccess'] },
      'ordinary',
    ],
    ['ReadOnlyAccess', { attachedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }, 'read-only'],
    [
      'ReadOnlyAccess beside one’s own',
      { attachedPolicies: ['ReadOnlyAccess', 'arn:aws:iam::111122223333:policy/more'] },
      'ordinary',
    ],
    ['ReadOnlyAccess beside a document', { attachedPolicies: ['ReadOnlyAccess'], policyDocuments: [{}] }, 'ordinary'],
    ['a document that allows everything', { policyDocuments: [everything] }, 'privileged'],
    ['in another spelling', aStatement([{ Effect: 'Allow', Action: ['s3:*', '*:*'], Resource: ['*'] }]), 'privileged'],
    ['all of IAM', aStatement({ Effect: 'Allow', Action: 'IAM:*', Resource: '*' }), 'privileged'],
    ['everything but IAM', aStatement({ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' }), 'privileged'],
    ['under a condition', aStatement({ Effect: 'Allow', Action: '*', Resource: '*', Condition: {} }), 'ordinary'],
    ['on one resource', aStatement({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::x' }), 'ordinary'],
    ['a Deny of everything', aStatement({ Effect: 'Deny', Action: '*', Resource: '*' }), 'ordinary'],
    ['all of one service', aStatement({ Effect: 'Allow', Action: 's3:*', Resource: '*' }), 'ordinary'],
    ['no document at all', { policyDocuments: [null, 'x', 7, { Statement: [null, 'x'] }] }, 'ordinary'],
  ] as const)('%s', ([, question, level]) => {
    expect(privilegeOf(question).level).toBe(level);
  });

  test('it says which policy shows it', () => {
    expect(privilegeOf({ attachedPolicies: ['x', 'PowerUserAccess'] }).because).toBe('PowerUserAccess');
  });
});

describe('severities', () => {
  const severityOf = (rule: string, example: Omit<RiskExample, 'name'>) =>
    checkRisks(questionOf(example), { fixes: false }).find((found) => found.rule === rule)?.severity;
  const powerful = { attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
  const everyday = { attachedPolicies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'] };

  test.for([
    ['home-account-root-delegation', policyOf(allow({ AWS: '111122223333' })), 'low', 'medium'],
    ['iam-user-trusted', policyOf(allow({ AWS: 'arn:aws:iam::111122223333:user/ann' })), 'medium', 'high'],
    ['service-confused-deputy', policyOf(allow({ Service: 'sns.amazonaws.com' })), 'medium', 'high'],
    [
      'public-principal-org-wide',
      policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
      'low',
      'medium',
    ],
  ] as const)('%s goes up one step', ([rule, policy, usual, raised]) => {
    expect(severityOf(rule, { policy })).toBe(usual);
    expect(severityOf(rule, { policy, more: everyday })).toBe(usual);
    expect(severityOf(rule, { policy, more: powerful })).toBe(raised);
  });

  test('a new unknown account on a powerful role is critical', () => {
    const previous = policyOf(allow({ AWS: '111122223333' }));
    const policy = policyOf(allow({ AWS: ['111122223333', '999999999999'] }));
    expect(severityOf('external-account-unknown-added', { previous, policy })).toBe('high');
    expect(severityOf('external-account-unknown-added', { previous, policy, more: powerful })).toBe('critical');
  });

  test('critical stays critical', () => {
    const policy = policyOf(allow({ AWS: '*' }));
    expect(severityOf('public-principal-unconditional', { policy, more: powerful })).toBe('critical');
  });
});
