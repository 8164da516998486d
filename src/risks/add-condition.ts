/** A repair that many rules share: one more condition on a statement. */

import { setMember } from '../policy/document/edit.ts';
import { pointerStep } from '../policy/document/json-with-positions.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal } from './risk-rule.ts';

/**
 * Adds a key under an operator, in the block that is there or in a new one.
 *
 * @returns the repaired document; `undefined` where the key already stands under that operator, or the statement trusts
 * others as well, whom the condition would shut out.
 */
export function addCondition(
  { policy }: RiskContext,
  index: number | undefined,
  operator: string,
  key: string,
  value: string | readonly string[],
): FixProposal | undefined {
  const statement = policy.statements[index ?? -1];
  if (statement === undefined || statement.principal.entries.length > 1) return undefined;
  const same = statement.conditions.filter((condition) => condition.operator.text === operator);
  if (same.some((condition) => condition.key.toLowerCase() === key.toLowerCase())) return undefined;
  const block = `${statement.pointer}/Condition`;
  const text =
    policy.placeOf(block) === undefined
      ? setMember(policy, statement.pointer, 'Condition', { [operator]: { [key]: value } })
      : policy.placeOf(`${block}${pointerStep(operator)}`) === undefined
        ? setMember(policy, block, operator, { [key]: value })
        : setMember(policy, `${block}${pointerStep(operator)}`, key, value);
  if (text === undefined) return undefined;
  return {
    summary: `Add \`${operator}\` on \`${key}\`: ${[value]
      .flat()
      .map((one) => `\`${one}\``)
      .join(', ')}.`,
    text,
  };
}
