/** What a risk rule is: one file each, with its examples beside it. */
import type { RiskFinding, Severity } from '../findings/finding.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';

/** What is trusted on purpose; from `trusttrail.config.json`. */
export interface TrustedWorld {
  /** Own account ids. */
  readonly accounts: readonly string[];
  /** Own organization ids, `o-…`. */
  readonly organizations: readonly string[];
  /** Outside accounts and the role ARN patterns (`*`, `?`) that may trust them. */
  readonly partners: readonly {
    readonly name: string;
    readonly accounts: readonly string[];
    readonly roles: readonly string[];
  }[];
  /** Publicly known vendors: account id → name. */
  readonly vendors: ReadonlyMap<string, string>;
}

export interface RiskQuestion {
  readonly policy: TrustPolicy;
  /** ARN of the role, where known; its account is *home*. */
  readonly role?: string;
  readonly world: TrustedWorld;
  /** The version before: only then are rules about changes asked. */
  readonly previous?: TrustPolicy;
  /** Seconds; and the value before a change. */
  readonly maxSessionDuration?: { readonly now: number; readonly before?: number };
  /** ARN of whoever made the change. */
  readonly actor?: { readonly arn: string; readonly userAgent?: string };
  /** Managed policies attached to the role, where they can be read. */
  readonly attachedPolicies?: readonly string[];
  /** ISO 8601: when the question is asked of (dates in conditions). */
  readonly at?: string;
  /** History for the rules that need it. */
  readonly history?: {
    /** Earlier changes of this role's trust policy: who and when (ISO 8601). */
    readonly changes: readonly { readonly by: string; readonly time: string }[];
    /** Since when the history is kept; ISO 8601. */
    readonly since: string;
    /** Accounts whose creation was seen: id → time. */
    readonly accountsCreated?: ReadonlyMap<string, string>;
  };
}

export interface RiskHit {
  /** Tells two hits of one rule in one policy apart, so that one can be accepted: usually the pointer. */
  readonly discriminator: string;
  readonly pointer: string;
  readonly message: string;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
}

/** A finding of a rule with what is needed to fold and to accept it. */
export type RuledRisk = RiskFinding & { readonly discriminator: string };
