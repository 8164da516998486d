/** What was a role's trust policy, from when until when, who set it, and how sure is that? */
import type { TrustChange } from '../cloudtrail/recognised.ts';
import { compare } from '../policy/compare/compare.ts';
import type { Comparison } from '../policy/compare/comparison.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';

/** A time in the life of a role during which its trust policy stayed the same, as far as the records tell. */
export interface TimelineVersion {
  /** ISO 8601: when it began; `undefined`: before the first change that is known. */
  readonly since: string | undefined;
  /** ISO 8601: when the next one began; `undefined`: none is known. */
  readonly until: string | undefined;
  /**
   * `certain`: a record shows the document, or the deletion. `inferred`: it follows from the records around it.
   * `unknown`: no record shows it.
   */
  readonly certainty: 'certain' | 'inferred' | 'unknown';
  /** Whether there was such a role; `undefined`: not known. */
  readonly exists: boolean | undefined;
  readonly policyText?: string;
  /** Absent where the text is no trust policy. */
  readonly policy?: TrustPolicy;
  /** The change that began it. */
  readonly setBy?: TrustChange;
  /** Against the version before; absent where one of the two is not known. */
  readonly comparison?: Comparison;
  /** What a reader has to know: what is missing, and what was concluded. */
  readonly notes: readonly string[];
}

export interface RoleTimeline {
  /** `ACCOUNT/NAME`: a role's name is unique in its account, whatever its path. */
  readonly key: string;
  /** ARN, with its path where a record shows it. */
  readonly role: string;
  readonly account: string;
  readonly name: string;
  /** Oldest first; the first one is the time before all that is known. */
  readonly versions: readonly [TimelineVersion, ...TimelineVersion[]];
  /** Changes that were refused: they changed nothing. */
  readonly failed: readonly TrustChange[];
}

/** A policy that allows nothing: a role that is not there lets nobody in. */
export const nobody: TrustPolicy = {
  version: '2012-10-17',
  versionStated: true,
  statements: [],
  text: '{"Version":"2012-10-17","Statement":[]}',
  placeOf: () => undefined,
};

/** @param changes of any roles, in any order, each event once. @returns a timeline a role, in the order of their keys. */
export function timelines(changes: readonly TrustChange[]): readonly RoleTimeline[] {
  const byRole = new Map<string, TrustChange[]>();
  for (const change of changes) {
    const { account, roleName } = change;
    if (account === undefined || roleName === undefined) continue;
    const key = `${account}/${roleName}`;
    const known = byRole.get(key);
    if (known === undefined) byRole.set(key, [change]);
    else known.push(change);
  }
  return [...byRole]
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([key, ofRole]) => timelineOf(key, ofRole.toSorted(inOrder)));
}

/** By time; CloudTrail's times are whole seconds, within one the eventID decides, so that every reading agrees. */
function inOrder(left: TrustChange, right: TrustChange): number {
  if (left.record.at !== right.record.at) return left.record.at - right.record.at;
  return left.record.eventId < right.record.eventId ? -1 : left.record.eventId > right.record.eventId ? 1 : 0;
}

function timelineOf(key: string, changes: readonly TrustChange[]): RoleTimeline {
  const slash = key.indexOf('/');
  const [account, name] = [key.slice(0, slash), key.slice(slash + 1)];
  const role =
    changes.findLast((change) => change.pathKnown && change.role !== undefined)?.role ??
    changes.find((change) => change.role !== undefined)?.role ??
    `arn:aws:iam::${account}:role/${name}`;
  const versions: [TimelineVersion, ...TimelineVersion[]] = [beforeAll(changes)];
  const succeeded = changes.filter((change) => change.succeeded);
  for (const [index, change] of succeeded.entries()) {
    const last = versions.at(-1) ?? versions[0];
    const next = nextVersion(last, change, role);
    if (next === undefined) continue;
    const { eventTime, at } = change.record;
    const sameSecond = succeeded[index - 1]?.record.at === at || succeeded[index + 1]?.record.at === at;
    const notes = sameSecond
      ? [...next.notes, 'another change was made in the same second: which of the two came last is not certain']
      : next.notes;
    versions[versions.length - 1] = { ...last, until: eventTime };
    versions.push({ ...next, since: eventTime, until: undefined, setBy: change, notes });
  }
  return { key, role, account, name, versions, failed: changes.filter((change) => !change.succeeded) };
}

function beforeAll(changes: readonly TrustChange[]): TimelineVersion {
  const first = changes.find((change) => change.succeeded);
  const open = { since: undefined, until: undefined };
  if (first?.change === 'create-role')
    return {
      ...open,
      certainty: 'inferred',
      exists: false,
      notes: ['there was no role of this name when it was created; whether there had been one earlier is not known'],
    };
  return {
    ...open,
    certainty: 'unknown',
    exists: first === undefined ? undefined : true,
    notes: ['no record shows the trust policy before the first change that is known'],
  };
}

type Next = Pick<TimelineVersion, 'certainty' | 'exists' | 'policyText' | 'policy' | 'comparison' | 'notes'>;

/** @returns `undefined` where the change leaves the trust policy as it was. */
function nextVersion(last: TimelineVersion, change: TrustChange, role: string): Next | undefined {
  switch (change.change) {
    case 'update-role':
      return undefined;
    case 'delete-role':
      return { certainty: 'certain', exists: false, ...comparedWith(last, nobody, role), notes: [] };
    case 'create-role': {
      const unseen = last.exists === true ? ['it was created while it was there: a deletion between is missing'] : [];
      // It was gone for a moment at least, so that whoever has access now gains it.
      return { ...documentOf(change, { ...last, exists: false }, role), exists: true, notes: unseen };
    }
    case 'update-trust-policy': {
      const unseen = last.exists === false && last.since !== undefined;
      const before = unseen ? unknownBefore(last) : last;
      return {
        ...documentOf(change, before, role),
        exists: true,
        notes: unseen ? ['it was changed after it was deleted: a creation between is missing'] : [],
      };
    }
  }
}

function unknownBefore({ policy: _, policyText: __, ...version }: TimelineVersion): TimelineVersion {
  return { ...version, exists: undefined };
}

function documentOf(
  { policyText }: TrustChange,
  last: TimelineVersion,
  role: string,
): Pick<Next, 'certainty' | 'policyText' | 'policy' | 'comparison'> {
  if (policyText === undefined) return { certainty: 'unknown' };
  const policy = policyOf(policyText);
  return {
    certainty: 'certain',
    policyText,
    ...(policy === undefined ? {} : { policy, ...comparedWith(last, policy, role) }),
  };
}

function comparedWith(last: TimelineVersion, now: TrustPolicy, role: string): { readonly comparison?: Comparison } {
  const old = last.exists === false ? nobody : last.policy;
  return old === undefined ? {} : { comparison: compare(old, now, { role }) };
}

function policyOf(text: string): TrustPolicy | undefined {
  const parsed = parseTrustPolicy(text);
  return parsed.status === 'read' ? parsed.policy : undefined;
}
