/** A repair that many rules share: the same condition under another operator. */
import { renameMember } from '../policy/document/edit.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal, RiskHit } from './risk-rule.ts';

/**
 * Renames the operator over the condition that a hit points at.
 *
 * @param rename takes the operator as it stands in the document and gives the new one.
 * @param letsIn for a condition that shut its own callers out: whom the repair lets in, in words.
 * @returns the repaired document; `undefined` where the new operator already stands in the block, or the place is not a
 * condition.
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
  const text = moveCondition(context, statement.index, condition.operator.text, to, block);
  if (text === undefined) return undefined;
  const summary = `Write \`${to}\` in place of \`${condition.operator.text}\`.`;
  if (letsIn === undefined) return { summary, text };
  const intended = {
    ...policy,
    statements: [{ ...statement, conditions: statement.conditions.filter((other) => other !== condition) }],
  };
  return { summary, text, intended: { policy: intended, inWords: letsIn } };
}

/** A block of one key is renamed whole; where the operator holds other keys too, or the new one exists, nothing is done. */
function moveCondition(
  context: RiskContext,
  statement: number,
  from: string,
  to: string,
  block: string,
): string | undefined {
  const conditions = context.policy.statements[statement]?.conditions ?? [];
  if (conditions.some(({ operator }) => operator.text === to)) return undefined;
  if (conditions.filter(({ operator }) => operator.text === from).length !== 1) return undefined;
  return renameMember(context.policy, block, to);
}
