/** How are the parts of a finding called in a sentence? The same words on every surface. */
import { clip } from '../escape.ts';
import type {
  CauseFinding,
  Confidence,
  Evidence,
  Finding,
  FindingKind,
  Fix,
  Side,
  TrustChangeDetail,
} from '../finding.ts';
import { isOfUnanswered } from '../unanswered.ts';

const kindNames: Readonly<Record<FindingKind, string>> = {
  'trust-change': 'trust policy changed',
  'trust-change-failed': 'trust policy change failed',
  'trust-risk': 'risk in a trust policy',
  drift: 'drift',
  'acceptance-expired': 'acceptance expired',
  denial: 'assume call denied',
  'denial-spike': 'burst of denied calls',
  enumeration: 'enumeration',
  resolved: 'resolved',
};

export function kindName(kind: FindingKind): string {
  return kindNames[kind];
}

/** The same of one finding: where AWS did not answer the calls, nobody was denied. */
export function kindOf(finding: Pick<Finding, 'kind' | 'notes'>): string {
  const { kind } = finding;
  if ((kind !== 'denial' && kind !== 'denial-spike') || !isOfUnanswered(finding)) return kindName(kind);
  return kind === 'denial-spike' ? 'burst of failed calls' : 'assume call failed';
}

const sideNames: Readonly<Record<Side, string>> = {
  'trust-policy': "the role's trust policy",
  role: 'the role',
  caller: "the caller's side",
  organization: 'the organization',
  network: 'the network',
  federation: 'the identity provider',
  request: 'the request',
};

export function sideName(side: Side): string {
  return sideNames[side];
}

const whoNames: Readonly<Record<Fix['who'], string>> = {
  owner: 'the owner of the role',
  caller: 'the caller',
  organization: "the organization's administrator",
  provider: 'the administrator of the identity provider',
};

/** Who has to act. */
export function whoName(who: Fix['who']): string {
  return whoNames[who];
}

const sourceNames: Readonly<Record<Evidence['source'], string>> = {
  event: 'the event',
  'error-message': 'the error message',
  'trust-policy': 'the trust policy',
  'previous-policy': 'the previous trust policy',
  role: 'the role',
  'caller-policy': "the caller's policies",
  history: 'history',
  provider: 'the identity provider',
};

/** Where a piece of evidence stands: `the trust policy at /Statement/0, line 6`. */
export function evidencePlace(evidence: Evidence): string {
  const pointer = evidence.pointer === undefined || evidence.pointer === '' ? '' : ` at ${evidence.pointer}`;
  const line = evidence.line === undefined ? '' : `, line ${evidence.line}`;
  return `${sourceNames[evidence.source]}${pointer}${line}`;
}

const confidenceNames: Readonly<Record<Confidence, string>> = {
  proved: 'proved',
  likely: 'likely',
  possible: 'possible',
};

/** `external-id-missing, proved, in the role's trust policy`. */
export function causeHeadline(cause: CauseFinding): string {
  return `${cause.cause}, ${confidenceNames[cause.confidence]}, on ${sideName(cause.side)}`;
}

/** What is known about a fix: `verified: it grants nothing new`. */
export function verification(fix: { readonly verified: boolean; readonly grants?: string }): string {
  if (!fix.verified) return 'not verified';
  if (fix.grants === undefined || fix.grants === 'nothing') return 'verified: it grants nothing new';
  return `verified: it lets in ${fix.grants} and nobody else`;
}

/** Whether a text is to be copied into a shell, and so must stay whole. */
export function isCommand(text: string): boolean {
  return /^(?:aws|trusttrail) /.test(text);
}

/** The verdict of a comparison as a sentence about access. */
export function verdictSentence(change: TrustChangeDetail): string {
  switch (change.verdict) {
    case 'broader':
      if (isFirst(change)) return 'There was no policy before: all of this is new.';
      return 'More requests are allowed than before, none fewer.';
    case 'narrower':
      return 'Fewer requests are allowed than before, none more.';
    case 'incomparable':
      return 'Some requests are newly allowed and some no longer.';
    case 'equivalent':
      if (isFirst(change)) return 'There was no policy before, and this one lets nobody in.';
      return 'The same requests are allowed as before.';
    case 'undecided':
      return change.previousFrom === 'unknown'
        ? 'The policy before this change is not known, so that it cannot be said who gained access.'
        : 'Whether anybody gains access could not be decided.';
  }
}

/** The role came with this policy. */
function isFirst(change: TrustChangeDetail): boolean {
  return change.previousFrom !== 'unknown' && change.previous === undefined && change.current !== undefined;
}

/** `2026-03-01 03:12:09 UTC`. */
export function readableTime(time: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(time);
  return match === null ? time : `${match[1]} ${match[2]} UTC`;
}

/** `20,705`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** The name at the end of a role's ARN, for headlines; the text itself where it is no such ARN. */
export function shortName(arn: string): string {
  const slash = arn.lastIndexOf('/');
  return arn.startsWith('arn:') && slash >= 0 && slash < arn.length - 1 ? arn.slice(slash + 1) : arn;
}

/** `user/mallory of 111122223333, from 198.51.100.7`: who did it, as far as the event shows; in short without the program. */
export function actorLine(finding: Finding, length: 'whole' | 'short' = 'whole'): string | undefined {
  const { actor } = finding;
  if (actor === undefined) return undefined;
  const who = actor.arn ?? actor.type;
  const parts = [
    ...(who === undefined ? [] : [who]),
    ...(actor.sourceIp === undefined ? [] : [`from ${actor.sourceIp}`]),
    ...(actor.userAgent === undefined || length === 'short' ? [] : [`with ${clip(actor.userAgent, 60)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}
