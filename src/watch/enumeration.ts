/** Does a caller feel its way: many roles that deny it, or many principals tried until one exists? */
import { nameOfCaller } from '../cloudtrail/caller-name.ts';
import { setsTrustPolicy } from '../cloudtrail/recognise.ts';
import type { TrustChange } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { findingId } from '../findings/identity.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { actorOf, shortActor } from './actor.ts';
import { type Timed, weightOf } from './bursts.ts';
import type { Draft } from './draft.ts';
import { linksOf } from './links.ts';

/**
 * Whether a change failed because it named a principal that does not exist. IAM checks that when a trust policy is
 * saved, so that trying names tells which of them exist (in any account, and unseen there).
 */
export function isProbe(change: TrustChange): boolean {
  const { succeeded, record } = change;
  return !succeeded && setsTrustPolicy(change) && /Invalid principal/i.test(record.errorMessage ?? '');
}

/** A call of an enumeration, with what was tried by it. */
export interface Tried extends Timed {
  readonly eventId: string;
  readonly record: CloudTrailRecord;
  readonly account: string | undefined;
  /** The role, or the principals, that the call asked about. */
  readonly what: string;
}

/** The principals that a failed change tried, as one text: from the message, else those of the document. */
export function triedPrincipal({ record, policyText }: TrustChange): string {
  const named = /Invalid principal in policy: (.{1,2100})/i.exec(record.errorMessage ?? '')?.[1];
  if (named !== undefined) return named.replace(/^"?\w+"?\s*:\s*/, '').replace(/^"|"$/g, '');
  const parsed = policyText === undefined ? undefined : parseTrustPolicy(policyText);
  if (parsed?.status !== 'read') return record.eventId;
  return parsed.policy.statements
    .flatMap(({ principal }) => principal.entries.map(({ text }) => text))
    .sort()
    .join(' ');
}

export type EnumerationForm = 'roles' | 'principals';

export function enumerationId(subject: string, form: EnumerationForm, firstEvent: string): string {
  return findingId('enumeration', { subject, form, first: firstEvent });
}

/** @param known id and time of the enumeration where it was told before. */
export function enumerationDraft(
  subject: string,
  form: EnumerationForm,
  run: readonly [Tried, ...Tried[]],
  known: { readonly id: string; readonly at: number } | undefined,
): Draft {
  const [first] = run;
  const { record } = first;
  const tried = [...new Set(run.map(({ what }) => what))];
  const id = known?.id ?? enumerationId(subject, form, first.eventId);
  const minutes = Math.max(1, Math.ceil(((run.at(-1)?.at ?? first.at) - first.at) / 60_000));
  const span = `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const who = shortActor(nameOfCaller(record));
  const shown = tried.slice(0, 10).map((one) => `\`${one}\``);
  const list = `${shown.join(', ')}${tried.length > shown.length ? ` and ${tried.length - shown.length} more` : ''}`;
  return {
    key: { id, subject, at: known?.at ?? first.at },
    content: {
      id,
      kind: 'enumeration',
      severity: 'high',
      title:
        form === 'roles'
          ? `${who} was denied ${tried.length} different roles in ${span}: somebody may be looking for a role that lets them in`
          : `${who} tried ${tried.length} principals in trust policies in ${span}, none of which exists: somebody may be finding out which do`,
      time: record.eventTime,
      ...(first.account === undefined ? {} : { account: first.account }),
      ...(record.region === undefined ? {} : { region: record.region }),
      actor: actorOf(record),
      events: run.slice(0, 50).map(({ eventId }) => eventId),
      count: weightOf(run),
      links: linksOf(record, undefined),
      notes: [
        form === 'roles'
          ? `Roles tried: ${list}.`
          : `Principals tried: ${list}. IAM refuses a trust policy with a principal that does not exist, so that its answers tell which users and roles another account has.`,
        'Whoever made these calls holds valid credentials: find out whose they are, and whether they are in the right hands.',
      ],
    },
    tell: { to: 'people-sparingly' },
  };
}
