/** What is known of a condition key of an assume call: its type, who sets it, and for which callers it can be present. */
import type { CallerKind } from '../evaluate/request.ts';

export type KeyType = 'string' | 'arn' | 'numeric' | 'date' | 'bool' | 'ip' | 'binary';

/** `sometimes`: it depends on the call. `unknown`: AWS does not say. */
export type Presence = 'always' | 'sometimes' | 'never' | 'unknown';

export interface ConditionKey {
  /** As AWS spells it; for a family of tag keys without the tag's name: `aws:PrincipalTag/`. */
  readonly name: string;
  readonly type: KeyType;
  readonly multivalued: boolean;
  readonly presence: Readonly<Record<CallerKind, Presence>>;
  /** Who chooses the value: `caller` protects nothing by itself. */
  readonly from: 'caller' | 'aws' | 'provider';
  /** Title of the AWS document the entry rests on. */
  readonly source: string;
  readonly note?: string;
}

export type KeyLookup =
  | {
      readonly kind: 'registered';
      readonly key: ConditionKey /** The tag's name, for a tag key. */;
      readonly tag?: string;
    }
  /** No key of that name exists, and the intended one is plain: it counts as absent from every request. */
  | { readonly kind: 'misspelt'; readonly intended: string }
  /** A family of tag keys without the tag's name: absent from every request too. */
  | { readonly kind: 'nameless'; readonly family: ConditionKey }
  /** Not in the registry: it may be newer than it, so its presence is unknown. */
  | { readonly kind: 'unregistered' };
