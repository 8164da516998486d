/** Is an account newly trusted that has only just been made? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { newlyTrustedAccounts } from './trusted-accounts.ts';

const before = policyOf(allow({ Service: 'ec2.amazonaws.com' }));
const trusting = policyOf(allow({ Service: 'ec2.amazonaws.com' }), allow({ AWS: 'arn:aws:iam::222233334444:role/ci' }));
const at = '2026-10-20T12:00:00Z';
const created = (time: string, account = '222233334444') => ({
  changes: [],
  since: '2026-01-01T00:00:00Z',
  accountsCreated: new Map([[account, time]]),
});

export const recentlyCreatedAccountTrusted = defineRiskRule({
  id: 'recently-created-account-trusted',
  title: 'An account that is only days old is trusted',
  severity: 'medium',
  about: 'change',
  why: 'A new account has few guards yet, and making one and trusting it is a way to keep access that looks like ordinary growth.',
  remedy: 'Confirm with whoever made the account that it is meant to assume this role.',
  references: ['AWS Organizations API Reference, "CreateAccount"'],
  fires: [
    {
      name: 'ten days old',
      previous: before,
      policy: trusting,
      more: { at, history: created('2026-10-10T12:00:00Z') },
    },
    {
      name: 'an hour old',
      previous: before,
      policy: policyOf(allow({ AWS: '222233334444' })),
      more: { at, history: created('2026-10-20T11:00:00Z') },
    },
    {
      name: 'trusted by a condition',
      previous: before,
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '222233334444' } })),
      more: { at, history: created('2026-10-01T00:00:00Z') },
    },
  ],
  silent: [
    {
      name: 'two months old',
      previous: before,
      policy: trusting,
      more: { at, history: created('2026-08-20T12:00:00Z') },
    },
    {
      name: 'it was trusted before',
      previous: trusting,
      policy: trusting,
      more: { at, history: created('2026-10-10T12:00:00Z') },
    },
    {
      name: 'another account is new',
      previous: before,
      policy: trusting,
      more: { at, history: created('2026-10-10T12:00:00Z', '333344445555') },
    },
    { name: 'no history', previous: before, policy: trusting, more: { at } },
    {
      name: 'shut out by a condition',
      previous: before,
      policy: policyOf(allow({ AWS: '222233334444' }, { StringEquals: { 'aws:PrincipalAccount': '111122223333' } })),
      more: { at, history: created('2026-10-10T12:00:00Z') },
    },
  ],
  check: (context) => {
    const { history, at: asked } = context.question;
    const now = Date.parse(asked ?? '');
    const made = history?.accountsCreated;
    if (made === undefined || made.size === 0 || Number.isNaN(now)) return [];
    return newlyTrustedAccounts(context).flatMap(({ account, pointer, statement }) => {
      const age = (now - Date.parse(made.get(account) ?? '')) / (24 * 3_600_000);
      if (!(age >= 0 && age <= 30)) return [];
      const days = Math.floor(age);
      return [
        {
          pointer,
          statement,
          message: `Account ${account} was created ${days === 0 ? 'less than a day ago' : days === 1 ? 'a day ago' : `${days} days ago`} and is newly trusted.`,
        },
      ];
    });
  },
});
