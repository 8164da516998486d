/** Which comparison does each operator of the IAM User Guide, "IAM JSON policy elements: Condition operators", make? */
import type { BaseOperator } from '../../document/trust-policy.ts';
import { arnLike } from './arn-like.ts';
import { binaryEquals } from './binary-equals.ts';
import { bool } from './bool.ts';
import { date } from './date.ts';
import { ipAddress } from './ip-address.ts';
import { numeric } from './numeric.ts';
import type { Operator } from './operator.ts';
import { stringEquals } from './string-equals.ts';
import { stringEqualsIgnoreCase } from './string-equals-ignore-case.ts';
import { stringLike } from './string-like.ts';

export interface OperatorRow {
  readonly operator: Operator;
  /** It holds where none of the policy's values matches. */
  readonly negated: boolean;
}

function is(operator: Operator): OperatorRow {
  return { operator, negated: false };
}

function isNot(operator: Operator): OperatorRow {
  return { operator, negated: true };
}

/** All but `Null`, which asks for presence and compares nothing. */
export const operators: Readonly<Record<Exclude<BaseOperator, 'Null'>, OperatorRow>> = {
  StringEquals: is(stringEquals),
  StringNotEquals: isNot(stringEquals),
  StringEqualsIgnoreCase: is(stringEqualsIgnoreCase),
  StringNotEqualsIgnoreCase: isNot(stringEqualsIgnoreCase),
  StringLike: is(stringLike),
  StringNotLike: isNot(stringLike),
  NumericEquals: is(numeric('equals')),
  NumericNotEquals: isNot(numeric('equals')),
  NumericLessThan: is(numeric('less-than')),
  NumericLessThanEquals: is(numeric('less-than-equals')),
  NumericGreaterThan: is(numeric('greater-than')),
  NumericGreaterThanEquals: is(numeric('greater-than-equals')),
  DateEquals: is(date('equals')),
  DateNotEquals: isNot(date('equals')),
  DateLessThan: is(date('less-than')),
  DateLessThanEquals: is(date('less-than-equals')),
  DateGreaterThan: is(date('greater-than')),
  DateGreaterThanEquals: is(date('greater-than-equals')),
  Bool: is(bool),
  BinaryEquals: is(binaryEquals),
  IpAddress: is(ipAddress),
  NotIpAddress: isNot(ipAddress),
  ArnEquals: is(arnLike),
  ArnNotEquals: isNot(arnLike),
  ArnLike: is(arnLike),
  ArnNotLike: isNot(arnLike),
};
