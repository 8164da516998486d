/** What may this function ask of IAM and CloudTrail, in its own account and through the reader role in the others? */
import { accountClients } from '../src/adapters/account-clients.ts';
import { iamAccountRoles } from '../src/adapters/iam-account-roles.ts';
import { iamCallerAccess } from '../src/adapters/iam-caller-access.ts';
import { iamRoleReader } from '../src/adapters/iam-role-reader.ts';
import { lookupChangeHistory } from '../src/adapters/lookup-change-history.ts';
import { undeliveredEvents } from '../src/adapters/undelivered-events.ts';
import { iamEventRegion } from '../src/cloudtrail/event-patterns.ts';
import { callSettings } from './clients.ts';
import { environment as env } from './environment.ts';

const clock = { now: Date.now };
const accounts = accountClients({
  account: env.ACCOUNT,
  partition: env.PARTITION,
  readerRole: env.READER_ROLE,
  region: iamEventRegion(env.PARTITION) ?? env.AWS_REGION,
  settings: callSettings,
});

export const readers = {
  roleReader: iamRoleReader(accounts, clock),
  callerAccess: iamCallerAccess(accounts, clock),
  history: lookupChangeHistory(accounts, clock),
  accountRoles: iamAccountRoles(accounts),
};

/** In the accounts that forward, of which this one is. */
export const notForwarded = (others: readonly string[]) =>
  env.FORWARDERS === undefined
    ? Promise.resolve([])
    : undeliveredEvents(accounts, { accounts: [...new Set([env.ACCOUNT, ...others])], ...env.FORWARDERS });
