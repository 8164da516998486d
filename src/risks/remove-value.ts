/** A repair that several rules share: one value of a condition taken out, where others stay. */
import { removeAt } from '../policy/document/edit.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal, RiskHit } from './risk-rule.ts';

/** @returns `undefined` where it is the only value: without any, the condition would mean something else. */
export function removeValue({ policy }: RiskContext, hit: RiskHit): FixProposal | undefined {
  const conditions = policy.statements[hit.statement ?? -1]?.conditions ?? [];
  const condition = conditions.find(({ values }) => values.some(({ pointer }) => pointer === hit.pointer));
  const value = condition?.values.find(({ pointer }) => pointer === hit.pointer);
  if (condition === undefined || value === undefined || condition.values.length < 2) return undefined;
  const text = removeAt(policy, hit.pointer);
  return text === undefined ? undefined : { summary: `Remove \`${value.text}\`; the other values stay.`, text };
}
