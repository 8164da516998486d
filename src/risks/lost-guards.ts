/** Which guards did a change of the policy take away from principals that were trusted before? */
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import type { PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import { clause, type RiskContext, riskContext, strangeValueOf } from './risk-context.ts';
import { sameName } from './same-principal.ts';

export interface LostGuard {
  /** As the old document spells it. */
  readonly key: string;
  readonly before: Statement;
  /** The statement that now lets them in without it. */
  readonly now: Statement;
  readonly answer: Extract<AccessAnswer, { answer: 'yes' }>;
}

/**
 * A guard is lost where a statement of the version before kept out whoever lacks a key, or has an arbitrary value of it,
 * and some principal which that statement named gets in without it now.
 *
 * @returns one entry for each key and statement of the version before; empty where there is no version before.
 */
export function lostGuards(context: RiskContext): readonly LostGuard[] {
  const known = remembered.get(context);
  if (known !== undefined) return known;
  const lost = context.previous === undefined ? [] : find(context);
  remembered.set(context, lost);
  return lost;
}

/** @returns the lost guards on certain keys, one for each statement that lets in without it now. */
export function lossesOf(context: RiskContext, isMeant: (key: string) => boolean): readonly LostGuard[] {
  const byStatement = new Map<number, LostGuard>();
  for (const lost of lostGuards(context))
    if (isMeant(lost.key.toLowerCase()) && !byStatement.has(lost.now.index)) byStatement.set(lost.now.index, lost);
  return [...byStatement.values()];
}

const remembered = new WeakMap<RiskContext, readonly LostGuard[]>();

function find(context: RiskContext): readonly LostGuard[] {
  const { previous } = context;
  if (previous === undefined) return [];
  const before = riskContext({ ...context.question, policy: previous });
  const lost: LostGuard[] = [];
  for (const statement of before.allows) {
    const keys = new Map<string, string>();
    for (const s of [statement, ...before.denies]) for (const c of s.conditions) keys.set(c.key.toLowerCase(), c.key);
    for (const key of keys.values()) {
      if (!before.guarded(statement, key)) continue;
      const entries = (entry: PrincipalEntry) => statement.principal.entries.some((old) => sameName(old, entry));
      const without = context.someoneNew({ clauses: [clause('Null', key, ['true'])], entries });
      const arbitrary = strangeValueOf(key, context.policy.text + previous.text);
      const answer =
        without.answer === 'yes' || arbitrary === undefined
          ? without
          : context.someoneNew({ clauses: arbitrary, entries });
      if (answer.answer !== 'yes') continue;
      const now = context.policy.statements[answer.classes[0].statement];
      if (now !== undefined)
        lost.push({ key, before: statement, now, answer: withoutTheQuestion(context, entries, answer) });
    }
  }
  return lost;
}

/** Who newly gets in by that statement in all, told without the made-up value of the question. */
function withoutTheQuestion(
  context: RiskContext,
  entries: (entry: PrincipalEntry) => boolean,
  answer: LostGuard['answer'],
): LostGuard['answer'] {
  const all = context.someoneNew({ entries });
  const same =
    all.answer === 'yes' ? all.classes.find(({ statement }) => statement === answer.classes[0].statement) : undefined;
  return same === undefined ? answer : { answer: 'yes', classes: [same] };
}
