/** Can anyone with AWS credentials, in any account, assume the role? */

import { allow, deny, policyOf } from './example-policies.ts';
import { holdToOwn } from './hold-to-own.ts';
import { publicStatements } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalUnconditional = defineRiskRule({
  id: 'public-principal-unconditional',
  title: 'Anyone with AWS credentials can assume the role',
  severity: 'critical',
  about: 'state',
  why: 'A `*` principal trusts every account there is. Whoever has AWS credentials of any account, a free one included, can become this role and do all that it may.',
  remedy:
    'Name the principals that need the role. Where every account of an organization needs it, require `aws:PrincipalOrgID`.',
  references: [
    'IAM User Guide, "AWS JSON policy elements: Principal"',
    'IAM User Guide, "How to use trust policies with IAM roles"',
  ],
  notCovered:
    'A condition that anyone can meet; `public-principal-caller-controlled-guard` and its siblings speak of that.',
  fires: [
    { name: 'everyone, no condition', policy: policyOf(allow({ AWS: '*' })) },
    {
      name: 'everyone beside a named role',
      policy: policyOf(allow({ AWS: ['arn:aws:iam::111122223333:role/deploy', '*'] })),
    },
    {
      name: 'the condition accepts every organization',
      policy: policyOf(
        allow({ AWS: '*' }, { StringLike: { 'aws:PrincipalOrgID': '*' }, Null: { 'sts:ExternalId': 'true' } }),
      ),
    },
    {
      name: 'from every address there is',
      policy: policyOf(allow({ AWS: '*' }, { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } })),
    },
    { name: 'the bare star, as an old document may hold it', policy: policyOf(allow('*')) },
  ],
  silent: [
    {
      name: 'limited to the organization',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'a Deny closes the hole',
      policy: policyOf(
        allow({ AWS: '*' }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } }),
      ),
    },
    {
      name: 'limited to one role by its ARN',
      policy: policyOf(
        allow({ AWS: '*' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/deploy' } }),
      ),
    },
    {
      name: 'one caller by its unique id',
      policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:userid': 'AROAEXAMPLE0123456789:*' } })),
    },
    { name: 'the account root is not everyone', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:root' })) },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ protection }) => protection === 'unguarded')
      .map(({ statement, star }) => ({
        pointer: star.pointer,
        statement: statement.index,
        message: 'Anyone with AWS credentials, in any account, can assume this role.',
      })),
  fix: holdToOwn,
});
