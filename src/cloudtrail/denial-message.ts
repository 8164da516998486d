/** The error message of a denied call, taken apart. Made by `error-message.ts`. */

export type DenyingPolicy =
  | 'identity-based'
  | 'permissions-boundary'
  | 'session'
  | 'service-control'
  | 'resource-control'
  | 'resource-based'
  | 'role-trust'
  | 'vpc-endpoint';

export interface DenialMessage {
  /** The text itself, cut at 1 KB by CloudTrail. Untrusted. */
  readonly text: string;
  /** The ARN (or name) the message calls the user. */
  readonly caller?: string;
  /** The action refused, in its documented spelling: `sts:AssumeRole`, `sts:TagSession`, …. */
  readonly action?: string;
  readonly resource?: string;
  /** The kind of policy the message names, and whether by an explicit Deny or for want of an Allow. */
  readonly because?: {
    readonly policy: DenyingPolicy;
    readonly how: 'no-allow' | 'explicit-deny';
    /** ARN of the denying policy, or the bare name of an inline one; since January 2026. */
    readonly policyArn?: string;
    /** `a VPC endpoint policy transitively through a service control policy`: the SCP denies, seen by way of the endpoint. */
    readonly through?: 'vpc-endpoint';
  };
  /** True where the text ends at CloudTrail's cap, so that what follows is not known. */
  readonly truncated: boolean;
}
