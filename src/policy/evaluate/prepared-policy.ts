/** Which statements of a policy match one assignment of key states, and what do they make together? */
import type { Statement, TrustPolicy } from '../document/trust-policy.ts';
import { cannotCall } from './caller.ts';
import { clauseHolds, type PreparedClause, prepareClause } from './condition.ts';
import { isUnknown, type KeyState, type PreparedKey, prepareKey, stateOf } from './key-state.ts';
import { type IdentityStates, matchPrincipal } from './principal-match.ts';
import type { AssumeRequest, Decision } from './request.ts';
import { and, NO, not, or, type Truth, UNKNOWN, YES } from './ternary.ts';
import { prepareWildcard } from './wildcard.ts';

export interface PreparedStatement {
  readonly statement: Statement;
  readonly clauses: readonly PreparedClause[];
  readonly actionTests: readonly ((action: string) => boolean)[];
}

/** A policy made ready for many requests. It holds scratch space: one evaluation at a time, as synchronous code is. */
export interface PreparedPolicy {
  readonly policy: TrustPolicy;
  readonly statements: readonly PreparedStatement[];
  readonly keys: readonly PreparedKey[];
  /** Position of the two keys that settle who a caller is. */
  readonly principalArn: number;
  readonly userId: number;
  /** @internal */
  readonly scratch: { readonly states: KeyState[]; readonly matches: Int8Array };
}

/** How a call fares for one assignment of states: whether all its actions are allowed, and whether a Deny takes one away. */
export interface Outcome {
  readonly allowed: Truth;
  readonly denied: Truth;
}

export function prepare(policy: TrustPolicy): PreparedPolicy {
  const byLower = new Map<string, PreparedKey>();
  const keys: PreparedKey[] = [];
  const keyNamed = (name: string): PreparedKey => {
    const lower = name.toLowerCase();
    const known = byLower.get(lower);
    if (known !== undefined) return known;
    const key = prepareKey(name, keys.length);
    byLower.set(lower, key);
    keys.push(key);
    return key;
  };
  const principalArn = keyNamed('aws:PrincipalArn').index;
  const userId = keyNamed('aws:userid').index;
  const statements = policy.statements.map((statement) => ({
    statement,
    clauses: statement.conditions.map((clause) => prepareClause(clause, policy.version, keyNamed)),
    actionTests: statement.actions.patterns.map(({ text }) => prepareWildcard(text.toLowerCase())),
  }));
  return {
    policy,
    statements,
    keys,
    principalArn,
    userId,
    scratch: { states: keys.map(() => undefined), matches: new Int8Array(statements.length) },
  };
}

/** Writes what is known of every key of the policy. */
export function fillStates(prepared: PreparedPolicy, request: AssumeRequest, states: KeyState[]): void {
  const { keys } = prepared;
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at];
    if (key !== undefined) states[at] = stateOf(key, request);
  }
}

/**
 * All actions of the call have to be allowed, each by itself: an explicit deny wins, else an allow, else it is denied
 * (IAM User Guide, "Policy evaluation logic"; semantics.md, "The decision").
 */
export function outcome(prepared: PreparedPolicy, request: AssumeRequest, states: readonly KeyState[]): Outcome {
  const { statements, scratch } = prepared;
  const { matches } = scratch;
  matches.fill(-1);
  let allAllowed: Truth = YES;
  let someDenied: Truth = NO;
  const identity: IdentityStates = {
    principalArn: states[prepared.principalArn],
    userId: states[prepared.userId],
    closed: request.closed,
  };
  for (const action of request.actions) {
    const lower = action.toLowerCase();
    let allowed: Truth = NO;
    let denied: Truth = NO;
    const blocked = cannotCall(request.caller.kind, lower) !== undefined;
    for (let at = 0; at < statements.length; at += 1) {
      const prepared1 = statements[at];
      if (prepared1 === undefined) continue;
      const { effect } = prepared1.statement;
      if (effect === 'Allow' ? blocked || allowed === YES : denied === YES) continue;
      if (!matchesAction(prepared1, lower)) continue;
      let matched = matches[at] as Truth | -1;
      if (matched === -1) {
        matched = holdsBesidesAction(prepared1, request, states, identity);
        matches[at] = matched;
      }
      if (effect === 'Allow') allowed = or(allowed, matched);
      else denied = or(denied, matched);
    }
    allAllowed = and(allAllowed, and(allowed, not(denied)));
    someDenied = or(someDenied, denied);
  }
  return { allowed: allAllowed, denied: someDenied };
}

/** @returns the decision; an explicit deny of one action of the call is one of the call. */
export function decisionOf(allowed: Truth, denied: Truth): Decision['decision'] {
  if (allowed === YES) return 'allow';
  if (allowed === UNKNOWN) return 'unknown';
  return denied === YES ? 'explicit-deny' : 'implicit-deny';
}

export function matchesAction({ statement, actionTests }: PreparedStatement, lower: string): boolean {
  let named = false;
  for (const test of actionTests) {
    if (!test(lower)) continue;
    named = true;
    break;
  }
  return statement.actions.element === 'Action' ? named : !named;
}

/** Whether the statement speaks of some action of the call that the caller can make at all. */
export function matchesSomeAction(prepared: PreparedStatement, request: AssumeRequest): boolean {
  return request.actions.some((action) => {
    const lower = action.toLowerCase();
    return (
      matchesAction(prepared, lower) &&
      (prepared.statement.effect === 'Deny' || cannotCall(request.caller.kind, lower) === undefined)
    );
  });
}

/** Whether the statement matches, by Kleene logic over its parts. */
export function matchStatement(
  prepared: PreparedPolicy,
  statement: PreparedStatement,
  request: AssumeRequest,
  states: readonly KeyState[],
): Truth {
  if (!matchesSomeAction(statement, request)) return NO;
  return holdsBesidesAction(statement, request, states, {
    principalArn: states[prepared.principalArn],
    userId: states[prepared.userId],
    closed: request.closed,
  });
}

function holdsBesidesAction(
  { statement, clauses }: PreparedStatement,
  request: AssumeRequest,
  states: readonly KeyState[],
  identity: IdentityStates,
): Truth {
  let holds = matchPrincipal(statement.principal, statement.effect, request.caller, identity);
  for (let at = 0; holds !== NO && at < clauses.length; at += 1) {
    const clause = clauses[at];
    if (clause !== undefined) holds = and(holds, clauseHolds(clause, states));
  }
  return holds;
}

/** @returns the keys of the policy of which something is unknown in these states. */
export function unknownKeysOf(prepared: PreparedPolicy, states: readonly KeyState[]): readonly PreparedKey[] {
  return prepared.keys.filter((key) => isUnknown(states[key.index]));
}
