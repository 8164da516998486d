/** Every risk rule, in the order of their ids. */
import { actorGrantsSelf } from './actor-grants-self.ts';
import { computeServiceAdded } from './compute-service-added.ts';
import { conditionLiteralWildcard } from './condition-literal-wildcard.ts';
import { conditionPrivateSourceIp } from './condition-private-source-ip.ts';
import { conditionRemovedWidens } from './condition-removed-widens.ts';
import { conditionUnknownKey } from './condition-unknown-key.ts';
import { externalAccountKnownAdded } from './external-account-known-added.ts';
import { externalAccountRootDelegation } from './external-account-root-delegation.ts';
import { externalAccountUnknownAdded } from './external-account-unknown-added.ts';
import { externalIdGuardRemoved } from './external-id-guard-removed.ts';
import { externalIdIfexists } from './external-id-ifexists.ts';
import { externalIdOnUnsupportedCaller } from './external-id-on-unsupported-caller.ts';
import { externalIdShared } from './external-id-shared.ts';
import { externalIdWeak } from './external-id-weak.ts';
import { externalIdWildcard } from './external-id-wildcard.ts';
import { externalIdWithinOrg } from './external-id-within-org.ts';
import { federatedUserPrincipalDead } from './federated-user-principal-dead.ts';
import { homeAccountRootDelegation } from './home-account-root-delegation.ts';
import { iamUserTrusted } from './iam-user-trusted.ts';
import { mfaAgeExcessive } from './mfa-age-excessive.ts';
import { mfaBoolifexistsAllow } from './mfa-boolifexists-allow.ts';
import { mfaDenyBoolOnly } from './mfa-deny-bool-only.ts';
import { mfaGuardRemoved } from './mfa-guard-removed.ts';
import { mfaNullCheck } from './mfa-null-check.ts';
import { mfaOnNonhuman } from './mfa-on-nonhuman.ts';
import { mixedHumanAndServiceTrust } from './mixed-human-and-service-trust.ts';
import { notprincipalPresent } from './notprincipal-present.ts';
import { orgAccountAdded } from './org-account-added.ts';
import { orgGuardRemoved } from './org-guard-removed.ts';
import { orgIdWildcard } from './org-id-wildcard.ts';
import { orgPathsMissingSetOperator } from './org-paths-missing-set-operator.ts';
import { orgPathsSiblingPrefix } from './org-paths-sibling-prefix.ts';
import { orgPathsWithoutOrgId } from './org-paths-without-org-id.ts';
import { orphanedPrincipalId } from './orphaned-principal-id.ts';
import { partitionMismatch } from './partition-mismatch.ts';
import { podIdentityMissingTagsession } from './pod-identity-missing-tagsession.ts';
import { podIdentityUnscoped } from './pod-identity-unscoped.ts';
import { principalArnConditionNameReuse } from './principal-arn-condition-name-reuse.ts';
import { principalArnStringWildcardCrossesColon } from './principal-arn-string-wildcard-crosses-colon.ts';
import { principalPathWildcard } from './principal-path-wildcard.ts';
import { principalReattachedAfterRecreate } from './principal-reattached-after-recreate.ts';
import { principalTagTrustCrossAccount } from './principal-tag-trust-cross-account.ts';
import { publicPrincipalArnAnyAccount } from './public-principal-arn-any-account.ts';
import { publicPrincipalCallerControlledGuard } from './public-principal-caller-controlled-guard.ts';
import { publicPrincipalExternalIdOnly } from './public-principal-external-id-only.ts';
import { publicPrincipalForeignOrg } from './public-principal-foreign-org.ts';
import { publicPrincipalIpOnly } from './public-principal-ip-only.ts';
import { publicPrincipalNegatedOnly } from './public-principal-negated-only.ts';
import { publicPrincipalOrgWide } from './public-principal-org-wide.ts';
import { publicPrincipalUnconditional } from './public-principal-unconditional.ts';
import { redundantSessionWithRole } from './redundant-session-with-role.ts';
import { requestTagAsAuthorization } from './request-tag-as-authorization.ts';
import type { RiskRule } from './risk-rule.ts';
import { rolesAnywhereMissingActions } from './roles-anywhere-missing-actions.ts';
import { rolesAnywherePartialScope } from './roles-anywhere-partial-scope.ts';
import { rolesAnywhereUnscoped } from './roles-anywhere-unscoped.ts';
import { rootUserOnlyCondition } from './root-user-only-condition.ts';
import { selfTrustAdded } from './self-trust-added.ts';
import { serviceConfusedDeputy } from './service-confused-deputy.ts';
import { serviceOrgGuardInvalid } from './service-org-guard-invalid.ts';
import { servicePrincipalRegionalVariant } from './service-principal-regional-variant.ts';
import { servicePrincipalUnknown } from './service-principal-unknown.ts';
import { serviceSourceAccountForeign } from './service-source-account-foreign.ts';
import { serviceSourceGuardRemoved } from './service-source-guard-removed.ts';
import { serviceSourceIfexists } from './service-source-ifexists.ts';
import { serviceSourceWildcard } from './service-source-wildcard.ts';
import { sessionPrincipalDeadOrBrittle } from './session-principal-dead-or-brittle.ts';
import { sourceGuardOnNonService } from './source-guard-on-non-service.ts';
import { ssoRoleSuffixWildcard } from './sso-role-suffix-wildcard.ts';
import { thirdPartyMissingExternalId } from './third-party-missing-external-id.ts';
import { usernameVariableCrossAccount } from './username-variable-cross-account.ts';

export const riskRules: readonly RiskRule[] = [
  actorGrantsSelf,
  computeServiceAdded,
  conditionLiteralWildcard,
  conditionPrivateSourceIp,
  conditionRemovedWidens,
  conditionUnknownKey,
  externalAccountKnownAdded,
  externalAccountRootDelegation,
  externalAccountUnknownAdded,
  externalIdGuardRemoved,
  externalIdIfexists,
  externalIdOnUnsupportedCaller,
  externalIdShared,
  externalIdWeak,
  externalIdWildcard,
  externalIdWithinOrg,
  federatedUserPrincipalDead,
  homeAccountRootDelegation,
  iamUserTrusted,
  mfaAgeExcessive,
  mfaBoolifexistsAllow,
  mfaDenyBoolOnly,
  mfaGuardRemoved,
  mfaNullCheck,
  mfaOnNonhuman,
  mixedHumanAndServiceTrust,
  notprincipalPresent,
  orgAccountAdded,
  orgGuardRemoved,
  orgIdWildcard,
  orgPathsMissingSetOperator,
  orgPathsSiblingPrefix,
  orgPathsWithoutOrgId,
  orphanedPrincipalId,
  partitionMismatch,
  podIdentityMissingTagsession,
  podIdentityUnscoped,
  principalArnConditionNameReuse,
  principalArnStringWildcardCrossesColon,
  principalPathWildcard,
  principalReattachedAfterRecreate,
  principalTagTrustCrossAccount,
  publicPrincipalArnAnyAccount,
  publicPrincipalCallerControlledGuard,
  publicPrincipalExternalIdOnly,
  publicPrincipalForeignOrg,
  publicPrincipalIpOnly,
  publicPrincipalNegatedOnly,
  publicPrincipalOrgWide,
  publicPrincipalUnconditional,
  redundantSessionWithRole,
  requestTagAsAuthorization,
  rolesAnywhereMissingActions,
  rolesAnywherePartialScope,
  rolesAnywhereUnscoped,
  rootUserOnlyCondition,
  selfTrustAdded,
  serviceConfusedDeputy,
  serviceOrgGuardInvalid,
  servicePrincipalRegionalVariant,
  servicePrincipalUnknown,
  serviceSourceAccountForeign,
  serviceSourceGuardRemoved,
  serviceSourceIfexists,
  serviceSourceWildcard,
  sessionPrincipalDeadOrBrittle,
  sourceGuardOnNonService,
  ssoRoleSuffixWildcard,
  thirdPartyMissingExternalId,
  usernameVariableCrossAccount,
];

const byId: ReadonlyMap<string, RiskRule> = new Map(riskRules.map((rule) => [rule.id, rule]));

/** @returns the rule of an id; `undefined` where there is none. */
export function riskRuleById(id: string): RiskRule | undefined {
  return byId.get(id);
}
