/** Which causes of a denied assume call are there, and in which order is each asked? */
import type { Cause } from './cause.ts';
import { condition } from './condition.ts';
import { conditionKeyMisspelt } from './condition-key-misspelt.ts';
import { contradictoryConditions } from './contradictory-conditions.ts';
import { durationExceedsChainingLimit } from './duration-exceeds-chaining-limit.ts';
import { durationExceedsRoleMaximum } from './duration-exceeds-role-maximum.ts';
import { durationOutOfRange } from './duration-out-of-range.ts';
import { expiredCredentials } from './expired-credentials.ts';
import { explicitDeny } from './explicit-deny.ts';
import { externalIdMismatch } from './external-id-mismatch.ts';
import { externalIdMissing } from './external-id-missing.ts';
import { identityPolicyDeny } from './identity-policy-deny.ts';
import { identityPolicyNoAllow } from './identity-policy-no-allow.ts';
import { invalidCredentials } from './invalid-credentials.ts';
import { malformedTrustPolicy } from './malformed-trust-policy.ts';
import { mfaMissing } from './mfa-missing.ts';
import { mfaTooOld } from './mfa-too-old.ts';
import { notPrincipal } from './not-principal.ts';
import { oidcAudience } from './oidc-audience.ts';
import { oidcProviderMissing } from './oidc-provider-missing.ts';
import { oidcProviderUnreachable } from './oidc-provider-unreachable.ts';
import { oidcSubject } from './oidc-subject.ts';
import { oidcTokenExpired } from './oidc-token-expired.ts';
import { oidcTokenInvalid } from './oidc-token-invalid.ts';
import { organization } from './organization.ts';
import { permissionsBoundary } from './permissions-boundary.ts';
import { principalArnCondition } from './principal-arn-condition.ts';
import { principalMissing } from './principal-missing.ts';
import { principalPath } from './principal-path.ts';
import { principalRecreated } from './principal-recreated.ts';
import { principalSession } from './principal-session.ts';
import { principalTag } from './principal-tag.ts';
import { principalTooNarrow } from './principal-too-narrow.ts';
import { recentlyChanged } from './recently-changed.ts';
import { region } from './region.ts';
import { regionNotActivated } from './region-not-activated.ts';
import { requestInvalid } from './request-invalid.ts';
import { resourceControlPolicy } from './resource-control-policy.ts';
import { roleNotFound } from './role-not-found.ts';
import { rootUser } from './root-user.ts';
import { samlAudience } from './saml-audience.ts';
import { samlProviderMissing } from './saml-provider-missing.ts';
import { samlResponseInvalid } from './saml-response-invalid.ts';
import { samlRoleAttribute } from './saml-role-attribute.ts';
import { selfAssumption } from './self-assumption.ts';
import { serviceControlPolicy } from './service-control-policy.ts';
import { servicePrincipal } from './service-principal.ts';
import { sessionName } from './session-name.ts';
import { sessionPolicy } from './session-policy.ts';
import { sessionTags } from './session-tags.ts';
import { setContextNotAllowed } from './set-context-not-allowed.ts';
import { setSourceIdentityNotAllowed } from './set-source-identity-not-allowed.ts';
import { sourceIdentity } from './source-identity.ts';
import { sourceIp } from './source-ip.ts';
import { sourceIpPrivate } from './source-ip-private.ts';
import { sourceVpc } from './source-vpc.ts';
import { tagSessionNotAllowed } from './tag-session-not-allowed.ts';
import { timeWindow } from './time-window.ts';
import { transitiveTags } from './transitive-tags.ts';
import { vpcEndpointPolicy } from './vpc-endpoint-policy.ts';
import { wildcardInEquals } from './wildcard-in-equals.ts';
import { wrongAccount } from './wrong-account.ts';
import { wrongAssumeAction } from './wrong-assume-action.ts';

/** Every cause, in the order of the catalogue: the trust policy, the role, the caller's side, federation. */
export const causes: readonly Cause[] = [
  // The trust policy
  wrongAccount,
  principalTooNarrow,
  principalPath,
  principalSession,
  principalRecreated,
  principalMissing,
  selfAssumption,
  notPrincipal,
  explicitDeny,
  externalIdMissing,
  externalIdMismatch,
  mfaMissing,
  mfaTooOld,
  sourceIp,
  sourceIpPrivate,
  sourceVpc,
  principalArnCondition,
  wildcardInEquals,
  conditionKeyMisspelt,
  organization,
  sessionName,
  sourceIdentity,
  sessionTags,
  transitiveTags,
  principalTag,
  timeWindow,
  region,
  condition,
  contradictoryConditions,
  tagSessionNotAllowed,
  setSourceIdentityNotAllowed,
  setContextNotAllowed,
  wrongAssumeAction,
  servicePrincipal,
  // The role
  roleNotFound,
  durationExceedsRoleMaximum,
  durationExceedsChainingLimit,
  durationOutOfRange,
  recentlyChanged,
  malformedTrustPolicy,
  // The caller's side
  identityPolicyNoAllow,
  identityPolicyDeny,
  permissionsBoundary,
  sessionPolicy,
  serviceControlPolicy,
  resourceControlPolicy,
  vpcEndpointPolicy,
  expiredCredentials,
  invalidCredentials,
  rootUser,
  regionNotActivated,
  requestInvalid,
  // Federation
  oidcProviderMissing,
  oidcAudience,
  oidcSubject,
  oidcTokenExpired,
  oidcTokenInvalid,
  oidcProviderUnreachable,
  samlProviderMissing,
  samlAudience,
  samlResponseInvalid,
  samlRoleAttribute,
];

/** Who claims a condition: what is wrong with its form first, then by its key, then what is left. */
export const conditionCauses: readonly Cause[] = [
  conditionKeyMisspelt,
  contradictoryConditions,
  wildcardInEquals,
  sourceIpPrivate,
  wrongAccount,
  principalSession,
  principalPath,
  ...causes.filter((cause) => cause.claimsCondition !== undefined && !inForm().has(cause) && cause !== condition),
  condition,
];

/** Who claims a Principal element: the smallest difference first, then what is left. */
export const principalCauses: readonly Cause[] = [
  notPrincipal,
  servicePrincipal,
  principalPath,
  principalSession,
  selfAssumption,
  principalRecreated,
  principalTooNarrow,
  wrongAccount,
  principalMissing,
];

/** Who claims an action that is not allowed. */
export const actionCauses: readonly Cause[] = [
  tagSessionNotAllowed,
  setSourceIdentityNotAllowed,
  setContextNotAllowed,
  wrongAssumeAction,
];

function inForm(): ReadonlySet<Cause> {
  return new Set([
    conditionKeyMisspelt,
    contradictoryConditions,
    wildcardInEquals,
    sourceIpPrivate,
    wrongAccount,
    principalSession,
    principalPath,
  ]);
}

const byId: ReadonlyMap<string, Cause> = new Map(causes.map((cause) => [cause.id, cause]));

/** @returns `undefined` for an id that is not in the catalogue. */
export function causeById(id: string): Cause | undefined {
  return byId.get(id);
}
