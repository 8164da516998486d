/** Which keys of one request are bound to each other, so that no request has every state of both? */
import type { PreparedKey } from '../evaluate/key-state.ts';
import type { Dimension } from './dimension.ts';
import { type Formula, literalNode, or } from './formula.ts';
import { exactly } from './string-language.ts';
import { predicateOfPatterns } from './value-predicate.ts';

/** Where the first key is in a request, the other one is there with this value, or (`absent`) is not. */
interface Bond {
  readonly key: string;
  readonly other: string;
  readonly is: 'true' | 'absent';
}

/**
 * No more than AWS says (IAM User Guide, "AWS global condition context keys"): a request brings the age of the MFA only
 * where the caller was authenticated with MFA, though not that it always does then; and it brings the caller's address
 * except where it comes through a VPC endpoint, and the keys of the endpoint only there.
 */
const bonds: readonly Bond[] = [
  { key: 'aws:multifactorauthage', other: 'aws:multifactorauthpresent', is: 'true' },
  ...['aws:vpcsourceip', 'aws:sourcevpc', 'aws:sourcevpce'].map(
    (key): Bond => ({ key, other: 'aws:sourceip', is: 'absent' }),
  ),
];

/** A bond of two keys that the policies speak of. */
export interface BoundKeys {
  readonly key: PreparedKey;
  readonly other: PreparedKey;
  readonly is: Bond['is'];
}

export function boundKeysOf(keys: readonly PreparedKey[]): readonly BoundKeys[] {
  const named = (name: string) => keys.find(({ lower }) => lower === name);
  return bonds.flatMap(({ key: first, other: second, is }): readonly BoundKeys[] => {
    const key = named(first);
    const other = key === undefined ? undefined : named(second);
    return key === undefined || other === undefined ? [] : [{ key, other, is }];
  });
}

/** @param other `null` for a key that is never in such a request. */
export function bondAgreement(key: Dimension, other: Dimension | null, is: Bond['is']): Formula {
  const without: Formula = literalNode(key.literal(true, false, ''));
  if (other === null) return is === 'absent' || without;
  const bound =
    is === 'absent'
      ? other.literal(true, false, '')
      : other.literal(
          false,
          { quantifier: 'every', predicate: predicateOfPatterns(`just ${is}`, [exactly(is)]), negated: false },
          '',
        );
  // That the key is absent is tried first: a witness then says no more than it needs.
  return or([without, literalNode(bound)]);
}
