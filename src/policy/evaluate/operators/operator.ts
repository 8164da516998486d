/** What does one condition operator have to say of itself? */
import type { PatternPiece } from '../wildcard.ts';

/** Whether one value of the request matches the policy value it was prepared from. */
export type ValueTest = (requestValue: string) => boolean;

export interface Operator {
  /** Which values have to be told apart to know all answers of its tests; `other`: cannot be said. */
  readonly family: 'string' | 'arn' | 'numeric' | 'date' | 'ip' | 'other';
  /** Letter case does not count. */
  readonly ignoreCase: boolean;
  /** `*` and `?` of the policy value are wildcards. */
  readonly wildcards: boolean;
  /** Policy variables are replaced in it (IAM User Guide, "IAM policy elements: Variables and tags"). */
  readonly variables: boolean;
  /** @returns the test; `undefined` where the policy value is none of this type, so that it matches nothing. */
  prepare(value: readonly PatternPiece[]): ValueTest | undefined;
}

/** @returns the value's text, variables replaced. */
export function plainValue(value: readonly PatternPiece[]): string {
  return value.length === 1 ? (value[0]?.text ?? '') : value.map((piece) => piece.text).join('');
}
