/** Which condition keys exist for assuming a role, of what type, for which callers? The registry. */
import type { CallerKind } from '../evaluate/request.ts';
import type { ConditionKey, KeyLookup, KeyType, Presence } from './condition-key.ts';
import { editDistanceAtMost } from './edit-distance.ts';

const globalKeys = 'IAM User Guide, "AWS global condition context keys"';
const stsKeys = 'IAM User Guide, "IAM and AWS STS condition context keys"';
const claimKeys = 'IAM User Guide, "Available keys for AWS OIDC federation"';

/** In the order: user, role session, root user, federated user, service, web identity, SAML identity. */
type Presences = readonly [Presence, Presence, Presence, Presence, Presence, Presence, Presence];

const A = 'always';
const S = 'sometimes';
const N = 'never';
const U = 'unknown';

/** Present for every caller. */
const everywhere: Presences = [A, A, A, A, A, A, A];
const sometimes: Presences = [S, S, S, S, S, S, S];
const nowhere: Presences = [N, N, N, N, N, N, N];
/** Callers with an identity of an account. */
const identities: Presences = [A, A, A, A, U, N, N];
const ofOrganization: Presences = [S, S, S, S, N, N, N];
const onlyServices: Presences = [N, N, N, N, S, N, N];
/** Only where the caller's role session was issued by a certain service. */
const onlySessions: Presences = [N, S, N, N, N, N, N];
/** Parameters that a call of the AssumeRole family may pass. */
const passed: Presences = [S, S, S, S, S, S, S];
const passedToAssumeRole: Presences = [S, S, S, S, S, N, N];
const network: Presences = [S, S, S, S, U, S, S];
const samlOnly: Presences = [N, N, N, N, N, N, S];
const samlAlways: Presences = [N, N, N, N, N, N, A];
const samlKept: Presences = [N, S, N, N, N, N, A];
const webSometimes: Presences = [N, N, N, N, N, S, N];
const webAlways: Presences = [N, S, N, N, N, A, N];
const webKept: Presences = [N, S, N, N, N, S, N];

type Row = readonly [
  name: string,
  type: KeyType,
  cardinality: 'S' | 'M',
  presence: Presences,
  from: ConditionKey['from'],
  source: string,
  note?: string,
];

const rows: readonly Row[] = [
  // The principal
  [
    'aws:PrincipalArn',
    'arn',
    'S',
    identities,
    'aws',
    globalKeys,
    "the role's ARN for its sessions, never the session's",
  ],
  ['aws:PrincipalAccount', 'string', 'S', [A, A, A, A, U, U, U], 'aws', globalKeys],
  ['aws:PrincipalOrgID', 'string', 'S', ofOrganization, 'aws', globalKeys],
  ['aws:PrincipalOrgPaths', 'string', 'M', ofOrganization, 'aws', globalKeys],
  ['aws:PrincipalTag/', 'string', 'S', [S, S, S, S, S, S, S], 'aws', globalKeys],
  ['aws:PrincipalType', 'string', 'S', [A, A, A, A, A, A, A], 'aws', globalKeys],
  ['aws:PrincipalIsAWSService', 'bool', 'S', [A, A, A, A, A, N, N], 'aws', globalKeys],
  ['aws:PrincipalServiceName', 'string', 'S', [N, N, N, N, A, N, N], 'aws', globalKeys],
  ['aws:PrincipalServiceNamesList', 'string', 'M', [N, N, N, N, A, N, N], 'aws', globalKeys],
  ['aws:userid', 'string', 'S', [A, A, A, A, A, U, U], 'aws', globalKeys],
  ['aws:username', 'string', 'S', [A, N, N, N, N, N, N], 'aws', globalKeys],
  ['aws:AssumedRoot', 'bool', 'S', onlySessions, 'aws', globalKeys],
  ['aws:SignInSessionArn', 'arn', 'S', [S, S, N, N, N, N, N], 'aws', globalKeys],
  ['aws:FederatedProvider', 'string', 'S', [N, S, N, N, N, A, N], 'aws', globalKeys],
  ['aws:TokenIssueTime', 'date', 'S', [S, A, S, A, U, N, N], 'aws', globalKeys],
  [
    'aws:MultiFactorAuthPresent',
    'bool',
    'S',
    [S, S, S, S, N, N, N],
    'aws',
    globalKeys,
    'never true for a session of a role',
  ],
  ['aws:MultiFactorAuthAge', 'numeric', 'S', [S, N, S, N, N, N, N], 'aws', globalKeys],
  ['aws:SourceIdentity', 'string', 'S', [N, S, N, N, N, N, N], 'aws', globalKeys],
  ['aws:ChatbotSourceArn', 'arn', 'S', onlySessions, 'aws', globalKeys],
  ['aws:Ec2InstanceSourceVpc', 'string', 'S', onlySessions, 'aws', globalKeys],
  ['aws:Ec2InstanceSourcePrivateIPv4', 'ip', 'S', onlySessions, 'aws', globalKeys],
  ['ec2:SourceInstanceArn', 'arn', 'S', onlySessions, 'aws', globalKeys],
  ['ec2:RoleDelivery', 'numeric', 'S', onlySessions, 'aws', globalKeys],
  ['lambda:SourceFunctionArn', 'arn', 'S', onlySessions, 'aws', globalKeys],
  ['codebuild:BuildArn', 'arn', 'S', onlySessions, 'aws', globalKeys],
  ['codebuild:ProjectArn', 'arn', 'S', onlySessions, 'aws', globalKeys],
  ['ssm:SourceInstanceArn', 'arn', 'S', onlySessions, 'aws', globalKeys],
  ['glue:RoleAssumedBy', 'string', 'S', onlySessions, 'aws', globalKeys],
  ['glue:CredentialIssuingService', 'string', 'S', onlySessions, 'aws', globalKeys],
  ['identitystore:UserId', 'string', 'S', onlySessions, 'aws', globalKeys],
  // The network
  ['aws:SourceIp', 'ip', 'S', network, 'aws', globalKeys, 'always a public address; missing through a VPC endpoint'],
  ['aws:VpcSourceIp', 'ip', 'S', [S, S, S, S, N, S, S], 'aws', globalKeys],
  ['aws:SourceVpc', 'string', 'S', [S, S, S, S, N, S, S], 'aws', globalKeys],
  ['aws:SourceVpce', 'string', 'S', [S, S, S, S, N, S, S], 'aws', globalKeys],
  [
    'aws:SourceVpcArn',
    'arn',
    'S',
    [U, U, U, U, N, U, U],
    'aws',
    globalKeys,
    'STS is not listed among the services that set it',
  ],
  [
    'aws:VpceAccount',
    'string',
    'S',
    [U, U, U, U, N, U, U],
    'aws',
    globalKeys,
    'STS is not listed among the services that set it',
  ],
  [
    'aws:VpceOrgID',
    'string',
    'S',
    [U, U, U, U, N, U, U],
    'aws',
    globalKeys,
    'STS is not listed among the services that set it',
  ],
  [
    'aws:VpceOrgPaths',
    'string',
    'M',
    [U, U, U, U, N, U, U],
    'aws',
    globalKeys,
    'STS is not listed among the services that set it',
  ],
  // The resource that a service acts for
  ['aws:SourceArn', 'arn', 'S', onlyServices, 'aws', globalKeys],
  ['aws:SourceAccount', 'string', 'S', onlyServices, 'aws', globalKeys],
  ['aws:SourceOrgID', 'string', 'S', onlyServices, 'aws', globalKeys],
  ['aws:SourceOrgPaths', 'string', 'M', onlyServices, 'aws', globalKeys],
  ['aws:SourceOwner', 'string', 'S', onlyServices, 'aws', globalKeys, 'the old name of aws:SourceAccount'],
  // The role
  ['aws:ResourceAccount', 'string', 'S', everywhere, 'aws', globalKeys],
  ['aws:ResourceOrgID', 'string', 'S', sometimes, 'aws', globalKeys],
  ['aws:ResourceOrgPaths', 'string', 'M', sometimes, 'aws', globalKeys],
  ['aws:ResourceTag/', 'string', 'S', sometimes, 'aws', globalKeys],
  ['iam:ResourceTag/', 'string', 'S', sometimes, 'aws', stsKeys],
  // The request
  ['aws:RequestTag/', 'string', 'S', passed, 'caller', globalKeys],
  ['aws:TagKeys', 'string', 'M', passed, 'caller', globalKeys],
  ['aws:CurrentTime', 'date', 'S', everywhere, 'aws', globalKeys],
  ['aws:EpochTime', 'date', 'S', everywhere, 'aws', globalKeys],
  ['aws:SecureTransport', 'bool', 'S', everywhere, 'aws', globalKeys],
  ['aws:RequestedRegion', 'string', 'S', everywhere, 'aws', globalKeys],
  ['aws:UserAgent', 'string', 'S', [S, S, S, S, S, S, S], 'caller', globalKeys],
  ['aws:Referer', 'string', 'S', [S, S, S, S, S, S, S], 'caller', globalKeys],
  ['aws:ViaAWSService', 'bool', 'S', everywhere, 'aws', globalKeys],
  ['aws:CalledVia', 'string', 'M', sometimes, 'aws', globalKeys],
  ['aws:CalledViaFirst', 'string', 'S', sometimes, 'aws', globalKeys],
  ['aws:CalledViaLast', 'string', 'S', sometimes, 'aws', globalKeys],
  ['aws:IsMcpServiceAction', 'bool', 'S', nowhere, 'aws', globalKeys],
  // STS
  ['sts:ExternalId', 'string', 'S', passedToAssumeRole, 'caller', stsKeys],
  ['sts:RoleSessionName', 'string', 'S', everywhere, 'caller', stsKeys],
  ['sts:SourceIdentity', 'string', 'S', passed, 'caller', stsKeys],
  ['sts:TransitiveTagKeys', 'string', 'M', passed, 'caller', stsKeys],
  ['sts:RequestContext/', 'string', 'S', [S, S, S, S, S, N, N], 'caller', stsKeys],
  ['sts:RequestContextProviders', 'arn', 'M', [S, S, S, S, S, N, N], 'caller', stsKeys],
  ['sts:DurationSeconds', 'numeric', 'S', nowhere, 'caller', stsKeys, 'not present for assume-role operations'],
  ['sts:AWSServiceName', 'string', 'S', nowhere, 'aws', stsKeys, 'not present for assume-role operations'],
  ['sts:TaskPolicyArn', 'arn', 'S', nowhere, 'caller', stsKeys, 'only for AssumeRoot'],
  ['sts:IdentityTokenAudience', 'string', 'M', nowhere, 'caller', stsKeys, 'only for GetWebIdentityToken'],
  ['sts:SigningAlgorithm', 'string', 'S', nowhere, 'caller', stsKeys, 'only for GetWebIdentityToken'],
  // SAML
  ['saml:aud', 'string', 'S', samlAlways, 'provider', stsKeys],
  ['saml:iss', 'string', 'S', samlAlways, 'provider', stsKeys],
  ['saml:sub', 'string', 'S', samlKept, 'provider', stsKeys],
  ['saml:sub_type', 'string', 'S', samlKept, 'provider', stsKeys],
  ['saml:namequalifier', 'string', 'S', samlKept, 'provider', stsKeys],
  ['saml:doc', 'string', 'S', samlAlways, 'provider', stsKeys],
  ...['edupersonorgdn', 'edupersonprimaryaffiliation', 'edupersonprimaryorgunitdn', 'edupersonprincipalname'].map(
    (name): Row => [`saml:${name}`, 'string', 'S', samlOnly, 'provider', stsKeys],
  ),
  ...[
    'cn',
    'commonName',
    'eduorghomepageuri',
    'eduorgidentityauthnpolicyuri',
    'eduorglegalname',
    'eduorgsuperioruri',
    'eduorgwhitepagesuri',
    'edupersonaffiliation',
    'edupersonassurance',
    'edupersonentitlement',
    'edupersonnickname',
    'edupersonorgunitdn',
    'edupersonscopedaffiliation',
    'edupersontargetedid',
    'givenName',
    'mail',
    'name',
    'organizationStatus',
    'primaryGroupSID',
    'surname',
    'uid',
    'x500UniqueIdentifier',
  ].map((name): Row => [`saml:${name}`, 'string', 'M', samlOnly, 'provider', stsKeys]),
];

/** Claims that every OIDC provider's tokens can bring; the prefix is the provider's URL without its scheme. */
const claims: readonly Row[] = [
  ['aud', 'string', 'S', webAlways, 'provider', claimKeys, 'the claim azp where the token has one'],
  ['sub', 'string', 'S', webAlways, 'provider', claimKeys],
  ['amr', 'string', 'M', webKept, 'provider', claimKeys],
  ['azp', 'string', 'S', webSometimes, 'provider', claimKeys],
  ['oaud', 'string', 'S', webSometimes, 'provider', claimKeys],
  ['email', 'string', 'S', webSometimes, 'provider', claimKeys],
];

/** Further claims by provider, since February 2026 (AWS, "AWS STS supports validation of select identity provider claims"). */
const ownClaims: ReadonlyMap<string, readonly Row[]> = new Map([
  [
    'token.actions.githubusercontent.com',
    [
      ...[
        'actor',
        'actor_id',
        'job_workflow_ref',
        'repository',
        'repository_id',
        'repository_owner_id',
        'workflow',
        'ref',
      ].map((claim): Row => [claim, 'string', 'S', [N, N, N, N, N, A, N], 'provider', claimKeys]),
      ['environment', 'string', 'S', webSometimes, 'provider', claimKeys, 'only where the job has an environment'],
      ['enterprise_id', 'string', 'S', webSometimes, 'provider', claimKeys],
      // Claims of the token that AWS does not read, though policies in the wild ask for them.
      ...['repository_owner', 'iss', 'event_name'].map(
        (claim): Row => [
          claim,
          'string',
          'S',
          nowhere,
          'provider',
          claimKeys,
          'a claim of the token, but no condition key',
        ],
      ),
    ],
  ],
  [
    'graph.facebook.com',
    ['app_id', 'id'].map((claim): Row => [claim, 'string', 'S', webAlways, 'provider', claimKeys]),
  ],
  [
    'www.amazon.com',
    ['app_id', 'user_id'].map((claim): Row => [claim, 'string', 'S', webAlways, 'provider', claimKeys]),
  ],
]);

/** Prefixes that are no identity provider. */
const servicePrefix = /^[a-z0-9-]+$/;

const callerKinds = [
  'user',
  'role-session',
  'root',
  'federated-user',
  'service',
  'web-identity',
  'saml',
] as const satisfies readonly CallerKind[];

function keyOf(row: Row, prefix = ''): ConditionKey {
  const [name, type, cardinality, presence, from, source, note] = row;
  return {
    name: `${prefix}${name}`,
    type,
    multivalued: cardinality === 'M',
    presence: Object.fromEntries(callerKinds.map((kind, index) => [kind, presence[index]])) as Record<
      CallerKind,
      Presence
    >,
    from,
    source,
    ...(note === undefined ? {} : { note }),
  };
}

/** Every registered key that does not depend on a provider; families of tag keys end in `/`. */
export const conditionKeys: readonly ConditionKey[] = rows.map((row) => keyOf(row));

const byName: ReadonlyMap<string, ConditionKey> = new Map(conditionKeys.map((key) => [key.name.toLowerCase(), key]));
const families: readonly ConditionKey[] = conditionKeys.filter((key) => key.name.endsWith('/'));
const remembered = new Map<string, KeyLookup>();
const rememberedAtMost = 4_096;

/**
 * Looks a condition key up, without regard to letter case.
 *
 * @returns `registered`; `misspelt` where no such key exists and the one meant is plain (it counts as absent from every
 * request); `nameless` for a family of tag keys without a tag; otherwise `unregistered`: it may be newer than this registry, so its presence is unknown.
 */
export function lookUpKey(name: string): KeyLookup {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const found = find(name, name.toLowerCase());
  if (remembered.size < rememberedAtMost) remembered.set(name, found);
  return found;
}

function find(name: string, lower: string): KeyLookup {
  const exact = byName.get(lower);
  if (exact !== undefined && !exact.name.endsWith('/')) return { kind: 'registered', key: exact };
  const family = families.find((key) => lower.startsWith(key.name.toLowerCase()));
  if (family !== undefined && lower.length > family.name.length)
    return { kind: 'registered', key: family, tag: name.slice(family.name.length) };
  const nameless = byName.get(lower) ?? byName.get(`${lower}/`);
  if (nameless !== undefined) return { kind: 'nameless', family: nameless };
  const claim = claimOf(name, lower);
  return claim ?? misspelling(lower) ?? { kind: 'unregistered' };
}

/** A key of an identity provider: the text before the last colon is a host name with or without a path. */
function claimOf(name: string, lower: string): KeyLookup | undefined {
  const colon = lower.lastIndexOf(':');
  if (colon < 1) return undefined;
  const provider = lower.slice(0, colon);
  if (servicePrefix.test(provider)) return undefined;
  const claim = lower.slice(colon + 1);
  const row = [...(ownClaims.get(provider) ?? []), ...claims].find(([known]) => known === claim);
  return row === undefined ? undefined : { kind: 'registered', key: keyOf(row, name.slice(0, colon + 1)) };
}

/** Names whose prefix alone, or whose spelling alone, is wrong. */
function misspelling(lower: string): KeyLookup | undefined {
  const colon = lower.indexOf(':');
  const prefix = colon === -1 ? undefined : lower.slice(0, colon);
  const rest = lower.slice(colon + 1);
  const slash = rest.indexOf('/');
  const bare = slash === -1 ? rest : rest.slice(0, slash + 1);
  const tag = slash === -1 ? '' : rest.slice(slash + 1);
  // The prefix is missing or another one; only prefixes that bring keys to an assume call are looked at.
  if (prefix === undefined || prefix === 'aws' || prefix === 'sts' || prefix === 'iam' || prefix === '') {
    const same = conditionKeys.find((key) => nameBehindPrefix(key) === bare && (slash === -1 || tag !== ''));
    if (same !== undefined) return { kind: 'misspelt', intended: `${same.name}${tag}` };
    // A slip of spelling: names of six letters and more, by at most two letters, one of them for short names.
    let best: { readonly key: ConditionKey; readonly distance: number } | undefined;
    for (const key of conditionKeys) {
      const own = nameBehindPrefix(key);
      const ownPrefix = key.name.slice(0, key.name.indexOf(':')).toLowerCase();
      if (prefix !== undefined && prefix !== '' && ownPrefix !== prefix) continue;
      if (own.endsWith('/') !== bare.endsWith('/') || own.length < 6) continue;
      const distance = editDistanceAtMost(own, bare, own.length < 10 ? 1 : 2);
      if (distance !== undefined && (best === undefined || distance < best.distance)) best = { key, distance };
    }
    if (best !== undefined && (slash === -1 || tag !== ''))
      return { kind: 'misspelt', intended: `${best.key.name}${tag}` };
  }
  // The prefix itself misspelt: `asw:PrincipalArn`.
  if (prefix !== undefined) {
    const near = conditionKeys.find(
      (key) =>
        nameBehindPrefix(key) === bare &&
        bare.length >= 6 &&
        editDistanceAtMost(key.name.slice(0, key.name.indexOf(':')).toLowerCase(), prefix, 1) !== undefined &&
        prefix.length >= 2,
    );
    if (near !== undefined) return { kind: 'misspelt', intended: `${near.name}${tag}` };
  }
  return undefined;
}

function nameBehindPrefix(key: ConditionKey): string {
  return key.name.slice(key.name.indexOf(':') + 1).toLowerCase();
}
