/** Can every principal of the own organization assume the role? */

import type { Statement } from '../policy/document/trust-policy.ts';
import { allow, policyOf } from './example-policies.ts';
import { saysNothingOfCaller, starOf } from './public-statement.ts';
import { clause, type RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalOrgWide = defineRiskRule({
  id: 'public-principal-org-wide',
  title: 'Everyone in the organization can assume the role',
  severity: 'low',
  about: 'state',
  why: 'Every principal of every member account, the weakest sandbox included, can become this role where its own account lets it call `sts:AssumeRole`.',
  remedy: 'Narrow it by `aws:PrincipalArn`, `aws:PrincipalOrgPaths` or a principal tag.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgID'],
  fires: [
    {
      name: 'the whole organization',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'the whole organization, in any letter case',
      policy: policyOf(allow({ AWS: '*' }, { StringEqualsIgnoreCase: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'the whole organization by its paths',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } }),
      ),
    },
    {
      name: 'a privileged role',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
      more: { attachedPolicies: ['AdministratorAccess'] },
      severity: 'medium',
    },
    {
      name: 'no organization is configured: the one named may be ours',
      world: { organizations: [] },
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345' } })),
      severity: 'low',
    },
    {
      name: 'held to a role name in any member account',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ci' },
          },
        ),
      ),
      severity: 'info',
    },
  ],
  silent: [
    {
      name: 'one account of it',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567', 'aws:PrincipalAccount': '222233334444' } },
        ),
      ),
    },
    {
      name: 'a named role',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::222233334444:role/ci' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'another organization has a rule of its own',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345' } })),
    },
    {
      name: 'some organizational units',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/*' },
          },
        ),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const star = starOf(statement);
      const { organizations } = context;
      if (star === undefined || organizations.length === 0 || context.open(statement)) return [];
      const anyAccount = context.someone({
        statements: (s) => s.index === statement.index,
        clauses: [
          clause('StringEquals', 'aws:PrincipalOrgID', organizations),
          clause('StringEquals', 'aws:PrincipalAccount', ['820915736042', '716304825913']),
        ],
      });
      if (anyAccount.answer !== 'yes') return [];
      const guards = context.guards(statement);
      if (guards.includes('aws:principalorgpaths') && !fromAnyUnit(context, statement)) return [];
      const narrowed = guards.some((key) => key === 'aws:principalarn' || key.startsWith('aws:principaltag/'));
      const conditional = guards.some(
        (key) => !/^aws:principalorg(?:id|paths)$/.test(key) && !saysNothingOfCaller(key),
      );
      return [
        {
          pointer: star.pointer,
          statement: statement.index,
          severity: narrowed ? ('info' as const) : context.raised('low'),
          message: narrowed
            ? 'Matching principals of every account of the organization can assume this role.'
            : `Every principal of every account of the organization${conditional ? ' that meets the other conditions' : ''} can assume this role.`,
        },
      ];
    }),
});

/** Whether a unit that the policy does not name is let in as well. */
function fromAnyUnit(context: RiskContext, statement: Statement): boolean {
  const paths = context.organizations.map((organization) => `${organization}/r-q7w4/ou-q7w4-q7w4z1x9/`);
  const clauses = [
    clause('StringEquals', 'aws:PrincipalOrgID', context.organizations),
    clause('StringEquals', 'aws:PrincipalOrgPaths', paths, { set: 'ForAllValues' }),
    clause('Null', 'aws:PrincipalOrgPaths', ['false']),
  ];
  return context.someone({ statements: ({ index }) => index === statement.index, clauses }).answer === 'yes';
}
