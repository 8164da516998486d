/** Which request did a denied call make, as far as its record shows it, and would a trust policy let it in? */
import type { Denial } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { asAccountId } from '../policy/document/names.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import { callerFromArn, callerFromProvider, issuerOf } from '../policy/evaluate/caller.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import type { AssumeRequest, Caller, Decision } from '../policy/evaluate/request.ts';
import { isPrivateRange, parseRange } from '../policy/keys/address-ranges.ts';

/**
 * The call as recorded; what the record does not show stays unknown. The first action is the one that was refused.
 * @param policy its keys about single tags are then known to be absent where the record shows that no such tag was passed.
 * @returns `undefined` where the record does not show who called.
 */
export function callFromDenial(denial: Denial, policy?: TrustPolicy): AssumeRequest | undefined {
  const caller = callerOf(denial) ?? providerOf(denial, policy);
  if (caller === undefined) return undefined;
  const context = new Map<string, readonly string[]>();
  const absent = new Set<string>();
  const { record } = denial;
  addNetwork(record, caller, context, absent);
  if (record.userIdentity.type === 'AssumedRole' || record.userIdentity.type === 'IAMUser')
    addMfa(record, context, absent);
  addParameters(record, caller, context, absent);
  addSession(record, caller, context, absent);
  addWebIdentity(denial, caller, context);
  if (record.derived?.includes('eventTime') !== true) {
    context.set('aws:currenttime', [record.eventTime]);
    context.set('aws:epochtime', [String(Math.floor(record.at / 1000))]);
  }
  const region = record.region;
  // A call to the global endpoint is recorded in us-east-1 whichever region serves it.
  if (region !== undefined && (region !== 'us-east-1' || endpointType(record) === 'regional'))
    context.set('aws:requestedregion', [region]);
  if (denial.roleAccount !== undefined) context.set('aws:resourceaccount', [denial.roleAccount]);
  context.set('aws:securetransport', ['true']);
  if (policy !== undefined) addTagsNotPassed(policy, context, absent);
  return { caller, actions: actionsOf(denial), context, absent, closed: false };
}

const knownActions: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
]);

/** The action that the message names first, then the assume action and what else the call is seen to need. */
function actionsOf({ message, call, record }: Denial): readonly [string, ...string[]] {
  const named = message.action !== undefined && knownActions.has(message.action) ? [message.action] : [];
  const [first = call, ...rest] = new Set([...named, call, ...furtherActions(record)]);
  return [first, ...rest];
}

function endpointType(record: CloudTrailRecord): unknown {
  const details = record.additionalEventData?.['RequestDetails'];
  return typeof details === 'object' && details !== null && 'endpointType' in details
    ? details.endpointType
    : undefined;
}

/** Where it is known which tags were passed, every other one was not. */
function addTagsNotPassed(
  policy: TrustPolicy,
  context: ReadonlyMap<string, readonly string[]>,
  absent: Set<string>,
): void {
  if (!absent.has('aws:tagkeys') && !context.has('aws:tagkeys')) return;
  for (const { conditions } of policy.statements)
    for (const { key, values } of conditions)
      for (const name of [
        key,
        ...values.flatMap(({ text }) => [...text.matchAll(/\$\{\s*([^\s,'"}]+)/g)].map(([, one = '']) => one)),
      ]) {
        const lower = name.toLowerCase();
        if (lower.startsWith('aws:requesttag/') && !context.has(lower)) absent.add(lower);
      }
}

/** Some records of a federated call name no provider: then the only one of its kind that the policy trusts may be meant. */
function providerOf({ record, call }: Denial, policy: TrustPolicy | undefined): Caller | undefined {
  if (
    policy === undefined ||
    !(record.userIdentity.type === 'WebIdentityUser' || record.userIdentity.type === 'SAMLUser')
  )
    return undefined;
  const kind = call === 'sts:AssumeRoleWithSAML' ? ['saml-provider'] : ['oidc-provider', 'built-in-provider'];
  const [only, ...more] = new Set(
    policy.statements.flatMap(({ principal }) =>
      principal.entries.filter(({ name }) => kind.includes(name.kind)).map(({ text }) => text),
    ),
  );
  return only === undefined || more.length > 0 ? undefined : callerFromProvider(only);
}

/** Whether the record itself says who called; otherwise the caller is a guess from the policy. */
export function callerIsRecorded(denial: Denial): boolean {
  return callerOf(denial) !== undefined;
}

/** The decision of a trust policy on the call as recorded; `unknown` where it depends on what the record does not show. */
export function wouldAllow(policy: TrustPolicy, denial: Denial): Decision['decision'] {
  const request = callFromDenial(denial, policy);
  return request === undefined ? 'unknown' : evaluate(prepare(policy), request).decision;
}

function callerOf({ record, message }: Denial): Caller | undefined {
  const { userIdentity: identity } = record;
  if (identity.type === 'AWSService' && identity.invokedBy !== undefined)
    return { kind: 'service', service: identity.invokedBy };
  if (identity.type === 'WebIdentityUser' || identity.type === 'SAMLUser') {
    const passed = record.requestParameters?.['principalArn'];
    const provider =
      identity.identityProvider ??
      /^(arn:[^:]*:iam::\d{12}:[^:]+)/.exec(identity.principalId ?? '')?.[1] ??
      (identity.type === 'SAMLUser' && typeof passed === 'string' ? passed : undefined);
    return provider === undefined ? undefined : callerFromProvider(provider);
  }
  if (identity.type === 'AWSAccount') {
    const account = asAccountId(identity.accountId ?? '');
    return account === undefined ? undefined : { kind: 'someone', account };
  }
  const caller = callerFromArn(identity.arn ?? message.caller ?? '');
  const principalId = identity.principalId?.split(':')[0] ?? identity.sessionIssuer?.principalId;
  const id = principalId !== undefined && /^A(?:ID|RO)A/.test(principalId) ? { id: principalId } : {};
  if (caller?.kind === 'user') return { ...caller, ...id };
  if (caller?.kind !== 'role-session') return caller;
  const issuer = callerFromArn(identity.sessionIssuer?.arn ?? '');
  const path = issuer?.kind === 'role-session' && issuer.role === caller.role ? issuer.path : caller.path;
  return { ...caller, path, ...id };
}

function addNetwork(
  record: CloudTrailRecord,
  caller: Caller,
  context: Map<string, readonly string[]>,
  absent: Set<string>,
): void {
  if (record.vpcEndpointId !== undefined) {
    context.set('aws:sourcevpce', [record.vpcEndpointId]);
    absent.add('aws:sourceip');
    if (record.sourceIp !== undefined && isPrivateRange(record.sourceIp) && !record.sourceIp.includes('/'))
      context.set('aws:vpcsourceip', [record.sourceIp]);
  } else if (caller.kind !== 'service') {
    const address = record.sourceIp ?? '';
    // A call forwarded by a service shows the service's name; a private address is not what aws:SourceIp held.
    if (parseRange(address) !== undefined && !address.includes('/') && !isPrivateRange(address)) {
      context.set('aws:sourceip', [address]);
      // These are in a request only when it comes through an endpoint, and then the address is one of the VPC.
      for (const key of ['aws:sourcevpc', 'aws:sourcevpce', 'aws:vpcsourceip']) absent.add(key);
      if (record.userIdentity.invokedBy === undefined) context.set('aws:viaawsservice', ['false']);
    }
  }
}

function addMfa(record: CloudTrailRecord, context: Map<string, readonly string[]>, absent: Set<string>): void {
  const { mfaAuthenticated, type, accessKeyId } = record.userIdentity;
  if (type === 'AssumedRole') return;
  const parameters = record.requestParameters;
  const device = parameters?.['serialNumber'];
  if (typeof device === 'string') context.set('aws:multifactorauthpresent', ['true']);
  else if (mfaAuthenticated === true) {
    context.set('aws:multifactorauthpresent', ['true']);
    const created = sessionCreated(record);
    // The session is as old as the MFA at most, so that an age over a limit is one for certain.
    if (created !== undefined && created <= record.at)
      context.set('aws:multifactorauthage', [String(Math.floor((record.at - created) / 1000))]);
  } else if (parameters === null) return;
  // Temporary credentials say "false"; a call with long-term keys and no device has no such key at all.
  else if (mfaAuthenticated === false && accessKeyId?.startsWith('AKIA') !== true) {
    context.set('aws:multifactorauthpresent', ['false']);
    absent.add('aws:multifactorauthage');
  } else if (accessKeyId?.startsWith('AKIA') === true) {
    absent.add('aws:multifactorauthpresent');
    absent.add('aws:multifactorauthage');
  }
}

/** `sessionContext.attributes.creationDate`, in milliseconds since the epoch. */
function sessionCreated({ raw }: CloudTrailRecord): number | undefined {
  const text = memberOf(memberOf(memberOf(raw['userIdentity'], 'sessionContext'), 'attributes'), 'creationDate');
  const time = typeof text === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** What the record shows of the session that made the call. */
function addSession(
  record: CloudTrailRecord,
  caller: Caller,
  context: Map<string, readonly string[]>,
  absent: Set<string>,
): void {
  const { accessKeyId, sourceIdentity, type, sessionIssuer } = record.userIdentity;
  if (accessKeyId?.startsWith('AKIA') === true) absent.add('aws:tokenissuetime');
  const created = sessionCreated(record);
  if (created !== undefined && accessKeyId?.startsWith('ASIA') === true)
    context.set('aws:tokenissuetime', [new Date(created).toISOString().replace('.000Z', 'Z')]);
  if (caller.kind !== 'role-session' || type !== 'AssumedRole') return;
  if (sourceIdentity !== undefined) {
    context.set('aws:sourceidentity', [sourceIdentity]);
    context.set('sts:sourceidentity', [sourceIdentity]);
  } else if (sessionIssuer !== undefined) {
    // A whole session context without a source identity: the session has none.
    absent.add('aws:sourceidentity');
    const parameters = record.requestParameters;
    if (parameters !== null && typeof parameters['sourceIdentity'] !== 'string') absent.add('sts:sourceidentity');
  }
}

function addParameters(
  record: CloudTrailRecord,
  caller: Caller,
  context: Map<string, readonly string[]>,
  absent: Set<string>,
): CloudTrailRecord['requestParameters'] {
  const parameters = record.requestParameters;
  if (parameters === null) return null;
  const text = (name: string, key: string) => {
    const value = parameters[name];
    if (isHidden(value)) return;
    if (typeof value === 'string') context.set(key, [value]);
    else if (value === undefined || value === null) absent.add(key);
  };
  if (caller.kind !== 'web-identity' && caller.kind !== 'saml') text('externalId', 'sts:externalid');
  const sessionName = parameters['roleSessionName'];
  if (typeof sessionName === 'string' && !isHidden(sessionName)) context.set('sts:rolesessionname', [sessionName]);
  const sourceIdentity = parameters['sourceIdentity'];
  if (isHidden(sourceIdentity)) context.delete('sts:sourceidentity');
  else if (typeof sourceIdentity === 'string') context.set('sts:sourceidentity', [sourceIdentity]);
  else if (caller.kind === 'user') absent.add('sts:sourceidentity');
  const tags = parameters['tags'];
  // Tags that come along from an earlier session stand apart; those of a token or an assertion, elsewhere.
  const chosen =
    (caller.kind === 'user' || caller.kind === 'role-session') && isEmpty(parameters['incomingTransitiveTags']);
  if (Array.isArray(tags) && tags.length > 0 && chosen) {
    const names: string[] = [];
    for (const tag of tags) {
      if (typeof tag !== 'object' || tag === null || !('key' in tag) || !('value' in tag)) return parameters;
      const { key, value } = tag;
      if (typeof key !== 'string' || typeof value !== 'string' || isHidden(value)) return parameters;
      names.push(key);
      context.set(`aws:requesttag/${key.toLowerCase()}`, [value]);
    }
    context.set('aws:tagkeys', names);
  } else if (isEmpty(tags) && chosen) absent.add('aws:tagkeys');
  const transitive = parameters['transitiveTagKeys'];
  if (Array.isArray(transitive) && transitive.length > 0 && transitive.every((key) => typeof key === 'string'))
    context.set('sts:transitivetagkeys', transitive);
  else if (isEmpty(transitive) && chosen) absent.add('sts:transitivetagkeys');
  return parameters;
}

function addWebIdentity({ record }: Denial, caller: Caller, context: Map<string, readonly string[]>): void {
  if (caller.kind !== 'web-identity') return;
  const issuer = issuerOf(caller.provider);
  const { principalId, userName } = record.userIdentity;
  if (userName !== undefined) context.set(`${issuer}:sub`, [userName]);
  const prefix = `${caller.provider}:`;
  if (principalId === undefined || userName === undefined || !principalId.startsWith(prefix)) return;
  const rest = principalId.slice(prefix.length);
  // The subject may hold colons, and so may the audience: only what stands before the known subject is the audience.
  if (rest.endsWith(`:${userName}`)) context.set(`${issuer}:aud`, [rest.slice(0, -userName.length - 1)]);
}

function furtherActions({ requestParameters, userIdentity }: CloudTrailRecord): readonly string[] {
  const some = (name: string) => !isEmpty(requestParameters?.[name]);
  const carried = userIdentity.type === 'AssumedRole' && userIdentity.sourceIdentity !== undefined;
  return [
    ...(some('tags') || some('incomingTransitiveTags') ? ['sts:TagSession'] : []),
    ...(typeof requestParameters?.['sourceIdentity'] === 'string' || carried ? ['sts:SetSourceIdentity'] : []),
    ...(some('providedContexts') ? ['sts:SetContext'] : []),
  ];
}

/** What stands in a record in place of a value that CloudTrail, or whoever passed the record on, would not show. */
function isHidden(value: unknown): boolean {
  return typeof value === 'string' && /^(?:HIDDEN_DUE_TO_SECURITY_REASONS|\*{3,}|\[?redacted\]?)$/i.test(value.trim());
}

/** Not there, or a list or map with nothing in it. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
