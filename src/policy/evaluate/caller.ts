/** Who calls, by the ARN that a record or a person gives, and how is that caller called in a sentence? */
import { parsePrincipal } from '../document/principal-name.ts';
import type { Caller, CallerKind } from './request.ts';

/**
 * Reads a caller: a user, a role (which stands for its sessions), an assumed-role session, the root user, a federated
 * user; a 12-digit account id is some principal of that account.
 * @returns `undefined` where the text names no such caller.
 */
export function callerFromArn(arn: string): Caller | undefined {
  const name = parsePrincipal('AWS', arn);
  switch (name.kind) {
    case 'user':
      return { kind: 'user', partition: name.partition, account: name.account, path: name.path, name: name.name };
    case 'role':
      return {
        kind: 'role-session',
        partition: name.partition,
        account: name.account,
        role: name.name,
        path: name.path,
        session: undefined,
      };
    case 'session':
      return {
        kind: 'role-session',
        partition: name.partition,
        account: name.account,
        role: name.role,
        path: undefined,
        session: name.session,
      };
    case 'federated-user':
      return { kind: 'federated-user', partition: name.partition, account: name.account, name: name.name };
    case 'account':
      return name.partition === undefined
        ? { kind: 'someone', account: name.account }
        : { kind: 'root', partition: name.partition, account: name.account };
    default:
      return undefined;
  }
}

/**
 * Reads an identity provider: the ARN of an OIDC or SAML provider, or the domain of a built-in one.
 * @returns `undefined` where the text names none.
 */
export function callerFromProvider(provider: string): Caller | undefined {
  const name = parsePrincipal('Federated', provider);
  if (name.kind === 'saml-provider') return { kind: 'saml', provider };
  if (name.kind === 'oidc-provider' || name.kind === 'built-in-provider') return { kind: 'web-identity', provider };
  return undefined;
}

/** The assume action that a caller of this kind makes; callers that can make none are not let in by any. */
export function assumeActionOf(kind: Caller['kind']): string {
  if (kind === 'web-identity') return 'sts:AssumeRoleWithWebIdentity';
  return kind === 'saml' ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRole';
}

/**
 * Why a caller can never make this call, whatever a policy says (IAM User Guide, "Compare AWS STS credentials").
 * @param action in lower case.
 */
export function cannotCall(kind: Caller['kind'], action: string): string | undefined {
  if (action === 'sts:assumerole') {
    if (kind === 'root') return 'roles may not be assumed by the root user of an account';
    if (kind === 'federated-user') return 'a federated user (GetFederationToken) cannot call AssumeRole';
    if (kind === 'web-identity') return 'a web identity calls AssumeRoleWithWebIdentity, not AssumeRole';
    if (kind === 'saml') return 'a SAML identity calls AssumeRoleWithSAML, not AssumeRole';
    return undefined;
  }
  if (action === 'sts:assumerolewithwebidentity' && kind !== 'web-identity')
    return 'AssumeRoleWithWebIdentity is called with the token of an OIDC provider, by nobody else';
  if (action === 'sts:assumerolewithsaml' && kind !== 'saml')
    return 'AssumeRoleWithSAML is called with the assertion of a SAML provider, by nobody else';
  if (kind === 'root') return 'roles may not be assumed by the root user of an account';
  if (kind === 'federated-user') return 'a federated user (GetFederationToken) cannot call AssumeRole';
  return undefined;
}

/** Host and path of the provider's issuer, lower case: the prefix of its condition keys. */
export function issuerOf(provider: string): string {
  const at = provider.indexOf(':oidc-provider/');
  return (at === -1 ? provider : provider.slice(at + ':oidc-provider/'.length)).toLowerCase();
}

/** The ARN as `aws:PrincipalArn` holds it; `undefined` where the caller has none or not all of it is known. */
export function principalArnOf(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'user':
      return caller.path === undefined
        ? undefined
        : `arn:${caller.partition}:iam::${caller.account}:user${caller.path}${caller.name}`;
    case 'role-session':
      return caller.path === undefined
        ? undefined
        : `arn:${caller.partition}:iam::${caller.account}:role${caller.path}${caller.role}`;
    case 'root':
      return `arn:${caller.partition}:iam::${caller.account}:root`;
    case 'federated-user':
      return `arn:${caller.partition}:sts::${caller.account}:federated-user/${caller.name}`;
    default:
      return undefined;
  }
}

/** Kinds that the registry of condition keys knows; `someone` of an account may be any of these. */
export function possibleKinds(caller: Caller): readonly CallerKind[] {
  return caller.kind === 'someone' ? ['user', 'role-session'] : [caller.kind];
}

/** The caller in a sentence: `role deploy of account 111122223333`. Its names are untrusted text. */
export function describeCaller(caller: Caller): string {
  switch (caller.kind) {
    case 'user':
      return `user ${caller.name} of account ${caller.account}`;
    case 'role-session':
      return caller.session === undefined
        ? `role ${caller.role} of account ${caller.account}`
        : `session ${caller.session} of role ${caller.role} of account ${caller.account}`;
    case 'root':
      return `the root user of account ${caller.account}`;
    case 'federated-user':
      return `federated user ${caller.name} of account ${caller.account}`;
    case 'service':
      return `service ${caller.service}`;
    case 'web-identity':
      return `a web identity of ${caller.provider}`;
    case 'saml':
      return `a SAML identity of ${caller.provider}`;
    case 'someone':
      return `a principal of account ${caller.account}`;
  }
}
