/** Is a role name trusted, whichever account it is in? */

import { allow, policyOf } from './example-policies.ts';
import { holdToOwn } from './hold-to-own.ts';
import { publicStatements } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalArnAnyAccount = defineRiskRule({
  id: 'public-principal-arn-any-account',
  title: 'A principal name is trusted in every account',
  severity: 'critical',
  about: 'state',
  why: 'Anyone can create a role of that name in an account of their own and assume this role with it.',
  remedy: 'Write the account id into the ARN, or require `aws:PrincipalOrgID` beside it.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalArn'],
  folds: ['principal-arn-string-wildcard-crosses-colon', 'principal-path-wildcard'],
  fires: [
    {
      name: 'a role name, any account',
      policy: policyOf(allow({ AWS: '*' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' } })),
    },
    {
      name: 'by StringLike',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy-*' } })),
    },
    {
      name: 'with an external ID, which is no secret',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' },
            StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' },
          },
        ),
      ),
    },
    {
      name: 'any role at all',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } })),
    },
    {
      name: 'one of the values',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/deploy', 'arn:aws:iam::*:role/deploy'] } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'the account is written out',
      policy: policyOf(allow({ AWS: '*' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } })),
    },
    {
      name: 'held to the organization',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' },
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
          },
        ),
      ),
    },
    {
      name: 'the principal names the account',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin' } }),
      ),
    },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ protection }) => protection === 'name')
      .map(({ statement, star }) => ({
        pointer:
          statement.conditions.find(({ key }) => key.toLowerCase() === 'aws:principalarn')?.pointer ?? star.pointer,
        statement: statement.index,
        message: 'A principal of any AWS account whose name fits can assume this role.',
      })),
  fix: holdToOwn,
});
