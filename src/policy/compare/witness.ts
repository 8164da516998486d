/** A request that shows what was found, and the evaluator's word on it. */

import { splitArn } from '../document/names.ts';
import { callerFromArn, callerFromProvider } from '../evaluate/caller.ts';
import { decide, type PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedKey } from '../evaluate/key-state.ts';
import { parseDate } from '../evaluate/operators/date.ts';
import type { AssumeRequest, Caller, Decision } from '../evaluate/request.ts';
import type { CallerSpace } from './caller-space.ts';
import type { Witness } from './comparison.ts';
import type { Dimension } from './dimension.ts';
import { keysOfIds, organizationIn } from './organization-keys.ts';
import type { Model } from './search.ts';
import type { Work } from './work.ts';

/**
 * @param keys the keys of both policies: those that are always there are given, those with no demand are left absent.
 * @returns `undefined` where no value can be named for some key.
 */
export function witnessOf(
  space: CallerSpace,
  actions: readonly [string, ...string[]],
  model: Model,
  keys: readonly PreparedKey[],
  work: Work,
): Witness | undefined {
  const context: Record<string, readonly string[]> = {};
  const named = new Map(keys.map((key) => [key.lower, key.display]));
  let principal: string | undefined;
  if (space.arn !== undefined && space.userId !== undefined) {
    const arn = space.arn.state(model.get(space.arn)?.literals ?? [], work)?.[0];
    const userId = space.userId.state(model.get(space.userId)?.literals ?? [], work)?.[0];
    if (arn === undefined || userId === undefined) return undefined;
    context['aws:PrincipalArn'] = [arn];
    if (space.showsUserId) context['aws:userid'] = [userId];
    principal = space.shape.kind === 'user' ? arn : sessionArn(arn, userId.slice(userId.indexOf(':') + 1));
  }
  for (const [lower, dimension] of space.dimensions) {
    if (dimension === null || dimension === space.arn || dimension === space.userId) continue;
    const literals = model.get(dimension)?.literals ?? [];
    if (literals.length === 0 && dimension.shape.presence !== 'always') continue;
    const state = dimension.state(literals, work);
    if (state === undefined) return undefined;
    if (state !== null && !followsFromCaller[space.shape.kind].includes(lower))
      context[named.get(lower) ?? dimension.shape.name] = ownOf(lower, dimension, state);
  }
  const [action, ...others] = actions;
  const caller = callerNamed(space, model, work);
  if (caller === undefined) return undefined;
  return {
    action,
    ...(others.length === 0 ? {} : { actions: others }),
    ...(principal === undefined ? {} : { principal }),
    ...(caller.kind === 'service' ? { service: caller.service } : {}),
    ...(caller.kind === 'web-identity' || caller.kind === 'saml' ? { federated: caller.provider } : {}),
    context,
  };
}

/** Of two keys of one thing, each has it in its own form. */
function ownOf(key: string, { shape }: Dimension, state: readonly string[]): readonly string[] {
  if (key === 'aws:epochtime') return state.map(inSeconds);
  return shape.ofOneOrganization && keysOfIds.has(key) ? state.slice(0, 1).map(organizationIn) : state;
}

function inSeconds(date: string): string {
  const instant = parseDate(date);
  return instant === undefined ? date : String(instant / 1000);
}

/** Of callers that a name tells apart, the one that the demands are met by. */
function callerNamed({ caller, name }: CallerSpace, model: Model, work: Work): Caller | undefined {
  if (name === undefined) return caller;
  const text = name.state(model.get(name)?.literals ?? [], work)?.[0];
  if (text === undefined) return undefined;
  return caller.kind === 'service' ? { ...caller, service: text } : callerFromProvider(text);
}

/** The evaluator fills these in for a caller of the kind; what is given in their place would contradict its ARN. */
const followsFromCaller: Readonly<Record<CallerSpace['shape']['kind'], readonly string[]>> = {
  user: ['aws:principalaccount', 'aws:principaltype', 'aws:username', 'aws:principalisawsservice'],
  'role-session': ['aws:principalaccount', 'aws:principaltype', 'aws:principalisawsservice'],
  service: ['aws:principalisawsservice', 'aws:principalservicename'],
  'web-identity': ['aws:federatedprovider'],
  saml: [],
};

function sessionArn(roleArn: string, session: string): string | undefined {
  const arn = splitArn(roleArn);
  if (arn === undefined) return undefined;
  const name = arn.resource.slice(arn.resource.lastIndexOf('/') + 1);
  return `arn:${arn.partition}:sts::${arn.account}:assumed-role/${name}/${session}`;
}

/** @returns the request that a person would put in to try the witness; `undefined` where its caller cannot be read. */
export function requestOf(witness: Witness): AssumeRequest | undefined {
  const caller = callerOf(witness);
  if (caller === undefined) return undefined;
  return {
    caller,
    actions: [witness.action, ...(witness.actions ?? [])],
    context: new Map(Object.entries(witness.context).map(([key, values]) => [key.toLowerCase(), values])),
    absent: new Set(),
    closed: true,
  };
}

function callerOf(witness: Witness): Caller | undefined {
  if (witness.service !== undefined) return { kind: 'service', service: witness.service };
  if (witness.federated !== undefined) return callerFromProvider(witness.federated);
  return witness.principal === undefined ? undefined : callerFromArn(witness.principal);
}

/** @returns what the evaluator says; `undefined` where there is no such request. */
export function decisionOn(policy: PreparedPolicy, witness: Witness): Decision['decision'] | undefined {
  const request = requestOf(witness);
  return request === undefined ? undefined : decide(policy, request);
}
