/** A finding as it follows from the facts, before it has a revision and before anybody is told. */
import type { Finding } from '../findings/finding.ts';
import type { FindingKey, StoredFinding } from '../ports/trust-store.ts';

export type Content = Omit<Finding, 'revision' | 'schema'>;

/** To whom a finding is told beside the findings bus, which gets everything. */
export type Tell =
  /** To nobody. */
  | { readonly to: 'programs' }
  /** To people, each revision of it that says something new. */
  | { readonly to: 'people' }
  /** To people once, and then at most once in a while. */
  | { readonly to: 'people-sparingly' }
  /** Where an earlier finding, or an earlier revision of this one, was told. */
  | { readonly to: 'whoever-was-told'; readonly of: FindingKey };

export interface Draft {
  readonly key: FindingKey;
  readonly content: Content;
  readonly tell: Tell;
}

/** A finding in the store that is told by another one now, or that is not so any more. */
export interface Retraction {
  readonly key: FindingKey;
  readonly supersededBy: string;
}

export interface Conclusions {
  /**
   * The findings of the subject as they were stored.
   * INVARIANT: they are read before the facts are, so that a write can never replace what came of more facts.
   */
  readonly known: readonly StoredFinding[];
  readonly drafts: readonly Draft[];
  readonly retractions: readonly Retraction[];
}
