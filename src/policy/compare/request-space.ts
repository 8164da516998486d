/** Which calls and callers have to be looked at, so that no request is left out? */
import type { AccountId } from '../document/names.ts';
import { builtInProviders } from '../document/principal-name.ts';
import type { PrincipalName, TrustPolicy } from '../document/trust-policy.ts';
import { issuerOf } from '../evaluate/caller.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { Caller } from '../evaluate/request.ts';
import type { CallerShape } from './caller-space.ts';
import { characterClass, exactly, Language, one, type Pattern, run } from './string-language.ts';

/** The actions that assume a role, with the callers that can make each (IAM User Guide, "Compare AWS STS credentials"). */
export const assumeActions = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'] as const;
export type AssumeAction = (typeof assumeActions)[number];

/** What a call may do besides, each an action that must be allowed too. */
export const furtherActions = ['sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'] as const;
export type FurtherAction = (typeof furtherActions)[number];

const strangers = ['999999999999', '888888888888', '777777777777', '666666666666'];
const strangeHosts = ['idp.example.com', 'idp.example.net', 'idp.example.org'];
const strangeServices = ['any-service.amazonaws.com', 'another-service.amazonaws.com'];

/** @returns accounts that no text of the policies mentions. */
export function freshAccounts(policies: readonly TrustPolicy[]): readonly string[] {
  const texts = policies.flatMap(textsOf);
  const fresh = strangers.filter((account) => !texts.some((text) => text.includes(account)));
  return fresh.length > 0 ? fresh : strangers;
}

function textsOf(policy: TrustPolicy): readonly string[] {
  return policy.statements.flatMap((statement) => [
    ...statement.principal.entries.map(({ text }) => text),
    ...statement.conditions.flatMap(({ values }) => values.map(({ text }) => text)),
  ]);
}

/**
 * A role and all who can assume it are of one partition.
 *
 * @param own that of the role, where known.
 * @returns the partitions that the policies speak of; where no principal says of which the role is, the usual one as
 * well: a condition may speak of a partition to keep it out.
 */
export function partitionsOf(policies: readonly TrustPolicy[], own = 'aws'): readonly string[] {
  const found = new Set<string>();
  const principals = new Set(
    policies.flatMap(({ statements }) => statements.flatMap(({ principal }) => principal.entries)),
  );
  if (![...principals].some(({ text }) => partitionOf(text) !== undefined)) found.add(own);
  for (const text of policies.flatMap(textsOf)) {
    const partition = partitionOf(text);
    if (partition !== undefined) found.add(partition);
  }
  return [...found].sort();
}

function partitionOf(text: string): string | undefined {
  return /^arn:(aws(?:-[a-z]+)*):/.exec(text)?.[1];
}

/**
 * A role's name is its own in an account, whatever the path, which the ARN of a session does not show. A role named with
 * a path leaves it open whether a session is of it, save for names that AWS reserves for one path.
 *
 * @returns by account and name, the path of roles that the policies name with just one.
 */
export function pathsOfRoles(policies: readonly TrustPolicy[]): ReadonlyMap<string, string> {
  const paths = new Map<string, Set<string>>();
  for (const { statements } of policies)
    for (const { principal } of statements)
      for (const { name } of principal.entries) {
        if (name.kind !== 'role') continue;
        const key = `${name.account}/${name.name}`;
        paths.set(key, (paths.get(key) ?? new Set()).add(name.path));
      }
  const known = new Map<string, string>();
  for (const [key, [path, ...others]] of paths)
    if (path !== undefined && others.length === 0 && (path === '/' || key.includes('/AWSReservedSSO_')))
      known.set(key, path);
  return known;
}

/** @returns every caller of the action that some statement or key tells apart from the others. */
export function callersOf(action: AssumeAction, policies: readonly PreparedPolicy[]): readonly CallerShape[] {
  const names = policies.flatMap(({ policy }) =>
    policy.statements.flatMap(({ principal }) => principal.entries.map(({ name }) => name)),
  );
  if (action === 'sts:AssumeRole') return [{ kind: 'user' }, { kind: 'role-session' }, ...servicesOf(names, policies)];
  return action === 'sts:AssumeRoleWithSAML'
    ? samlProvidersOf(names).map((caller) => ({ kind: 'saml', caller }))
    : webProvidersOf(names, policies);
}

function asksFor(policies: readonly PreparedPolicy[], name: string): boolean {
  return policies.some(({ statements }) =>
    statements.some(({ clauses }) => clauses.some(({ key }) => key.lower === name)),
  );
}

const { digit, lower: letter, upper, nameMark, dash, colon, slash } = characterClass;
const serviceNames = new Language([[one(letter | digit), run(letter | digit | nameMark | dash)]]);

function servicesOf(names: readonly PrincipalName[], policies: readonly PreparedPolicy[]): readonly CallerShape[] {
  const named = new Set(names.flatMap((name) => (name.kind === 'service' ? [name.service] : [])));
  // Keys that hold the name of a service tell services apart that no Principal element names.
  for (const { statements } of policies)
    for (const { clauses } of statements)
      for (const { key, clause } of clauses)
        if (/^aws:principalservicename/.test(key.lower))
          for (const { text } of clause.values) if (/^[a-z0-9.-]+$/.test(text)) named.add(text);
  const found: CallerShape[] = [...named].map((service) => ({ kind: 'service', caller: { kind: 'service', service } }));
  const other = strangeServices.find((service) => !named.has(service));
  if (other === undefined) return found;
  const key = 'aws:principalservicename';
  const others = asksFor(policies, key) ? { others: { key, names: serviceNames, but: [...named].map(exactly) } } : {};
  return [...found, { kind: 'service', caller: { kind: 'service', service: other }, ...others }];
}

function webProvidersOf(names: readonly PrincipalName[], policies: readonly PreparedPolicy[]): readonly CallerShape[] {
  const named = new Set<string>();
  const owners = new Set<AccountId>();
  const issuers = new Set<string>();
  for (const name of names) {
    if ('account' in name) owners.add(name.account);
    if (name.kind === 'oidc-provider')
      named.add(`arn:${name.partition}:iam::${name.account}:oidc-provider/${name.url}`);
    if (name.kind === 'built-in-provider') named.add(name.url);
  }
  for (const { keys, statements } of policies) {
    for (const { issuer } of keys) if (issuer !== undefined) issuers.add(issuer);
    for (const { clauses } of statements)
      for (const { key, clause } of clauses)
        if (key.lower === 'aws:federatedprovider')
          for (const { text } of clause.values) if (!/[*?$]/.test(text)) named.add(text);
  }
  const key = 'aws:federatedprovider';
  const told = asksFor(policies, key);
  if (told) for (const url of builtInProviders) named.add(url);
  const owner = strangers.find((account) => !owners.has(account as AccountId)) ?? strangers[0] ?? '';
  const provider = (host: string) => `arn:aws:iam::${owner}:oidc-provider/${host}`;
  const found = [...named].map(shapeOfProvider);
  for (const issuer of issuers) {
    if (named.has(provider(issuer))) continue;
    const names = new Language([[...anyOwner, ...exactly(issuer)]]);
    const others = told ? { others: { key, names, but: [...named].map(exactly) } } : {};
    found.push({ ...shapeOfProvider(provider(issuer)), ...others });
  }
  const host = strangeHosts.find((one) => !issuers.has(one) && ![...named].some((name) => issuerOf(name) === one));
  if (host === undefined) return found;
  const but = [...[...named].map(exactly), ...[...issuers].map((issuer) => [...anyOwner, ...exactly(issuer)])];
  const others = told ? { others: { key, names: providerNames, but } } : {};
  return [...found, { ...shapeOfProvider(provider(host)), ...others }];
}

const shapeOfProvider = (provider: string): CallerShape => ({
  kind: 'web-identity',
  caller: { kind: 'web-identity', provider },
});

const anyOwner: Pattern = [
  ...exactly('arn:aws'),
  run(letter | dash),
  ...exactly(':iam::'),
  ...Array.from({ length: 12 }, () => one(digit)),
  ...exactly(':oidc-provider/'),
];
const providerNames = new Language([
  [...anyOwner, one(letter | digit), run(letter | digit | upper | nameMark | dash | slash | colon)],
]);

function samlProvidersOf(names: readonly PrincipalName[]): readonly Caller[] {
  const named = new Set<string>();
  for (const name of names)
    if (name.kind === 'saml-provider')
      named.add(`arn:${name.partition}:iam::${name.account}:saml-provider/${name.name}`);
  const other = strangers.map((account) => `arn:aws:iam::${account}:saml-provider/idp`).find((one) => !named.has(one));
  return [...named, ...(other === undefined ? [] : [other])].map((provider) => ({ kind: 'saml', provider }));
}
