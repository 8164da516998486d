/** Which accounts does a policy speak of, and which of them does a change newly let in? */
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import { type AccountId, asAccountId, splitArn } from '../policy/document/names.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import { accountOf, clause, type RiskContext } from './risk-context.ts';

export interface MentionedAccount {
  readonly account: AccountId;
  /** Where it stands: a principal, or the value of a condition. */
  readonly pointer: string;
  readonly statement: number;
}

/** @returns the accounts that Allow statements name, each once, where it stands first. */
export function mentionedAccounts(policy: TrustPolicy): readonly MentionedAccount[] {
  const found = new Map<string, MentionedAccount>();
  const add = (account: AccountId | undefined, pointer: string, statement: number) => {
    if (account !== undefined && !found.has(account)) found.set(account, { account, pointer, statement });
  };
  for (const statement of policy.statements) {
    if (statement.effect !== 'Allow') continue;
    for (const entry of statement.principal.entries)
      if (entry.type === 'AWS') add(accountOf(entry.name), entry.pointer, statement.index);
    for (const { key, values } of statement.conditions) {
      const lower = key.toLowerCase();
      if (lower === 'aws:principalaccount')
        for (const value of values) add(asAccountId(value.text), value.pointer, statement.index);
      if (lower === 'aws:principalarn')
        for (const value of values)
          add(asAccountId(splitArn(value.text)?.account ?? ''), value.pointer, statement.index);
    }
  }
  return [...found.values()];
}

export interface NewlyTrustedAccount extends MentionedAccount {
  readonly answer: Extract<AccessAnswer, { answer: 'yes' }>;
}

/** @returns the accounts outside the role's own of which somebody newly gets in, by the exact comparison. */
export function newlyTrustedAccounts(context: RiskContext): readonly NewlyTrustedAccount[] {
  if (context.previous === undefined) return [];
  return mentionedAccounts(context.policy)
    .filter(({ account }) => account !== context.home)
    .flatMap((mentioned) => {
      const answer = context.someoneNew(
        {
          clauses: [clause('StringEquals', 'aws:PrincipalAccount', [mentioned.account])],
          entries: (entry) => entry.type === 'AWS',
        },
        `account ${mentioned.account}`,
      );
      return answer.answer === 'yes' ? [{ ...mentioned, answer }] : [];
    });
}
