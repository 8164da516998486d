/** Do two entries of a Principal element name the same principal? */
import type { PrincipalEntry } from '../policy/document/trust-policy.ts';

/** @returns whether they do, also where one is written as an account id and the other as its root ARN. */
export function sameName(a: PrincipalEntry, b: PrincipalEntry): boolean {
  if (a.type !== b.type) return false;
  if (a.name.kind === 'account' && b.name.kind === 'account') return a.name.account === b.name.account;
  return a.text === b.text;
}
