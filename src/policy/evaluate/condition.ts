/** Does one condition clause hold for what is known of the request's keys? */
import { splitArn } from '../document/names.ts';
import type { ConditionClause, TrustPolicy } from '../document/trust-policy.ts';
import { isUnknown, type KeyState, type PreparedKey } from './key-state.ts';
import { isUnsettledArn } from './operators/arn-like.ts';
import type { Operator, ValueTest } from './operators/operator.ts';
import { type OperatorRow, operators } from './operators/operators.ts';
import { type PolicyVariable, readVariables } from './policy-variables.ts';
import { NO, not, or, type Truth, truthOf, UNKNOWN, YES } from './ternary.ts';
import type { PatternPiece } from './wildcard.ts';

export interface PreparedClause {
  readonly clause: ConditionClause;
  readonly key: PreparedKey;
  /** `undefined` for `Null`. */
  readonly row: OperatorRow | undefined;
  /** The policy's values without variables, each ready to be asked; those that can match nothing are left out. */
  readonly tests: readonly ValueTest[];
  readonly pieces: readonly (readonly PatternPiece[])[];
  /** Whether one of the values is a `*` of which AWS does not say whether it fits every ARN or none. */
  readonly unsettledArn: boolean;
  readonly withVariables: readonly (readonly PreparedPart[])[];
  /** The keys of the variables. */
  readonly variableKeys: readonly PreparedKey[];
}

type PreparedPart = PatternPiece | { readonly key: PreparedKey; readonly variable: PolicyVariable };

/** What is known of every key of a policy, by the key's index. */
export type KeyStates = readonly KeyState[];

export function prepareClause(
  clause: ConditionClause,
  version: TrustPolicy['version'],
  keyNamed: (name: string) => PreparedKey,
): PreparedClause {
  const { base } = clause.operator;
  const row = base === 'Null' ? undefined : operators[base];
  const tests: ValueTest[] = [];
  const pieces: (readonly PatternPiece[])[] = [];
  const withVariables: (readonly PreparedPart[])[] = [];
  const variableKeys: PreparedKey[] = [];
  let unsettledArn = false;
  if (row !== undefined) {
    for (const { text } of clause.values) {
      // Under 2008-10-17, and in the other operators, `${…}` is plain text.
      const parts =
        version === '2012-10-17' && row.operator.variables && text.includes('${')
          ? readVariables(text)
          : [{ piece: { text, literal: false } }];
      const prepared = parts.map((part): PreparedPart => {
        if ('piece' in part) return part.piece;
        const key = keyNamed(part.variable.key);
        variableKeys.push(key);
        return { key, variable: part.variable };
      });
      const plain = prepared.filter((part) => 'text' in part);
      if (plain.length < prepared.length) withVariables.push(prepared);
      else {
        const test = row.operator.prepare(plain);
        pieces.push(plain);
        if (row.operator.family === 'arn' && isUnsettledArn(plain)) unsettledArn = true;
        if (test !== undefined) tests.push(test);
      }
    }
  }
  return { clause, key: keyNamed(clause.key), row, tests, pieces, unsettledArn, withVariables, variableKeys };
}

/** IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys". */
export function clauseHolds(prepared: PreparedClause, states: KeyStates): Truth {
  const { key, row, clause } = prepared;
  const state = states[key.index];
  if (row === undefined) return nullHolds(clause, state);
  if (isUnknown(state)) return UNKNOWN;
  const { set, ifExists } = clause.operator;
  if (state === null || state.length === 0) {
    // AWS's two rules contradict each other for an absent key: `IfExists` holds, `ForAnyValue` does not.
    if (ifExists) return set === 'ForAnyValue' ? UNKNOWN : YES;
    if (set !== undefined) return set === 'ForAllValues' ? YES : NO;
    return row.negated ? YES : NO;
  }
  if (set === undefined) {
    if (key.multivalued || state.length > 1) return NO;
    return valueHolds(prepared, row, state[0] ?? '', states);
  }
  let all: Truth = YES;
  let any: Truth = NO;
  for (const value of state) {
    const holds = valueHolds(prepared, row, value, states);
    if (holds < all) all = holds;
    if (holds > any) any = holds;
  }
  return set === 'ForAnyValue' ? any : all;
}

/** Whether a clause is one whose outcome AWS does not settle where its key is absent. */
export function isUnsettledWhenAbsent({ clause: { operator } }: PreparedClause): boolean {
  return operator.set === 'ForAnyValue' && operator.ifExists;
}

function nullHolds(clause: ConditionClause, state: KeyState): Truth {
  if (state === undefined) {
    const wanted = new Set(clause.values.map(({ text }) => text.toLowerCase()));
    if (wanted.has('true') && wanted.has('false')) return YES;
    return wanted.has('true') || wanted.has('false') ? UNKNOWN : NO;
  }
  const absent = state === null;
  for (const { text } of clause.values) if (text.toLowerCase() === (absent ? 'true' : 'false')) return YES;
  return NO;
}

function valueHolds(prepared: PreparedClause, row: OperatorRow, value: string, states: KeyStates): Truth {
  let matched: Truth = NO;
  for (const test of prepared.tests) {
    if (!test(value)) continue;
    matched = YES;
    break;
  }
  if (matched === NO)
    for (const parts of prepared.withVariables) {
      matched = or(matched, matchesWithVariables(parts, row.operator, value, states));
      if (matched === YES) break;
    }
  if (matched === NO && prepared.unsettledArn && splitArn(value) !== undefined) matched = UNKNOWN;
  return row.negated ? not(matched) : matched;
}

function matchesWithVariables(
  parts: readonly PreparedPart[],
  operator: Operator,
  value: string,
  states: KeyStates,
): Truth {
  const pieces = resolveVariables(parts, states);
  if (pieces === 'unknown') return UNKNOWN;
  return truthOf(pieces !== 'nothing' && operator.prepare(pieces)?.(value) === true);
}

/**
 * A variable's value is plain text: a `*` in it is no wildcard.
 * @returns `nothing` where a variable has no value, so that the whole value matches nothing.
 */
export function resolveVariables(
  parts: readonly PreparedPart[],
  states: KeyStates,
): readonly PatternPiece[] | 'nothing' | 'unknown' {
  const pieces: PatternPiece[] = [];
  let unknown = false;
  for (const part of parts) {
    if ('text' in part) {
      pieces.push(part);
      continue;
    }
    const state = states[part.key.index];
    if (part.key.multivalued) return 'nothing';
    if (isUnknown(state)) unknown = true;
    else if (state === null || state.length === 0) {
      if (part.variable.fallback === undefined) return 'nothing';
      pieces.push({ text: part.variable.fallback, literal: true });
    } else {
      // Only single-valued keys can be variables.
      const [only] = state;
      if (state.length > 1 || only === undefined) return 'nothing';
      pieces.push({ text: only, literal: true });
    }
  }
  return unknown ? 'unknown' : pieces;
}
