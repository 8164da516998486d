/** What is known of a condition key in a request: given, known to be absent, following from the caller, or unknown? */

import type { KeyLookup } from '../keys/condition-key.ts';
import { lookUpKey } from '../keys/condition-keys.ts';
import { issuerOf, possibleKinds, principalArnOf } from './caller.ts';
import type { AssumeRequest, Caller } from './request.ts';

/**
 * The values of a key that is in the request; `null`: it is not; {@link presentUnknown}: it is, with a value that is not
 * known; `undefined`: not even that is known. A key that is there without any value counts as absent.
 */
export type KeyState = readonly string[] | null | undefined;

declare const presentBrand: unique symbol;
type PresentUnknown = readonly string[] & { readonly [presentBrand]: true };
/** Compared by identity: the key is in the request, its value is not known. */
export const presentUnknown = Object.freeze([]) as unknown as PresentUnknown;

export function isUnknown(state: KeyState): state is undefined | PresentUnknown {
  return state === undefined || state === presentUnknown;
}

export interface PreparedKey {
  /** Position in the states of a request. */
  readonly index: number;
  /** In lower case, as requests hold it. */
  readonly lower: string;
  /** As the registry spells it; an unregistered one as the policy does. */
  readonly display: string;
  readonly lookup: KeyLookup;
  readonly multivalued: boolean;
  /** Lower-case host and path of the identity provider whose claim it is; undefined for other keys. */
  readonly issuer: string | undefined;
  /** What follows from the caller; undefined where nothing does. */
  readonly follows: ((caller: Caller, request: AssumeRequest) => KeyState) | undefined;
}

export function prepareKey(name: string, index: number): PreparedKey {
  const lookup = lookUpKey(name);
  const lower = name.toLowerCase();
  const registered = lookup.kind === 'registered' ? lookup.key : undefined;
  const colon = lower.lastIndexOf(':');
  const prefix = lower.slice(0, Math.max(0, colon));
  return {
    index,
    lower,
    display:
      registered === undefined ? name : `${registered.name}${lookup.kind === 'registered' ? (lookup.tag ?? '') : ''}`,
    lookup,
    multivalued: registered?.multivalued ?? false,
    issuer: prefix.includes('.') ? prefix : undefined,
    follows: following.get(lower),
  };
}

/** @returns what is known of the key: what is given goes before what follows from the caller. */
export function stateOf(key: PreparedKey, request: AssumeRequest): KeyState {
  const given = request.context.get(key.lower);
  if (given !== undefined) return given.length === 0 ? null : given;
  if (request.absent.size > 0 && request.absent.has(key.lower)) return null;
  const { caller } = request;
  if (key.follows !== undefined) {
    const state = key.follows(caller, request);
    if (state !== undefined && state !== presentUnknown) return state;
  }
  const { kind } = key.lookup;
  if (request.closed || kind === 'misspelt' || kind === 'nameless') return null;
  // The claims of a token are those of its own provider.
  if (key.issuer !== undefined && caller.kind === 'web-identity' && key.issuer !== issuerOf(caller.provider))
    return null;
  if (key.lookup.kind === 'unregistered') return undefined;
  const { presence } = key.lookup.key;
  let always = true;
  let never = true;
  for (const kind of possibleKinds(caller)) {
    if (presence[kind] !== 'always') always = false;
    if (presence[kind] !== 'never') never = false;
  }
  return always ? presentUnknown : never ? null : undefined;
}

type Following = (caller: Caller, request: AssumeRequest) => KeyState;

const trueValue: readonly string[] = ['true'];
const falseValue: readonly string[] = ['false'];

/** IAM User Guide, "AWS global condition context keys", the properties of the principal. */
const following: ReadonlyMap<string, Following> = new Map<string, Following>([
  [
    'aws:principalarn',
    (caller, request) => {
      const arn = principalArnOf(request.closed ? withPath(caller) : caller);
      return arn === undefined ? undefined : [arn];
    },
  ],
  ['aws:principalaccount', (caller) => ('account' in caller ? [caller.account] : undefined)],
  [
    'aws:principaltype',
    ({ kind }) => {
      switch (kind) {
        case 'user':
          return ['User'];
        case 'role-session':
          return ['AssumedRole'];
        case 'root':
          return ['Account'];
        case 'federated-user':
          return ['FederatedUser'];
        default:
          return undefined;
      }
    },
  ],
  ['aws:username', (caller) => (caller.kind === 'user' ? [caller.name] : undefined)],
  [
    'aws:userid',
    (caller) => {
      switch (caller.kind) {
        case 'user':
          return caller.id === undefined ? undefined : [caller.id];
        case 'role-session':
          return caller.id === undefined || caller.session === undefined
            ? undefined
            : [`${caller.id}:${caller.session}`];
        case 'root':
          return [caller.account];
        case 'federated-user':
          return [`${caller.account}:${caller.name}`];
        case 'someone':
          return caller.id === undefined ? undefined : [caller.id];
        default:
          return undefined;
      }
    },
  ],
  [
    'aws:principalisawsservice',
    ({ kind }) => {
      if (kind === 'web-identity' || kind === 'saml') return undefined;
      return kind === 'service' ? trueValue : falseValue;
    },
  ],
  ['aws:principalservicename', (caller) => (caller.kind === 'service' ? [caller.service] : undefined)],
  [
    'aws:principalservicenameslist',
    // The list may hold further names of the same service; just this one is known.
    (caller, request) => (caller.kind === 'service' && request.closed ? [caller.service] : undefined),
  ],
  ['aws:federatedprovider', (caller) => (caller.kind === 'web-identity' ? [caller.provider] : undefined)],
]);

/** A session's ARN shows no path: in a closed request there is none. */
function withPath(caller: Caller): Caller {
  return (caller.kind === 'user' || caller.kind === 'role-session') && caller.path === undefined
    ? { ...caller, path: '/' }
    : caller;
}

/** Which values an unknown key can have, as far as they follow from the caller; patterns with `*`, or all there are. */
export type ValueDomain = { readonly patterns: readonly string[] } | { readonly values: readonly string[] };

export function domainOf(key: PreparedKey, caller: Caller): ValueDomain | undefined {
  switch (key.lower) {
    case 'aws:principalarn':
      if (caller.kind === 'role-session' || caller.kind === 'user') {
        const [type, name] = caller.kind === 'user' ? ['user', caller.name] : ['role', caller.role];
        const head = `arn:${caller.partition}:iam::${caller.account}:${type}/`;
        return { patterns: [`${head}${name}`, `${head}*/${name}`] };
      }
      return caller.kind === 'someone'
        ? { patterns: [`arn:aws*:iam::${caller.account}:user/*`, `arn:aws*:iam::${caller.account}:role/*`] }
        : undefined;
    case 'aws:userid':
      if (caller.kind === 'user') return { patterns: ['AIDA*'] };
      if (caller.kind === 'role-session') return { patterns: [`${caller.id ?? 'AROA*'}:${caller.session ?? '*'}`] };
      return undefined;
    case 'aws:multifactorauthpresent':
      // Credentials from AssumeRole bring no MFA information (IAM User Guide, "Secure API access with MFA").
      return caller.kind === 'role-session' ? { values: falseValue } : { values: ['true', 'false'] };
    default:
      return key.lookup.kind === 'registered' && key.lookup.key.type === 'bool'
        ? { values: ['true', 'false'] }
        : undefined;
  }
}
