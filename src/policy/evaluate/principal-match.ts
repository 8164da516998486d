/** Does the Principal element of a statement mean this caller? (IAM User Guide, "AWS JSON policy elements: Principal") */
import type { PrincipalElement, PrincipalName } from '../document/trust-policy.ts';
import { isUnknown, type KeyState } from './key-state.ts';
import type { Caller } from './request.ts';
import { and, NO, not, or, type Truth, truthOf, UNKNOWN, YES } from './ternary.ts';

/** The two keys that settle what an ARN leaves open: the path of a role, and the unique id behind a name. */
export interface IdentityStates {
  readonly principalArn: KeyState;
  readonly userId: KeyState;
  /** Nothing that is not given is there: an id that is not known matches none. */
  readonly closed: boolean;
}

/**
 * `NotPrincipal` under `Deny` means everyone but who is listed with account, entity and, for a role, the session; under
 * `Allow` everyone who is not listed (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
 */
export function matchPrincipal(
  element: PrincipalElement,
  effect: 'Allow' | 'Deny',
  caller: Caller,
  states: IdentityStates,
): Truth {
  if (element.element === 'Principal' || effect === 'Allow') {
    let matches: Truth = NO;
    for (const { name } of element.entries) {
      matches = or(matches, matchEntry(name, caller, states));
      if (matches === YES) break;
    }
    return element.element === 'Principal' ? matches : not(matches);
  }
  const parts = new Map<PartOfCaller, Truth>(partsOf(caller).map((part) => [part, NO]));
  for (const { name } of element.entries) {
    const matches = matchEntry(name, caller, states);
    if (name.kind === 'everyone') return NO;
    const part = partNamed(name);
    parts.set(part, or(parts.get(part) ?? NO, matches));
  }
  let listed: Truth = YES;
  for (const part of partsOf(caller)) listed = and(listed, parts.get(part) ?? NO);
  return not(listed);
}

type PartOfCaller = 'account' | 'entity' | 'session';

function partsOf(caller: Caller): readonly PartOfCaller[] {
  switch (caller.kind) {
    case 'user':
    case 'federated-user':
    case 'someone':
      return ['account', 'entity'];
    case 'role-session':
      return ['account', 'entity', 'session'];
    case 'root':
      return ['account'];
    default:
      return ['entity'];
  }
}

function partNamed(name: PrincipalName): PartOfCaller {
  return name.kind === 'account' ? 'account' : name.kind === 'session' ? 'session' : 'entity';
}

/** Whether one entry means the caller. */
export function matchEntry(name: PrincipalName, caller: Caller, states: IdentityStates): Truth {
  switch (name.kind) {
    case 'everyone':
      // Services are matched as well: AWS's own data perimeter policies have to take them out of `"*"`.
      return YES;
    case 'account':
      return truthOf(
        'account' in caller &&
          caller.account === name.account &&
          (name.partition === undefined || !('partition' in caller) || caller.partition === name.partition),
      );
    case 'user':
      if (caller.kind === 'someone') return someoneOf(name.account, caller.account);
      if (caller.kind !== 'user' || caller.name !== name.name || !sameAccount(name, caller)) return NO;
      return caller.path === undefined ? hasArn(name, states) : truthOf(caller.path === name.path);
    case 'role':
      if (caller.kind === 'someone') return someoneOf(name.account, caller.account);
      if (caller.kind !== 'role-session' || caller.role !== name.name || !sameAccount(name, caller)) return NO;
      return caller.path === undefined ? hasArn(name, states) : truthOf(caller.path === name.path);
    case 'session':
      if (caller.kind === 'someone') return someoneOf(name.account, caller.account);
      if (caller.kind !== 'role-session' || caller.role !== name.role || !sameAccount(name, caller)) return NO;
      if (caller.session !== undefined) return truthOf(caller.session === name.session);
      return byUserId(states, (id) => id.slice(id.indexOf(':') + 1) === name.session && id.includes(':'));
    case 'federated-user':
      return truthOf(caller.kind === 'federated-user' && caller.name === name.name && sameAccount(name, caller));
    case 'unique-id':
      return matchUniqueId(name.id, name.of, caller, states);
    case 'service':
      return truthOf(caller.kind === 'service' && caller.service === name.service);
    case 'oidc-provider':
      return truthOf(
        caller.kind === 'web-identity' &&
          caller.provider === `arn:${name.partition}:iam::${name.account}:oidc-provider/${name.url}`,
      );
    case 'built-in-provider':
      return truthOf(caller.kind === 'web-identity' && caller.provider === name.url);
    case 'saml-provider':
      return truthOf(
        caller.kind === 'saml' &&
          caller.provider === `arn:${name.partition}:iam::${name.account}:saml-provider/${name.name}`,
      );
    case 'canonical-user':
    case 'invalid':
      return NO;
  }
}

function sameAccount(
  name: { readonly partition: string; readonly account: string },
  caller: { readonly partition: string; readonly account: string },
): boolean {
  return name.account === caller.account && name.partition === caller.partition;
}

/** Of an unknown principal just the account is known. */
function someoneOf(named: string, account: string): Truth {
  return named === account ? UNKNOWN : NO;
}

/** Of a caller whose path is not known, the ARN in the request settles it. */
function hasArn(
  { kind, partition, account, path, name }: Extract<PrincipalName, { readonly kind: 'user' | 'role' }>,
  { principalArn }: IdentityStates,
): Truth {
  if (isUnknown(principalArn) || principalArn === null) return UNKNOWN;
  return truthOf(principalArn.includes(`arn:${partition}:iam::${account}:${kind}${path}${name}`));
}

/** What is left of a deleted principal: it means whoever has that id, which no ARN shows. */
function matchUniqueId(id: string, of: 'user' | 'role', caller: Caller, states: IdentityStates): Truth {
  const fits =
    caller.kind === 'someone' ||
    (of === 'user' && caller.kind === 'user') ||
    (of === 'role' && caller.kind === 'role-session');
  if (!fits) return NO;
  if (caller.id !== undefined) return truthOf(caller.id === id || caller.id.startsWith(`${id}:`));
  return byUserId(states, (userId) => userId === id || userId.startsWith(`${id}:`));
}

function byUserId({ userId, closed }: IdentityStates, test: (id: string) => boolean): Truth {
  if (isUnknown(userId)) return UNKNOWN;
  if (userId === null) return closed ? NO : UNKNOWN;
  return truthOf(userId.some(test));
}
