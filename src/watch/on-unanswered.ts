/** What is said of assume calls that AWS throttled, or failed to answer: nobody was denied, and no policy is looked at. */
import type { Denial } from '../cloudtrail/recognised.ts';
import { type Unanswered, unanswered } from '../cloudtrail/unanswered-call.ts';
import { findingId } from '../findings/identity.ts';
import { isOfUnanswered, unansweredNotes } from '../findings/unanswered.ts';
import type { StoredFinding } from '../ports/trust-store.ts';
import { actorOf } from './actor.ts';
import { weightOf } from './bursts.ts';
import { calledRole, lasting, namedRole, whoCalled, whoCalledOften } from './denial-words.ts';
import type { Content, Draft } from './draft.ts';
import { callerKeyOf } from './facts.ts';
import { linksOf } from './links.ts';
import type { KnownDenial } from './on-denial.ts';
import type { RoleHistory } from './role-history.ts';

/** Whether a finding in the store tells of such calls: their bursts and those of denied calls are kept apart. */
export function tellsOfUnanswered({ body }: StoredFinding): boolean {
  // The cheap look first: most findings tell of denied calls.
  if (!Object.values(unansweredNotes).some((note) => body.includes(note))) return false;
  return isOfUnanswered(JSON.parse(body) as Content);
}

/** The finding of one call. */
export function unansweredDraft(
  subject: string,
  { denial, weight }: KnownDenial,
  failure: Unanswered,
  history: RoleHistory | undefined,
): Draft {
  const { record } = denial;
  const role = calledRole(denial, history);
  const id = findingId('denial', { subject, event: record.eventId });
  return {
    key: { id, subject, at: record.at },
    content: {
      id,
      kind: 'denial',
      severity: 'info',
      title: `${didNotAnswer(new Set([failure]))} ${whoCalled(denial)}’s call for ${namedRole(role)}${codeOf(denial, failure)}: no policy refused it`,
      ...place(denial, role),
      actor: actorOf(record),
      events: [record.eventId],
      count: weight,
      links: linksOf(record, role),
      notes: [unansweredNotes[failure]],
    },
    tell: { to: 'programs' },
  };
}

/** The finding of a burst of them; no change of a policy explains or resolves it. */
export function unansweredBurstDraft(
  subject: string,
  run: readonly [KnownDenial, ...KnownDenial[]],
  known: StoredFinding | undefined,
  history: RoleHistory | undefined,
): Draft {
  const [first] = run;
  const last = run.at(-1) ?? first;
  const { record } = first.denial;
  const role = history === undefined ? first.denial.role : calledRole(first.denial, history);
  const failures = new Set(run.map(({ denial }) => unanswered(denial.record) ?? 'failed'));
  const count = weightOf(run);
  const isEstimate = run.some(({ weight }) => weight > 1);
  const callers = [...new Set(run.map(({ denial }) => callerKeyOf(denial)))];
  const whose = whoCalledOften(first.denial, callers.length, isEstimate);
  const id = known?.id ?? findingId('denial-spike', { subject, first: first.eventId });
  return {
    key: { id, subject, at: known?.at ?? first.at },
    content: {
      id,
      kind: 'denial-spike',
      severity: 'low',
      title: `${didNotAnswer(failures)} ${isEstimate ? 'about ' : ''}${count} calls of ${whose} for ${namedRole(role)} in ${lasting(last.at - first.at)}: no policy refused them`,
      ...place(first.denial, role),
      ...(callers.length === 1 ? { actor: actorOf(record) } : {}),
      events: run.slice(0, 50).map(({ eventId }) => eventId),
      count,
      links: linksOf(record, role),
      notes: [...failures].sort().map((failure) => unansweredNotes[failure]),
    },
    tell: { to: 'people-sparingly' },
  };
}

function didNotAnswer(failures: ReadonlySet<Unanswered>): string {
  if (failures.size > 1) return 'AWS throttled, or failed to answer,';
  return failures.has('throttled') ? 'AWS throttled' : 'AWS failed to answer';
}

/** The code tells how AWS failed; that it throttled is said already. */
function codeOf({ record }: Denial, failure: Unanswered): string {
  return failure === 'failed' && record.errorCode !== undefined ? ` (${record.errorCode.slice(0, 60)})` : '';
}

function place(
  { record, roleAccount }: Denial,
  role: string | undefined,
): Pick<Content, 'time' | 'account' | 'region' | 'role'> {
  return {
    time: record.eventTime,
    ...(roleAccount === undefined ? {} : { account: roleAccount }),
    ...(record.region === undefined ? {} : { region: record.region }),
    ...(role === undefined ? {} : { role }),
  };
}
