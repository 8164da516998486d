/** Is a key that only services send asked of users, roles or federated callers? */
import { allow, githubProvider, policyOf } from './example-policies.ts';
import { passesWithoutKey } from './passes-without-key.ts';
import { defineRiskRule } from './risk-rule.ts';
import { isSourceKey } from './service-callers.ts';

export const sourceGuardOnNonService = defineRiskRule({
  id: 'source-guard-on-non-service',
  title: 'A key that only services send is asked of other callers',
  severity: 'medium',
  about: 'state',
  why: '`aws:SourceArn` and its kin name the resource an AWS service acts for. Users, roles and federated callers never send them: the condition shuts them out, or keeps none of them out.',
  remedy: 'For the caller’s own ARN use `aws:PrincipalArn`.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:SourceArn'],
  folds: [
    'condition-never-true',
    'condition-vacuous-ifexists',
    'condition-negated-missing-key',
    'condition-vacuous-forallvalues',
  ],
  fires: [
    {
      name: 'a role',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::111122223333:role/ci' },
          { ArnEquals: { 'aws:SourceArn': 'arn:aws:iam::111122223333:role/ci' } },
        ),
      ),
    },
    {
      name: 'a web identity',
      policy: policyOf(
        allow(
          { Federated: githubProvider },
          {
            StringEquals: {
              'aws:SourceAccount': '111122223333',
              'token.actions.githubusercontent.com:sub': 'repo:acme/app:ref:refs/heads/main',
            },
          },
        ),
      ),
    },
    {
      name: 'some value other than ours, of which there has to be one',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { 'ForAnyValue:StringNotEquals': { 'aws:SourceAccount': '999999999999' } }),
      ),
    },
    {
      name: 'optional',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'a service',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '111122223333' } }),
      ),
    },
    {
      name: 'the principal’s ARN',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci' } }),
      ),
    },
    {
      name: 'a service beside a role: some do send it',
      policy: policyOf(
        allow(
          { Service: 'sns.amazonaws.com', AWS: 'arn:aws:iam::111122223333:role/ci' },
          { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        ),
      ),
    },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) => {
      if (
        statement.principal.element !== 'Principal' ||
        statement.principal.entries.some(({ type }) => type === 'Service')
      )
        return [];
      return statement.conditions
        .filter(({ key, operator }) => isSourceKey(key) && operator.base !== 'Null')
        .map((condition) => ({
          pointer: condition.pointer,
          statement: statement.index,
          message: `Only AWS services send \`${condition.key}\`: for these callers the condition ${passesWithoutKey(condition) ? 'keeps nobody out' : 'is never met'}.`,
        }));
    }),
});
