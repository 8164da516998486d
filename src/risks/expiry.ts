/** Until when does a statement let anybody in? */
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { parseDate } from '../policy/evaluate/operators/date.ts';
import { clause } from './risk-context.ts';

export interface End {
  /** ISO 8601. */
  readonly at: string;
  /** What a request after it meets. */
  readonly later: ConditionClause;
}

/** @returns whether the key is the time of the request, in either of its two forms. */
export function isClock(key: string): boolean {
  return /^aws:(currenttime|epochtime)$/i.test(key);
}

/** The upper bounds that a statement sets on a clock: an Allow by what has to be earlier, a Deny by what must not be later. */
export function endsOf({ effect, conditions }: Statement, key: string): readonly End[] {
  if (!isClock(key)) return [];
  const operators = effect === 'Allow' ? /^(Date|Numeric)LessThan(Equals)?$/ : /^(Date|Numeric)GreaterThan(Equals)?$/;
  return conditions.flatMap((condition) => {
    if (condition.key.toLowerCase() !== key.toLowerCase() || !operators.test(condition.operator.base)) return [];
    const instants = condition.values.flatMap(({ text }) => parseDate(text) ?? []);
    const end = effect === 'Allow' ? Math.max(...instants) : Math.min(...instants);
    if (!Number.isFinite(end) || Math.abs(end) >= 8.64e15) return [];
    return [{ at: new Date(end).toISOString(), later: after('GreaterThan', condition, end) }];
  });
}

/** @returns a clause for requests after an instant, in milliseconds since 1970, of the type in which a condition compares. */
export function after(
  relation: 'GreaterThan' | 'GreaterThanEquals',
  { key, operator }: ConditionClause,
  instant: number,
): ConditionClause {
  return operator.base.startsWith('Numeric')
    ? clause(`Numeric${relation}`, key, [String(instant / 1_000)])
    : clause(`Date${relation}`, key, [new Date(instant).toISOString()]);
}
