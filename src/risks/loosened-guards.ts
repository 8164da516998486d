/** Which conditions did a change make weaker for principals that were trusted before? */

import { newAccess } from '../policy/compare/compare.ts';
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import { actionsOf } from '../policy/document/statement-callers.ts';
import type { ConditionClause, PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { allowsOf, withActions } from './altered-policy.ts';
import type { RiskContext } from './risk-context.ts';
import { sameName } from './same-principal.ts';

export interface LoosenedGuard {
  /** As the old document spells it. */
  readonly key: string;
  readonly before: Statement;
  /** The statement that now lets in what the condition kept out. */
  readonly now: Statement;
  readonly answer: Extract<AccessAnswer, { answer: 'yes' }>;
}

/**
 * A guard is weaker where a request gets in now, of a principal and by actions that a statement of the version before
 * allowed, which met all its conditions but those on one key, and which no statement of that version allowed.
 *
 * @returns one entry for each key and statement of the version before, a key that is lost altogether among them.
 */
export function loosenedGuards(context: RiskContext): readonly LoosenedGuard[] {
  const known = remembered.get(context);
  if (known !== undefined) return known;
  const found = context.previous === undefined ? [] : find(context, context.previous);
  remembered.set(context, found);
  return found;
}

/** @returns those of them of which nothing is left, neither in the statement that lets in now nor in a Deny. */
export function droppedGuards(context: RiskContext): readonly LoosenedGuard[] {
  const speaksOf = ({ conditions }: Statement, lower: string) =>
    conditions.some(({ key }) => key.toLowerCase() === lower);
  return loosenedGuards(context).filter(
    ({ key, now }) => ![now, ...context.denies].some((statement) => speaksOf(statement, key.toLowerCase())),
  );
}

const remembered = new WeakMap<RiskContext, readonly LoosenedGuard[]>();

function find({ policy }: RiskContext, previous: TrustPolicy): readonly LoosenedGuard[] {
  if (textOf(policy) === textOf(previous)) return [];
  const from = allowsOf(previous);
  return from.statements.flatMap((before) => {
    const keys = new Map(before.conditions.map(({ key }) => [key.toLowerCase(), key]));
    return [...keys].flatMap(([lower, key]) => {
      const others = before.conditions.filter((own) => own.key.toLowerCase() !== lower);
      const answer = newAccess(from, sameCallers(policy, before, others));
      if (answer.answer !== 'yes') return [];
      const now = policy.statements.find(({ index }) => index === answer.classes[0].statement);
      return now === undefined ? [] : [{ key, before, now, answer }];
    });
  });
}

/** The policy for the principals and actions of an old statement, and for requests that meet further conditions. */
export function sameCallers(
  policy: TrustPolicy,
  before: Statement,
  conditions: readonly ConditionClause[],
): TrustPolicy {
  const allowed = new Set(actionsOf(before.actions));
  const trusted = (entry: PrincipalEntry) => before.principal.entries.some((old) => sameName(old, entry));
  const statements = policy.statements.flatMap((now) => {
    if (now.effect === 'Deny') return [now];
    const entries = now.principal.entries.filter(trusted);
    const actions = actionsOf(now.actions).filter((action) => allowed.has(action));
    // Of those that a statement leaves out, nobody can say who was trusted before.
    if (now.principal.element === 'NotPrincipal' || before.principal.element === 'NotPrincipal') return [];
    if (entries.length === 0 || actions.length === 0) return [];
    return [
      {
        ...withActions(now, actions),
        principal: { ...now.principal, entries },
        conditions: [...now.conditions, ...conditions],
      },
    ];
  });
  return { ...policy, statements };
}

/** All that has a meaning in the document. */
function textOf({ version, statements }: TrustPolicy): string {
  return JSON.stringify([
    version,
    ...statements.map(({ effect, principal, actions, conditions }) => [
      effect,
      principal.element,
      principal.entries.map(({ type, text }) => [type, text]),
      actions.element,
      actions.patterns.map(({ text }) => text),
      conditions.map(({ operator, key, values }) => [operator.text, key, values.map(({ text }) => text)]),
    ]),
  ]);
}
