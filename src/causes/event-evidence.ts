/** Where in the record stands what a condition or a Principal element was compared with? */
import type { Evidence } from '../findings/finding.ts';
import { describeCaller } from '../policy/evaluate/caller.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import { had, keyName } from './wording.ts';

/** JSON pointers into the record, by condition key in lower case. */
const places: ReadonlyMap<string, string> = new Map([
  ['sts:externalid', '/requestParameters/externalId'],
  ['sts:rolesessionname', '/requestParameters/roleSessionName'],
  ['sts:sourceidentity', '/requestParameters/sourceIdentity'],
  ['sts:transitivetagkeys', '/requestParameters/transitiveTagKeys'],
  ['aws:tagkeys', '/requestParameters/tags'],
  ['aws:sourceip', '/sourceIPAddress'],
  ['aws:sourcevpce', '/vpcEndpointId'],
  ['aws:currenttime', '/eventTime'],
  ['aws:epochtime', '/eventTime'],
  ['aws:requestedregion', '/awsRegion'],
  ['aws:principalarn', '/userIdentity/arn'],
  ['aws:principalaccount', '/userIdentity/accountId'],
  ['aws:username', '/userIdentity/userName'],
  ['aws:userid', '/userIdentity/principalId'],
  ['aws:principaltype', '/userIdentity/type'],
  ['aws:multifactorauthpresent', '/userIdentity/sessionContext/attributes/mfaAuthenticated'],
  ['aws:multifactorauthage', '/userIdentity/sessionContext/attributes/creationDate'],
  ['aws:tokenissuetime', '/userIdentity/sessionContext/attributes/creationDate'],
]);

/** @returns nothing where the record does not show the key. */
export function evidenceOfKey(key: string, values: readonly string[] | null | undefined): readonly Evidence[] {
  const lower = key.toLowerCase();
  const pointer = lower.startsWith('aws:requesttag/')
    ? '/requestParameters/tags'
    : /:(?:sub|aud)$/.test(lower) && lower.includes('.')
      ? '/userIdentity/principalId'
      : places.get(lower);
  if (pointer === undefined || values === undefined) return [];
  return [{ source: 'event', pointer, detail: `${keyName(key)}: ${had(values)}` }];
}

/** @returns who called, and where the record says so. */
export function evidenceOfCaller({ caller }: AssumeRequest): Evidence {
  const pointer =
    caller.kind === 'service'
      ? '/userIdentity/invokedBy'
      : caller.kind === 'web-identity' || caller.kind === 'saml'
        ? '/userIdentity/identityProvider'
        : caller.kind === 'someone'
          ? '/userIdentity/accountId'
          : '/userIdentity/arn';
  return { source: 'event', pointer, detail: `the caller is ${describeCaller(caller)}` };
}
