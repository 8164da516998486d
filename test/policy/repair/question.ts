/** The question of a repair as the evaluator puts it: what of a statement does not match the call? */
import type { Statement, TrustPolicy } from '../../../src/policy/document/trust-policy.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../../../src/policy/evaluate/request.ts';
import type { RepairQuestion } from '../../../src/policy/repair/repair.ts';

export function questionAbout(
  policy: TrustPolicy,
  statement: Statement,
  call: AssumeRequest,
  leftToCaller: (key: string) => boolean = () => false,
): RepairQuestion {
  const failing = (actions: AssumeRequest['actions']) => {
    const { statements } = evaluate(prepare(policy), { ...call, actions });
    const reasons = statements.find(({ index }) => index === statement.index)?.reasons ?? [];
    return reasons.map(({ matches }) => matches === 'no');
  };
  const [principal = false, , ...conditions] = failing(call.actions);
  const clauses = statement.conditions.filter((_, at) => conditions[at] === true);
  return {
    policy,
    statement,
    call,
    principal,
    action: call.actions.some((one) => failing([one])[1] === true),
    clauses: clauses.filter(({ key }) => !leftToCaller(key)),
    leftToCaller: clauses.filter(({ key }) => leftToCaller(key)),
    denies: policy.statements.filter(
      (one) =>
        one.effect === 'Deny' &&
        evaluate(prepare(policy), call).statements.some(
          ({ index, matches }) => index === one.index && matches === 'yes',
        ),
    ),
    deniesLeftToCaller: [],
  };
}
