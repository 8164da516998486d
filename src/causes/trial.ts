/** Does one part of a statement match the call, with all the rest of its statement set aside? */
import type { AccountId } from '../policy/document/names.ts';
import type {
  ActionElement,
  ConditionClause,
  PrincipalElement,
  Statement,
  TrustPolicy,
} from '../policy/document/trust-policy.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import { isUnknown, prepareKey, stateOf } from '../policy/evaluate/key-state.ts';
import type { AssumeRequest, Ternary } from '../policy/evaluate/request.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';

const everyone: PrincipalElement = {
  element: 'Principal',
  pointer: '',
  bareStar: false,
  entries: [{ type: 'AWS', text: '*', pointer: '', name: { kind: 'everyone' } }],
};
const everyAction: ActionElement = { element: 'Action', pointer: '', patterns: [{ text: '*', pointer: '' }] };

/** Whether a policy of just this statement would match the call, whatever is unknown of it. */
function alone(
  statement: Omit<Statement, 'index' | 'pointer'>,
  version: TrustPolicy['version'],
  call: AssumeRequest,
): Ternary {
  const policy: TrustPolicy = {
    version,
    versionStated: true,
    statements: [{ index: 0, pointer: '/Statement/0', ...statement }],
    text: '',
    placeOf: () => undefined,
  };
  return evaluate(prepare(policy), call).statements[0]?.matches ?? 'unknown';
}

/** Whether the clauses hold together. */
export function clausesHold(
  conditions: readonly ConditionClause[],
  version: TrustPolicy['version'],
  call: AssumeRequest,
): Ternary {
  return alone({ effect: 'Allow', principal: everyone, actions: everyAction, conditions }, version, call);
}

/** Whether the Principal element means the caller. */
export function principalMatches(
  principal: PrincipalElement,
  effect: Statement['effect'],
  version: TrustPolicy['version'],
  call: AssumeRequest,
): Ternary {
  return alone({ effect, principal, actions: everyAction, conditions: [] }, version, call);
}

/** The values of a key in the call; null: it is not in it; undefined: not known. */
export function valuesInCall(key: string, call: AssumeRequest): readonly string[] | null | undefined {
  const state = stateOf(prepareKey(key, 0), call);
  return isUnknown(state) ? undefined : state;
}

/** Keys of which nothing is known and anything can be true, one for each way that values are told apart. */
const neutralKeys = {
  single: 'aws:PrincipalTag/any',
  several: 'aws:TagKeys',
  bool: 'aws:MultiFactorAuthPresent',
} as const;

/**
 * The other clauses on the same key with which this one can never hold, whoever calls and whatever the call brings;
 * empty where it can never hold even alone.
 * @returns `undefined` where some request may satisfy them, or that cannot be told.
 */
export function neverHoldsWith(
  clause: ConditionClause,
  conditions: readonly ConditionClause[],
  version: TrustPolicy['version'],
): readonly ConditionClause[] | undefined {
  const found = lookUpKey(clause.key);
  const kind =
    found.kind !== 'registered'
      ? 'single'
      : found.key.multivalued
        ? 'several'
        : found.key.type === 'bool'
          ? 'bool'
          : 'single';
  if (found.kind === 'registered' && Object.values(found.key.presence).every((presence) => presence === 'never')) {
    const absent = { ...nobody, absent: new Set([clause.key.toLowerCase()]) };
    return clausesHold([clause], version, absent) === 'no' ? [] : undefined;
  }
  const neutral = (one: ConditionClause): ConditionClause => ({ ...one, key: neutralKeys[kind] });
  const holds = (some: readonly ConditionClause[]) => clausesHold(some.map(neutral), version, nobody);
  if (holds([clause]) === 'no') return [];
  // One that never holds even alone is at fault by itself, and not together with this one.
  let others = conditions
    .filter((one) => one !== clause && one.key.toLowerCase() === clause.key.toLowerCase() && holds([one]) !== 'no')
    .slice(0, 8);
  if (others.length === 0 || holds([clause, ...others]) !== 'no') return undefined;
  // Those that are not needed for it are left out.
  for (const one of others) {
    const rest = others.filter((other) => other !== one);
    if (rest.length > 0 && holds([clause, ...rest]) === 'no') others = rest;
  }
  return others;
}

/** A call of which nothing is known but its action. */
const nobody: AssumeRequest = {
  caller: { kind: 'user', partition: 'aws', account: '000000000000' as AccountId, path: undefined, name: 'any' },
  actions: ['sts:AssumeRole'],
  context: new Map(),
  absent: new Set(),
  closed: false,
};
