/** Did a user or role that was trusted become its whole account? */
import { asAccountId } from '../policy/document/names.ts';
import type { PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import { allow, policyOf } from './example-policies.ts';
import { accountOf, clause, riskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const ci = 'arn:aws:iam::777788889999:role/ci';
const externalId = { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } };

export const principalWidenedToAccount = defineRiskRule({
  id: 'principal-widened-to-account',
  title: 'A role or user that was trusted became its whole account',
  severity: 'high',
  about: 'change',
  why: 'One role or user was trusted, and now its account is: everyone there whom the administrator of that account lets call AssumeRole gets in.',
  remedy: 'Name the role or user again; or keep the account and add `ArnEquals` on `aws:PrincipalArn`.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal"'],
  folds: [
    'external-account-unknown-added',
    'external-account-known-added',
    'org-account-added',
    'external-account-root-delegation',
    'home-account-root-delegation',
  ],
  fires: [
    {
      name: 'a role',
      previous: policyOf(allow({ AWS: ci }, externalId)),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:root' }, externalId)),
      severity: 'high',
    },
    {
      name: 'a user, the account by its id',
      previous: policyOf(allow({ AWS: 'arn:aws:iam::999999999999:user/eve' })),
      policy: policyOf(allow({ AWS: '999999999999' })),
    },
    {
      name: 'the account beside the role',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ AWS: ci }), allow({ AWS: '777788889999' }, externalId)),
    },
    {
      name: 'in our own account',
      previous: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })),
      policy: policyOf(allow({ AWS: '111122223333' })),
      severity: 'medium',
    },
    {
      name: 'everyone of the account',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '777788889999' } })),
    },
  ],
  silent: [
    {
      name: 'the account, held to the role',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ AWS: '777788889999' }, { ArnEquals: { 'aws:PrincipalArn': ci } })),
    },
    {
      name: 'another role of the account',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/ops' })),
    },
    {
      name: 'the account was trusted before',
      previous: policyOf(allow({ AWS: [ci, '777788889999'] })),
      policy: policyOf(allow({ AWS: '777788889999' })),
    },
    {
      name: 'another account',
      previous: policyOf(allow({ AWS: ci })),
      policy: policyOf(allow({ AWS: ci }), allow({ AWS: '999999999999' })),
    },
  ],
  check: (context) => {
    const { previous, question, allows } = context;
    if (previous === undefined) return [];
    const before = riskContext({ ...question, policy: previous }).allows.flatMap(({ principal }) => principal.entries);
    return allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) =>
        accountsMeant(entry, statement).flatMap((account) => {
          const old = before.filter(({ name, type }) => type === 'AWS' && accountOf(name) === account);
          const named = old.find(({ name: { kind } }) => kind === 'user' || kind === 'role' || kind === 'session');
          if (named === undefined || old.some(({ name: { kind } }) => kind === 'account')) return [];
          const answer = context.someoneNew({
            statements: ({ index }) => index === statement.index,
            entries: ({ pointer }) => pointer === entry.pointer,
            clauses: [
              clause('StringEquals', 'aws:PrincipalAccount', [account]),
              clause(
                'ArnNotEquals',
                'aws:PrincipalArn',
                old.map(({ text }) => text),
              ),
            ],
          });
          if (answer.answer !== 'yes') return [];
          const ours = ['home', 'own'].includes(context.standing(account));
          return [
            {
              pointer: entry.pointer,
              statement: statement.index,
              discriminator: account,
              ...(ours ? { severity: 'medium' as const } : {}),
              message: `Before, \`${named.text}\` was trusted; now it is all of ${ours ? `account ${account}` : context.nameOf(account)}.`,
            },
          ];
        }),
      ),
    );
  },
});

/** The account that an entry is, or those that a statement for everyone is held to. */
function accountsMeant({ name }: PrincipalEntry, { conditions }: Statement): readonly string[] {
  if (name.kind === 'account') return [name.account];
  if (name.kind !== 'everyone') return [];
  return conditions
    .filter(({ key }) => key.toLowerCase() === 'aws:principalaccount')
    .flatMap(({ values }) => values.flatMap(({ text }) => asAccountId(text) ?? []));
}
