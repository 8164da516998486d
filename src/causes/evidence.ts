/** All that is known about one denied call: what the causes decide on. Pure data; `watch`, `audit` and `cli` gather it. */
import type { Denial, TrustChange } from '../cloudtrail/recognised.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';

export interface KnownPolicy {
  readonly policy: TrustPolicy;
  /**
   * `in-force`: the version at the time of the call (given by the user, or the store covers that time).
   * `now`: read later with GetRole, so that what rests on it is *likely* at most.
   */
  readonly as: 'in-force' | 'now';
  /** For people: `the file given`, `the store, version of 2026-03-01T10:00:00Z by …`, `GetRole`. */
  readonly from: string;
}

export interface RoleSettings {
  readonly arn?: string;
  readonly roleId?: string;
  /** Seconds. */
  readonly maxSessionDuration?: number;
  /** ISO 8601. */
  readonly createDate?: string;
  readonly as: 'in-force' | 'now';
}

/** A principal that was deleted or created, from history. */
export interface PrincipalHistory {
  readonly arn: string;
  readonly what: 'deleted' | 'created';
  /** ISO 8601. */
  readonly time: string;
  readonly by?: string;
  readonly id?: string;
}

/** The answer of `iam:SimulatePrincipalPolicy` for the caller and the role; it speaks of *now*. */
export interface CallerAccess {
  readonly decision: 'allowed' | 'implicit-deny' | 'explicit-deny';
  readonly by: 'identity-policy' | 'permissions-boundary' | 'service-control-policy' | 'unknown';
  readonly policyArn?: string;
}

export interface DenialEvidence {
  readonly denial: Denial;
  readonly policy?: KnownPolicy;
  /** The version before the one in force. */
  readonly previousPolicy?: KnownPolicy;
  /** When the trust policy was last changed before the call; ISO 8601. */
  readonly policyChangedAt?: string;
  readonly role?: RoleSettings;
  /** `false`: there is no such role. */
  readonly roleExists?: boolean;
  /** When and by whom the role was deleted, where history has it. */
  readonly roleDeleted?: { readonly time: string; readonly by?: string };
  /** Names of roles that do exist in the role's account, for near misses. */
  readonly knownRoles?: readonly string[];
  /** Identity-based policies of the caller, as JSON values. */
  readonly callerPolicies?: readonly unknown[];
  readonly callerAccess?: CallerAccess;
  readonly principals?: readonly PrincipalHistory[];
  /** Accounts known to be of the same organization. */
  readonly organizationAccounts?: readonly string[];
  /** ARNs of the identity providers of the role's account. */
  readonly providers?: readonly string[];
}

/** A failed UpdateAssumeRolePolicy or CreateRole. */
export interface FailedChangeEvidence {
  readonly change: TrustChange;
  readonly policyInForce?: KnownPolicy;
}
