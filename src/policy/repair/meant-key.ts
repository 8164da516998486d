/** Which condition key was meant by a name that does not exist, seeing who calls? */
import { issuerOf } from '../evaluate/caller.ts';
import type { Caller } from '../evaluate/request.ts';
import { lookUpKey } from '../keys/condition-keys.ts';

/**
 * A claim of a token by its bare name is the claim of the provider whose token it is.
 * @returns `undefined` where the key exists, or nothing says what was meant.
 */
export function meantKey(key: string, caller: Caller | undefined): string | undefined {
  const found = lookUpKey(key);
  if (found.kind !== 'misspelt') return undefined;
  if (caller?.kind !== 'web-identity' || !/^(?:sub|aud)$/i.test(key)) return found.intended;
  const written = caller.provider.split(':oidc-provider/')[1] ?? issuerOf(caller.provider);
  return `${written}:${key.toLowerCase()}`;
}
