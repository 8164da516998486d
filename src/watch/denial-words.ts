/** Who called which role, and for how long: the words that titles about denied calls are made of. */
import { nameOfCaller } from '../cloudtrail/caller-name.ts';
import type { Denial } from '../cloudtrail/recognised.ts';
import { shortActor } from './actor.ts';
import { roleNameOf } from './remember.ts';
import type { RoleHistory } from './role-history.ts';

/** The caller in short. */
export function whoCalled({ record, message }: Denial): string {
  return shortActor(record.userIdentity.arn ?? message.caller ?? nameOfCaller(record));
}

/** The callers of a burst: the only one in short, else how many. @param isEstimate whether some of the calls stand for more. */
export function whoCalledOften(first: Denial, callers: number, isEstimate: boolean): string {
  return callers === 1 ? whoCalled(first) : `${isEstimate ? 'at least ' : ''}${callers} callers`;
}

/** The role's ARN, with its path where a change showed it. */
export function calledRole(denial: Denial, history: RoleHistory | undefined): string | undefined {
  const named = denial.record.requestParameters?.['roleArn'];
  // What the caller asked for is told as asked, since a wrong path is a cause by itself.
  if (typeof named === 'string') return denial.role;
  return history?.changes.findLast(({ after }) => after.arn !== undefined)?.after.arn ?? denial.role;
}

/** The role in short. */
export function namedRole(role: string | undefined): string {
  return role === undefined ? 'a role that the record does not name' : roleNameOf(role);
}

/** `4 minutes`, rounded up: what was seen lies within. */
export function lasting(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${Math.max(1, seconds)} ${seconds <= 1 ? 'second' : 'seconds'}`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return `${Math.ceil(minutes / 60)} hours`;
}
