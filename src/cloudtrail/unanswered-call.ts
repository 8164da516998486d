/** Did a policy refuse a failed assume call, or did AWS never come so far as to ask one? */
import type { Denial } from './recognised.ts';
import type { CloudTrailRecord } from './record.ts';

/** `throttled`: too many calls at once. `failed`: AWS itself did not get it done. */
export type Unanswered = 'throttled' | 'failed';

/** Of the throttling errors that AWS's own SDKs know (`@smithy/core`, "service-error-classification"), by their stems. */
const throttling =
  /^(?:Throttl|RequestThrottled|EC2Throttled|TooManyRequests|RequestLimitExceeded|BandwidthLimitExceeded|SlowDown|PriorRequestNotComplete)/i;
/** "Common errors" of the API references with the HTTP codes 500 and 503, and older spellings of the same. */
const failing =
  /^(?:Internal(?:Failure|Error|Server|Service)|Service(?:Unavailable|Failure)|Unavailable\b|RequestTimeout|RequestAborted)/i;

/** @returns `undefined` where AWS answered the call, with whatever it was. */
export function unanswered(record: Pick<CloudTrailRecord, 'errorCode' | 'errorMessage'>): Unanswered | undefined {
  const code = bareCode(record);
  // A trimmed record may have lost the code: then AWS's own words for it are left.
  if (throttling.test(code) || (code === '' && /^(?:Throttling: )?Rate exceeded\b/i.test(record.errorMessage ?? '')))
    return 'throttled';
  return failing.test(code) ? 'failed' : undefined;
}

/** Whether AWS came so far as to ask policies: with another error than a refusal it did not, or it cannot be told. */
export function wasRefused({ record, message }: Pick<Denial, 'record' | 'message'>): boolean {
  if (unanswered(record) !== undefined) return false;
  const code = bareCode(record);
  return (
    code === '' || /^(?:AccessDenied|UnauthorizedOperation|NotAuthorized)/i.test(code) || message.action !== undefined
  );
}

/** Credentials, the region and the form of the request are looked at before any role; the role's own maximum is not. */
const beforeAnyRole =
  /^(?:ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId|IncompleteSignature|MissingAuthenticationToken|AuthFailure|OptInRequired|RegionDisabled|Validation|InvalidParameter|PackedPolicyTooLarge|MalformedPolicyDocument)/i;

/** Whether the answer may have told the caller anything of the role: only then did the call try the role. */
export function triedTheRole({ record, message }: Pick<Denial, 'record' | 'message'>): boolean {
  if (unanswered(record) !== undefined) return false;
  return !beforeAnyRole.test(bareCode(record)) || /MaxSessionDuration set for this role/i.test(message.text);
}

function bareCode({ errorCode = '' }: Pick<CloudTrailRecord, 'errorCode'>): string {
  return errorCode.replace(/^(?:Client|Server)\./, '');
}
