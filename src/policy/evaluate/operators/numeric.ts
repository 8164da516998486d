/** NumericEquals, NumericLessThan and kin: decimal numbers; what is none matches nothing. */
import { type Operator, plainValue } from './operator.ts';

export type Relation = 'equals' | 'less-than' | 'less-than-equals' | 'greater-than' | 'greater-than-equals';

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;

/** @returns the number a text means; `undefined` where it is none. */
export function parseNumber(text: string): number | undefined {
  return text.length <= 64 && decimal.test(text) ? Number(text) : undefined;
}

export function numeric(relation: Relation): Operator {
  return {
    family: 'numeric',
    ignoreCase: false,
    wildcards: false,
    variables: false,
    prepare(value) {
      const expected = parseNumber(plainValue(value));
      if (expected === undefined) return undefined;
      return (given) => {
        const number = parseNumber(given);
        return number !== undefined && related(relation, number, expected);
      };
    },
  };
}

/** @returns whether the request's number stands in the relation to the policy's. */
export function related(relation: Relation, given: number, expected: number): boolean {
  switch (relation) {
    case 'equals':
      return given === expected;
    case 'less-than':
      return given < expected;
    case 'less-than-equals':
      return given <= expected;
    case 'greater-than':
      return given > expected;
    case 'greater-than-equals':
      return given >= expected;
  }
}
