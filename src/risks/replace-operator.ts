/** A repair that many rules share: the same condition under another operator. */
import { removeAt, renameMember, setMember } from '../policy/document/edit.ts';
import { pointerStep } from '../policy/document/json-with-positions.ts';
import type { ConditionClause, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { letsInBy } from './repaired-statement.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal, RiskHit } from './risk-rule.ts';

/**
 * Renames the operator over the condition that a hit points at.
 *
 * @param rename takes the operator as it stands in the document and gives the new one.
 * @param letsIn for a condition that shut its own callers out: whom the repair lets in, in words.
 * @returns the repaired document; `undefined` where the key already stands under the new operator, or the place is not
 * a condition.
 */
export function replaceOperator(
  context: RiskContext,
  hit: RiskHit,
  rename: (operator: string) => string,
  letsIn?: string,
): FixProposal | undefined {
  const { policy } = context;
  const statement = policy.statements[hit.statement ?? -1];
  const condition = statement?.conditions.find(
    ({ pointer, values }) => pointer === hit.pointer || values.some((value) => value.pointer === hit.pointer),
  );
  if (statement === undefined || condition === undefined) return undefined;
  const to = rename(condition.operator.text);
  const text = moveCondition(policy, statement, condition, to);
  if (text === undefined) return undefined;
  const summary = `Write \`${to}\` in place of \`${condition.operator.text}\`.`;
  const intended = letsIn === undefined ? undefined : letsInBy(policy, text, statement.index, letsIn);
  return intended === undefined ? { summary, text } : { summary, text, intended };
}

/** A block of one key is renamed whole; from one with others, the key moves into the block of the new operator. */
function moveCondition(
  policy: TrustPolicy,
  { conditions, pointer }: Statement,
  condition: ConditionClause,
  to: string,
): string | undefined {
  const from = condition.operator.text;
  const block = condition.pointer.slice(0, condition.pointer.lastIndexOf('/'));
  const there = conditions.filter(({ operator }) => operator.text === to);
  if (there.some(({ key }) => key.toLowerCase() === condition.key.toLowerCase())) return undefined;
  const alone = conditions.filter(({ operator }) => operator.text === from).length === 1;
  if (alone && there.length === 0) return renameMember(policy, block, to);
  const taken = removeAt(policy, alone ? block : condition.pointer);
  if (taken === undefined) return undefined;
  const values = condition.values.map(({ text }) => text);
  const [only] = condition.values;
  const value = only !== undefined && only.pointer === condition.pointer ? only.text : values;
  return there.length > 0
    ? setMember({ text: taken }, `${pointer}/Condition${pointerStep(to)}`, condition.key, value)
    : setMember({ text: taken }, `${pointer}/Condition`, to, { [condition.key]: value });
}
