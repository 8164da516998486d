/** How would a trust policy name just this caller? */
import type { PrincipalEntry } from '../document/trust-policy.ts';
import { principalArnOf } from '../evaluate/caller.ts';
import type { Caller } from '../evaluate/request.ts';

export interface NamedPrincipal {
  readonly type: PrincipalEntry['type'];
  readonly text: string;
}

/**
 * @returns the narrowest name that lasts: a role by its ARN, not by one session's; `undefined` where it is not known, a
 * session whose path no record shows for instance.
 */
export function principalOfCaller(caller: Caller): NamedPrincipal | undefined {
  switch (caller.kind) {
    case 'user':
    case 'role-session': {
      const text = principalArnOf(caller);
      return text === undefined ? undefined : { type: 'AWS', text };
    }
    case 'service':
      return { type: 'Service', text: caller.service };
    case 'web-identity':
    case 'saml':
      return { type: 'Federated', text: caller.provider };
    default:
      return undefined;
  }
}
