/** What does AWS say, with the ambient credentials, about the role that a denied call named and about its caller? */
import { accountClients } from '../adapters/account-clients.ts';
import { type AmbientAccount, ambientAccount } from '../adapters/ambient-account.ts';
import { iamCallerAccess } from '../adapters/iam-caller-access.ts';
import { iamRoleReader } from '../adapters/iam-role-reader.ts';
import { lookupChangeHistory } from '../adapters/lookup-change-history.ts';
import type { CallerAccess, DenialEvidence } from '../causes/evidence.ts';
import { iamEventRegion } from '../cloudtrail/event-patterns.ts';
import { recognise } from '../cloudtrail/recognise.ts';
import type { Denial } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { shellQuote } from '../findings/escape.ts';
import type { Need } from '../findings/finding.ts';
import { splitArn } from '../policy/document/names.ts';
import type { CallerAccessReader } from '../ports/caller-access.ts';
import type { ChangeHistory } from '../ports/change-history.ts';
import type { Clock } from '../ports/clock.ts';
import type { RoleReader } from '../ports/role-reader.ts';
import { evidenceOf, type Reading } from '../watch/denial-evidence.ts';
import { type RoleHistory, roleHistory, sameDocument } from '../watch/role-history.ts';

/** What is asked; each answers for the account of the credentials alone. */
export interface LiveAws {
  readonly identity: AmbientAccount;
  readonly roles: Required<RoleReader>;
  readonly access: CallerAccessReader;
  readonly history: ChangeHistory;
  readonly clock: Clock;
}

export interface LiveEvidence {
  /** All but the denial itself; what the user gave goes before it. */
  readonly evidence: Omit<DenialEvidence, 'denial'>;
  /** What could not be asked, and why. */
  readonly needs: readonly Need[];
  /** IAM says that there is no such role *now*, and no history tells of the time of the call. */
  readonly onlyGoneNow: boolean;
}

/** LookupEvents shows an event up to so much later (CloudTrail User Guide, "How CloudTrail works"). */
const lateBy = 15 * 60_000;
const ninetyDays = 90 * 24 * 60 * 60_000;
const settings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
};

/** @param partition of the role; it has its IAM, and the events of it, in one region. */
export async function liveAws(partition: string, clock: Clock = { now: Date.now }): Promise<LiveAws> {
  const region = iamEventRegion(partition) ?? 'us-east-1';
  const identity = await ambientAccount({ region, settings });
  const account = identity.answer === 'account' ? identity.account : '';
  const clients = accountClients({ account, partition, region, settings });
  return {
    identity,
    roles: iamRoleReader(clients, clock),
    access: iamCallerAccess(clients, clock),
    history: lookupChangeHistory(clients, clock),
    clock,
  };
}

/** Never throws: what is not permitted or not answered becomes a need. */
export async function liveEvidence(denial: Denial, aws: LiveAws): Promise<LiveEvidence> {
  const { identity } = aws;
  if (identity.answer === 'unknown')
    return {
      evidence: {},
      onlyGoneNow: false,
      needs: [
        {
          need: 'an answer from AWS',
          how: `${identity.because}; aws sts get-caller-identity shows whether the credentials work`,
        },
      ],
    };
  const [role, caller] = await Promise.all([
    aboutRole(denial, aws, identity.account),
    aboutCaller(denial, aws, identity.account),
  ]);
  const { denial: _, ...evidence } = evidenceOf(denial, {
    history: role.history,
    principals: [],
    accounts: [],
    ...(role.reading === undefined ? {} : { reading: role.reading }),
    ...(caller.access === undefined ? {} : { callerAccess: caller.access }),
  });
  return {
    evidence: doubted(
      { ...evidence, ...(role.providers === undefined ? {} : { providers: role.providers }) },
      role.doubt,
    ),
    needs: [...role.needs, ...caller.needs],
    onlyGoneNow: role.reading?.answer === 'no-such-role' && (role.history?.changes.length ?? 0) === 0,
  };
}

interface AboutRole {
  readonly history: RoleHistory | undefined;
  readonly reading?: Reading;
  readonly providers?: readonly string[];
  /** Whether a change may have been missed. */
  readonly doubt: boolean;
  readonly needs: readonly Need[];
}

async function aboutRole(denial: Denial, aws: LiveAws, own: string): Promise<AboutRole> {
  const { role, roleAccount, record } = denial;
  const name = role?.split('/').at(-1);
  const policyNeed = 'the trust policy of the role';
  if (role === undefined || roleAccount === undefined || name === undefined)
    return {
      history: undefined,
      doubt: true,
      needs: [{ need: policyNeed, how: 'the record does not say which role was called' }],
    };
  if (roleAccount !== own)
    return {
      history: undefined,
      doubt: true,
      needs: [
        {
          need: policyNeed,
          how: `the role is in account ${roleAccount}, and the credentials are of account ${own}: run it again with credentials of that account, or have its owner send what aws iam get-role --role-name ${shellQuote(name)} prints, for --policy`,
        },
      ],
    };
  const now = aws.clock.now();
  const asked = { account: roleAccount, name };
  const [answer, before, until, providers] = await Promise.all([
    aws.roles.read(role),
    aws.history.changesOf(asked, record.at + 1_000),
    aws.history.changesOf(asked, now),
    denial.call === 'sts:AssumeRole' ? undefined : aws.roles.providers(roleAccount),
  ]);
  const needs: Need[] = [];
  if (answer.answer === 'unknown')
    needs.push({ need: policyNeed, how: `${answer.because}: iam:GetRole has to be permitted` });
  if (denial.call !== 'sts:AssumeRole' && providers === undefined)
    needs.push({
      need: 'the identity providers of the role’s account',
      how: 'iam:ListOpenIDConnectProviders and iam:ListSAMLProviders were not answered: they have to be permitted',
    });
  const looked = before !== undefined && until !== undefined && now - record.at < ninetyDays;
  if (!looked)
    needs.push({
      need: 'whether the trust policy was changed since the call',
      how:
        now - record.at < ninetyDays
          ? 'cloudtrail:LookupEvents was not answered: it has to be permitted'
          : 'the call is older than the 90 days that LookupEvents keeps; trusttrail who ROLE --at TIME over the trail’s logs tells',
    });
  const history = looked ? historyOf(`${roleAccount}/${name}`, [...before, ...until]) : undefined;
  const recent = now - record.at < lateBy;
  const known = history?.changes.findLast(({ change }) => change.record.at <= record.at)?.after;
  const later = history?.changes.some(({ change }) => change.record.at > record.at) === true;
  // With no change in between both are one version, unless an event is still to come.
  const differs =
    answer.answer === 'role' &&
    !later &&
    known?.policyText !== undefined &&
    !sameDocument(known.policyText, answer.role.policyText);
  if (looked && (recent || differs))
    needs.push({
      need: 'whether the trust policy was changed around the call',
      how: differs
        ? 'GetRole shows another policy than the last change that LookupEvents has; ask again in 15 minutes'
        : 'LookupEvents shows a change up to 15 minutes late; ask again then',
    });
  else if (looked && known?.policyText === undefined && answer.answer === 'role')
    needs.push({
      need: 'whether the trust policy was changed in the last 15 minutes',
      how: 'LookupEvents shows no change of it in 90 days, and may show one 15 minutes late; ask again then',
    });
  return {
    history,
    doubt: recent || differs,
    needs,
    ...readingOf(
      answer,
      now,
      answer.answer === 'no-such-role' ? await aws.roles.roleNames(roleAccount) : undefined,
      providers,
    ),
    ...(providers === undefined ? {} : { providers }),
  };
}

function readingOf(
  answer: Awaited<ReturnType<RoleReader['read']>>,
  at: number,
  names: readonly string[] | undefined,
  providers: readonly string[] | undefined,
): { readonly reading: Reading } {
  switch (answer.answer) {
    case 'role':
      return { reading: { at, answer: 'role', role: answer.role, ...(providers === undefined ? {} : { providers }) } };
    case 'no-such-role':
      return { reading: { at, answer: 'no-such-role', ...(names === undefined ? {} : { names }) } };
    case 'unknown':
      return { reading: { at, answer: 'unknown', because: answer.because } };
  }
}

function historyOf(key: string, records: readonly CloudTrailRecord[]): RoleHistory {
  const distinct = [...new Map(records.map((record) => [record.eventId, record])).values()];
  const events = distinct
    .toSorted((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1))
    .map((record) => {
      const recognised = recognise(record);
      return { record, recognised: recognised === undefined ? [] : [recognised], from: 'history' as const };
    });
  return roleHistory(key, events);
}

/** Where a change may have been missed, what history shows may not be what AWS asked. */
function doubted(evidence: Omit<DenialEvidence, 'denial'>, doubt: boolean): Omit<DenialEvidence, 'denial'> {
  if (!doubt) return evidence;
  const { policy, role } = evidence;
  return {
    ...evidence,
    ...(policy === undefined ? {} : { policy: { ...policy, as: 'now' as const } }),
    ...(role === undefined ? {} : { role: { ...role, as: 'now' as const } }),
  };
}

const simulateYourself =
  'iam:SimulatePrincipalPolicy was not answered, or not surely: it has to be permitted, and where the caller’s policies test keys of the request, to be called with their values (--context-entries)';

async function aboutCaller(
  denial: Denial,
  { access }: LiveAws,
  own: string,
): Promise<{ readonly access?: CallerAccess; readonly needs: readonly Need[] }> {
  const { sessionIssuer, arn } = denial.record.userIdentity;
  const caller = sessionIssuer?.arn ?? arn;
  const account = caller === undefined ? undefined : splitArn(caller)?.account;
  // A service or a token has no policies of its own.
  if (caller === undefined || denial.role === undefined || denial.call !== 'sts:AssumeRole' || account === undefined)
    return { needs: [] };
  const need = 'what the caller’s own policies say';
  if (account !== own)
    return {
      needs: [{ need, how: `the caller is of account ${account}, and the credentials are of account ${own}` }],
    };
  if (!/:iam::\d{12}:(?:user|role)\//.test(caller))
    return { needs: [{ need, how: 'the record does not show the ARN of the caller’s role with its path' }] };
  const answer = await access.simulate(caller, denial.message.action ?? denial.call, denial.role);
  return answer === undefined ? { needs: [{ need, how: simulateYourself }] } : { access: answer, needs: [] };
}
