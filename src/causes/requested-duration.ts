/** Which duration did a call ask for, and which did AWS refuse? */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';

/** Seconds, as `requestParameters.durationSeconds` has it: a number, or the text of one. */
export function requestedDuration({ requestParameters }: CloudTrailRecord): number | undefined {
  const value = requestParameters?.['durationSeconds'];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** Whether the error says that the request itself is not valid; without an error code anything may be. */
export function mayBeValidation({ errorCode }: CloudTrailRecord): boolean {
  return errorCode === undefined || /^(?:Client\.)?(?:Validation|InvalidParameter)/.test(errorCode);
}

/** For the end of a sentence: a refusal was about something else first. */
export function nextRefusal(record: CloudTrailRecord): string {
  return mayBeValidation(record) ? '' : ': that alone AWS would refuse too, with a ValidationError';
}

/** @returns `15 minutes`, `1 hour`, `12 hours`, `3601 seconds`. */
export function inWords(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} ${seconds === 3600 ? 'hour' : 'hours'}`;
  if (seconds % 60 === 0) return `${seconds / 60} ${seconds === 60 ? 'minute' : 'minutes'}`;
  return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}
