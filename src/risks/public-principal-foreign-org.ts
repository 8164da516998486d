/** Is a whole organization trusted that is not ours? */

import { allow, deny, policyOf } from './example-policies.ts';
import { saysNothingOfCaller, starOf } from './public-statement.ts';
import { removeValue } from './remove-value.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalForeignOrg = defineRiskRule({
  id: 'public-principal-foreign-org',
  title: 'A whole foreign organization is trusted',
  severity: 'high',
  about: 'state',
  why: 'Every principal of every account of an organization that is not registered as ours can become this role.',
  remedy: 'Remove it, or register the organization under `organizations` if it is ours.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgID'],
  fires: [
    {
      name: 'an organization not registered',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345' } })),
    },
    {
      name: 'beside our own',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': ['o-own1234567', 'o-foreign12345'] } }),
      ),
    },
    {
      name: 'by its paths',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-foreign12345/*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'our own',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'named only to be denied',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
        deny({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345' } }),
      ),
    },
    {
      name: 'no organization is configured: it may be ours',
      world: { organizations: [] },
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345' } })),
    },
    {
      name: 'held to a registered partner of it',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-foreign12345' } })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      if (starOf(statement) === undefined) return [];
      const beside = (key: string) => key !== 'aws:principalorgid' && !saysNothingOfCaller(key);
      return statement.conditions.flatMap((condition) => {
        if (!/^aws:principalorg(id|paths)$/i.test(condition.key)) return [];
        return condition.values.flatMap((value) => {
          const organization = /^o-[a-z0-9]{10,32}/.exec(value.text)?.[0];
          if (organization === undefined || context.organizations.includes(organization)) return [];
          const paths = /paths$/i.test(condition.key);
          const limits = paths
            ? clause('StringLike', condition.key, [`${organization}/*`], { set: 'ForAnyValue' })
            : clause('StringEquals', condition.key, [organization]);
          const account = clause('StringEquals', 'aws:PrincipalAccount', ['820915736042', '716304825913']);
          const answer = context.someone({
            statements: (s) => s.index === statement.index,
            clauses: [limits, account],
          });
          if (answer.answer !== 'yes') return [];
          return [
            {
              pointer: value.pointer,
              statement: statement.index,
              message: `${context.guards(statement).some(beside) ? 'Principals' : 'Every principal'} of organization \`${organization}\`, which is not registered as ours, can assume this role.`,
            },
          ];
        });
      });
    }),
  fix: removeValue,
});
