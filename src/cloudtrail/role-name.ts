/** Which role, in which account and partition, does a record speak of? */
import { splitArn } from '../policy/document/names.ts';
import type { CloudTrailRecord } from './record.ts';

export interface NamedRole {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  /** Whether the ARN shows the role's path, or was made from a bare name. */
  readonly pathKnown: boolean;
}

/** Names of roles and users (IAM API Reference, CreateRole and CreateUser). */
const entityName = /^[\w+=,.@-]{1,128}$/;
/** A path begins and ends with `/` and has no spaces (IAM API Reference, CreateRole). */
const roleResource = /^role(\/(?:[!-.0-~]{1,511}\/){0,256})([\w+=,.@-]{1,64})$/;

/** @returns the role that an ARN names, or `undefined` where it is no IAM role's ARN in every part. */
export function roleFromArn(arn: string | undefined): NamedRole | undefined {
  const parts = arn === undefined || arn.length > 2048 ? undefined : splitArn(arn);
  if (arn === undefined || parts?.service !== 'iam' || parts.region !== '') return undefined;
  if (!/^\d{12}$/.test(parts.account)) return undefined;
  const name = roleResource.exec(parts.resource)?.[2];
  return name === undefined ? undefined : { arn, name, account: parts.account, pathKnown: true };
}

/** @returns an ARN in the record's account and partition, without a path, as an event names a role or user by name only. */
export function arnFromName(
  record: CloudTrailRecord,
  kind: 'role' | 'user' | 'group' | 'oidc-provider' | 'saml-provider',
  name: string | undefined,
): string | undefined {
  const account = accountOf(record);
  if (name === undefined || account === undefined) return undefined;
  const wellFormed = kind === 'oidc-provider' ? /^[!-~]{1,255}$/.test(name) : entityName.test(name);
  return wellFormed ? `arn:${partitionOf(record)}:iam::${account}:${kind}/${name}` : undefined;
}

/** @returns the role of a bare name in the record's account; the path is not known. */
export function roleFromName(record: CloudTrailRecord, name: string | undefined): NamedRole | undefined {
  const arn = name !== undefined && name.length <= 64 ? arnFromName(record, 'role', name) : undefined;
  const role = roleFromArn(arn);
  return role === undefined ? undefined : { ...role, pathKnown: false };
}

/** The account whose IAM the record changes: the one that received it, which is also that of the caller. */
export function accountOf(record: CloudTrailRecord): string | undefined {
  for (const account of [record.recipientAccountId, record.userIdentity.accountId])
    if (account !== undefined && /^\d{12}$/.test(account)) return account;
  return undefined;
}

/** From the caller's ARN, else from the region (AWS General Reference, "ARN format"; "Regions and endpoints"). */
export function partitionOf(record: CloudTrailRecord): string {
  const fromArn = splitArn(record.userIdentity.arn ?? '')?.partition;
  if (fromArn !== undefined && /^aws[a-z-]{0,20}$/.test(fromArn)) return fromArn;
  return partitionOfRegion(record.region ?? '');
}

/** The partition of a region by its name. */
export function partitionOfRegion(region: string): string {
  return partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

const partitions: readonly (readonly [string, string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
];
