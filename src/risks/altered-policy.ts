/** The same policy with a statement or a condition otherwise: what a rule has the exact comparison weigh. */
import { anyNewAccess, newAccess } from '../policy/compare/compare.ts';
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import { accompanyingActions, actionsOf, assumeActions, trustActions } from '../policy/document/statement-callers.ts';
import type { ConditionClause, PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';

/** @returns the policy without the statement. */
export function without(policy: TrustPolicy, statement: Statement): TrustPolicy {
  return { ...policy, statements: policy.statements.filter(({ index }) => index !== statement.index) };
}

/** @returns the policy with other conditions on the statement. */
export function withConditions(
  policy: TrustPolicy,
  statement: Statement,
  conditions: readonly ConditionClause[],
): TrustPolicy {
  return {
    ...policy,
    statements: policy.statements.map((own) => (own.index === statement.index ? { ...own, conditions } : own)),
  };
}

/** @returns the policy with more statements behind its own. */
export function withMore(policy: TrustPolicy, more: readonly Statement[]): TrustPolicy {
  const first = Math.max(-1, ...policy.statements.map(({ index }) => index)) + 1;
  return { ...policy, statements: [...policy.statements, ...more.map((own, at) => ({ ...own, index: first + at }))] };
}

/** @returns the policy without its Deny statements. */
export function allowsOf(policy: TrustPolicy): TrustPolicy {
  return { ...policy, statements: policy.statements.filter(({ effect }) => effect === 'Allow') };
}

/** Whether the second lets in nobody that the first does not; `false` where that is not proved. */
export function addsNobody(from: TrustPolicy, to: TrustPolicy): boolean {
  return anyNewAccess(from, to) === 'no';
}

/** Whether the second lets in somebody that the first does not; `false` where there is no witness of it. */
export function addsSomebody(from: TrustPolicy, to: TrustPolicy): boolean {
  return anyNewAccess(from, to) === 'yes';
}

/** @returns the policy that lets nobody in. */
export function nobody(policy: TrustPolicy): TrustPolicy {
  return { ...policy, statements: [] };
}

/**
 * The statement as the only way in, with no Deny: the others keep what accompanies a call (`sts:TagSession` and kin),
 * and a statement about nothing else stands for the whole call.
 *
 * @param denies Deny statements that hold all the same.
 */
export function onlyBy(
  policy: TrustPolicy,
  statement: Statement,
  conditions = statement.conditions,
  denies: readonly Statement[] = [],
): TrustPolicy {
  const own = { ...statement, conditions };
  const makesCalls = actionsOf(statement.actions).some((action) => isOneOf(assumeActions, action));
  const statements = policy.statements.flatMap((other) => {
    if (other.index === statement.index) return [makesCalls ? own : withActions(own, ['sts:*'])];
    if (other.effect === 'Deny') return denies.includes(other) ? [other] : [];
    const beside = actionsOf(other.actions).filter((action) => isOneOf(accompanyingActions, action));
    return beside.length === 0 ? [] : [withActions(other, beside)];
  });
  return { ...policy, statements };
}

/** @returns the statement with a plain list of actions. */
export function withActions(statement: Statement, actions: readonly string[]): Statement {
  const { pointer } = statement.actions;
  return {
    ...statement,
    actions: { element: 'Action', pointer, patterns: actions.map((text) => ({ text, pointer })) },
  };
}

function isOneOf(list: readonly string[], action: string): boolean {
  return list.includes(action);
}

/**
 * Whether a user or role can make a call that has the action in it and meets the clauses.
 *
 * @param trusts the statements looked at; all Allow statements where not given.
 */
export function someoneUsing(
  policy: TrustPolicy,
  action: (typeof accompanyingActions)[number],
  clauses: readonly ConditionClause[],
  trusts: (entry: PrincipalEntry, statement: Statement) => boolean = () => true,
): AccessAnswer {
  const statements = policy.statements.flatMap((own) => {
    if (own.effect === 'Deny') return [own];
    // Entries that are left out cannot be narrowed.
    if (own.principal.element === 'NotPrincipal') return [{ ...own, conditions: [...own.conditions, ...clauses] }];
    const entries = own.principal.entries.filter((entry) => entry.type === 'AWS' && trusts(entry, own));
    if (entries.length === 0) return [];
    return [{ ...own, principal: { ...own.principal, entries }, conditions: [...own.conditions, ...clauses] }];
  });
  // All calls without the action: what is new beside them has it.
  return newAccess({ ...policy, statements: [everyCallBut(action)] }, { ...policy, statements });
}

function everyCallBut(action: string): Statement {
  const entry: PrincipalEntry = { type: 'AWS', text: '*', pointer: '', name: { kind: 'everyone' } };
  const statement: Statement = {
    index: 0,
    pointer: '',
    effect: 'Allow',
    principal: { element: 'Principal', pointer: '', bareStar: false, entries: [entry] },
    actions: { element: 'Action', pointer: '', patterns: [] },
    conditions: [],
  };
  return withActions(
    statement,
    trustActions.filter((other) => other !== action),
  );
}
