/** Does a condition hold for a request that does not carry its key? */
import type { ConditionClause } from '../policy/document/trust-policy.ts';

/** @returns whether it does (IAM User Guide, "Condition operators" and "Set operators for multivalued context keys"). */
export function passesWithoutKey({ operator: { base, ifExists, set }, values }: ConditionClause): boolean {
  if (base === 'Null') return values.some(({ text }) => text.toLowerCase() === 'true');
  if (set === 'ForAllValues') return true;
  // Of none of the values, none differs.
  return ifExists || (set !== 'ForAnyValue' && base.includes('Not'));
}
