/** What is left of a trust policy at one time: its conditions on the time, decided? */
import type { ConditionClause, Statement, TrustPolicy } from '../document/trust-policy.ts';
import { evaluate, prepare } from './evaluate.ts';
import type { Ternary } from './request.ts';

/**
 * Every call has the time of day, so that a condition on it holds for all calls of that moment or for none of them. Who could
 * assume a role then is not asked of times that were over, or had not come.
 * @param at milliseconds. @returns the policy itself where it asks for no time.
 */
export function heldAt(policy: TrustPolicy, at: number): TrustPolicy {
  if (!policy.statements.some(({ conditions }) => conditions.some(isOfTime))) return policy;
  const holds = answersAt(policy, at);
  const statements = policy.statements.flatMap((statement): readonly Statement[] => {
    const answers = statement.conditions.filter(isOfTime).map((clause) => holds.get(clause.pointer));
    if (answers.includes('no')) return [];
    const conditions = statement.conditions.filter(
      (clause) => !isOfTime(clause) || holds.get(clause.pointer) !== 'yes',
    );
    return [{ ...statement, conditions }];
  });
  return { ...policy, statements };
}

function isOfTime({ key }: ConditionClause): boolean {
  return /^aws:(?:currenttime|epochtime)$/i.test(key);
}

/** By the pointer of the clause; whoever calls, the answer is the same. */
function answersAt(policy: TrustPolicy, at: number): ReadonlyMap<string, Ternary> {
  const { statements } = evaluate(prepare(policy), {
    caller: { kind: 'service', service: 'ec2.amazonaws.com' },
    actions: ['sts:AssumeRole'],
    context: new Map([
      ['aws:currenttime', [new Date(at).toISOString()]],
      ['aws:epochtime', [String(Math.floor(at / 1000))]],
    ]),
    absent: new Set(),
    closed: true,
  });
  return new Map(statements.flatMap(({ reasons }) => reasons.map(({ pointer, matches }) => [pointer, matches])));
}
