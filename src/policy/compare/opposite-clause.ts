/** Which condition holds exactly where this one does not? For telling it to people. */
import type { BaseOperator } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';

const pairs: readonly (readonly [BaseOperator, BaseOperator])[] = [
  ['StringEquals', 'StringNotEquals'],
  ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
  ['StringLike', 'StringNotLike'],
  ['ArnEquals', 'ArnNotEquals'],
  ['ArnLike', 'ArnNotLike'],
  ['IpAddress', 'NotIpAddress'],
  ['NumericEquals', 'NumericNotEquals'],
  ['NumericLessThan', 'NumericGreaterThanEquals'],
  ['NumericGreaterThan', 'NumericLessThanEquals'],
  ['DateEquals', 'DateNotEquals'],
  ['DateLessThan', 'DateGreaterThanEquals'],
  ['DateGreaterThan', 'DateLessThanEquals'],
];
const opposites: ReadonlyMap<BaseOperator, BaseOperator> = new Map(
  pairs.flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);
const truths: ReadonlyMap<string, string> = new Map([
  ['true', 'false'],
  ['false', 'true'],
]);

/** @returns the clause; `undefined` where none says it. */
export function oppositeOf(clause: PreparedClause): PreparedClause | undefined {
  const { operator, values } = clause.clause;
  const { base, set, ifExists } = operator;
  if (base === 'Null' || base === 'Bool') {
    const [only, ...others] = values;
    const other = truths.get(only?.text.toLowerCase() ?? '');
    if (only === undefined || other === undefined || others.length > 0 || set !== undefined) return undefined;
    return {
      ...clause,
      clause: {
        ...clause.clause,
        operator: { ...operator, ifExists: base === 'Bool' && !ifExists },
        values: [{ ...only, text: other }],
      },
    };
  }
  const opposite = opposites.get(base);
  // One of several numbers or dates is more or less than: all of them would have to be the other way round.
  const compares = /^(Numeric|Date)(Less|Greater)/.test(base);
  if (opposite === undefined || clause.row === undefined || values.length === 0) return undefined;
  if (compares && values.length > 1) return undefined;
  const negated = /Not/.test(opposite);
  const withoutKey = set === undefined ? ifExists || clause.row.negated : set === 'ForAllValues';
  return {
    ...clause,
    clause: {
      ...clause.clause,
      operator: {
        ...operator,
        base: opposite,
        set: set === undefined ? undefined : set === 'ForAllValues' ? 'ForAnyValue' : 'ForAllValues',
        ifExists: set === undefined && !withoutKey && !negated,
      },
    },
    row: { ...clause.row, negated },
  };
}
