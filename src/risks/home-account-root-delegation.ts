/** Is the role's whole own account trusted, so that identity policies alone decide? */
import { allow, policyOf } from './example-policies.ts';
import { saysNothingOfCaller } from './public-statement.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const homeAccountRootDelegation = defineRiskRule({
  id: 'home-account-root-delegation',
  title: "The role's whole own account is trusted",
  severity: 'low',
  about: 'state',
  why: 'Whoever may write an identity-based policy in this account, or holds `sts:AssumeRole` on `*`, can enter. The trust policy adds no check of its own.',
  remedy: 'Name the roles that need it, or add `ArnEquals` on `aws:PrincipalArn`.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal", AWS account principals'],
  fires: [
    { name: 'the root of the own account', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:root' })) },
    {
      name: 'a privileged role',
      policy: policyOf(allow({ AWS: '111122223333' })),
      more: { attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      severity: 'medium',
    },
    {
      name: 'the star held to the own account: no identity-based policy is needed',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '111122223333' } })),
    },
  ],
  silent: [
    {
      name: 'narrowed by the ARN, the pattern that outlives a recreated role',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/deploy' } }),
      ),
    },
    {
      name: 'with MFA',
      policy: policyOf(allow({ AWS: '111122223333' }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    {
      name: 'by a tag',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } })),
    },
    { name: 'a role of the account', policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/deploy' })) },
  ],
  check: (context) => {
    const { home } = context;
    if (home === undefined) return [];
    return context.allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) => {
        if (statement.principal.element !== 'Principal') return [];
        const only = (other: typeof entry) => other === entry;
        if (entry.name.kind === 'account') {
          if (entry.name.account !== home || !context.alive(statement, only)) return [];
        } else {
          if (entry.name.kind !== 'everyone' || context.open(statement)) return [];
          const narrow = { entries: only, statements: (s: typeof statement) => s.index === statement.index };
          const here = clause('StringEquals', 'aws:PrincipalAccount', [home]);
          const abroad = clause('StringNotEquals', 'aws:PrincipalAccount', [home]);
          if (context.someone({ ...narrow, clauses: [here] }).answer !== 'yes') return [];
          if (context.someone({ ...narrow, clauses: [abroad] }).answer !== 'no') return [];
        }
        const guards = context.guards(statement);
        if (
          guards.some(
            (key) =>
              key === 'aws:principalarn' ||
              key === 'aws:multifactorauthpresent' ||
              key.startsWith('aws:principaltag/') ||
              key === 'aws:userid' ||
              key === 'aws:username',
          )
        )
          return [];
        const star = entry.name.kind === 'everyone';
        const beside = (key: string) => key !== 'aws:principalaccount' && !saysNothingOfCaller(key);
        const who = `Every user and role of account ${home}`;
        const meeting = guards.some(beside) ? 'meets the conditions' : '';
        const allowed = star ? '' : 'an identity-based policy allows';
        const which = [meeting, allowed].filter((one) => one !== '').join(' and that ');
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            severity: context.raised('low'),
            message: `${who}${which === '' ? '' : ` that ${which}`} can assume this role${star ? ', without any identity-based policy' : ''}.`,
          },
        ];
      }),
    );
  },
});
