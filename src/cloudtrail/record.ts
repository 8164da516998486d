/** A CloudTrail record as far as trusttrail believes it. Nothing is assumed to be there. Made by `read-record.ts`. */

/** Attacker-controlled text: every form escapes it. */
export interface UserIdentity {
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  readonly identityProvider?: string;
  readonly accessKeyId?: string;
  readonly sessionIssuer?: {
    readonly type?: string;
    readonly principalId?: string;
    readonly arn?: string;
    readonly accountId?: string;
    readonly userName?: string;
  };
  /** From `sessionContext.attributes.mfaAuthenticated`, a string in the record. */
  readonly mfaAuthenticated?: boolean;
  readonly sourceIdentity?: string;
  readonly webIdFederation?: { readonly federatedProvider?: string };
}

export interface CloudTrailRecord {
  readonly eventId: string;
  /** ISO 8601, UTC, seconds. */
  readonly eventTime: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly eventSource: string;
  readonly eventName: string;
  readonly region?: string;
  readonly recipientAccountId?: string;
  readonly sharedEventId?: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly userIdentity: UserIdentity;
  /**
   * `null` where the record says null, nothing, or an empty object: the parameters are then not known. No assume call
   * and no change of a role goes without parameters, so that `{}` is a trimmed record, not a call without them.
   */
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData: Readonly<Record<string, unknown>> | null;
  readonly resources: readonly { readonly arn?: string; readonly accountId?: string; readonly type?: string }[];
  readonly vpcEndpointId?: string;
  /**
   * What the record does not show and was made up, so that it can still be explained: `eventID` is then a hash of the
   * record's content (the same record, the same id), `eventTime` the start of 1970, `eventSource` follows from the
   * call's name or is empty. Absent where all three were read.
   */
  readonly derived?: readonly ('eventID' | 'eventTime' | 'eventSource')[];
  /** The record as it was read, for what the fields above leave out. */
  readonly raw: Readonly<Record<string, unknown>>;
}
