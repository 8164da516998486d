/** Which kinds of caller can a statement mean, by its principals and its actions? */
import { cannotCall } from '../evaluate/caller.ts';
import type { CallerKind } from '../evaluate/request.ts';
import { matchWildcard } from '../evaluate/wildcard.ts';
import type { ActionElement, PrincipalName, Statement } from './trust-policy.ts';

/** The actions that a trust policy is about; the first three make the call, the others come with one. */
export const assumeActions = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'] as const;
export const accompanyingActions = ['sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'] as const;
export const trustActions: readonly string[] = [...assumeActions, ...accompanyingActions];

/** Callers that can assume a role at all. */
const callingKinds = [
  'user',
  'role-session',
  'service',
  'web-identity',
  'saml',
] as const satisfies readonly CallerKind[];

/** @returns the trust actions that one pattern of an `Action` means. */
export function actionsMeantBy(pattern: string): readonly string[] {
  return trustActions.filter((action) => matchWildcard(pattern.toLowerCase(), action.toLowerCase()));
}

/** @returns the trust actions that the element means. */
export function actionsOf({ element, patterns }: ActionElement): readonly string[] {
  const named = new Set(patterns.flatMap(({ text }) => actionsMeantBy(text)));
  return trustActions.filter((action) => named.has(action) === (element === 'Action'));
}

/** @returns the kinds of caller that a principal of this name is or stands for, of those that can assume a role. */
export function kindsNamedBy(name: PrincipalName): readonly CallerKind[] {
  switch (name.kind) {
    case 'everyone':
      return callingKinds;
    case 'account':
      return ['user', 'role-session'];
    case 'user':
      return ['user'];
    case 'role':
    case 'session':
      return ['role-session'];
    case 'unique-id':
      return [name.of === 'user' ? 'user' : 'role-session'];
    case 'service':
      return ['service'];
    case 'oidc-provider':
    case 'built-in-provider':
      return ['web-identity'];
    case 'saml-provider':
      return ['saml'];
    case 'federated-user':
    case 'canonical-user':
    case 'invalid':
      return [];
  }
}

/** @returns those of the kinds that can make a call that has one of the actions in it. */
export function kindsThatCall(kinds: readonly CallerKind[], actions: readonly string[]): readonly CallerKind[] {
  return kinds.filter((kind) => actions.some((action) => cannotCall(kind, action.toLowerCase()) === undefined));
}

/** @returns the kinds of caller whose calls the statement can match. */
export function callersOf(statement: Statement): readonly CallerKind[] {
  const { principal, actions } = statement;
  const kinds =
    principal.element === 'NotPrincipal'
      ? callingKinds
      : callingKinds.filter((kind) => principal.entries.some(({ name }) => kindsNamedBy(name).includes(kind)));
  return kindsThatCall(kinds, actionsOf(actions));
}
