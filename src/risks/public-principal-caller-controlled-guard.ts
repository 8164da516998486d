/** Is the role open to everyone but for conditions that any caller can meet? */

import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { allow, policyOf } from './example-policies.ts';
import { holdToOwn } from './hold-to-own.ts';
import { publicStatements } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalCallerControlledGuard = defineRiskRule({
  id: 'public-principal-caller-controlled-guard',
  title: 'Everyone is let in by conditions that anyone can meet',
  severity: 'critical',
  about: 'state',
  why: 'The conditions look like a guard and keep nobody out: the caller chooses the value (a session name, a tag, a user agent, a region), has it in an account of its own (a user name, MFA), or the condition speaks of the role and not of who calls (`aws:ResourceAccount`).',
  remedy: 'Name the principals, or require `aws:PrincipalOrgID`.',
  references: ['IAM User Guide, "AWS global condition context keys"'],
  folds: ['condition-caller-controlled-key'],
  fires: [
    {
      name: 'the session name',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'sts:RoleSessionName': 'ci' } })),
    },
    { name: 'a user agent', policy: policyOf(allow({ AWS: '*' }, { StringLike: { 'aws:UserAgent': '*our-tool*' } })) },
    {
      name: 'a request over TLS, which every request is',
      policy: policyOf(allow({ AWS: '*' }, { Bool: { 'aws:SecureTransport': 'true' } })),
    },
    {
      name: 'MFA, which people of any account have',
      policy: policyOf(allow({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    {
      name: 'the account of the role, taken for that of the caller',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:ResourceAccount': '111122223333' } })),
    },
    { name: 'a user name', policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:username': 'eve' } })) },
    {
      name: 'a session tag and a region',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:RequestTag/team': 'ci', 'aws:RequestedRegion': 'eu-west-1' } }, [
          'sts:AssumeRole',
          'sts:TagSession',
        ]),
      ),
    },
  ],
  silent: [
    {
      name: 'the organization as well',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'sts:RoleSessionName': 'ci', 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'one role',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { StringEquals: { 'sts:RoleSessionName': 'ci' } }),
      ),
    },
    {
      name: 'the external ID has a rule of its own',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ protection }) => protection === 'worthless')
      .map(({ statement, star, guards }) => ({
        pointer: star.pointer,
        statement: statement.index,
        message: `Anyone with AWS credentials can assume this role: any caller can meet the condition${guards.length === 1 ? '' : 's'} on ${guards.map((key) => `\`${registeredName(key)}\``).join(' and ')}.`,
      })),
  fix: holdToOwn,
});

function registeredName(key: string): string {
  const found = lookUpKey(key);
  return found.kind === 'registered' ? `${found.key.name}${found.tag ?? ''}` : key;
}
