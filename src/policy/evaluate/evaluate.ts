/** Does a trust policy let this request in? Prepared once, asked many times, in three values. */
import type { KeyState } from './key-state.ts';
import { decisionOf, fillStates, matchStatement, outcome, type PreparedPolicy } from './prepared-policy.ts';
import { reasonsOf } from './reasons.ts';
import type { AssumeRequest, Decision, StatementResult } from './request.ts';
import { NO, UNKNOWN, wordOf } from './ternary.ts';
import { decideByClasses, type Refined } from './unknown-keys.ts';

export { type PreparedPolicy, prepare } from './prepared-policy.ts';

/** The decision alone, with none of the reasons: the same as {@link evaluate} gives. */
export function decide(prepared: PreparedPolicy, request: AssumeRequest): Decision['decision'] {
  const { states } = prepared.scratch;
  fillStates(prepared, request, states);
  const { allowed, denied } = outcome(prepared, request, states);
  if (allowed !== UNKNOWN) return decisionOf(allowed, denied);
  return decideByClasses(prepared, request, [...states]).decision;
}

/** The decision with the reasons of every statement, and what an `unknown` depends on. */
export function evaluate(prepared: PreparedPolicy, request: AssumeRequest): Decision {
  const states: KeyState[] = prepared.keys.map(() => undefined);
  fillStates(prepared, request, states);
  const { allowed, denied } = outcome(prepared, request, states);
  const kleene = prepared.statements.map((statement) => matchStatement(prepared, statement, request, states));
  const refined: Refined = kleene.includes(UNKNOWN)
    ? decideByClasses(prepared, request, states)
    : { decision: decisionOf(allowed, denied), matches: kleene, unknownKeys: [], unsettled: [] };
  const decision = allowed === UNKNOWN ? refined.decision : decisionOf(allowed, denied);
  const statements = prepared.statements.map((statement, at): StatementResult => {
    const reasons = reasonsOf(prepared, statement, request, states);
    return {
      index: statement.statement.index,
      effect: statement.statement.effect,
      matches: wordOf(refined.matches[at] ?? kleene[at] ?? NO),
      reasons,
    };
  });
  return {
    decision,
    statements,
    unknownKeys: decision === 'unknown' ? refined.unknownKeys.map((key) => key.display) : [],
    unknownBecause: decision === 'unknown' ? refined.unsettled : [],
  };
}
