/** Whom does one entry of a Principal element name? */
import { asAccountId, splitArn } from './names.ts';
import type { PrincipalEntry, PrincipalName } from './trust-policy.ts';

/** Providers that need no provider resource in the account (IAM User Guide, "AWS JSON policy elements: Principal"). */
export const builtInProviders: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'www.amazon.com',
  'graph.facebook.com',
  'cognito-identity.amazonaws.com',
]);

/**
 * @returns what the entry names; kind `invalid`, with the reason, where IAM would refuse it as `Invalid principal in
 * policy` whatever exists in the account.
 */
export function parsePrincipal(type: PrincipalEntry['type'], text: string): PrincipalName {
  switch (type) {
    case 'AWS':
      return awsPrincipal(text);
    case 'Service':
      return text === '' || /\s/.test(text)
        ? { kind: 'invalid', why: 'a service principal is a host name such as `ec2.amazonaws.com`' }
        : { kind: 'service', service: text };
    case 'Federated':
      return federatedPrincipal(text);
    case 'CanonicalUser':
      return { kind: 'canonical-user', id: text };
  }
}

function awsPrincipal(text: string): PrincipalName {
  if (text === '*') return { kind: 'everyone' };
  const account = asAccountId(text);
  if (account !== undefined) return { kind: 'account', account };
  if (/^AIDA[A-Z0-9]{8,124}$/.test(text)) return { kind: 'unique-id', id: text, of: 'user' };
  if (/^AROA[A-Z0-9]{8,124}$/.test(text)) return { kind: 'unique-id', id: text, of: 'role' };
  if (/[*?]/.test(text)) return { kind: 'invalid', why: 'a wildcard cannot stand for part of a principal' };
  const arn = splitArn(text);
  if (arn === undefined) return { kind: 'invalid', why: 'neither an ARN, an account id of 12 digits, nor `*`' };
  const owner = asAccountId(arn.account);
  if (owner === undefined) return { kind: 'invalid', why: 'the account in the ARN has not 12 digits' };
  if (arn.region !== '') return { kind: 'invalid', why: 'principals have no region' };
  const { partition, resource } = arn;
  const slash = resource.indexOf('/');
  const head = slash === -1 ? resource : resource.slice(0, slash);
  const rest = slash === -1 ? '' : resource.slice(slash + 1);
  if (arn.service === 'iam') {
    if (resource === 'root') return { kind: 'account', account: owner, partition };
    if (head === 'group') return { kind: 'invalid', why: 'a group cannot be a principal' };
    if (head !== 'user' && head !== 'role')
      return { kind: 'invalid', why: 'an IAM principal is `root`, `user/…` or `role/…`' };
    const name = rest.slice(rest.lastIndexOf('/') + 1);
    const path = `/${rest.slice(0, rest.length - name.length)}`;
    if (name === '' || path.includes('//')) return { kind: 'invalid', why: `the ${head} has no name` };
    return { kind: head, partition, account: owner, path, name };
  }
  if (arn.service === 'sts') {
    if (head === 'federated-user' && rest !== '')
      return { kind: 'federated-user', partition, account: owner, name: rest };
    const parts = rest.split('/');
    const [role, session] = parts;
    if (head === 'assumed-role' && parts.length === 2 && role && session)
      return { kind: 'session', partition, account: owner, role, session };
    return {
      kind: 'invalid',
      why: 'an STS principal is `assumed-role/ROLE/SESSION`, without the path of the role, or `federated-user/NAME`',
    };
  }
  return { kind: 'invalid', why: 'principals are of the services `iam` and `sts`' };
}

function federatedPrincipal(text: string): PrincipalName {
  if (builtInProviders.has(text)) return { kind: 'built-in-provider', url: text };
  if (/[*?]/.test(text)) return { kind: 'invalid', why: 'a wildcard cannot stand for part of a principal' };
  const arn = splitArn(text);
  const account = arn === undefined ? undefined : asAccountId(arn.account);
  if (arn === undefined || account === undefined || arn.service !== 'iam')
    return {
      kind: 'invalid',
      why: 'a federated principal is the ARN of an OIDC or SAML provider, or a built-in provider such as `accounts.google.com`',
    };
  const { partition, resource } = arn;
  if (resource.startsWith('oidc-provider/') && resource.length > 14)
    return { kind: 'oidc-provider', partition, account, url: resource.slice(14) };
  if (resource.startsWith('saml-provider/') && resource.length > 14)
    return { kind: 'saml-provider', partition, account, name: resource.slice(14) };
  return { kind: 'invalid', why: 'the ARN is of no OIDC or SAML provider' };
}
