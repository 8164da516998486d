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
 * @returns `undefined` where the record does not show who called.
 */
export function callFromDenial(denial: Denial): AssumeRequest | undefined {
  const caller = callerOf(denial);
  if (caller === undefined) return undefined;
  const context = new Map<string, readonly string[]>();
  const absent = new Set<string>();
  const { record } = denial;
  addNetwork(record, caller, context, absent);
  if (record.userIdentity.type === 'AssumedRole' || record.userIdentity.type === 'IAMUser')
    addMfa(record, context, absent);
  const parameters = addParameters(record, caller, context, absent);
  addWebIdentity(denial, caller, context);
  if (record.derived?.includes('eventTime') !== true) context.set('aws:currenttime', [record.eventTime]);
  const region = record.region;
  if (region !== undefined && region !== 'us-east-1') context.set('aws:requestedregion', [region]);
  const refused = denial.message.action ?? denial.call;
  const others = denial.message.action === undefined && parameters !== null ? furtherActions(parameters) : [];
  return { caller, actions: [refused, ...others], context, absent, closed: false };
}

/** The decision of a trust policy on the call as recorded; `unknown` where it depends on what the record does not show. */
export function wouldAllow(policy: TrustPolicy, denial: Denial): Decision['decision'] {
  const request = callFromDenial(denial);
  return request === undefined ? 'unknown' : evaluate(prepare(policy), request).decision;
}

function callerOf({ record, message }: Denial): Caller | undefined {
  const { userIdentity: identity } = record;
  if (identity.type === 'AWSService' && identity.invokedBy !== undefined)
    return { kind: 'service', service: identity.invokedBy };
  if (identity.type === 'WebIdentityUser' || identity.type === 'SAMLUser') {
    const provider =
      identity.identityProvider ?? /^(arn:[^:]*:iam::\d{12}:[^:]+)/.exec(identity.principalId ?? '')?.[1];
    return provider === undefined ? undefined : callerFromProvider(provider);
  }
  if (identity.type === 'AWSAccount') {
    const account = asAccountId(identity.accountId ?? '');
    return account === undefined ? undefined : { kind: 'someone', account };
  }
  const caller = callerFromArn(identity.arn ?? message.caller ?? '');
  const principalId = identity.principalId?.split(':')[0];
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
  } else if (caller.kind !== 'service') {
    const address = record.sourceIp ?? '';
    // A call forwarded by a service shows the service's name; a private address is not what aws:SourceIp held.
    if (parseRange(address) !== undefined && !address.includes('/') && !isPrivateRange(address))
      context.set('aws:sourceip', [address]);
  }
}

function addMfa(record: CloudTrailRecord, context: Map<string, readonly string[]>, absent: Set<string>): void {
  const { mfaAuthenticated, type, accessKeyId } = record.userIdentity;
  if (type === 'AssumedRole') return;
  const parameters = record.requestParameters;
  const device = parameters?.['serialNumber'];
  if (mfaAuthenticated === true || typeof device === 'string') context.set('aws:multifactorauthpresent', ['true']);
  else if (parameters === null) return;
  // Temporary credentials say "false"; a call with long-term keys and no device has no such key at all.
  else if (accessKeyId?.startsWith('ASIA') === true && mfaAuthenticated === false)
    context.set('aws:multifactorauthpresent', ['false']);
  else if (accessKeyId?.startsWith('AKIA') === true) absent.add('aws:multifactorauthpresent');
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
    if (typeof value === 'string') context.set(key, [value]);
    else if (value === undefined || value === null) absent.add(key);
  };
  if (caller.kind !== 'web-identity' && caller.kind !== 'saml') text('externalId', 'sts:externalid');
  const sessionName = parameters['roleSessionName'];
  if (typeof sessionName === 'string') context.set('sts:rolesessionname', [sessionName]);
  // A source identity set by an earlier session is carried along without standing among the parameters.
  const sourceIdentity = parameters['sourceIdentity'] ?? record.userIdentity.sourceIdentity;
  if (typeof sourceIdentity === 'string') context.set('sts:sourceidentity', [sourceIdentity]);
  else if (caller.kind === 'user') absent.add('sts:sourceidentity');
  const tags = parameters['tags'];
  const incoming = parameters['incomingTransitiveTags'];
  if (Array.isArray(tags) && caller.kind === 'user' && incoming === undefined) {
    const names: string[] = [];
    for (const tag of tags) {
      if (typeof tag !== 'object' || tag === null || !('key' in tag) || !('value' in tag)) return parameters;
      const { key, value } = tag;
      if (typeof key !== 'string' || typeof value !== 'string') return parameters;
      names.push(key);
      context.set(`aws:requesttag/${key.toLowerCase()}`, [value]);
    }
    if (names.length > 0) context.set('aws:tagkeys', names);
  } else if (tags === undefined && caller.kind === 'user' && incoming === undefined) absent.add('aws:tagkeys');
  const transitive = parameters['transitiveTagKeys'];
  if (Array.isArray(transitive) && transitive.every((key) => typeof key === 'string'))
    context.set('sts:transitivetagkeys', transitive);
  else if (transitive === undefined && caller.kind === 'user') absent.add('sts:transitivetagkeys');
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

function furtherActions(parameters: Readonly<Record<string, unknown>>): readonly string[] {
  const some = (name: string) => Array.isArray(parameters[name]) && parameters[name].length > 0;
  return [
    ...(some('tags') ? ['sts:TagSession'] : []),
    ...(typeof parameters['sourceIdentity'] === 'string' ? ['sts:SetSourceIdentity'] : []),
    ...(some('providedContexts') ? ['sts:SetContext'] : []),
  ];
}
