/** Which accounts does a policy speak of, and which of them does a change newly let in? */
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import { type AccountId, asAccountId, splitArn } from '../policy/document/names.ts';
import type { PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import {
  accountOf,
  clause,
  type Limits,
  noneOf,
  type RiskContext,
  riskContext,
  type Standing,
} from './risk-context.ts';
import { sameName } from './same-principal.ts';

export interface MentionedAccount {
  readonly account: AccountId;
  /** Where it stands: a principal, or the value of a condition. */
  readonly pointer: string;
  readonly statement: number;
}

/** An account outside of ours that some principal of is let in from, as a statement says it. */
export interface OutsideParty {
  readonly statement: Statement;
  readonly entry: PrincipalEntry;
  readonly account: AccountId;
  readonly standing: Exclude<Standing, 'home' | 'own'>;
  /** Where the account stands. */
  readonly pointer: string;
  /** The whole account is named, not a user or role of it. */
  readonly whole: boolean;
  /** Narrows a question to this statement and party. */
  readonly limits: Limits;
}

/**
 * @returns the outside accounts that an Allow statement lets anybody in from who is not of our organizations: named in
 * Principal, or by a condition under a star.
 */
export function outsideParties(context: RiskContext): readonly OutsideParty[] {
  const known = remembered.get(context);
  if (known !== undefined) return known;
  const parties = context.allows.flatMap((statement) => partiesOf(statement, context));
  remembered.set(context, parties);
  return parties;
}

const remembered = new WeakMap<RiskContext, readonly OutsideParty[]>();

function partiesOf(statement: Statement, context: RiskContext): readonly OutsideParty[] {
  if (statement.principal.element !== 'Principal') return [];
  const here = (other: Statement) => other.index === statement.index;
  return statement.principal.entries.flatMap((entry) => {
    const entries = (other: PrincipalEntry) => other === entry;
    const candidates =
      entry.name.kind === 'everyone'
        ? accountsUnderStar(statement, context)
        : [{ account: accountOf(entry.name), pointer: entry.pointer, whole: entry.name.kind === 'account' }];
    return candidates.flatMap(({ account, pointer, whole }) => {
      if (account === undefined || entry.type !== 'AWS' || entry.name.kind === 'federated-user') return [];
      const standing = context.standing(account);
      if (standing === 'home' || standing === 'own') return [];
      const clauses = [
        ...noneOf(context.organizations),
        ...(entry.name.kind === 'everyone' ? [clause('StringEquals', 'aws:PrincipalAccount', [account])] : []),
      ];
      const limits = { statements: here, entries, clauses };
      return !context.plainlyAlive(statement, entries) && context.someone(limits).answer === 'no'
        ? []
        : [{ statement, entry, account, standing, pointer, whole, limits }];
    });
  });
}

/** @returns whether the party has to meet a condition on the key that keeps somebody out. */
export function askedOf(context: RiskContext, { statement, limits }: OutsideParty, key: string): boolean {
  return context.guardedWithin(statement, key, limits);
}

/** Accounts that conditions hold a star to; where a stranger's account gets in as well, they are not what matters. */
function accountsUnderStar(statement: Statement, context: RiskContext) {
  if (context.open(statement)) return [];
  const found = new Map<string, { account: AccountId; pointer: string; whole: boolean }>();
  const narrowing = [statement, ...context.denies].flatMap(({ conditions }) => conditions);
  for (const { key, values } of narrowing)
    for (const { text, pointer } of values) {
      const lower = key.toLowerCase();
      const whole = lower === 'aws:principalaccount';
      if (!whole && lower !== 'aws:principalarn') continue;
      const account = asAccountId(whole ? text : (splitArn(text)?.account ?? ''));
      if (account !== undefined && !found.has(account)) found.set(account, { account, pointer, whole });
    }
  return [...found.values()];
}

/** @returns the accounts that Allow statements name, each once, where it stands first. */
export function mentionedAccounts(policy: TrustPolicy): readonly MentionedAccount[] {
  const found = new Map<string, MentionedAccount>();
  const add = (account: AccountId | undefined, pointer: string, statement: number) => {
    if (account !== undefined && !found.has(account)) found.set(account, { account, pointer, statement });
  };
  for (const statement of policy.statements) {
    // A Deny names accounts too: "all but these" lets them in.
    if (statement.effect === 'Allow')
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
  const before = riskContext({ ...context.question, policy: context.previous });
  const trusted = before.allows.flatMap(({ principal }) => principal.entries);
  // Whom the version before let in by the same name is not new: what has changed is a condition, which has rules of its own.
  const isNew = (entry: PrincipalEntry): boolean =>
    !trusted.some((old) => sameName(old, entry)) ||
    before.someone({ entries: (old) => sameName(old, entry) }).answer === 'no';
  return mentionedAccounts(context.policy)
    .filter(({ account }) => account !== context.home)
    .flatMap((mentioned) => {
      const named = context.someoneNew({
        entries: (entry) => accountOf(entry.name) === mentioned.account && isNew(entry),
      });
      const answer = named.answer === 'yes' ? named : underStar(context, mentioned.account);
      return answer.answer === 'yes' ? [{ ...mentioned, answer }] : [];
    });
}

function underStar(context: RiskContext, account: AccountId): AccessAnswer {
  return context.someoneNew({
    clauses: [clause('StringEquals', 'aws:PrincipalAccount', [account])],
    entries: ({ name }) => name.kind === 'everyone',
  });
}
