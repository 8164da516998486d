/** A repair that many rules share: the same condition under another operator. */
import { moveMember } from '../policy/document/edit.ts';
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
  const block = condition.pointer.slice(0, condition.pointer.lastIndexOf('/'));
  const text = moveMember(policy, block, condition.key, to);
  if (text === undefined) return undefined;
  const summary = `Write \`${to}\` in place of \`${condition.operator.text}\`.`;
  const intended = letsIn === undefined ? undefined : letsInBy(policy, text, statement.index, letsIn);
  return intended === undefined ? { summary, text } : { summary, text, intended };
}
