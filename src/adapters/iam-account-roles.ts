/** Which roles does an account have now? Asked of IAM's GetAccountAuthorizationDetails, which answers with the trust policies. */
import {
  type IAMClient,
  paginateGetAccountAuthorizationDetails,
  paginateListRoles,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import type { AccountAnswer, AccountRoles } from '../ports/account-roles.ts';
import type { ReadRole } from '../ports/role-reader.ts';
import type { AccountClients } from './account-clients.ts';
import { decodedPolicy } from './iam-role-reader.ts';

/** @param now milliseconds since the epoch. */
export function iamAccountRoles(clients: Pick<AccountClients, 'iam'>, now: () => number = Date.now): AccountRoles {
  return {
    async rolesOf(account): Promise<AccountAnswer> {
      const client = clients.iam(account);
      if (client === undefined)
        return { answer: 'unknown', because: `there is no way into account ${account} (no reader role is configured)` };
      const roles: ReadRole[] = [];
      const durations = await longestSessions(client);
      try {
        // The default page is 100, and a page may come back with fewer and still not be the last.
        for await (const { RoleDetailList: page } of paginateGetAccountAuthorizationDetails(
          { client, pageSize: 1_000 },
          { Filter: ['Role'] },
        ))
          for (const role of page ?? []) roles.push(...readRole(role, durations));
      } catch (error) {
        const code = error instanceof Error ? error.name : 'error';
        return { answer: 'unknown', because: `GetAccountAuthorizationDetails was not answered (${code})` };
      }
      return { answer: 'roles', roles, readAt: now() };
    },
  };
}

/**
 * The answer about all roles leaves out how long a session may last (IAM API Reference, RoleDetail), which ListRoles tells.
 * @returns seconds by ARN; empty where that is not answered: everything else is still worth having.
 */
async function longestSessions(client: IAMClient): Promise<ReadonlyMap<string, number>> {
  const durations = new Map<string, number>();
  try {
    for await (const { Roles: page } of paginateListRoles({ client, pageSize: 1_000 }, {}))
      for (const { Arn: arn, MaxSessionDuration: seconds } of page ?? [])
        if (arn !== undefined && seconds !== undefined) durations.set(arn, seconds);
    return durations;
  } catch {
    return new Map();
  }
}

function readRole(
  { Arn: arn, AssumeRolePolicyDocument: document, RoleId, CreateDate }: RoleDetail,
  durations: ReadonlyMap<string, number>,
): readonly ReadRole[] {
  if (arn === undefined || document === undefined) return [];
  const maxSessionDuration = durations.get(arn);
  return [
    {
      arn,
      policyText: decodedPolicy(document),
      ...(RoleId === undefined ? {} : { roleId: RoleId }),
      ...(maxSessionDuration === undefined ? {} : { maxSessionDuration }),
      ...(CreateDate === undefined ? {} : { createDate: CreateDate.toISOString() }),
    },
  ];
}
