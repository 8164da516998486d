/** Which roles does an account have now? Asked of IAM's GetAccountAuthorizationDetails, which answers with the trust policies. */
import { paginateGetAccountAuthorizationDetails, type RoleDetail } from '@aws-sdk/client-iam';
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
      try {
        // The default page is 100, and a page may come back with fewer and still not be the last.
        for await (const { RoleDetailList: page } of paginateGetAccountAuthorizationDetails(
          { client, pageSize: 1_000 },
          { Filter: ['Role'] },
        ))
          for (const role of page ?? []) roles.push(...readRole(role));
      } catch (error) {
        const code = error instanceof Error ? error.name : 'error';
        return { answer: 'unknown', because: `GetAccountAuthorizationDetails was not answered (${code})` };
      }
      return { answer: 'roles', roles, readAt: now() };
    },
  };
}

/** The answer has no MaxSessionDuration (IAM API Reference, RoleDetail). */
function readRole({
  Arn: arn,
  AssumeRolePolicyDocument: document,
  RoleId,
  CreateDate,
}: RoleDetail): readonly ReadRole[] {
  if (arn === undefined || document === undefined) return [];
  return [
    {
      arn,
      policyText: decodedPolicy(document),
      ...(RoleId === undefined ? {} : { roleId: RoleId }),
      ...(CreateDate === undefined ? {} : { createDate: CreateDate.toISOString() }),
    },
  ];
}
