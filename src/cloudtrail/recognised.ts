/** What a record means to trusttrail. Made by `recognise.ts`. */

import type { DenialMessage } from './denial-message.ts';
import type { CloudTrailRecord } from './record.ts';

/** A role's trust policy or its maximum session duration was changed, or somebody tried to. */
export interface TrustChange {
  readonly kind: 'trust-change';
  readonly record: CloudTrailRecord;
  readonly change: 'update-trust-policy' | 'create-role' | 'delete-role' | 'update-role';
  /** ARN of the role; without its path where the record names the role only by name. `undefined`: not to be had. */
  readonly role: string | undefined;
  readonly roleName: string | undefined;
  /** Whether the ARN shows the true path (CreateRole's response, `resources`), or the path is not known. */
  readonly pathKnown: boolean;
  readonly account: string | undefined;
  readonly succeeded: boolean;
  /** Text of the trust policy as submitted, URL-encoding undone. */
  readonly policyText?: string;
  readonly maxSessionDuration?: number;
  readonly roleId?: string;
}

/** A principal that a trust policy may name was deleted or created. */
export interface PrincipalEvent {
  readonly kind: 'principal-event';
  readonly record: CloudTrailRecord;
  readonly what: 'deleted' | 'created' | 'changed';
  readonly principal: 'user' | 'role' | 'oidc-provider' | 'saml-provider';
  readonly arn: string;
  /** False where the record names a user or role only by name, so that the ARN lacks its path. */
  readonly pathKnown?: boolean;
  /** Unique id of what was created or deleted, where the record shows it. */
  readonly id?: string;
}

/** Something on the caller's side changed: named where it coincides with a burst, never as proof. */
export interface CallerSideChange {
  readonly kind: 'caller-side-change';
  readonly record: CloudTrailRecord;
  readonly what:
    | 'identity-policy'
    | 'permissions-boundary'
    | 'tags'
    | 'service-control-policy'
    | 'resource-control-policy'
    | 'organization-policy';
  /** ARN or name of the user, role, group or policy target. */
  readonly target?: string;
}

/** An assume call that failed, with any error code. */
export interface Denial {
  readonly kind: 'denial';
  readonly record: CloudTrailRecord;
  /** `sts:AssumeRole`, `sts:AssumeRoleWithWebIdentity` or `sts:AssumeRoleWithSAML`. */
  readonly call: string;
  /** ARN of the role the call named: from the request, else the resources, else the error message. */
  readonly role: string | undefined;
  readonly roleAccount: string | undefined;
  /** What the error message says, taken apart. */
  readonly message: DenialMessage;
}

export type Recognised = TrustChange | PrincipalEvent | CallerSideChange | Denial;
