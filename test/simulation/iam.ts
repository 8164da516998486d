/** What do the readers of roles see: accounts of which no event comes, one that answers, and one that denies the reader role. */
import {
  GetAccountAuthorizationDetailsCommand,
  GetRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  ListSAMLProvidersCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { ownRoleNames } from '../../functions/own-roles.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { denied, document, home, start } from '../watch/service.ts';
import type { Random } from './seeded.ts';
import type { LiveRole } from './truth.ts';

/** The reader role of the other accounts, and the functions' own roles: as functions/service.ts tells the watch. */
export const readerRole = 'trusttrail-reader';
export const ownRoles = ownRoleNames.map((name) => `arn:aws:iam::${home}:role/${name}`);

const callers = '444455556666';
const answering = '555566667777';
export const denying = '888899990000';
const names = ['vendor', 'vendor-build'] as const;

/** Calls for roles that only a reader can tell of, among them some for the reader role itself: a stranger's and our own. */
export function readableHistory(random: Random): readonly CloudTrailRecord[] {
  const records: CloudTrailRecord[] = [];
  const deny = (seconds: number, account: string, name: string, caller: string): void => {
    const id = `read-${records.length}-${random.int(0, 9_999)}`;
    records.push(denied(seconds, { id, caller, role: `arn:aws:iam::${account}:role/${name}` }));
  };
  for (let n = random.int(1, 3); n > 0; n -= 1) {
    const seconds = random.int(0, 90 * 60);
    const account = random.pick([answering, answering, denying]);
    const name = random.pick([...names, 'vendr']);
    const caller = random.pick(['ci', 'other', 'build']);
    const many = random.chance(0.3) ? random.int(4, 6) : 1;
    for (let call = 0; call < many; call += 1) deny(seconds + call * 40, account, name, caller);
  }
  if (random.chance(0.5)) deny(random.int(0, 90 * 60), denying, readerRole, 'other');
  if (random.chance(0.5)) records.push(ownDenial(start + random.int(0, 90 * 60) * 1000, denying, 'own-before'));
  return records;
}

/** Whether no event tells of the role: whatever is said of its policy rests on a reading. */
export function isOnlyRead(role: string | undefined): boolean {
  return role !== undefined && [answering, denying].some((account) => role.includes(`::${account}:`));
}

/** What CloudTrail records where the reader role denies us. @param by the function whose role asked. */
export function ownDenial(at: number, account: string, id: string, by = 'assume-role-denied'): CloudTrailRecord {
  return denied(Math.floor((at - start) / 1000), {
    id,
    account: home,
    caller: `trusttrail-watch-${by}`,
    session: 'trusttrail',
    role: `arn:aws:iam::${account}:role/${readerRole}`,
  });
}

function refused(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/** The same at all times: no change of these is in the history. @throws as the SDK does. */
export function iamAnswer(account: string, command: object, onDenied: () => void): unknown {
  if (command instanceof SimulatePrincipalPolicyCommand) {
    const isDenied = command.input.PolicySourceArn?.endsWith('/build') === true;
    return { EvaluationResults: [{ EvalDecision: isDenied ? 'implicitDeny' : 'allowed' }] };
  }
  if (account === denying) {
    onDenied();
    throw refused('AccessDenied');
  }
  // Of a role whose changes are in the history it would depend on the time what is seen.
  if (account !== answering) throw refused('AccessDeniedException');
  if (command instanceof ListRolesCommand) return { Roles: names.map((name) => ({ RoleName: name })) };
  if (command instanceof ListOpenIDConnectProvidersCommand) return { OpenIDConnectProviderList: [] };
  if (command instanceof ListSAMLProvidersCommand) return { SAMLProviderList: [] };
  if (!(command instanceof GetRoleCommand)) throw new Error('not a call that the readers make');
  const name = names.find((one) => one === command.input.RoleName);
  if (name === undefined) throw refused('NoSuchEntityException');
  const trusted = name === 'vendor' ? 'ci' : 'build';
  const policy = document(`arn:aws:iam::${callers}:role/${trusted}`);
  return {
    Role: {
      Arn: `arn:aws:iam::${account}:role/path/${name}`,
      RoleId: `AROA${name.toUpperCase()}`,
      AssumeRolePolicyDocument: encodeURIComponent(policy),
      MaxSessionDuration: 3600,
      CreateDate: new Date(start - 86_400_000),
    },
  };
}

/** Roles on a page: IAM answers with fewer than it was asked for, and that is not the end. */
const onPage = 3;

/** What the daily look is answered about an account whose roles are these. */
export function surveyAnswer(roles: readonly LiveRole[], command: object): unknown {
  const isList = command instanceof ListRolesCommand;
  if (!isList && !(command instanceof GetAccountAuthorizationDetailsCommand))
    throw new Error('not a call that the daily look makes');
  const from = Number(command.input.Marker ?? '0');
  const page = roles.slice(from, from + onPage);
  const isMore = from + onPage < roles.length;
  const more = { IsTruncated: isMore, ...(isMore ? { Marker: String(from + onPage) } : {}) };
  if (isList) return { Roles: page.map(({ arn, name }) => ({ Arn: arn, RoleName: name })), ...more };
  const details = page.map(({ arn, name, policy, roleId, createdAt }) => ({
    Arn: arn,
    RoleName: name,
    RoleId: roleId,
    CreateDate: new Date(createdAt),
    AssumeRolePolicyDocument: encodeURIComponent(policy),
  }));
  return { RoleDetailList: details, ...more };
}

const real = new IAMClient({ region: 'us-east-1' });

/** A client for the real adapters, which answers with what is given. */
export function iamClient(send: (command: object) => Promise<unknown>): IAMClient {
  // The SDK's paginators take nothing but a client of its own class.
  return Object.create(real, { send: { value: send } }) as IAMClient;
}
