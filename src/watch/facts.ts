/** How is an event kept as a fact, and by what is it found again? */
import { readEventValue } from '../cloudtrail/read-record.ts';
import { allRecognised } from '../cloudtrail/recognise.ts';
import type { Denial, PrincipalEvent, Recognised } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import { splitArn } from '../policy/document/names.ts';
import type { ReadRole } from '../ports/role-reader.ts';
import type { StoredEvent } from '../ports/trust-store.ts';

/** A fact as it comes back from the store. */
export interface KnownEvent {
  readonly record: CloudTrailRecord;
  readonly recognised: readonly Recognised[];
  /** Whether it was delivered, or looked up afterwards. */
  readonly from: 'store' | 'history';
}

/** Characters of a denial's text: 64 of them have to fit into one item of DynamoDB. */
const mostDenialText = 5_500;

/** @returns the event for a stream of the store. */
export function factOf(record: CloudTrailRecord, from: KnownEvent['from'] = 'store'): StoredEvent {
  return { eventId: record.eventId, at: record.at, body: textOf(record, record.raw, from) };
}

/**
 * The same for a denial, within a bound: where it is too large, its parameters are taken for unknown, as those of most
 * denials are; cutting some of them off would make them look absent.
 */
export function denialFactOf(record: CloudTrailRecord): StoredEvent {
  const whole = textOf(record, record.raw, 'store');
  if (whole.length <= mostDenialText) return { eventId: record.eventId, at: record.at, body: whole };
  const { userIdentity, resources, errorMessage, userAgent, ...raw } = record.raw;
  const smaller = textOf(
    record,
    {
      ...Object.fromEntries(
        Object.entries(raw).filter(([name, value]) => name !== 'requestParameters' && small(value)),
      ),
      ...(small(userIdentity) ? { userIdentity } : { userIdentity: identityOf(record) }),
      ...(small(resources) ? { resources } : {}),
      ...(typeof errorMessage === 'string' ? { errorMessage: errorMessage.slice(0, 1024) } : {}),
      ...(typeof userAgent === 'string' ? { userAgent: userAgent.slice(0, 256) } : {}),
      requestParameters: null,
    },
    'store',
  );
  return { eventId: record.eventId, at: record.at, body: smaller };
}

function small(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).length <= 1_200;
}

function identityOf({ userIdentity }: CloudTrailRecord): Readonly<Record<string, unknown>> {
  const { type, principalId, arn, accountId, userName, invokedBy, identityProvider } = userIdentity;
  const kept = { type, principalId, arn, accountId, userName, invokedBy, identityProvider };
  return Object.fromEntries(
    Object.entries(kept).filter(([, value]) => value !== undefined && String(value).length <= 256),
  );
}

function textOf(record: CloudTrailRecord, raw: Readonly<Record<string, unknown>>, from: KnownEvent['from']): string {
  const { eventId, eventTime, at, eventSource, recipientAccountId } = record;
  return JSON.stringify({ from, known: { eventId, eventTime, at, eventSource, recipientAccountId }, raw });
}

/** @returns the event behind a fact; `undefined` where its text is none that {@link factOf} wrote. */
export function eventOf(fact: Pick<StoredEvent, 'body'>): KnownEvent | undefined {
  if (fact.body === '') return undefined;
  const { from, known, raw } = JSON.parse(fact.body) as {
    readonly from: KnownEvent['from'];
    readonly known: Pick<CloudTrailRecord, 'eventId' | 'eventTime' | 'at' | 'eventSource'>;
    readonly raw: unknown;
  };
  const read = readEventValue(raw, 'the store').records[0];
  if (read === undefined) return undefined;
  const record: CloudTrailRecord = { ...read, ...known };
  return { record, recognised: allRecognised(record), from };
}

/** A role as IAM showed it, apart from any event. */
export interface Observation {
  readonly observed: ReadRole;
  /** Milliseconds: when it had been read, and a little later (survey.ts). */
  readonly at: number;
}

/** @returns the observation for the stream of the role's changes. */
export function observationFactOf({ observed, at }: Observation): StoredEvent {
  return { eventId: `observed-${at}`, at, body: JSON.stringify({ observed, at }) };
}

/** @returns what a fact of a role's stream tells of the role: an event, or what IAM showed. */
export function roleFactOf(fact: StoredEvent): KnownEvent | Observation | undefined {
  return fact.eventId.startsWith('observed-') ? (JSON.parse(fact.body) as Observation) : eventOf(fact);
}

/** @returns what a role is found by: its account and its name, which is unique whatever its path (IAM User Guide, "IAM identifiers"). */
export function roleKeyOf(arn: string | undefined): string | undefined {
  const role = roleFromArn(arn);
  return role === undefined ? undefined : `${role.account}/${role.name}`;
}

/**
 * @returns what a user, role or provider is found by, the same for a role and all its sessions: `ACCOUNT/role/NAME`.
 * A path is left out, since a session's ARN does not show it.
 */
export function principalKeyOf(arn: string | undefined): string | undefined {
  const parts = arn === undefined ? undefined : splitArn(arn);
  if (parts === undefined) return undefined;
  const [kind, ...rest] = parts.resource.split('/');
  const name = rest.at(-1);
  if (parts.service === 'sts' && kind === 'assumed-role') return `${parts.account}/role/${rest[0] ?? ''}`;
  if (parts.service === 'sts' && kind === 'federated-user') return `${parts.account}/federated-user/${rest[0] ?? ''}`;
  if (parts.service !== 'iam') return undefined;
  if (kind === 'user' || kind === 'role') return name === undefined ? undefined : `${parts.account}/${kind}/${name}`;
  if (kind === 'oidc-provider' || kind === 'saml-provider') return `${parts.account}/${kind}/${rest.join('/')}`;
  return parts.resource === 'root' ? `${parts.account}/root` : undefined;
}

/** @returns who called, without what changes from call to call (a session's name, a token's subject). */
export function callerKeyOf(denial: Denial): string {
  return callerOf(denial.record) ?? principalKeyOf(denial.message.caller) ?? anonymous(denial.record);
}

/** The same of any record. */
export function callerOf({ userIdentity }: CloudTrailRecord): string | undefined {
  const { sessionIssuer, arn, identityProvider, principalId, invokedBy, type } = userIdentity;
  const provider = identityProvider ?? (type === 'WebIdentityUser' ? providerIn(principalId) : undefined);
  if (provider !== undefined) return principalKeyOf(provider) ?? `provider/${provider}`;
  if (type === 'AWSService' && invokedBy !== undefined) return `service/${invokedBy}`;
  return principalKeyOf(sessionIssuer?.arn) ?? principalKeyOf(arn);
}

/** A web identity's principalId is `PROVIDER-ARN:AUDIENCE:SUBJECT`. */
function providerIn(principalId: string | undefined): string | undefined {
  return /^arn:[^:]*:iam::\d{12}:oidc-provider\/[^:]+/.exec(principalId ?? '')?.[0];
}

function anonymous({ userIdentity, recipientAccountId }: CloudTrailRecord): string {
  const account = userIdentity.accountId ?? recipientAccountId ?? '';
  // The part before the colon of a principalId is the unique id; what follows is the session's name.
  return `${account}/${userIdentity.type ?? 'caller'}/${userIdentity.principalId?.split(':')[0] ?? ''}`;
}

/** The stream of a role's changes. */
export function roleStream(key: string): string {
  return `role:${key}`;
}

/** The stream of the creations and deletions of a principal. */
export function principalStream(key: string): string {
  return `principal:${key}`;
}

export function principalStreamOf(event: PrincipalEvent): string {
  return principalStream(principalKeyOf(event.arn) ?? event.arn);
}

/** The stream of changes on a caller's side, its own or those of its account or organization. */
export function callerSideStream(target: string): string {
  return `caller-side:${target}`;
}
