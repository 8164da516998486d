/** What does a review of history come to: findings, the life of each role, what was read and what was not? */
import { nameOfCaller } from '../cloudtrail/caller-name.ts';
import type { ReadingProblem } from '../cloudtrail/read-record.ts';
import type { Finding, Severity } from '../findings/finding.ts';
import { maskExternalIds } from '../findings/mask.ts';
import { countBySeverity } from '../findings/severity.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { arnsOf, type RoleTimeline, type TimelineVersion } from './timeline.ts';

/** What of a history is asked for. */
export interface ReviewFilter {
  /** Milliseconds, inclusive. */
  readonly since?: number;
  /** Milliseconds, inclusive. */
  readonly until?: number;
  /** A role's ARN or its name; `*` and `?` are wildcards. */
  readonly role?: string;
  /** Account id: of the finding, or of the role. */
  readonly account?: string;
}

/** What was read. */
export interface ReadCounts {
  /** Files, or pages of answers. */
  readonly parts: number;
  readonly records: number;
  /** Events that were kept, changes and denials: each once, however many copies were read. */
  readonly kept: number;
  readonly trustChanges: number;
  readonly denials: number;
  readonly callerSideChanges: number;
  readonly bytes: number;
  readonly passedOver: number;
  readonly problems: number;
  /** ISO 8601 of the earliest and the latest record that was kept. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * Whether nothing could be read. That there was nothing to read is another thing: a source that is asked for changes and
 * denials alone, such as LookupEvents, has no record of a quiet account.
 */
export function nothingWasRead({ records, parts, passedOver, problems }: ReadCounts): boolean {
  return records === 0 && parts - passedOver - problems <= 0;
}

export interface Review {
  /** Masked already, in the order of time. */
  readonly findings: readonly Finding[];
  readonly timelines: readonly RoleTimeline[];
  readonly counts: ReadCounts;
  readonly problems: readonly ReadingProblem[];
  /** Files that are something else than logs, and why. */
  readonly passedOver: readonly { readonly place: string; readonly message: string }[];
  /** Whether reading was ended early. */
  readonly interrupted: boolean;
}

export function findingMatches(finding: Finding, filter: ReviewFilter): boolean {
  const at = Date.parse(finding.time);
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, role, account } = filter;
  if (at < since || at > until) return false;
  if (role !== undefined && (finding.role === undefined || !roleMatches(finding.role, role))) return false;
  return account === undefined || finding.account === account || finding.role?.split(':')[4] === account;
}

export function timelineMatches(timeline: RoleTimeline, { role, account }: ReviewFilter): boolean {
  if (role !== undefined && !arnsOf(timeline).some((arn) => roleMatches(arn, role))) return false;
  return account === undefined || timeline.account === account;
}

/** @returns the timeline from the version on that was in force at the time from which on a history is asked for. */
export function timelineSince(timeline: RoleTimeline, { since }: ReviewFilter): RoleTimeline {
  if (since === undefined) return timeline;
  const inForce = timeline.versions.findIndex(({ until }) => until === undefined || Date.parse(until) > since);
  const [first = timeline.versions[0], ...later] = timeline.versions.slice(inForce);
  return {
    ...timeline,
    versions: [first, ...later],
    failed: timeline.failed.filter(({ record }) => record.at >= since),
  };
}

/**
 * Most records name a role without its path, and so may whoever asks: a path that one of the two does not give tells
 * nothing, since a name is that of one role of its account (IAM User Guide, "IAM identifiers").
 * @param pattern of an ARN; without `arn:` of the name, or of its end with a path.
 */
export function roleMatches(arn: string, pattern: string): boolean {
  if (matchWildcard(pattern, arn)) return true;
  const named = arn.slice(arn.lastIndexOf('/') + 1);
  if (!pattern.startsWith('arn:'))
    return matchWildcard(pattern, named) || (pattern.includes('/') && matchWildcard(`*:role/${pattern}`, arn));
  const bare = arn.replace(/:role\/.*\//, ':role/');
  if (matchWildcard(pattern, bare)) return true;
  // With a wildcard in place of the name it would be a pattern of paths.
  const asked = /^(arn:[^/]*:role\/)(?:.*\/)?([^/*?]+)$/.exec(pattern);
  return arn === bare && asked !== null && matchWildcard(`${asked[1]}${asked[2]}`, arn);
}

/** The review as one JSON document. @param showExternalIds prints them whole. */
export function reviewJson(review: Review, showExternalIds: boolean): object {
  const { findings, timelines, counts, problems, interrupted } = review;
  return {
    findings,
    roles: timelines.map((timeline) => ({
      role: timeline.role,
      account: timeline.account,
      versions: timeline.versions.map((version) => versionJson(version, showExternalIds)),
      failed: timeline.failed.map(({ record }) => ({ time: record.eventTime, eventId: record.eventId })),
    })),
    problems: problems.map(({ place, message }) => ({ place, message })),
    summary: { ...counts, interrupted, findings: findings.length, ...countBySeverity(findings) },
  };
}

/** One version of a role's trust policy in JSON. */
export function versionJson(version: TimelineVersion, showExternalIds: boolean): object {
  const { since, until, certainty, exists, setBy, comparison, notes } = version;
  const document = documentOf(version);
  const shown = {
    policy: document,
    ...(comparison === undefined
      ? {}
      : {
          change: {
            verdict: comparison.verdict,
            gained: comparison.gained,
            lost: comparison.lost,
            undecided: comparison.undecided,
          },
        }),
  };
  return {
    since: since ?? null,
    until: until ?? null,
    certainty,
    exists: exists ?? null,
    ...(setBy === undefined
      ? {}
      : {
          by: nameOfCaller(setBy.record),
          change: setBy.change,
          eventId: setBy.record.eventId,
        }),
    ...renamed(showExternalIds ? shown : maskExternalIds(shown)),
    notes,
  };
}

/** `change` names the call already. */
function renamed({ policy, change }: { readonly policy: unknown; readonly change?: unknown }): object {
  return { policy, ...(change === undefined ? {} : { access: change }) };
}

/** The policy as a JSON value, its text where that is no trust policy, `null` where there is none to show. */
export function documentOf({ policyText, policy }: TimelineVersion): unknown {
  if (policyText === undefined) return null;
  // As JSON a name that stands twice would be there once.
  if (policy === undefined) return policyText;
  try {
    return JSON.parse(policyText) as unknown;
  } catch {
    return policyText;
  }
}

/** Words of a severity count, the most serious first: `2 critical, 1 high`. */
export function severityWords(findings: readonly Finding[]): string {
  return (Object.entries(countBySeverity(findings)) as readonly [Severity, number][])
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ');
}
