/** What a risk rule is: one file each, with its reason, its examples and its fix beside it. */
import type { RiskFinding, Severity } from '../findings/finding.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import type { RiskContext } from './risk-context.ts';

/** What is trusted on purpose; from `trusttrail.config.json`. */
export interface TrustedWorld {
  /** Own account ids. */
  readonly accounts: readonly string[];
  /** Own organization ids, `o-…`. */
  readonly organizations: readonly string[];
  /** Outside accounts and the role ARN patterns (`*`, `?`) that may trust them. */
  readonly partners: readonly Partner[];
  /** Publicly known vendors: account id → name. */
  readonly vendors: ReadonlyMap<string, string>;
  /** ARN patterns (`*`, `?`) of the automation that is meant to change trust policies; empty: not told. */
  readonly automation?: readonly string[];
}

export interface Partner {
  readonly name: string;
  readonly accounts: readonly string[];
  readonly roles: readonly string[];
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
  /** Whoever made the change. */
  readonly actor?: { readonly arn: string; readonly userAgent?: string };
  /** Names or ARNs of managed policies attached to the role, where they can be read. */
  readonly attachedPolicies?: readonly string[];
  /** Inline and managed policy documents of the role, as JSON values, where they can be read. */
  readonly policyDocuments?: readonly unknown[];
  /** ISO 8601: when the question is asked (dates in conditions). */
  readonly at?: string;
  /** ARNs of callers that were seen to assume the role and ought to keep their access. */
  readonly requiredPrincipals?: readonly string[];
  /** Subjects of web identity tokens that were seen in calls for this role, allowed or denied; as CloudTrail records them. */
  readonly seenSubjects?: readonly string[];
  /** External IDs of other roles checked together with this one: value → the accounts they are in. */
  readonly externalIdsElsewhere?: ReadonlyMap<string, readonly string[]>;
  /** Characters, without white space, that the account's quota allows a trust policy; 2,048 where not given. */
  readonly sizeQuota?: number;
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
  /** JSON pointer of what is at fault; resolves in the policy. */
  readonly pointer: string;
  /** The statement concerned; rules fold within one statement. `undefined`: the whole document. */
  readonly statement?: number;
  /** One line: what is the case, for whom. Sentence case, ends with a full stop. */
  readonly message: string;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** Tells two hits of one rule apart where the pointer does not. */
  readonly discriminator?: string;
}

/** A repair of the policy; `check-risks.ts` verifies it before anybody is told that it holds. */
export interface FixProposal {
  /** What is changed, one line. */
  readonly summary: string;
  /** Text of the whole repaired document. */
  readonly text: string;
  /** Where the finding is that callers are shut out: a policy that allows just the class the fix is meant to let in. */
  readonly intended?: { readonly policy: TrustPolicy; readonly inWords: string };
}

/** One example of a rule: a policy and what is known beside it. Run as a test and shown on the rule's page. */
export interface RiskExample {
  readonly name: string;
  /** Text of the document, or its JSON value. */
  readonly policy: string | object;
  readonly previous?: string | object;
  /** `arn:aws:iam::111122223333:role/example` where not given; null: the role is not known. */
  readonly role?: string | null;
  /** Own account 111122223333, own organization `o-own1234567`, partner 777788889999 for every role, where not given. */
  readonly world?: Partial<TrustedWorld>;
  readonly more?: Omit<Partial<RiskQuestion>, 'policy' | 'previous' | 'role' | 'world'>;
  /** The severity the hit has to have, where the example is about it. */
  readonly severity?: Severity;
}

type AtLeastThree<T> = readonly [T, T, T, ...T[]];

export interface RiskRule {
  /** Kebab case; equals the file's name and is never reused. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** `change` rules are asked only where the version before is known (or another `before` value). */
  readonly about: 'state' | 'change';
  /** The reason in plain words, for whoever is woken by it. */
  readonly why: string;
  /** What to do, in a sentence or two. */
  readonly remedy: string;
  /** Titles of the documents it rests on. */
  readonly references: readonly string[];
  /** What it does not see, where somebody might think it does. */
  readonly notCovered?: string;
  /** Rules that this one, where it fires for the same statement, says more exactly: they go into its `also`. */
  readonly folds?: readonly string[];
  readonly fires: AtLeastThree<RiskExample>;
  readonly silent: AtLeastThree<RiskExample>;
  readonly check: (context: RiskContext) => readonly RiskHit[];
  readonly fix?: (context: RiskContext, hit: RiskHit) => FixProposal | undefined;
}

/** Gives the rule its type; nothing else. */
export function defineRiskRule(rule: RiskRule): RiskRule {
  return rule;
}

/** A finding of a rule with what is needed to accept it. */
export type RuledRisk = RiskFinding & {
  readonly discriminator: string;
  readonly statement?: number;
  /** Text of the repaired document, with the formatting of the one before; only where it was asked for. */
  readonly fixText?: string;
};
