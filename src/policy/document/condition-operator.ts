/** Which operator does a name in a Condition block mean? */
import type { BaseOperator, ConditionOperator } from './trust-policy.ts';

/** IAM User Guide, "IAM JSON policy elements: Condition operators". */
export const baseOperators = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnNotEquals',
  'ArnLike',
  'ArnNotLike',
  'Null',
] as const satisfies readonly BaseOperator[];

const byLowerName: ReadonlyMap<string, BaseOperator> = new Map(baseOperators.map((name) => [name.toLowerCase(), name]));

/** @returns the operator, its name matched without regard to case; `undefined` where there is none of that name. */
export function readOperator(text: string): ConditionOperator | undefined {
  let rest = text.toLowerCase();
  let set: ConditionOperator['set'];
  if (rest.startsWith('foranyvalue:')) set = 'ForAnyValue';
  else if (rest.startsWith('forallvalues:')) set = 'ForAllValues';
  if (set !== undefined) rest = rest.slice(set.length + 1);
  const ifExists = rest.endsWith('ifexists');
  if (ifExists) rest = rest.slice(0, -'ifexists'.length);
  const base = byLowerName.get(rest);
  if (base === undefined || (base === 'Null' && ifExists)) return undefined;
  return { base, ifExists, set, text };
}

/** @returns the operator's name as AWS spells it. */
export function operatorName(operator: ConditionOperator): string {
  return `${operator.set === undefined ? '' : `${operator.set}:`}${operator.base}${operator.ifExists ? 'IfExists' : ''}`;
}
