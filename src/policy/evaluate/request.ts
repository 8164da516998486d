/** The request that a trust policy is asked about: who calls, which actions, and what is known of the condition keys. */
import type { AccountId } from '../document/names.ts';

/** The kinds of caller that differ in the condition keys they bring (facts: IAM User Guide, "Global condition keys"). */
export type CallerKind = 'user' | 'role-session' | 'root' | 'federated-user' | 'service' | 'web-identity' | 'saml';

export type Caller =
  | {
      readonly kind: 'user';
      readonly partition: string;
      readonly account: AccountId;
      /** Begins and ends with `/`; `undefined`: not known. */
      readonly path: string | undefined;
      readonly name: string;
      /** `AIDA…`, where known. */
      readonly id?: string;
    }
  | {
      readonly kind: 'role-session';
      readonly partition: string;
      readonly account: AccountId;
      readonly role: string;
      /** The path of the role; an assumed-role ARN does not show it. `undefined`: not known. */
      readonly path: string | undefined;
      /** `undefined`: any session of the role. */
      readonly session: string | undefined;
      /** `AROA…`, where known. */
      readonly id?: string;
    }
  | { readonly kind: 'root'; readonly partition: string; readonly account: AccountId }
  | { readonly kind: 'federated-user'; readonly partition: string; readonly account: AccountId; readonly name: string }
  | { readonly kind: 'service'; readonly service: string }
  /** `provider`: the ARN of an OIDC provider, or the domain of a built-in one. */
  | { readonly kind: 'web-identity'; readonly provider: string }
  | { readonly kind: 'saml'; readonly provider: string }
  /** Some unknown principal of an account, as the role owner's copy of a cross-account call shows it. */
  | { readonly kind: 'someone'; readonly account: AccountId; readonly id?: string };

export interface AssumeRequest {
  readonly caller: Caller;
  /** The call's actions, all of which must be allowed: the assume action first, then e.g. `sts:TagSession`. */
  readonly actions: readonly [string, ...string[]];
  /** Keys known to be in the request, lower case, with their values. Keys that follow from the caller need not be given. */
  readonly context: ReadonlyMap<string, readonly string[]>;
  /** Keys known not to be in the request, lower case. */
  readonly absent: ReadonlySet<string>;
  /** True: every key that is not given, and does not follow from the caller, is absent. Otherwise it is unknown. */
  readonly closed: boolean;
}

export type Ternary = 'yes' | 'no' | 'unknown';

/** Why a part of a statement matches, does not, or may. */
export interface Reason {
  readonly part: 'principal' | 'action' | 'condition';
  readonly pointer: string;
  readonly matches: Ternary;
  /** One line for people; untrusted text in it is not escaped. */
  readonly text: string;
  /** Condition keys, as the registry spells them, on whose unknown state this part depends. */
  readonly unknownKeys: readonly string[];
}

export interface StatementResult {
  readonly index: number;
  readonly effect: 'Allow' | 'Deny';
  readonly matches: Ternary;
  /** One per part: the principal, the action, then each condition clause in the order of the document. */
  readonly reasons: readonly Reason[];
}

export interface Decision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny' | 'unknown';
  readonly statements: readonly StatementResult[];
  /** Keys on which an `unknown` depends. */
  readonly unknownKeys: readonly string[];
  /** Anything but a key on which an `unknown` depends: AWS behaviour that is not settled, an unknown path or unique id. */
  readonly unknownBecause: readonly string[];
}
