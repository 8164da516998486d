/** What was a role's trust policy, from when until when, who set it, and how sure is that? */
import { inPossibleOrder, onlyOneOrder } from '../cloudtrail/change-order.ts';
import type { TrustChange } from '../cloudtrail/recognised.ts';
import { compare } from '../policy/compare/compare.ts';
import type { Comparison } from '../policy/compare/comparison.ts';
import { nobody } from '../policy/document/nobody.ts';
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
   * `unknown`: no record shows it; of a deletion, that the role was there again before the next change, and not since when.
   */
  readonly certainty: 'certain' | 'inferred' | 'unknown';
  /** Whether there was such a role when it began; `undefined`: not known. */
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

/** Every ARN that the role of this name has had: made anew it may have another path. */
export function arnsOf({ role, versions }: Pick<RoleTimeline, 'role' | 'versions'>): readonly string[] {
  const known = versions.flatMap(({ setBy }) =>
    setBy?.pathKnown === true && setBy.role !== undefined ? [setBy.role] : [],
  );
  return [...new Set([role, ...known])];
}

/** By time; within a second, which is all that CloudTrail tells, by eventID, so that every reading agrees. */
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
  const seconds = asPossible(changes.filter((change) => change.succeeded));
  const versions: [TimelineVersion, ...TimelineVersion[]] = [beforeAll(seconds[0]?.ordered[0])];
  for (const { ordered, certain } of seconds)
    for (const change of ordered) {
      const told = versions.at(-1) ?? versions[0];
      const last = wasMadeAnew(told, change) ? madeAnew(told) : told;
      const next = nextVersion(last, change, role);
      versions[versions.length - 1] = last;
      if (next === undefined) continue;
      const { eventTime } = change.record;
      const notes = certain
        ? next.notes
        : [...next.notes, 'another change was made in the same second: which of the two came last is not certain'];
      versions[versions.length - 1] = { ...last, until: eventTime };
      versions.push({ ...next, since: eventTime, until: undefined, setBy: change, notes });
    }
  return { key, role, account, name, versions, failed: changes.filter((change) => !change.succeeded) };
}

interface Second {
  /** In an order in which they can have been made. */
  readonly ordered: readonly TrustChange[];
  /** Whether it is the only one. */
  readonly certain: boolean;
}

/** @param changes in the order of time. */
function asPossible(changes: readonly TrustChange[]): readonly Second[] {
  const seconds: Second[] = [];
  let exists: boolean | undefined;
  for (let first = 0; first < changes.length; ) {
    let after = first + 1;
    while (after < changes.length && changes[after]?.record.at === changes[first]?.record.at) after += 1;
    const second = changes.slice(first, after);
    const ordered = inPossibleOrder(second, exists, (change) => change);
    // The duration of sessions is no part of the trust policy.
    const ofPolicy = second.filter(({ change }) => change !== 'update-role');
    seconds.push({ ordered, certain: onlyOneOrder(ofPolicy, exists) });
    exists = ordered.at(-1)?.change !== 'delete-role';
    first = after;
  }
  return seconds;
}

function beforeAll(first: TrustChange | undefined): TimelineVersion {
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
      return { certainty: 'certain', exists: false, ...comparedWith(last, nobody, role), notes: unseenCreation(last) };
    case 'create-role': {
      const unseen = last.exists === true ? ['it was created while it was there: a deletion between is missing'] : [];
      // It was gone for a moment at least, so that whoever has access now gains it.
      return {
        ...documentOf(change, { ...last, exists: false, certainty: 'certain' }, role, unseen),
        exists: true,
      };
    }
    case 'update-trust-policy':
      return { ...documentOf(change, last, role, unseenCreation(last)), exists: true };
  }
}

/** Whether the role was deleted, and is changed all the same. */
function wasMadeAnew({ exists, certainty }: TimelineVersion, { change }: TrustChange): boolean {
  return exists === false && certainty === 'certain' && change !== 'create-role';
}

/** Of the time after its deletion it is not known from when on the role was there again, nor whom it let in. */
function madeAnew(deleted: TimelineVersion): TimelineVersion {
  const note = 'it was created again before the next change: no record shows when, nor its trust policy';
  return { ...deleted, certainty: 'unknown', notes: [...deleted.notes, note] };
}

function unseenCreation({ exists, certainty }: TimelineVersion): readonly string[] {
  return exists === false && certainty === 'unknown'
    ? ['it was changed after it was deleted: a creation between is missing']
    : [];
}

function documentOf(
  { policyText }: TrustChange,
  last: TimelineVersion,
  role: string,
  notes: readonly string[],
): Omit<Next, 'exists'> {
  if (policyText === undefined) return { certainty: 'unknown', notes };
  const policy = policyOf(policyText);
  if (policy !== undefined)
    return { certainty: 'certain', policyText, policy, ...comparedWith(last, policy, role), notes };
  return {
    certainty: 'certain',
    policyText,
    notes: [...notes, 'the document that was set cannot be read as a trust policy'],
  };
}

function comparedWith(last: TimelineVersion, now: TrustPolicy, role: string): { readonly comparison?: Comparison } {
  const old = last.exists === false && last.certainty !== 'unknown' ? nobody : last.policy;
  return old === undefined ? {} : { comparison: compare(old, now, { role }) };
}

function policyOf(text: string): TrustPolicy | undefined {
  const parsed = parseTrustPolicy(text);
  return parsed.status === 'read' ? parsed.policy : undefined;
}
