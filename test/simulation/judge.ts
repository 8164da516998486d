/** Did a run lose anything, make anything up, or tell it twice? */
import type { Finding, TrustChangeDetail } from '../../src/findings/finding.ts';
import type { StoredFinding } from '../../src/ports/trust-store.ts';
import { isOnlyRead, readerRole } from './iam.ts';
import { untrue } from './untrue.ts';
import type { Outcome } from './world.ts';

/** @returns what is wrong with the run, in words; nothing where it is as the undisturbed one. */
export function judge(outcome: Outcome, undisturbed: Outcome): readonly string[] {
  return [
    ...differences(outcome, undisturbed),
    ...untold(outcome),
    ...unheard(outcome, undisturbed),
    ...outcome.sentAgain.map((name) => `told again although a note said that it was told: ${name}`),
    ...outcome.atOnce.map((name) => `told by two at once: ${name}`),
    ...letters(outcome),
    ...readings(outcome),
    ...untrue(outcome),
  ];
}

const runs: ReadonlySet<string> = new Set(['denial-spike', 'enumeration', 'resolved']);

/**
 * What is the case, apart from how it came about: a burst is known by its first published form (so is what resolves
 * it), and how often a finding was revised tells of the delivery alone.
 */
function facts({ findings }: Outcome): ReadonlyMap<string, StoredFinding> {
  const current = findings.filter(({ supersededBy }) => supersededBy === undefined);
  const read = current.map((stored) => ({ stored, finding: JSON.parse(stored.body) as Finding }));
  return new Map(
    read.map(({ stored, finding }) => {
      if (isOfLook(finding)) return [JSON.stringify(ofLook(finding)), stored];
      const { id, revision: _, resolves, ...rest } = finding;
      const burst = read.find((one) => one.finding.id === resolves)?.finding;
      const fact = {
        ...rest,
        ...(rest.change === undefined ? {} : { change: withoutPlace(rest.change) }),
        ...(runs.has(finding.kind) ? {} : { id }),
        ...(resolves === undefined ? {} : { resolves: burst?.time ?? 'nothing that is told' }),
      };
      return [JSON.stringify(fact), stored];
    }),
  );
}

/** What is looked up before it is delivered stays where it was first found. */
function withoutPlace({ previousFrom, ...change }: TrustChangeDetail): object {
  return { ...change, previousFrom: previousFrom === 'history' ? 'store' : previousFrom };
}

/** Told by the daily look: when it was told depends on when that was, and on what had been delivered by then. */
function isOfLook({ kind, events }: Finding): boolean {
  return kind === 'drift' || (kind === 'trust-risk' && events.length === 0);
}

/** What is the case all the same. The summary of the first looks tells of what each of them could read. */
function ofLook({ kind, role, change, risks, title }: Finding): object {
  if (kind === 'drift')
    return { kind, role, current: change?.current ?? null, time: '', title: `drift of ${role ?? ''}` };
  return { kind, role: role ?? 'survey', risks: risks ?? null, time: '', title: role === undefined ? 'survey' : title };
}

function differences(outcome: Outcome, undisturbed: Outcome): readonly string[] {
  const found = facts(outcome);
  const expected = facts(undisturbed);
  return [
    ...[...expected.keys()].filter((fact) => !found.has(fact)).map((fact) => `lost: ${shortly(fact)}`),
    ...[...found.keys()].filter((fact) => !expected.has(fact)).map((fact) => `made up: ${shortly(fact)}`),
  ];
}

/** The programs' channel gets everything: each finding as it is in the end, superseded ones among them. */
function untold({ findings, sends }: Outcome): readonly string[] {
  const sent = new Set(sends.map(({ channel, finding }) => `${channel} ${JSON.stringify(finding)}`));
  return findings.flatMap(({ body, id, revision, deliveries }) => [
    ...(sent.has(`findings-bus ${body}`) ? [] : [`never told: ${id}, revision ${revision}: ${shortly(body)}`]),
    ...['findings-bus', 'sns']
      .filter((channel) => (deliveries.get(channel)?.revision ?? 0) < revision)
      .map((channel) => `not noted for ${channel}: ${id}, revision ${revision}`),
  ]);
}

/** What people are told of when nothing goes wrong, they are told of whatever goes wrong. */
function unheard(outcome: Outcome, undisturbed: Outcome): readonly string[] {
  const found = facts(outcome);
  const heard = new Set(outcome.sends.filter(({ channel }) => channel === 'sns').map(({ finding }) => finding.id));
  return [...facts(undisturbed)].flatMap(([fact, { deliveries }]) => {
    const same = found.get(fact);
    const wasHeard = deliveries.get('sns')?.sentAt !== undefined;
    return wasHeard && same !== undefined && !heard.has(same.id) ? [`people never heard: ${shortly(fact)}`] : [];
  });
}

/** What can never be read is among the dead letters with its reason; everything else has left them. */
function letters({ messages, deadLetters, unexplained }: Outcome): readonly string[] {
  const kept = new Set(deadLetters.map(({ happening }) => happening.id));
  return [
    ...messages
      .filter(({ id, poison }) => poison && !kept.has(id))
      .map(({ id }) => `not among the dead letters: ${id}`),
    ...deadLetters
      .filter(({ happening }) => !happening.poison)
      .map(({ happening }) => `a dead letter: ${happening.id}`),
    ...unexplained.map((id) => `a dead letter without a reason: ${id}`),
  ];
}

/** What was read at another time than that of the call proves nothing; and nobody asks about the role that we ask with. */
function readings({ sends, rolesRead }: Outcome): readonly string[] {
  const proved = sends.filter(
    ({ finding: { role, causes = [], correlatedChange } }) =>
      isOnlyRead(role) && (correlatedChange !== undefined || causes.some(({ confidence }) => confidence === 'proved')),
  );
  return [
    ...proved.map(({ finding }) => `proved by a reading: ${shortly(JSON.stringify(finding))}`),
    ...(rolesRead.has(readerRole) ? ['the reader role was read'] : []),
  ];
}

function shortly(json: string): string {
  const { kind, time, title } = JSON.parse(json) as Finding;
  return `${kind} of ${time}: ${title}`;
}
