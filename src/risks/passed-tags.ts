/** The requests in which a caller passes session tags that no policy thought of. */
import type { PrincipalEntry, TrustPolicy } from '../policy/document/trust-policy.ts';
import { clause } from './risk-context.ts';

/** A tag key that stands in no policy. */
export const strangeTag = clause('StringEquals', 'aws:TagKeys', ['q7w4z1x9k3'], { set: 'ForAnyValue' });

/** The same key, made transitive. */
export const strangeTransitiveTag = clause('StringEquals', 'sts:TransitiveTagKeys', ['q7w4z1x9k3'], {
  set: 'ForAnyValue',
});

/** @returns the condition keys `aws:RequestTag/…` that the policy speaks of. */
export function passedTagKeys(policy: TrustPolicy): readonly string[] {
  const keys = policy.statements.flatMap(({ conditions }) => conditions.map(({ key }) => key.toLowerCase()));
  return [...new Set(keys.filter((key) => /^aws:requesttag\/./.test(key)))];
}

/** @returns whether the entry stands for users or roles, who choose their tags; services and identity providers do not. */
export function isOfAnAccount({ type }: PrincipalEntry): boolean {
  return type === 'AWS';
}
