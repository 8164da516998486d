/** Who could assume a role at a time, and how sure is that? */
import { compare } from '../policy/compare/compare.ts';
import type { AccessClass, Undecided } from '../policy/compare/comparison.ts';
import { nobody } from '../policy/document/nobody.ts';
import type { RoleTimeline, TimelineVersion } from './timeline.ts';

export interface WhoCouldAssume {
  readonly role: string;
  /** ISO 8601. */
  readonly at: string;
  readonly version: TimelineVersion;
  /** Everybody whom the trust policy let in, by class; `undefined` where the policy is not known. */
  readonly allowed: readonly AccessClass[] | undefined;
  /** Constructs of the policy about which nothing is claimed. */
  readonly undecided: readonly Undecided[];
  readonly notes: readonly string[];
}

/**
 * @param at milliseconds. A change counts from the second in which it was made.
 * @param readUntil milliseconds: of the newest change or denied call that was read, where that is before `at`.
 */
export function whoCouldAssume(timeline: RoleTimeline, at: number, readUntil = at): WhoCouldAssume {
  const version = versionAt(timeline, at);
  const notes = [...version.notes];
  if (version.exists === true && version.certainty === 'unknown' && version.since !== undefined)
    notes.push('the record of the change does not show the document');
  if (version.setBy?.record.at === Math.floor(at / 1000) * 1000)
    notes.push(
      `it was ${version.exists === false ? 'deleted' : 'set'} in this very second: a call of the same second may have met the version before`,
    );
  if (readUntil < at && version.until === undefined)
    notes.push(
      `the newest change or denied call that was read is of ${iso(readUntil)}: a change that was not read would not be known`,
    );
  const access = accessOf(timeline.role, version);
  return { role: timeline.role, at: iso(at), version, ...access, notes };
}

export function versionAt({ versions }: RoleTimeline, at: number): TimelineVersion {
  return versions.findLast(({ setBy }) => setBy !== undefined && setBy.record.at <= at) ?? versions[0];
}

function accessOf(
  role: string,
  { exists, certainty, policy }: TimelineVersion,
): Pick<WhoCouldAssume, 'allowed' | 'undecided'> {
  if (exists === false && certainty !== 'unknown') return { allowed: [], undecided: [] };
  if (policy === undefined) return { allowed: undefined, undecided: [] };
  const { gained, undecided } = compare(nobody, policy, { role });
  return { allowed: gained, undecided };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.000Z$/, 'Z');
}
