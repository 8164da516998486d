/** Is the role open to everyone but for conditions that the caller fills in itself? */
import { allow, policyOf } from './example-policies.ts';
import { publicStatements } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalCallerControlledGuard = defineRiskRule({
  id: 'public-principal-caller-controlled-guard',
  title: 'Everyone is let in who sets a value of their own choosing',
  severity: 'critical',
  about: 'state',
  why: 'The conditions look like a guard, but the caller chooses those values: a session name, a tag, a user agent, a region. Whoever reads or guesses them is in.',
  remedy: 'Name the principals, or require `aws:PrincipalOrgID`.',
  references: ['IAM User Guide, "AWS global condition context keys"'],
  fires: [
    { name: 'the session name', policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'sts:RoleSessionName': 'ci' } })) },
    { name: 'a user agent', policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:UserAgent': '*our-tool*' } })) },
    { name: 'a request over TLS, which every request is', policy: policyOf(allow({ AWS: '*' }, { Bool: { 'aws:SecureTransport': 'true' } })) },
    {
      name: 'a session tag and a region',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:RequestTag/team': 'ci', 'aws:RequestedRegion': 'eu-west-1' } }, ['sts:AssumeRole', 'sts:TagSession']),
      ),
    },
  ],
  silent: [
    {
      name: 'the organization as well',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'sts:RoleSessionName': 'ci', 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    { name: 'one role', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { StringEquals: { 'sts:RoleSessionName': 'ci' } })) },
    { name: 'the external ID has a rule of its own', policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })) },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ guards, realGuards }) => guards.length > 0 && realGuards.length === 0)
      .map(({ statement, star, guards }) => ({
        pointer: star.pointer,
        statement: statement.index,
        message: `Anyone with AWS credentials can assume this role: ${guards.map((key) => `\`${key}\``).join(' and ')} ${guards.length === 1 ? 'is' : 'are'} chosen by the caller.`,
      })),
});
