/** A finding: what trusttrail tells people, wherever it is published. The wire form of `interfaces.md`. */
import type { Comparison } from '../policy/compare/comparison.ts';

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

export type Confidence = 'proved' | 'likely' | 'possible';
export type Side = 'trust-policy' | 'role' | 'caller' | 'organization' | 'network' | 'federation' | 'request';

export type FindingKind =
  | 'trust-change'
  | 'trust-change-failed'
  | 'trust-risk'
  | 'drift'
  | 'acceptance-expired'
  | 'denial'
  | 'denial-spike'
  | 'enumeration'
  | 'resolved';

/** Where a conclusion comes from. Text in it is untrusted: a form escapes it. */
export interface Evidence {
  readonly source:
    | 'event'
    | 'error-message'
    | 'trust-policy'
    | 'previous-policy'
    | 'role'
    | 'caller-policy'
    | 'history'
    | 'provider';
  readonly pointer?: string;
  readonly line?: number;
  readonly column?: number;
  readonly detail: string;
}

export interface Fix {
  readonly who: 'owner' | 'caller' | 'organization' | 'provider';
  readonly summary: string;
  /** POSIX shell commands that can be pasted; no masked value stands in one. */
  readonly commands: readonly string[];
  /** The whole repaired trust policy as a JSON value, or null. */
  readonly policy: unknown;
  /** True only where the program evaluated the repaired policy and compared it exactly with the old one. */
  readonly verified: boolean;
  /** Who gains by the repair: `nothing`, or the class in words. */
  readonly grants?: string;
}

export interface CauseFinding {
  readonly cause: string;
  readonly confidence: Confidence;
  readonly side: Side;
  readonly summary: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly fix: Fix | null;
}

export interface RuledOut {
  readonly cause: string;
  readonly because: string;
}

/** What would settle the question, and how to find it out. */
export interface Need {
  readonly need: string;
  readonly how: string;
}

/** The answer of `explain` (interfaces.md), for one denied call. */
export interface Explanation {
  readonly event: {
    readonly id: string | null;
    readonly time: string | null;
    readonly action: string | null;
    readonly caller: string | null;
    readonly role: string | null;
  };
  readonly causes: readonly CauseFinding[];
  readonly ruledOut: readonly RuledOut[];
  readonly unknown: readonly Need[];
  /** For people: why there is nothing to explain (the call succeeded, another API). */
  readonly note?: string;
}

/** A risk that a rule found in a policy, or in a change of one. */
export interface RiskFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer: string;
  readonly message: string;
  readonly why: string;
  readonly docs: string;
  readonly fix: Omit<Fix, 'who' | 'commands'> | null;
  /** Rules folded under this more specific one. */
  readonly also?: readonly string[];
}

export interface Actor {
  readonly arn?: string;
  readonly type?: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
}

export interface TrustChangeDetail extends Pick<Comparison, 'verdict' | 'gained' | 'lost'> {
  readonly direct?: Comparison['direct'];
  readonly undecided?: Comparison['undecided'];
  /** Who can assume the role now, where the version before is not known, so that nothing can be said of who gained. */
  readonly allowed?: Comparison['gained'];
  readonly previous?: unknown;
  readonly current?: unknown;
  readonly previousFrom: 'store' | 'history' | 'unknown';
}

export interface CorrelatedChange {
  readonly eventId: string;
  readonly by: string;
  readonly time: string;
  /** `allowed before, denied after` where both versions were evaluated; otherwise it says that it only coincides. */
  readonly proof: string;
}

export interface Finding {
  readonly schema: 'trusttrail/finding/1';
  /** The same facts give the same id. */
  readonly id: string;
  readonly revision: number;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly account?: string;
  readonly region?: string;
  readonly role?: string;
  readonly actor?: Actor;
  /** CloudTrail eventIDs, at most 50. */
  readonly events: readonly string[];
  readonly count: number;
  readonly change?: TrustChangeDetail;
  readonly risks?: readonly RiskFinding[];
  readonly causes?: readonly CauseFinding[];
  readonly cause?: string;
  readonly ruledOut?: readonly RuledOut[];
  readonly unknown?: readonly Need[];
  readonly correlatedChange?: CorrelatedChange;
  readonly fix?: Fix;
  readonly rollback?: { readonly commands: readonly string[] };
  readonly links?: Readonly<Record<string, string>>;
  readonly resolves?: string;
  readonly supersededBy?: string;
  /** Further lines a person should read: what the service could not see, what it rests on. */
  readonly notes?: readonly string[];
}
