/** The answer of `compare`: who can assume under one trust policy and not under another. */

export interface Witness {
  readonly action: string;
  /** Further actions of the same call (`sts:TagSession`, …), left out where there are none. */
  readonly actions?: readonly string[];
  /** ARN of the caller; for a service its name, for a federated caller its provider. */
  readonly principal?: string;
  readonly service?: string;
  readonly federated?: string;
  /** The whole request: every key not listed is absent (`closed`). */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** One class of requests, principal × condition, that one policy allows and the other does not. */
export interface AccessClass {
  /** One line a person understands; external IDs in it are not masked. */
  readonly summary: string;
  /** Index of the statement that grants it. */
  readonly statement: number;
  readonly witness: Witness;
  /** From 0, the most serious: everyone · another account or provider · the role's own account · a service. */
  readonly rank: number;
}

export interface DirectAccess {
  readonly summary: string;
  readonly statement: number;
  readonly principal: string;
}

export interface Undecided {
  /** The construct that stopped the proof: `policy variable ${aws:username}`, `unregistered key x:y`, `too complex`. */
  readonly construct: string;
  readonly pointer?: string;
}

export type Verdict = 'equivalent' | 'broader' | 'narrower' | 'incomparable' | 'undecided';

export interface Comparison {
  readonly verdict: Verdict;
  readonly gained: readonly AccessClass[];
  readonly lost: readonly AccessClass[];
  /** `null` where the role's account is not known. */
  readonly direct: readonly DirectAccess[] | null;
  readonly undecided: readonly Undecided[];
}

/** The answer to a question about access: a proof, a witness, or what stopped it. */
export type AccessAnswer =
  | { readonly answer: 'no' }
  | { readonly answer: 'yes'; readonly classes: readonly [AccessClass, ...AccessClass[]] }
  | { readonly answer: 'undecided'; readonly undecided: readonly [Undecided, ...Undecided[]] };
