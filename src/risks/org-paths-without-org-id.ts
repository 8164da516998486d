/** Does a pattern for organization paths leave the organization open? */
import { addCondition } from './add-condition.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const orgPathsWithoutOrgId = defineRiskRule({
  id: 'org-paths-without-org-id',
  title: 'A pattern for organization paths that does not begin with the organization',
  severity: 'high',
  about: 'state',
  why: 'Only organization ids are unique in the world. Ids of roots and organizational units are unique within one organization, so a path without its organization fits units of strangers.',
  remedy: 'Begin the pattern with the organization id: `o-…/r-…/ou-…/*`.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgPaths'],
  fires: [
    {
      name: 'a star in place of the organization',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*/r-ab12/ou-ab12-11111111/*' } }),
      ),
    },
    {
      name: 'from the unit on',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*ou-ab12-11111111*' } }),
      ),
    },
    {
      name: 'for a service',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { 'ForAnyValue:StringLike': { 'aws:SourceOrgPaths': 'o-*/r-ab12/*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'the whole path',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/*' } },
        ),
      ),
    },
    {
      name: 'the organization is asked for beside it',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*/ou-ab12-11111111/*' },
          },
        ),
      ),
    },
    {
      name: 'a Deny leaves our own organization alone',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*/ou-ab12-11111111/*' } }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } }),
      ),
    },
    {
      name: 'the organization id alone',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap(({ key, operator, values }) => {
        if (!/^aws:(principal|source)orgpaths$/i.test(key) || operator.base !== 'StringLike') return [];
        const value = values.find(({ text }) => !/^o-[a-z0-9]{10,32}\//.test(text) && /[*?]/.test(text));
        if (value === undefined || !context.alive(statement)) return [];
        if (/^aws:principal/i.test(key) && !context.letsInOthers(statement)) return [];
        if (context.guarded(statement, /^aws:source/i.test(key) ? 'aws:SourceOrgID' : 'aws:PrincipalOrgID')) return [];
        return [
          {
            pointer: value.pointer,
            statement: statement.index,
            message: `\`${value.text}\` also fits units of other organizations.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => {
    const { organizations } = context.question.world;
    if (organizations.length === 0) return undefined;
    const statement = context.policy.statements[hit.statement ?? -1];
    const own = statement?.conditions.find(({ values }) => values.some(({ pointer }) => pointer === hit.pointer));
    const key = own !== undefined && /^aws:source/i.test(own.key) ? 'aws:SourceOrgID' : 'aws:PrincipalOrgID';
    return addCondition(context, hit.statement, 'StringEquals', key, organizations);
  },
});
