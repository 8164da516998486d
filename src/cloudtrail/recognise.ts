/** What does a record mean to trusttrail: a trust change, an event of a principal, a change on the caller's side, a denial? */
import { splitArn } from '../policy/document/names.ts';
import type { DenialMessage } from './denial-message.ts';
import { readDenialMessage } from './error-message.ts';
import type { CallerSideChange, Denial, PrincipalEvent, Recognised, TrustChange } from './recognised.ts';
import type { CloudTrailRecord } from './record.ts';
import { accountOf, arnFromName, type NamedRole, roleFromArn, roleFromName } from './role-name.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The assume calls, by their event's name (STS API Reference). AssumeRoot has no trust policy and is none of them. */
export const assumeCalls = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'] as const;

/**
 * Says what the record is. CreateRole and DeleteRole are a trust change **and** an event of a principal that other
 * trust policies may name: this answers the trust change, {@link principalEventOf} the other; {@link allRecognised}
 * answers both. CreateServiceLinkedRole is neither: such a role's trust policy is AWS's own and cannot be changed.
 * @returns `undefined` for everything else, among it every assume call that succeeded.
 */
export function recognise(record: CloudTrailRecord): Recognised | undefined {
  return allRecognised(record)[0];
}

/** Asked of the same record several times on its way. */
const known = new WeakMap<CloudTrailRecord, readonly Recognised[]>();

/** Everything that the record is: the trust change first, then the event of a principal. */
export function allRecognised(record: CloudTrailRecord): readonly Recognised[] {
  let found = known.get(record);
  if (found === undefined) {
    const first = firstRecognised(record);
    const principal = first?.kind === 'trust-change' ? principalEventOf(record) : undefined;
    found = [first, principal].filter((one) => one !== undefined);
    known.set(record, found);
  }
  return found;
}

function firstRecognised(record: CloudTrailRecord): Recognised | undefined {
  switch (record.eventSource) {
    case 'sts.amazonaws.com':
      return denialOf(record);
    case 'iam.amazonaws.com':
      return trustChangeOf(record) ?? principalEventOf(record) ?? callerSideChangeOf(record);
    case 'organizations.amazonaws.com':
      return callerSideChangeOf(record);
    default:
      return undefined;
  }
}

/** Whether it changed a role that the record does not name: nobody could be told which one, so somebody has to look at it. */
export function changesUnnamedRole(record: CloudTrailRecord): boolean {
  const change = recognise(record);
  return change?.kind === 'trust-change' && change.succeeded && change.role === undefined;
}

/** Whether the call failed: by its error code, or a message where a trimmed record has lost the code. */
export function failed(record: CloudTrailRecord): boolean {
  return record.errorCode !== undefined || (record.errorMessage !== undefined && record.responseElements === null);
}

/** Whether the change, where it succeeds, begins a version of the trust policy; the others leave it, or leave none. */
export function setsTrustPolicy({ change }: TrustChange): boolean {
  return change === 'create-role' || change === 'update-trust-policy';
}

/**
 * Whether the denial is one of trusttrail's own calls for its reader role in another account: these are never
 * analysed, since reading the role's trust policy is what they were made for.
 * @param readerRoleName the name of the reader role, without its path.
 */
export function isOwnReaderRole(denial: Denial, readerRoleName: string): boolean {
  return roleFromArn(denial.role)?.name === readerRoleName;
}

function denialOf(record: CloudTrailRecord): Denial | undefined {
  if (!assumeCalls.some((call) => call === record.eventName) || !failed(record)) return undefined;
  const message = messageOf(record);
  const role = roleOfDenial(record, message.resource);
  const account = role?.account ?? record.resources.find((resource) => resource.type === 'AWS::IAM::Role')?.accountId;
  return {
    kind: 'denial',
    record,
    call: `sts:${record.eventName}`,
    role: role?.arn,
    roleAccount: account !== undefined && /^\d{12}$/.test(account) ? account : undefined,
    message,
  };
}

/** A role's name with spaces in the request is made to look like AWS's own words: the message then names no policy. */
function messageOf(record: CloudTrailRecord): DenialMessage {
  const message = readDenialMessage(record.errorMessage ?? '');
  if (!/\s/.test(text(record.requestParameters, 'roleArn') ?? '')) return message;
  const { because: _, ...rest } = message;
  return rest;
}

/** The request says it first-hand, the resources are CloudTrail's, the message is the last word. */
function roleOfDenial(record: CloudTrailRecord, messageResource: string | undefined): NamedRole | undefined {
  const requested = text(record.requestParameters, 'roleArn');
  return (
    roleFromArn(requested) ??
    roleInResources(record) ??
    roleFromArn(messageResource) ??
    roleFromName(record, /^role (\S+)$/i.exec(messageResource ?? '')?.[1])
  );
}

function roleInResources(record: CloudTrailRecord, name?: string): NamedRole | undefined {
  for (const resource of record.resources) {
    const role = roleFromArn(resource.arn);
    if (role !== undefined && (name === undefined || role.name === name)) return role;
  }
  return undefined;
}

/** The calls of IAM that change a role's trust policy or its maximum session duration, by their event's name. */
export const trustChanges: ReadonlyMap<string, TrustChange['change']> = new Map([
  ['UpdateAssumeRolePolicy', 'update-trust-policy'],
  ['CreateRole', 'create-role'],
  ['DeleteRole', 'delete-role'],
  ['UpdateRole', 'update-role'],
]);

function trustChangeOf(record: CloudTrailRecord): TrustChange | undefined {
  const change = trustChanges.get(record.eventName);
  if (change === undefined) return undefined;
  const request = record.requestParameters;
  const created = object(record.responseElements, 'role');
  const duration = seconds(request?.['maxSessionDuration']) ?? seconds(created?.['maxSessionDuration']);
  if (change === 'update-role' && duration === undefined) return undefined;
  const role = roleOfChange(record, created);
  const policyText =
    change === 'update-trust-policy'
      ? policyTextOf(request?.['policyDocument'])
      : (policyTextOf(request?.['assumeRolePolicyDocument']) ?? policyTextOf(created?.['assumeRolePolicyDocument']));
  const roleId = text(created, 'roleId');
  return {
    kind: 'trust-change',
    record,
    change,
    role: role?.arn,
    roleName: role?.name ?? text(request, 'roleName'),
    pathKnown: role?.pathKnown ?? false,
    account: role?.account ?? accountOf(record),
    succeeded: !failed(record),
    ...(policyText === undefined ? {} : { policyText }),
    ...(duration === undefined ? {} : { maxSessionDuration: duration }),
    ...(roleId === undefined ? {} : { roleId }),
  };
}

function roleOfChange(record: CloudTrailRecord, created: JsonObject | undefined): NamedRole | undefined {
  const fromResponse = roleFromArn(text(created, 'arn'));
  if (fromResponse !== undefined) return fromResponse;
  const request = record.requestParameters;
  const name = text(request, 'roleName');
  const listed = name === undefined ? undefined : roleInResources(record, name);
  if (listed !== undefined) return listed;
  const byArn = roleFromArn(name);
  if (byArn !== undefined) return byArn;
  if (name !== undefined) {
    // Without a path in the request the role is created at the root path.
    const path = record.eventName === 'CreateRole' ? (text(request, 'path') ?? '/') : undefined;
    const bare = roleFromName(record, name);
    const withPath =
      path === undefined ? undefined : roleFromArn(bare?.arn.replace(/:role\/.*$/, () => `:role${path}${name}`));
    return withPath ?? bare;
  }
  const only = onlyRoleInResources(record);
  if (only !== undefined) return only;
  // Nothing but the message is left: `… on resource: role NAME`, or the role's ARN.
  const { resource } = readDenialMessage(record.errorMessage ?? '');
  return roleFromArn(resource) ?? roleFromName(record, /^role (\S+)$/i.exec(resource ?? '')?.[1]);
}

/** The role of the record's own account that its resources name, where that is one alone. */
function onlyRoleInResources(record: CloudTrailRecord): NamedRole | undefined {
  const named = new Map(
    record.resources.flatMap(({ arn }) => {
      const role = roleFromArn(arn);
      return role === undefined ? [] : [[role.arn, role] as const];
    }),
  );
  const [role, ...more] = named.values();
  return more.length === 0 && role?.account === accountOf(record) ? role : undefined;
}

/** The document as submitted: text, or (in trimmed fixtures) the object itself; URL-encoding undone. */
function policyTextOf(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  if (typeof value !== 'string' || value === '') return undefined;
  return /^\s*(%7B|%5B|%22|%20|%0A|%0D|%09)/i.test(value) ? urlDecoded(value) : value;
}

/** The IAM API encodes by RFC 3986; what is no valid encoding stays as it is. */
function urlDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * A user, role or identity provider that was created, deleted or changed, successfully. For a user or a role it is
 * the identity behind a name that changes: created again it is another, and trust policies that named it match no more.
 */
export function principalEventOf(record: CloudTrailRecord): PrincipalEvent | undefined {
  if (record.eventSource !== 'iam.amazonaws.com' || failed(record)) return undefined;
  const kind = principalEvents.get(record.eventName);
  if (kind === undefined) return undefined;
  const [principal, what] = kind;
  const named =
    principal === 'role' || principal === 'user'
      ? entityOf(record, principal)
      : { arn: providerArnOf(record, principal), pathKnown: true };
  if (named.arn === undefined) return undefined;
  const id = text(object(record.responseElements, principal), `${principal}Id`);
  return {
    kind: 'principal-event',
    record,
    what,
    principal,
    arn: named.arn,
    pathKnown: named.pathKnown,
    ...(id === undefined ? {} : { id }),
  };
}

/** The calls of IAM that create, delete or change a principal or an identity provider, by their event's name. */
export const principalEvents: ReadonlyMap<string, readonly [PrincipalEvent['principal'], PrincipalEvent['what']]> =
  new Map<string, readonly [PrincipalEvent['principal'], PrincipalEvent['what']]>([
    ['CreateUser', ['user', 'created']],
    ['DeleteUser', ['user', 'deleted']],
    ['UpdateUser', ['user', 'changed']],
    ['CreateRole', ['role', 'created']],
    ['DeleteRole', ['role', 'deleted']],
    ['CreateOpenIDConnectProvider', ['oidc-provider', 'created']],
    ['DeleteOpenIDConnectProvider', ['oidc-provider', 'deleted']],
    ['AddClientIDToOpenIDConnectProvider', ['oidc-provider', 'changed']],
    ['RemoveClientIDFromOpenIDConnectProvider', ['oidc-provider', 'changed']],
    ['UpdateOpenIDConnectProviderThumbprint', ['oidc-provider', 'changed']],
    ['CreateSAMLProvider', ['saml-provider', 'created']],
    ['DeleteSAMLProvider', ['saml-provider', 'deleted']],
    ['UpdateSAMLProvider', ['saml-provider', 'changed']],
  ]);

function entityOf(record: CloudTrailRecord, kind: 'user' | 'role'): { arn: string | undefined; pathKnown: boolean } {
  const response = text(object(record.responseElements, kind), 'arn');
  const parts = response === undefined ? undefined : splitArn(response);
  if (parts?.service === 'iam' && parts.resource.startsWith(`${kind}/`)) return { arn: response, pathKnown: true };
  return { arn: arnFromName(record, kind, text(record.requestParameters, `${kind}Name`)), pathKnown: false };
}

function providerArnOf(record: CloudTrailRecord, kind: 'oidc-provider' | 'saml-provider'): string | undefined {
  const field = kind === 'oidc-provider' ? 'openidconnectproviderarn' : 'samlproviderarn';
  for (const fields of [record.requestParameters, record.responseElements]) {
    // CloudTrail writes `openIDConnectProviderArn` and `sAMLProviderArn`; the case is nothing to rely on.
    const name = Object.keys(fields ?? {}).find((key) => key.toLowerCase() === field);
    const arn = name === undefined ? undefined : text(fields, name);
    const parts = arn === undefined ? undefined : splitArn(arn);
    if (parts?.service === 'iam' && parts.resource.startsWith(`${kind}/`)) return arn;
  }
  const name =
    kind === 'oidc-provider'
      ? text(record.requestParameters, 'url')
          ?.replace(/^https:\/\//i, '')
          .replace(/\/$/, '')
      : text(record.requestParameters, 'name');
  return arnFromName(record, kind, name);
}

/** A change of what the caller may do, successful: it may coincide with a burst and is never its proof. */
function callerSideChangeOf(record: CloudTrailRecord): CallerSideChange | undefined {
  if (failed(record)) return undefined;
  return record.eventSource === 'organizations.amazonaws.com' ? organizationChangeOf(record) : identityChangeOf(record);
}

/**
 * The calls of IAM that change what a caller may do, by their event's name. Not among them: DeletePolicy and DeleteGroup,
 * which IAM refuses while anybody has the policy or is in the group, and DeletePolicyVersion, never of the default one.
 */
export const identityChanges: ReadonlyMap<string, CallerSideChange['what']> = new Map<string, CallerSideChange['what']>(
  [
    ...['Put', 'Delete', 'Attach', 'Detach'].flatMap((verb) =>
      ['User', 'Role', 'Group'].map((kind) => [`${verb}${kind}Policy`, 'identity-policy'] as const),
    ),
    ['AddUserToGroup', 'identity-policy'],
    ['RemoveUserFromGroup', 'identity-policy'],
    ['CreatePolicyVersion', 'identity-policy'],
    ['SetDefaultPolicyVersion', 'identity-policy'],
    ['PutUserPermissionsBoundary', 'permissions-boundary'],
    ['DeleteUserPermissionsBoundary', 'permissions-boundary'],
    ['PutRolePermissionsBoundary', 'permissions-boundary'],
    ['DeleteRolePermissionsBoundary', 'permissions-boundary'],
    ['TagRole', 'tags'],
    ['UntagRole', 'tags'],
    ['TagUser', 'tags'],
    ['UntagUser', 'tags'],
  ],
);

function identityChangeOf(record: CloudTrailRecord): CallerSideChange | undefined {
  const what = identityChanges.get(record.eventName);
  if (what === undefined) return undefined;
  const request = record.requestParameters;
  // A version allows something once it is the default one.
  if (record.eventName === 'CreatePolicyVersion' && String(request?.['setAsDefault']) !== 'true') return undefined;
  const role = text(request, 'roleName');
  const user = text(request, 'userName');
  const group = text(request, 'groupName');
  const target =
    arnFromName(record, 'role', role) ??
    arnFromName(record, 'user', user) ??
    arnFromName(record, 'group', group) ??
    text(request, 'policyArn');
  return { kind: 'caller-side-change', record, what, ...(target === undefined ? {} : { target }) };
}

/**
 * The calls of Organizations that change which policies apply to an account, by their event's name. CreatePolicy is
 * none: a policy applies once it is attached; nor is DeletePolicy, before which it has to be detached.
 */
export const organizationChanges: ReadonlySet<string> = new Set([
  'AttachPolicy',
  'DetachPolicy',
  'UpdatePolicy',
  'EnablePolicyType',
  'DisablePolicyType',
  'MoveAccount',
  'EnableAllFeatures',
]);

function organizationChangeOf(record: CloudTrailRecord): CallerSideChange | undefined {
  if (!organizationChanges.has(record.eventName)) return undefined;
  const request = record.requestParameters;
  const policy = object(object(record.responseElements, 'policy'), 'policySummary');
  const type = text(policy, 'type') ?? text(request, 'policyType') ?? text(request, 'type');
  const what = organizationPolicyKind(type);
  if (what === undefined) return undefined;
  const target =
    text(request, 'targetId') ??
    text(request, 'accountId') ??
    text(request, 'policyId') ??
    text(policy, 'arn') ??
    text(request, 'rootId');
  return { kind: 'caller-side-change', record, what, ...(target === undefined ? {} : { target }) };
}

/** `undefined` for a policy that decides no access (tag, backup, chatbot policies …); AttachPolicy does not tell the type. */
function organizationPolicyKind(type: string | undefined): CallerSideChange['what'] | undefined {
  switch (type) {
    case 'SERVICE_CONTROL_POLICY':
      return 'service-control-policy';
    case 'RESOURCE_CONTROL_POLICY':
      return 'resource-control-policy';
    case undefined:
      return 'organization-policy';
    default:
      return undefined;
  }
}

function text(fields: JsonObject | null | undefined, name: string): string | undefined {
  const value = fields !== null && fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function object(fields: JsonObject | null | undefined, name: string): JsonObject | undefined {
  const value = fields !== null && fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : undefined;
}
