/** What is there when an account is first watched, and what is kept of a role that no event told of? */
import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import { acceptanceOf } from '../configuration/acceptance.ts';
import { severityOf } from '../configuration/configuration.ts';
import { type Severity, severities } from '../findings/finding.ts';
import { findingId, sha256 } from '../findings/identity.ts';
import { severityRank, worst } from '../findings/severity.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { ReadRole } from '../ports/role-reader.ts';
import { checkRisks } from '../risks/check-risks.ts';
import type { RuledRisk } from '../risks/risk-rule.ts';
import type { WatchContext } from './context.ts';
import type { Draft } from './draft.ts';
import { observationFactOf, roleStream } from './facts.ts';
import { publishUntilSettled } from './publish.ts';
import { namedByStream, principalsNamedIn, rolesStream } from './remember.ts';
import { settling } from './role-history.ts';

/** An account whose roles are read for the first time. */
export interface Seeding {
  readonly account: string;
  /** Milliseconds: when that was begun, the same where it has to be begun again. */
  readonly at: number;
  /** Keys of its roles. */
  readonly counted: Set<string>;
  /** Those whose policy is risky, by key. */
  readonly risky: Map<
    string,
    { readonly role: string; readonly severity: Severity; readonly rules: readonly string[] }
  >;
}

const begunStream = 'survey:begun';
const endedStream = 'survey:ended';
/** Roles that the summary names. */
const mostNamed = 10;
/** Milliseconds by which our clock and that of IAM may differ, and a page's answer be older than its end. */
const skew = 60_000;

/** Accounts that were never read come first, the others by turns, so that no account is always the last. */
export async function accountsInTurn({
  store,
  configuration,
  settings,
  clock,
}: WatchContext): Promise<readonly { readonly account: string; readonly seeded: boolean }[]> {
  const { ownAccount } = settings;
  const all = [...new Set([...(ownAccount === undefined ? [] : [ownAccount]), ...configuration.accounts])];
  const seeded = new Set((await store.events(endedStream)).map(({ eventId }) => eventId));
  const others = all.filter((account) => seeded.has(account));
  const turn = others.length === 0 ? 0 : Math.floor(clock.now() / 86_400_000) % others.length;
  return [
    ...all.filter((account) => !seeded.has(account)).map((account) => ({ account, seeded: false })),
    ...[...others.slice(turn), ...others.slice(0, turn)].map((account) => ({ account, seeded: true })),
  ];
}

export async function beginSeeding(account: string, { store, clock }: WatchContext): Promise<Seeding> {
  await store.addEvents(begunStream, [{ eventId: account, at: clock.now(), body: '' }]);
  const begun = (await store.events(begunStream)).find(({ eventId }) => eventId === account);
  return { account, at: begun?.at ?? clock.now(), counted: new Set(), risky: new Map() };
}

/** What the role's policy risks as it stands; what the owner has accepted is left out. */
export function standingRisks(
  { arn, policyText, maxSessionDuration }: ReadRole,
  { configuration, world, clock }: WatchContext,
): readonly RuledRisk[] {
  const parsed = parseTrustPolicy(policyText);
  if (parsed.status !== 'read') return [];
  const at = toIsoSeconds(clock.now());
  const risks = checkRisks({
    policy: parsed.policy,
    role: arn,
    world,
    at,
    ...(maxSessionDuration === undefined ? {} : { maxSessionDuration: { now: maxSessionDuration } }),
  });
  return risks
    .map((risk) => ({ ...risk, severity: severityOf(configuration, risk.rule, risk.severity) }))
    .filter((risk) => acceptanceOf(configuration, risk, arn, at)?.expired !== false);
}

/** Counts the role for the summary. @returns its standing risks as a finding, which programs get and people do not. */
export function seedRole(
  key: string,
  { arn, policyText }: ReadRole,
  risks: readonly RuledRisk[],
  seeding: Seeding,
): readonly Draft[] {
  seeding.counted.add(key);
  const [first] = risks;
  if (first === undefined) return [];
  const severity = worst(risks.map((risk) => risk.severity));
  const rules = [...new Set(risks.map(({ rule }) => rule))];
  seeding.risky.set(key, { role: arn, severity, rules });
  const id = findingId('trust-risk', { role: key, standing: sha256(policyText) });
  return [
    {
      key: { id, subject: key, at: seeding.at },
      content: {
        id,
        kind: 'trust-risk',
        severity,
        title: `${roleFromArn(arn)?.name ?? arn} was found with ${rules.length === 1 ? first.rule : `${first.rule} and ${rules.length - 1} more`}`,
        time: toIsoSeconds(seeding.at),
        account: seeding.account,
        role: arn,
        events: [],
        count: 1,
        risks: risks.map(({ discriminator: _, statement: __, ...risk }) => risk),
        notes: ['It was there when the account was first read; nobody is told of it but by the summary.'],
      },
      tell: { to: 'programs' },
    },
  ];
}

/** Tells of all accounts that were read for the first time, once. */
export async function endSeeding(
  seedings: readonly Seeding[],
  unread: readonly { readonly account: string; readonly because: string }[],
  context: WatchContext,
): Promise<void> {
  if (seedings.length === 0) return;
  await publishUntilSettled(context, async () => {
    const draft = summaryDraft(seedings, unread);
    const { at } = draft.key;
    return {
      known: await context.store.findings(draft.key.subject, { from: at, to: at }),
      drafts: [draft],
      retractions: [],
    };
  });
  await context.store.addEvents(
    endedStream,
    seedings.map(({ account, at }) => ({ eventId: account, at, body: '' })),
  );
}

function summaryDraft(
  seedings: readonly Seeding[],
  unread: readonly { readonly account: string; readonly because: string }[],
): Draft {
  const accounts = seedings.map(({ account }) => account).sort();
  const at = Math.min(...seedings.map((one) => one.at));
  const roles = seedings.reduce((sum, { counted }) => sum + counted.size, 0);
  const risky = seedings
    .flatMap((one) => [...one.risky.values()])
    .sort(
      (left, right) => severityRank(right.severity) - severityRank(left.severity) || (left.role < right.role ? -1 : 1),
    );
  const counts = severities
    .toReversed()
    .flatMap((severity) => {
      const count = risky.filter((one) => one.severity === severity).length;
      return count === 0 ? [] : [`${count} ${severity}`];
    })
    .join(', ');
  const id = findingId('trust-risk', { survey: accounts });
  const where = accounts.length === 1 ? `account ${accounts[0] ?? ''}` : `${accounts.length} accounts`;
  const [only] = accounts;
  return {
    key: { id, subject: 'survey', at },
    content: {
      id,
      kind: 'trust-risk',
      severity: worst(risky.map(({ severity }) => severity)),
      title: `${roles} roles of ${where} are watched from now on; ${risky.length === 0 ? 'no trust policy of theirs is risky' : `${risky.length} have a risky trust policy (${counts})`}`,
      time: toIsoSeconds(at),
      ...(accounts.length === 1 && only !== undefined ? { account: only } : {}),
      events: [],
      count: 1,
      notes: [
        ...risky.slice(0, mostNamed).map(({ role, severity, rules }) => `${severity}: ${role}: ${rules.join(', ')}`),
        ...(risky.length > mostNamed ? [`${risky.length - mostNamed} more are on the findings bus.`] : []),
        ...(unread.length === 0
          ? []
          : [
              `${unread.length} accounts could not be read, ${unread[0]?.account ?? ''} for instance: ${unread[0]?.because ?? ''}.`,
            ]),
      ],
    },
    tell: { to: 'people' },
  };
}

/** Whether an event ought to have told of it: not of a role of AWS's own, nor while the event may be under way. */
export function isUnannounced({ arn, createDate }: ReadRole, now: number): boolean {
  const created = Date.parse(createDate ?? '');
  return !/:role\/aws-service-role\//.test(arn) && !Number.isNaN(created) && now - created >= settling;
}

/**
 * Keeps what IAM showed, so that the next change of the role finds the version before it. Last of all the policy itself:
 * once that is kept, no look takes the role for news, and what a process that died had not written would never be.
 */
export async function keepSeen(key: string, role: ReadRole, readAt: number, { store }: WatchContext): Promise<void> {
  await store.addEvents(rolesStream, [{ eventId: key, at: 0, body: role.arn }]);
  for (const principal of principalsNamedIn(role.policyText))
    await store.addEvents(namedByStream(principal), [{ eventId: key, at: 0, body: key }]);
  await store.addEvents(roleStream(key), [observationFactOf({ observed: role, at: readAt + skew })]);
}
