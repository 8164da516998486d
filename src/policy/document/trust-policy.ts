/** The trust policy as a tree: what every other module of the project reads. Made by `parse.ts`. */
import type { AccountId } from './names.ts';

/** A position in the text of a document, both from 1; columns count UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface TrustPolicy {
  /** As it takes effect: a document without `Version` is `2008-10-17`. */
  readonly version: '2012-10-17' | '2008-10-17';
  readonly versionStated: boolean;
  readonly id?: string;
  readonly statements: readonly Statement[];
  /** The document's text as it was read (URL-encoding undone), for printing and for edits that keep its formatting. */
  readonly text: string;
  /** Where the value at a JSON pointer (RFC 6901) of `text` begins; `undefined` for a pointer that does not resolve. */
  readonly placeOf: (pointer: string) => Place | undefined;
}

export interface Statement {
  /** From 0, in the order of the document. */
  readonly index: number;
  readonly pointer: string;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly principal: PrincipalElement;
  readonly actions: ActionElement;
  /** Every operator × key of the `Condition` block, in the order of the document; all must hold. */
  readonly conditions: readonly ConditionClause[];
}

/** A text of the document with the JSON pointer that leads to it. */
export interface Located {
  readonly text: string;
  readonly pointer: string;
}

export interface PrincipalElement {
  readonly element: 'Principal' | 'NotPrincipal';
  readonly pointer: string;
  /** True for `"Principal": "*"`, which IAM refuses in a trust policy, unlike `{"AWS": "*"}`. */
  readonly bareStar: boolean;
  readonly entries: readonly PrincipalEntry[];
}

export interface PrincipalEntry extends Located {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';
  readonly name: PrincipalName;
}

/** What one entry of a Principal element names (IAM User Guide, "AWS JSON policy elements: Principal"). */
export type PrincipalName =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'account'; readonly account: AccountId; readonly partition?: string }
  | {
      readonly kind: 'user';
      readonly partition: string;
      readonly account: AccountId;
      readonly path: string;
      readonly name: string;
    }
  | {
      readonly kind: 'role';
      readonly partition: string;
      readonly account: AccountId;
      readonly path: string;
      readonly name: string;
    }
  | {
      readonly kind: 'session';
      readonly partition: string;
      readonly account: AccountId;
      readonly role: string;
      readonly session: string;
    }
  | { readonly kind: 'federated-user'; readonly partition: string; readonly account: AccountId; readonly name: string }
  /** `AIDA…`, `AROA…`: what is left of a user or role that was deleted. */
  | { readonly kind: 'unique-id'; readonly id: string; readonly of: 'user' | 'role' }
  | { readonly kind: 'service'; readonly service: string }
  | {
      readonly kind: 'oidc-provider';
      readonly partition: string;
      readonly account: AccountId;
      /** Host and path of the issuer, which is also the prefix of its condition keys. */
      readonly url: string;
    }
  | {
      readonly kind: 'saml-provider';
      readonly partition: string;
      readonly account: AccountId;
      readonly name: string;
    }
  /** `accounts.google.com`, `www.amazon.com`, `graph.facebook.com`, `cognito-identity.amazonaws.com`. */
  | { readonly kind: 'built-in-provider'; readonly url: string }
  | { readonly kind: 'canonical-user'; readonly id: string }
  /** Matches nobody; IAM refuses it as `Invalid principal in policy`. */
  | { readonly kind: 'invalid'; readonly why: string };

export interface ActionElement {
  readonly element: 'Action' | 'NotAction';
  readonly pointer: string;
  readonly patterns: readonly Located[];
}

/** The operators of the IAM User Guide, "IAM JSON policy elements: Condition operators", without prefix and suffix. */
export type BaseOperator =
  | 'StringEquals'
  | 'StringNotEquals'
  | 'StringEqualsIgnoreCase'
  | 'StringNotEqualsIgnoreCase'
  | 'StringLike'
  | 'StringNotLike'
  | 'NumericEquals'
  | 'NumericNotEquals'
  | 'NumericLessThan'
  | 'NumericLessThanEquals'
  | 'NumericGreaterThan'
  | 'NumericGreaterThanEquals'
  | 'DateEquals'
  | 'DateNotEquals'
  | 'DateLessThan'
  | 'DateLessThanEquals'
  | 'DateGreaterThan'
  | 'DateGreaterThanEquals'
  | 'Bool'
  | 'BinaryEquals'
  | 'IpAddress'
  | 'NotIpAddress'
  | 'ArnEquals'
  | 'ArnNotEquals'
  | 'ArnLike'
  | 'ArnNotLike'
  | 'Null';

export interface ConditionOperator {
  readonly base: BaseOperator;
  readonly ifExists: boolean;
  readonly set: 'ForAnyValue' | 'ForAllValues' | undefined;
  /** As it stands in the document. */
  readonly text: string;
}

/** One key under one operator: holds when any of the values matches (a negated operator: when none does). */
export interface ConditionClause {
  readonly operator: ConditionOperator;
  /** The key as it stands in the document; names are compared without regard to case. */
  readonly key: string;
  /** Strings, numbers and Booleans of the document, all as text. May be empty: then a positive operator never holds. */
  readonly values: readonly Located[];
  /** Leads to the key inside its operator block. */
  readonly pointer: string;
}

/** What is wrong with a document, in the words of the field. */
export interface Problem {
  /** Kebab case; begins with `invalid-` where IAM would refuse the document. */
  readonly code: string;
  /**
   * `refused`: IAM answers with an error. `may-be-refused`: not settled or dependent on the account.
   * `never-matches`: IAM accepts it, and it can never match. `doubtful`: worth a look.
   */
  readonly level: 'refused' | 'may-be-refused' | 'never-matches' | 'doubtful';
  /** One line, lower-case start, input in backticks. */
  readonly message: string;
  /** The text IAM answers with, where it is known. */
  readonly iamMessage?: string;
  readonly pointer: string;
  readonly place?: Place;
  readonly expected?: string;
  readonly received?: string;
}

export type ParsedTrustPolicy =
  /** Not JSON, not text, too large or too deep: nothing can be said about it. */
  | { readonly status: 'unreadable'; readonly problem: Problem }
  /** JSON, and IAM would refuse it for its shape, so that it has no meaning. */
  | { readonly status: 'meaningless'; readonly problems: readonly [Problem, ...Problem[]] }
  /** It has a meaning; `problems` holds what IAM would refuse all the same, found on the way. */
  | { readonly status: 'read'; readonly policy: TrustPolicy; readonly problems: readonly Problem[] };
