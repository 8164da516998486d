/** What is a role like now? Asked of IAM with GetRole, each role once in a while, and never more than a batch can bear. */
import {
  GetRoleCommand,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { splitArn } from '../policy/document/names.ts';
import type { Clock } from '../ports/clock.ts';
import type { RoleAnswer, RoleReader } from '../ports/role-reader.ts';
import type { AccountClients } from './account-clients.ts';
import { remembering } from './remembering.ts';

/** Roles of an account that are read for near misses. */
const mostRoleNames = 5_000;

/** Never throws: what cannot be read is `unknown`, with the reason. */
export function iamRoleReader(clients: AccountClients, clock: Clock): Required<RoleReader> {
  const roles = remembering<RoleAnswer>({ clock, most: 500, age: 60_000 });
  const lists = remembering<readonly string[] | undefined>({ clock, most: 200, age: 10 * 60_000 });
  return {
    read: (roleArn) => roles(roleArn, () => readRole(clients, roleArn)),
    roleNames: (account) => lists(`roles ${account}`, () => listed(clients.iam(account), roleNamesOf)),
    providers: (account) => lists(`providers ${account}`, () => listed(clients.iam(account), providersOf)),
  };
}

async function readRole(clients: AccountClients, roleArn: string): Promise<RoleAnswer> {
  const arn = splitArn(roleArn);
  const name = arn?.resource.startsWith('role/') === true ? arn.resource.split('/').at(-1) : undefined;
  if (arn === undefined || name === undefined) return { answer: 'unknown', because: 'it is not the ARN of a role' };
  const client = clients.iam(arn.account);
  if (client === undefined)
    return { answer: 'unknown', because: `there is no way into account ${arn.account} (no reader role is configured)` };
  try {
    const { Role: role } = await client.send(new GetRoleCommand({ RoleName: name }));
    if (role?.Arn === undefined || role.AssumeRolePolicyDocument === undefined)
      return { answer: 'unknown', because: 'GetRole answered without the role' };
    return {
      answer: 'role',
      role: {
        arn: role.Arn,
        policyText: decodedPolicy(role.AssumeRolePolicyDocument),
        ...(role.RoleId === undefined ? {} : { roleId: role.RoleId }),
        ...(role.MaxSessionDuration === undefined ? {} : { maxSessionDuration: role.MaxSessionDuration }),
        ...(role.CreateDate === undefined ? {} : { createDate: role.CreateDate.toISOString() }),
      },
    };
  } catch (error) {
    const code = error instanceof Error ? error.name : 'error';
    if (/^NoSuchEntity/.test(code)) return { answer: 'no-such-role' };
    return { answer: 'unknown', because: `GetRole was not answered (${code})` };
  }
}

/** IAM answers in RFC 3986 encoding, which the SDK leaves as it is (IAM API Reference, GetRole). */
export function decodedPolicy(document: string): string {
  try {
    return document.startsWith('%') ? decodeURIComponent(document) : document;
  } catch {
    return document;
  }
}

async function listed(
  client: IAMClient | undefined,
  list: (client: IAMClient) => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  if (client === undefined) return undefined;
  try {
    return await list(client);
  } catch {
    // Not permitted, or not answered: then it is not known.
    return undefined;
  }
}

async function roleNamesOf(client: IAMClient): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { Roles: roles } of paginateListRoles({ client, pageSize: 1000 }, {})) {
    for (const { RoleName: name } of roles ?? []) if (name !== undefined) names.push(name);
    if (names.length >= mostRoleNames) break;
  }
  return names;
}

async function providersOf(client: IAMClient): Promise<readonly string[]> {
  const [oidc, saml] = await Promise.all([
    client.send(new ListOpenIDConnectProvidersCommand({})),
    client.send(new ListSAMLProvidersCommand({})),
  ]);
  return [...(oidc.OpenIDConnectProviderList ?? []), ...(saml.SAMLProviderList ?? [])].flatMap(({ Arn }) => Arn ?? []);
}
