/** Is a tag that an outside administrator sets all that decides? */

import type { Statement } from '../policy/document/trust-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { holdToOwn } from './hold-to-own.ts';
import { anyCallerCanMeet, isNetworkKey, publicStatements } from './public-statement.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const principalTagTrustCrossAccount = defineRiskRule({
  id: 'principal-tag-trust-cross-account',
  title: 'Only a principal tag decides for callers of outside accounts',
  severity: 'high',
  about: 'state',
  why: 'Tags of users and roles are set by the administrators of the account they are in. In an account that is not ours anybody may be given the tag.',
  remedy: 'Add the principal’s ARN or `aws:PrincipalOrgID`.',
  references: ['IAM User Guide, "IAM tutorial: Define permissions to access AWS resources based on tags"'],
  fires: [
    {
      name: 'everyone with the tag',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })),
    },
    {
      name: 'an outside account',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })),
    },
    {
      name: 'a Deny of all but that account adds nothing',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalAccount': '777788889999' } }),
      ),
    },
    {
      name: 'a session name beside it adds nothing',
      policy: policyOf(
        allow(
          { AWS: '999999999999' },
          { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'sts:RoleSessionName': 'x' } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'held to the organization',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'an account that may be the role’s own',
      role: null,
      policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })),
    },
    {
      name: 'our own account',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })),
    },
    {
      name: 'with the role’s ARN',
      policy: policyOf(
        allow(
          { AWS: '777788889999' },
          {
            StringEquals: { 'aws:PrincipalTag/team': 'ops' },
            ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/scanner' },
          },
        ),
      ),
    },
    {
      name: 'with an external ID',
      policy: policyOf(
        allow(
          { AWS: '777788889999' },
          { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } },
        ),
      ),
    },
  ],
  check: (context) => {
    const open = publicStatements(context);
    return context.allows.flatMap((statement) => {
      const tag = statement.conditions.find(({ key }) => /^aws:principaltag\//i.test(key));
      if (tag === undefined) return [];
      const everyone = open.find((one) => one.statement === statement);
      if (everyone === undefined ? !outsideOnlyByTag(context, statement) : everyone.protection !== 'tag') return [];
      return [
        {
          pointer: tag.pointer,
          statement: statement.index,
          message: `Whoever administers the other account can give any principal the tag of \`${tag.key}\` and so let it in.`,
        },
      ];
    });
  },
  fix: holdToOwn,
});

function outsideOnlyByTag(context: RiskContext, statement: Statement): boolean {
  const entry = statement.principal.entries.find(
    ({ name }) =>
      name.kind === 'account' &&
      !['home', 'own'].includes(context.standing(name.account)) &&
      !context.mayBeHome(name.account),
  );
  if (entry === undefined || !context.outsiders(statement, (other) => other === entry)) return false;
  const guards = context.guards(statement).filter((key) => !anyCallerCanMeet(key) && !isNetworkKey(key));
  return guards.length > 0 && guards.every((key) => key.startsWith('aws:principaltag/'));
}
