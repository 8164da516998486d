/** What is said of calls that no policy was asked about, and is a finding about such calls? */
import type { Finding } from './finding.ts';

/** By how AWS did not answer; a finding is known by it ever after, for it has no cause that says so. */
export const unansweredNotes = {
  throttled:
    'AWS throttled the call, since too many came at once: no policy refused it, and none has to change. Let callers keep their credentials until these end, and wait longer before each retry.',
  failed:
    'AWS failed to answer the call: no policy refused it, and none has to change. Call again; if it goes on, the AWS Health Dashboard says whether STS has a disturbance.',
} as const;

/** The same of a change of a role. */
export const unansweredChangeNotes = {
  throttled: 'AWS throttled the call, since too many came at once: nothing was changed. Make the change again.',
  failed: 'AWS failed to answer the call, which may have changed nothing: look at the role, and make the change again.',
} as const;

const told: ReadonlySet<string> = new Set(
  [unansweredNotes, unansweredChangeNotes].flatMap((notes) => Object.values(notes)),
);

/** Whether the finding tells of calls that AWS throttled, or failed to answer, and not of calls that were denied. */
export function isOfUnanswered({ notes }: Pick<Finding, 'notes'>): boolean {
  return notes?.some((note) => told.has(note)) === true;
}
