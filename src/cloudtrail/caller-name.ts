/** What is a caller called, who has an ARN in most records, and not in all? */
import type { CloudTrailRecord } from './record.ts';

/** @returns the ARN or, failing that, whatever names who made a call. */
export function nameOfCaller({ userIdentity }: CloudTrailRecord): string {
  const { arn, userName, principalId, invokedBy, accountId, type } = userIdentity;
  return (
    arn ??
    invokedBy ??
    userName ??
    principalId ??
    (accountId === undefined ? (type ?? 'unknown') : `account ${accountId}`)
  );
}
