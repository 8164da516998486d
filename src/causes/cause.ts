/** What a cause of a denied call is: one file each, with what it means, how it is told apart, its examples and its fix. */
import type { Confidence, Evidence, Fix, Side } from '../findings/finding.ts';
import type {
  ConditionClause,
  PrincipalEntry,
  PrincipalName,
  Statement,
  TrustPolicy,
} from '../policy/document/trust-policy.ts';
import type { AssumeRequest, Caller, Ternary } from '../policy/evaluate/request.ts';
import type { DenialEvidence } from './evidence.ts';

/** What a cause says of a call by its record, the role or the caller's side. */
export interface Claim {
  readonly confidence: Confidence;
  /** One sentence as a colleague would say it; ends with a full stop. */
  readonly summary: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly who?: Fix['who'];
  readonly fix?: string;
}

/** A part of a statement that keeps the call out, or (`matches` unknown) may do so. */
export interface PartQuestion {
  readonly evidence: DenialEvidence;
  readonly policy: TrustPolicy;
  /** The call with the one action in question. */
  readonly call: AssumeRequest;
  readonly statement: Statement;
  /** The statement as a sentence begins with it: `Statement 2 (CiAccess)`. */
  readonly where: string;
  /** Of a Deny statement the parts are asked that make it match. */
  readonly effect: 'Allow' | 'Deny';
  /** Whether the part matches, with all the rest of its statement set aside, for every value of what is not known. */
  readonly matches: Ternary;
}

export interface ClausePart extends PartQuestion {
  readonly clause: ConditionClause;
  /** Of the key in the call; null: not in it; undefined: not known. */
  readonly values: readonly string[] | null | undefined;
  /** Whether the clause, so changed, would let this call through. Only where that is certain. */
  readonly curedBy: (change: Partial<Pick<ConditionClause, 'operator' | 'key' | 'values'>>) => boolean;
  /** Whether no request of any caller can satisfy the clause together with others of its statement: those others. */
  readonly neverWith: readonly ConditionClause[] | undefined;
}

export interface PrincipalPart extends PartQuestion {
  /** @returns the first entry that, with its name so changed, would mean the caller. */
  readonly curedBy: (change: (name: PrincipalName) => PrincipalName | undefined) => PrincipalEntry | undefined;
  /** Allow statements that name the caller's account or one of its principals, or everyone. */
  readonly trusting: readonly Statement[];
}

export interface ActionPart extends PartQuestion {
  readonly action: string;
}

/** What a cause says of a part that it recognises as its own. */
export interface PartClaim {
  readonly summary: string;
  /** Where it stands, where that is more exact than the part. */
  readonly pointer?: string;
  /** A slip of typing is the whole difference: of several such claims this is the one that was meant. */
  readonly slip?: boolean;
  /** Further clauses or entries that belong to it. */
  readonly also?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly who?: Fix['who'];
  readonly fix?: string;
  /** The commands that go with the cause are no help with this claim of it. */
  readonly withoutCommands?: true;
}

/** What is settled once the policy was weighed: for reasons why something is *not* the cause. */
export interface Weighed {
  readonly evidence: DenialEvidence;
  readonly call: AssumeRequest | undefined;
  readonly policy: TrustPolicy | undefined;
  /** Allow statements whose Principal means the caller. */
  readonly meaningCaller: readonly Statement[];
}

/** One example of a cause: a record, what is known beside it, and what has to come of it. Run as a test and shown on its page. */
export interface CauseExample {
  readonly name: string;
  readonly event: object;
  /** Text of the trust policy in force, or its JSON value. */
  readonly policy?: string | object;
  /** Further fields of a line of `explain --batch`. */
  readonly line?: {
    readonly previousPolicy?: object;
    readonly role?: object;
    readonly roleExists?: boolean;
    readonly policyChangedAt?: string;
    readonly callerPolicies?: readonly object[];
  };
  /** What only the service and `--live` know. */
  readonly known?: Omit<Partial<DenialEvidence>, 'denial' | 'policy' | 'previousPolicy' | 'callerPolicies'>;
}

export interface PositiveExample extends CauseExample {
  readonly confidence: Confidence;
  /** A phrase that the summary has to hold. */
  readonly says?: string;
  /** Further causes that the call has at once; all others would be wrong. Not looked at where not given. */
  readonly with?: readonly string[];
}

export interface Cause {
  /** Kebab case; equals the file's name and is never reused. */
  readonly id: string;
  /** For a list: what is the case, no full stop. */
  readonly title: string;
  readonly side: Side;
  readonly who: Fix['who'];
  /** What it means, for whoever was denied. */
  readonly means: string;
  /** How it is told from its neighbours, and what *proved* rests on. */
  readonly toldApart: string;
  /** What to do, one sentence. */
  readonly fix: string;
  readonly isIt: readonly [PositiveExample, ...PositiveExample[]];
  /** Near misses: the cause must not be named. */
  readonly isNot: readonly [CauseExample, ...CauseExample[]];
  /** Asked of the record, the message and the role, before the policy is weighed. */
  readonly fromRecord?: (evidence: DenialEvidence, call: AssumeRequest | undefined) => Claim | undefined;
  readonly claimsCondition?: (part: ClausePart) => PartClaim | undefined;
  readonly claimsPrincipal?: (part: PrincipalPart) => PartClaim | undefined;
  readonly claimsAction?: (part: ActionPart) => PartClaim | undefined;
  /** @returns the reason why it is not the cause, where somebody might think so. */
  readonly rulesOut?: (weighed: Weighed) => string | undefined;
}

/** Gives the cause its type; nothing else. */
export function defineCause(cause: Cause): Cause {
  return cause;
}

/** @returns the caller's account, where it has one. */
export function accountOfCaller(caller: Caller | undefined): string | undefined {
  return caller !== undefined && 'account' in caller ? caller.account : undefined;
}
