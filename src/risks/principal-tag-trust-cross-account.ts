/** Is a tag that an outside administrator sets all that decides? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { isChosenByCaller } from './public-statement.ts';

export const principalTagTrustCrossAccount = defineRiskRule({
  id: 'principal-tag-trust-cross-account',
  title: 'Only a principal tag decides for callers of outside accounts',
  severity: 'high',
  about: 'state',
  why: 'Tags of users and roles are set by the administrators of the account they are in. In an account that is not ours anybody may be given the tag.',
  remedy: 'Add the principal’s ARN or `aws:PrincipalOrgID`.',
  references: ['IAM User Guide, "IAM tutorial: Define permissions to access AWS resources based on tags"'],
  fires: [
    { name: 'everyone with the tag', policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })) },
    { name: 'an outside account', policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })) },
    { name: 'a session name beside it adds nothing', policy: policyOf(allow({ AWS: '999999999999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'sts:RoleSessionName': 'x' } })) },
  ],
  silent: [
    { name: 'held to the organization', policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'aws:PrincipalOrgID': 'o-own1234567' } })) },
    { name: 'our own account', policy: policyOf(allow({ AWS: '111122223333' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })) },
    { name: 'with the role’s ARN', policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' }, ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/scanner' } })) },
    { name: 'with an external ID', policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })) },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const tag = statement.conditions.find(({ key }) => /^aws:principaltag\//i.test(key));
      const entry = statement.principal.entries.find(
        ({ name }) => name.kind === 'everyone' || (name.kind === 'account' && !['home', 'own'].includes(context.standing(name.account))),
      );
      if (tag === undefined || entry === undefined) return [];
      if (!context.outsiders(statement, (other) => other === entry, entry.pointer)) return [];
      if (entry.name.kind === 'everyone' && !context.open(statement)) return [];
      const guards = context.guards(statement).filter((key) => !isChosenByCaller(key));
      if (guards.length === 0 || !guards.every((key) => key.startsWith('aws:principaltag/'))) return [];
      return [{ pointer: tag.pointer, statement: statement.index, message: `Whoever administers the other account can give any principal the tag of \`${tag.key}\` and so let it in.` }];
    }),
});
