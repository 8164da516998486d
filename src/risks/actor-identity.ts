/** Who changed the policy, whatever session it was, and is it automation that is meant to? */
import { callerFromArn } from '../policy/evaluate/caller.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';

/** @returns the ARN without the session: of a role, its account and name alone, as its path is not in the ARN of a session. */
export function actorIdentity(arn: string): string {
  const caller = callerFromArn(arn);
  return caller?.kind === 'role-session' ? `role ${caller.account}/${caller.role}` : arn;
}

/** @returns whether a pattern names the actor: its ARN as given, or that of the role behind a session. */
export function isAutomation(arn: string, patterns: readonly string[]): boolean {
  const caller = callerFromArn(arn);
  const names =
    caller?.kind === 'role-session' && caller.path === undefined
      ? [arn, `arn:${caller.partition}:iam::${caller.account}:role/${caller.role}`]
      : [arn];
  if (names.some((name) => patterns.some((pattern) => matchWildcard(pattern, name)))) return true;
  // A pattern with a path names the role of a session too: the path is not in the ARN of the session.
  const [, role] = names;
  return role !== undefined && patterns.some((pattern) => matchWildcard(withoutPath(pattern), role));
}

function withoutPath(pattern: string): string {
  return pattern.replace(/:role\/.*\/([^/]+)$/, ':role/$1');
}
