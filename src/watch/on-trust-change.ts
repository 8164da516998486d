/** What does a change of a role's trust mean: who can newly assume it, how risky is that, and how is it undone? */
import { explainFailedChange } from '../causes/explain.ts';
import { onlyOneOrder } from '../cloudtrail/change-order.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { unanswered } from '../cloudtrail/unanswered-call.ts';
import { acceptanceOf } from '../configuration/acceptance.ts';
import { severityOf } from '../configuration/configuration.ts';
import type { CauseFinding, RiskFinding, Severity, TrustChangeDetail } from '../findings/finding.ts';
import { findingId } from '../findings/identity.ts';
import { atLeast, worst } from '../findings/severity.ts';
import { compare } from '../policy/compare/compare.ts';
import type { AccessClass, Comparison, Undecided } from '../policy/compare/comparison.ts';
import { splitArn } from '../policy/document/names.ts';
import { nobody } from '../policy/document/nobody.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import { riskRules } from '../risks/catalogue.ts';
import { checkRisks } from '../risks/check-risks.ts';
import type { RiskQuestion, RuledRisk } from '../risks/risk-rule.ts';
import { actorName, actorOf, shortActor } from './actor.ts';
import type { WatchContext } from './context.ts';
import type { Content, Draft, Tell } from './draft.ts';
import { linksOf } from './links.ts';
import { roleNameOf } from './remember.ts';
import { documentOf, type RoleChange, type RoleHistory, type RoleState } from './role-history.ts';
import { isWatched } from './routing.ts';
import { undoCommands } from './undo.ts';

/** The finding of one change that succeeded. */
export function trustChangeDraft(history: RoleHistory, one: RoleChange, context: WatchContext): Draft {
  const { change, before, after } = one;
  const { record } = change;
  const role = after.arn ?? before.arn ?? change.role;
  const name = role === undefined ? (change.roleName ?? 'the role') : roleNameOf(role);
  const access = accessOf(one, role);
  const risks = risksOf(history, one, role, context);
  const severity = severityOfChange(access, risks, one, context);
  const undo = reopens(one, risks.ended) ? [] : undoCommands(one, context.settings);
  const notes = [...notesOf(one, access, risks, undo), ...orderNotes(history, record.at)];
  const content: Content = {
    id: findingId('trust-change', { role: history.key, event: record.eventId }),
    kind: 'trust-change',
    severity,
    title: titleOf(one, name, access),
    time: record.eventTime,
    ...(change.account === undefined ? {} : { account: change.account }),
    ...(record.region === undefined ? {} : { region: record.region }),
    ...(role === undefined ? {} : { role }),
    actor: actorOf(record),
    events: [record.eventId],
    count: 1,
    change: access,
    ...(risks.fresh.length === 0 ? {} : { risks: risks.fresh.map(withoutBookkeeping) }),
    ...(undo.length === 0 ? {} : { rollback: { commands: undo } }),
    links: linksOf(record, role),
    ...(notes.length === 0 ? {} : { notes }),
  };
  const key = { id: content.id, subject: history.key, at: record.at };
  return { key, content, tell: tellOf(one, access, risks, role, context) };
}

/** Whether undoing the change would bring back a risk that nobody should be talked into. */
function reopens({ change }: RoleChange, ended: readonly RuledRisk[]): boolean {
  return change.change !== 'delete-role' && ended.some(({ severity }) => atLeast(severity, 'high'));
}

/** The commands that undo the change; none where they would open a door that it closed. */
export function safeUndo(one: RoleChange, context: WatchContext): readonly string[] {
  const { before, after, change } = one;
  const commands = undoCommands(one, context.settings);
  if (commands.length === 0 || before.policy === undefined || after.policy === undefined) return commands;
  const state = stateOf(change.record, after.arn ?? before.arn ?? change.role, context);
  const now = checkRisks({ ...state, policy: after.policy, ...durationOf(after) }, { fixes: false });
  return reopens(one, endedRisks(earlierRisksOf(before, state), now, context)) ? [] : commands;
}

function stateOf(record: CloudTrailRecord, role: string | undefined, { configuration, world }: WatchContext) {
  return {
    ...(role === undefined ? {} : { role }),
    world,
    at: record.eventTime,
    ...(configuration.sizeQuota === undefined ? {} : { sizeQuota: configuration.sizeQuota }),
  };
}

function earlierRisksOf(before: RoleState, state: Omit<RiskQuestion, 'policy'>): readonly RuledRisk[] {
  return before.exists === true && before.policy !== undefined
    ? checkRisks({ ...state, policy: before.policy, ...durationOf(before) }, { fixes: false })
    : [];
}

/** With the severities that the owner wants. */
function endedRisks(
  earlier: readonly RuledRisk[],
  now: readonly RuledRisk[],
  { configuration }: WatchContext,
): readonly RuledRisk[] {
  return earlier
    .filter((old) => !now.some((risk) => isSame(old, risk)))
    .map((risk) => ({ ...risk, severity: severityOf(configuration, risk.rule, risk.severity) }));
}

/** What is allowed now and was not, and the other way round; nothing is claimed about a version that was not seen. */
function accessOf({ change, before, after }: RoleChange, role: string | undefined): TrustChangeDetail {
  const previous = documentOf(before.policyText);
  const current = documentOf(after.policyText);
  const shown = {
    ...(previous === undefined ? {} : { previous }),
    ...(current === undefined || after.exists === false ? {} : { current }),
  };
  const old = policyOf(before);
  const now = policyOf(after);
  const previousFrom = before.exists === false ? 'store' : (before.setFrom ?? 'unknown');
  if (change.change === 'update-role') return { verdict: 'equivalent', gained: [], lost: [], ...shown, previousFrom };
  if (old !== undefined && now !== undefined) {
    const compared = compare(old, now, role === undefined ? {} : { role });
    return { ...given(compared), ...shown, previousFrom };
  }
  // A role that is gone lets nobody in, whatever it was before.
  if (after.exists === false) return { verdict: 'narrower', gained: [], lost: [], ...shown, previousFrom };
  const allowed = now === undefined ? undefined : compare(nobody, now, role === undefined ? {} : { role }).gained;
  return {
    verdict: 'undecided',
    gained: [],
    lost: [],
    undecided: undecidedOf(before, now),
    ...(allowed === undefined ? {} : { allowed }),
    ...shown,
    previousFrom: old === undefined && before.policyText === undefined ? 'unknown' : previousFrom,
  };
}

function undecidedOf(before: RoleState, now: TrustPolicy | undefined): readonly Undecided[] {
  if (now === undefined)
    return [{ construct: 'the new document, which the event does not show or which cannot be read' }];
  // That the version before is not known is what `previousFrom` says.
  return before.policyText === undefined ? [] : [{ construct: 'the version before, which cannot be read' }];
}

function given({ direct, ...rest }: Comparison): Omit<Comparison, 'direct'> & Pick<TrustChangeDetail, 'direct'> {
  return { ...rest, direct };
}

function policyOf(state: RoleState): TrustPolicy | undefined {
  return state.exists === false ? nobody : state.policy;
}

/** That somebody newly gets in is no news of a new role, unless they are strangers. */
const rulesForNewRoles = riskRules.filter(
  ({ id, about }) =>
    about === 'state' ||
    ['external-account-unknown-added', 'external-account-known-added', 'recently-created-account-trusted'].includes(id),
);

interface Risks {
  /** Those that the change brought, or all where the version before is not known; accepted ones are not among them. */
  readonly fresh: readonly RuledRisk[];
  /** Those that were there before. */
  readonly remaining: readonly RuledRisk[];
  /** Those that are there no more. */
  readonly ended: readonly RuledRisk[];
  readonly accepted: readonly { readonly risk: RuledRisk; readonly reason: string; readonly until: string }[];
  readonly expired: readonly { readonly risk: RuledRisk; readonly until: string }[];
}

function risksOf(
  history: RoleHistory,
  { change, before, after }: RoleChange,
  role: string | undefined,
  context: WatchContext,
): Risks {
  const none = { fresh: [], remaining: [], ended: [], accepted: [], expired: [] };
  const policy =
    after.exists === false ? undefined : (after.policy ?? (change.change === 'update-role' ? nobody : undefined));
  if (policy === undefined) return none;
  const { record } = change;
  const { configuration } = context;
  const earlier = history.changes
    .filter((one) => one.change.record.at < record.at)
    .map((one) => ({ by: actorName(one.change.record), time: one.change.record.eventTime }));
  const since = history.changes[0]?.change.record.eventTime ?? record.eventTime;
  const { maxSessionDuration } = after;
  const { userAgent } = record;
  const previous = policyOf(before);
  const state = stateOf(record, role, context);
  const question: RiskQuestion = {
    ...state,
    policy,
    ...(previous === undefined ? {} : { previous }),
    ...(maxSessionDuration === undefined
      ? {}
      : { maxSessionDuration: { now: maxSessionDuration, ...beforeOf(before.maxSessionDuration, change.change) } }),
    actor: { arn: actorName(record), ...(userAgent === undefined ? {} : { userAgent }) },
    history: { changes: earlier, since },
  };
  const rules = change.change === 'create-role' ? { rules: rulesForNewRoles } : {};
  const found = checkRisks(question, rules).map((risk) => ({
    ...risk,
    severity: severityOf(configuration, risk.rule, risk.severity),
  }));
  const earlierRisks = earlierRisksOf(before, state);
  const fresh: RuledRisk[] = [];
  const remaining: RuledRisk[] = [];
  const accepted: { risk: RuledRisk; reason: string; until: string }[] = [];
  const expired: { risk: RuledRisk; until: string }[] = [];
  for (const risk of found) {
    const acceptance = acceptanceOf(configuration, risk, role, record.eventTime);
    if (acceptance !== undefined && !acceptance.expired) {
      const { reason, until } = acceptance.acceptance;
      accepted.push({ risk, reason, until });
      continue;
    }
    if (acceptance?.expired === true) expired.push({ risk, until: acceptance.acceptance.until });
    const wasThere = earlierRisks.some((old) => isSame(old, risk));
    (wasThere ? remaining : fresh).push(risk);
  }
  const ended = endedRisks(earlierRisks, found, context);
  return { fresh, remaining, ended, accepted, expired };
}

function isSame(left: RuledRisk, right: RuledRisk): boolean {
  return left.rule === right.rule && (left.message === right.message || left.discriminator === right.discriminator);
}

function beforeOf(before: number | undefined, change: string): { readonly before?: number } {
  return before === undefined || change === 'create-role' ? {} : { before };
}

function durationOf({ maxSessionDuration }: RoleState): Pick<RiskQuestion, 'maxSessionDuration'> {
  return maxSessionDuration === undefined ? {} : { maxSessionDuration: { now: maxSessionDuration } };
}

function withoutBookkeeping({ discriminator: _, statement: __, ...risk }: RuledRisk): RiskFinding {
  return risk;
}

/** By the place in `AccessClass.rank`: everyone, another account, the role's own account, a service. */
const severityOfRank: readonly Severity[] = ['high', 'medium', 'low', 'low'];

function severityOfChange(
  { verdict, gained, direct, previousFrom }: TrustChangeDetail,
  { fresh, accepted }: Risks,
  { change }: RoleChange,
  { world }: WatchContext,
): Severity {
  const risks = fresh.map(({ severity }) => severity);
  // Where the owner has accepted what is risky about it, the access itself is no news either.
  if (accepted.length > 0 && fresh.length === 0) return 'info';
  const created = change.change === 'create-role';
  const known = ({ witness }: AccessClass): boolean => {
    const account = splitArn(witness.principal ?? '')?.account;
    return account !== undefined && (account === change.account || world.accounts.includes(account));
  };
  const access = gained.map((one): Severity => {
    if (created) return one.rank === 0 ? 'medium' : 'info';
    return one.rank === 1 && known(one) ? 'low' : (severityOfRank[one.rank] ?? 'low');
  });
  const open: Severity[] = verdict === 'undecided' ? [previousFrom === 'unknown' ? 'low' : 'medium'] : [];
  const more: Severity[] = (direct ?? []).length > 0 && !created ? ['low'] : [];
  return worst([...risks, ...access, ...open, ...more]);
}

/** What people are told of: new access, a raised risk, and every change of a role that the owner watches. */
function tellOf(
  { change }: RoleChange,
  { verdict, gained, direct, previousFrom }: TrustChangeDetail,
  { fresh, accepted }: Risks,
  role: string | undefined,
  { configuration }: WatchContext,
): Tell {
  if (isWatched(role, configuration.watch)) return { to: 'people' };
  const risky = fresh.some(({ severity }) => atLeast(severity, 'medium'));
  if (risky) return { to: 'people' };
  if (accepted.length > 0 && fresh.length === 0) return { to: 'programs' };
  // Every new role lets somebody in; that alone is what it was made for.
  if (change.change === 'create-role') return { to: gained.some(({ rank }) => rank === 0) ? 'people' : 'programs' };
  const grants =
    gained.length > 0 || (direct ?? []).length > 0 || (verdict === 'undecided' && previousFrom !== 'unknown');
  return { to: grants ? 'people' : 'programs' };
}

function titleOf({ change, before, after }: RoleChange, name: string, access: TrustChangeDetail): string {
  const { gained, lost, allowed } = access;
  const can = (classes: readonly AccessClass[]): string =>
    `${classes[0]?.summary ?? 'nobody'}${classes.length > 1 ? ` and ${classes.length - 1} more` : ''}`;
  const by = shortActor(actorName(change.record));
  switch (change.change) {
    case 'create-role':
      return gained.length === 0
        ? `${name} was created by ${by}${access.verdict === 'undecided' ? '' : '; nobody can assume it by its trust policy'}`
        : `${name} was created by ${by}; it can be assumed by ${can(gained)}`;
    case 'delete-role':
      return `${name} was deleted by ${by}${lost.length === 0 ? '' : `; it could be assumed by ${can(lost)}`}`;
    case 'update-role': {
      const was = before.maxSessionDuration === undefined ? '' : `, before ${hours(before.maxSessionDuration)}`;
      return `Sessions of ${name} may now last ${hours(after.maxSessionDuration ?? 0)}${was}`;
    }
    case 'update-trust-policy':
      break;
  }
  switch (access.verdict) {
    case 'broader':
      return `${name} can now be assumed by ${can(gained)}`;
    case 'incomparable':
      return `${name} can now be assumed by ${can(gained)}, and no longer by ${can(lost)}`;
    case 'narrower':
      return `${name} can no longer be assumed by ${can(lost)}`;
    case 'equivalent':
      return before.policyText === after.policyText
        ? `The trust policy of ${name} was saved unchanged`
        : (access.direct ?? []).length > 0
          ? `${name} now trusts ${access.direct?.[0]?.summary ?? 'a principal'} directly`
          : `The trust policy of ${name} was changed; it lets in the same callers as before`;
    case 'undecided':
      return allowed === undefined || allowed.length === 0
        ? `The trust policy of ${name} was changed by ${by}`
        : `The trust policy of ${name} was changed by ${by}; it can be assumed by ${can(allowed)}`;
  }
}

function hours(seconds: number): string {
  const value = seconds / 3600;
  return Number.isInteger(value) ? `${value} ${value === 1 ? 'hour' : 'hours'}` : `${Math.round(seconds / 60)} minutes`;
}

function notesOf(
  { change, after }: RoleChange,
  { verdict }: TrustChangeDetail,
  { remaining, ended, accepted, expired }: Risks,
  undo: readonly string[],
): readonly string[] {
  const notes: string[] = [];
  if (change.change === 'delete-role')
    notes.push(
      undo.length > 0
        ? 'A role that is created again has another id: its permissions, and trust policies that name it, have to be restored as well.'
        : 'The trust policy that it had is not known, so that no command to restore it is given.',
    );
  const [worstEnded] = ended.filter(({ severity }) => atLeast(severity, 'high'));
  if (worstEnded !== undefined && change.change !== 'delete-role')
    notes.push(`It ended ${worstEnded.rule}, so that no command that undoes it is given.`);
  if (after.policyText !== undefined && after.policy === undefined && after.exists === true)
    notes.push('The document that IAM took cannot be read as a trust policy here.');
  if (!change.pathKnown && change.role !== undefined && after.arn === undefined)
    notes.push('The event names the role without its path; the ARN shown has none.');
  if (remaining.length > 0)
    notes.push(
      `${verdict === 'narrower' ? 'Still there as before' : 'As before'}: ${[...new Set(remaining.map(({ rule }) => rule))].join(', ')}.`,
    );
  for (const { risk, reason, until } of accepted) notes.push(`${risk.rule} is accepted until ${until}: ${reason}`);
  for (const { risk, until } of expired) notes.push(`The acceptance of ${risk.rule} ended on ${until}.`);
  return notes;
}

/** CloudTrail's times are whole seconds: of several changes in one, which came last may not be known. */
function orderNotes({ changes }: RoleHistory, at: number): readonly string[] {
  const second = changes.filter(({ change }) => change.record.at === at && change.change !== 'update-role');
  const existed = changes.findLast(({ change }) => change.record.at < at)?.after.exists;
  const ofPolicy = second.map(({ change }) => change);
  return onlyOneOrder(ofPolicy, existed)
    ? []
    : [
        'Another change of this role was made in the same second: which of them came last is not certain, nor what was before each.',
      ];
}

/** The finding of one change that IAM refused. */
export function failedChangeDraft(history: RoleHistory, one: RoleChange): Draft {
  const { change, before } = one;
  const { record } = change;
  const role = before.arn ?? change.role;
  const name = role === undefined ? (change.roleName ?? 'the role') : roleNameOf(role);
  const known =
    before.policy === undefined
      ? {}
      : { policyInForce: { policy: before.policy, as: 'in-force' as const, from: 'the store' } };
  const { causes, ruledOut, unknown, note } = explainFailedChange({ change, ...known });
  const [first] = causes;
  const denied = /^AccessDenied|UnauthorizedOperation/.test(record.errorCode ?? '');
  const id = findingId('trust-change-failed', { role: history.key, event: record.eventId });
  const by = shortActor(actorName(record));
  const content: Content = {
    id,
    kind: 'trust-change-failed',
    severity: first !== undefined || denied ? 'low' : 'info',
    title: denied
      ? `${by} was not allowed to ${attempts[change.change]} ${name}`
      : note === undefined
        ? `IAM refused to ${attempts[change.change]} ${name}: ${reasonOf(first) ?? saysOf(record.errorCode, record.errorMessage)}`
        : `${by} could not ${attempts[change.change]} ${name}: AWS ${unanswered(record) === 'throttled' ? 'throttled the call' : 'failed to answer the call'}`,
    time: record.eventTime,
    ...(change.account === undefined ? {} : { account: change.account }),
    ...(record.region === undefined ? {} : { region: record.region }),
    ...(role === undefined ? {} : { role }),
    actor: actorOf(record),
    events: [record.eventId],
    count: 1,
    ...(causes.length === 0 ? {} : { causes }),
    ...(first === undefined ? {} : { cause: first.cause }),
    ...(first?.fix === undefined || first.fix === null ? {} : { fix: first.fix }),
    ...(ruledOut.length === 0 ? {} : { ruledOut }),
    ...(unknown.length === 0 ? {} : { unknown }),
    links: linksOf(record, role),
    ...(denied || first === undefined
      ? {
          notes: [
            ...(note === undefined ? [] : [note]),
            `IAM answered ${saysOf(record.errorCode, record.errorMessage)}`,
          ],
        }
      : {}),
  };
  return { key: { id, subject: history.key, at: record.at }, content, tell: { to: 'programs' } };
}

/** What is wrong with the document, else what the cause says, or AWS itself where that is all that the cause has. */
function reasonOf(cause: CauseFinding | undefined): string | undefined {
  if (cause === undefined || cause.cause === 'request-invalid') return undefined;
  const document = cause.evidence.find(({ source }) => source === 'trust-policy')?.detail;
  // Names keep their capitals.
  return document ?? cause.summary.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase()).replace(/\.$/, '');
}

const attempts: Readonly<Record<RoleChange['change']['change'], string>> = {
  'update-trust-policy': 'change the trust policy of',
  'create-role': 'create',
  'delete-role': 'delete',
  'update-role': 'change the session duration of',
};

function saysOf(code: string | undefined, message: string | undefined): string {
  return (
    [code, message].filter((part) => part !== undefined).join(': ') || 'with an error that the record does not name'
  );
}
