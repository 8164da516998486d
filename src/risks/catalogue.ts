/** Every risk rule, in the order of their ids. */
import { actionNotactionAllow } from './action-notaction-allow.ts';
import { actionUnsupported } from './action-unsupported.ts';
import { actionWildcard } from './action-wildcard.ts';
import { actorGrantsSelf } from './actor-grants-self.ts';
import { allowLostForRequiredPrincipal } from './allow-lost-for-required-principal.ts';
import { bitbucketSubMissing } from './bitbucket-sub-missing.ts';
import { buildkitePipelineUnpinned } from './buildkite-pipeline-unpinned.ts';
import { circleciProjectUnpinned } from './circleci-project-unpinned.ts';
import { cognitoAmrForallvalues } from './cognito-amr-forallvalues.ts';
import { cognitoAmrMissing } from './cognito-amr-missing.ts';
import { cognitoAudMissing } from './cognito-aud-missing.ts';
import { cognitoUnauthenticatedAllowed } from './cognito-unauthenticated-allowed.ts';
import { computeServiceAdded } from './compute-service-added.ts';
import { conditionCallerControlledKey } from './condition-caller-controlled-key.ts';
import { conditionDatePast } from './condition-date-past.ts';
import { conditionDuplicateKeyCase } from './condition-duplicate-key-case.ts';
import { conditionExpiryRemoved } from './condition-expiry-removed.ts';
import { conditionIpAny } from './condition-ip-any.ts';
import { conditionKeyUnsupportedBySts } from './condition-key-unsupported-by-sts.ts';
import { conditionLiteralWildcard } from './condition-literal-wildcard.ts';
import { conditionLoosened } from './condition-loosened.ts';
import { conditionMultivalueNoSetOperator } from './condition-multivalue-no-set-operator.ts';
import { conditionMutuallyExclusive } from './condition-mutually-exclusive.ts';
import { conditionNegatedMissingKey } from './condition-negated-missing-key.ts';
import { conditionNeverTrue } from './condition-never-true.ts';
import { conditionPrivateSourceIp } from './condition-private-source-ip.ts';
import { conditionRemovedWidens } from './condition-removed-widens.ts';
import { conditionSetOperatorOnSingle } from './condition-set-operator-on-single.ts';
import { conditionTagKeyMissing } from './condition-tag-key-missing.ts';
import { conditionTypeMismatch } from './condition-type-mismatch.ts';
import { conditionUnknownKey } from './condition-unknown-key.ts';
import { conditionVacuousForallvalues } from './condition-vacuous-forallvalues.ts';
import { conditionVacuousIfexists } from './condition-vacuous-ifexists.ts';
import { conditionVariableIn2008 } from './condition-variable-in-2008.ts';
import { conditionVpcSourceIpAlone } from './condition-vpc-source-ip-alone.ts';
import { denyIneffective } from './deny-ineffective.ts';
import { denyLocksOutEveryone } from './deny-locks-out-everyone.ts';
import { denyRemoved } from './deny-removed.ts';
import { eksClusterReplaced } from './eks-cluster-replaced.ts';
import { eksIrsaAudMissing } from './eks-irsa-aud-missing.ts';
import { eksIrsaDefaultSa } from './eks-irsa-default-sa.ts';
import { eksIrsaSubMissing } from './eks-irsa-sub-missing.ts';
import { eksIrsaSubWildcard } from './eks-irsa-sub-wildcard.ts';
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
import { githubActorOnly } from './github-actor-only.ts';
import { githubBranchWildcard } from './github-branch-wildcard.ts';
import { githubCaseMismatch } from './github-case-mismatch.ts';
import { githubEnvironmentUnverified } from './github-environment-unverified.ts';
import { githubImmutableSubMismatch } from './github-immutable-sub-mismatch.ts';
import { githubImmutableWildcardId } from './github-immutable-wildcard-id.ts';
import { githubJobWorkflowAnyRef } from './github-job-workflow-any-ref.ts';
import { githubMutableIdentity } from './github-mutable-identity.ts';
import { githubRefWithoutRepo } from './github-ref-without-repo.ts';
import { githubSubAnyOrg } from './github-sub-any-org.ts';
import { githubSubAnyRef } from './github-sub-any-ref.ts';
import { githubSubOrgWide } from './github-sub-org-wide.ts';
import { githubSubPullRequest } from './github-sub-pull-request.ts';
import { githubSubRepoPrefix } from './github-sub-repo-prefix.ts';
import { githubSubTagWildcard } from './github-sub-tag-wildcard.ts';
import { gitlabAnyRef } from './gitlab-any-ref.ts';
import { gitlabSubGroupWide } from './gitlab-sub-group-wide.ts';
import { googleAudAzpConfusion } from './google-aud-azp-confusion.ts';
import { googleSubMissing } from './google-sub-missing.ts';
import { homeAccountRootDelegation } from './home-account-root-delegation.ts';
import { iamUserTrusted } from './iam-user-trusted.ts';
import { maxSessionDurationRaised } from './max-session-duration-raised.ts';
import { mfaAgeExcessive } from './mfa-age-excessive.ts';
import { mfaBoolifexistsAllow } from './mfa-boolifexists-allow.ts';
import { mfaDenyBoolOnly } from './mfa-deny-bool-only.ts';
import { mfaGuardRemoved } from './mfa-guard-removed.ts';
import { mfaNullCheck } from './mfa-null-check.ts';
import { mfaOnNonhuman } from './mfa-on-nonhuman.ts';
import { mixedHumanAndServiceTrust } from './mixed-human-and-service-trust.ts';
import { notprincipalPresent } from './notprincipal-present.ts';
import { oidcActionMismatch } from './oidc-action-mismatch.ts';
import { oidcAudienceGeneric } from './oidc-audience-generic.ts';
import { oidcAudienceNotPinned } from './oidc-audience-not-pinned.ts';
import { oidcClaimIfexistsOrForallvalues } from './oidc-claim-ifexists-or-forallvalues.ts';
import { oidcConditionKeyWrongProvider } from './oidc-condition-key-wrong-provider.ts';
import { oidcNoCondition } from './oidc-no-condition.ts';
import { oidcProviderAdded } from './oidc-provider-added.ts';
import { oidcProviderForeignAccount } from './oidc-provider-foreign-account.ts';
import { oidcSharedTenantClaimMissing } from './oidc-shared-tenant-claim-missing.ts';
import { oidcTenantClaimWildcardOnly } from './oidc-tenant-claim-wildcard-only.ts';
import { oidcUnsupportedClaim } from './oidc-unsupported-claim.ts';
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
import { policySizeNearQuota } from './policy-size-near-quota.ts';
import { principalArnConditionNameReuse } from './principal-arn-condition-name-reuse.ts';
import { principalArnStringWildcardCrossesColon } from './principal-arn-string-wildcard-crosses-colon.ts';
import { principalPathWildcard } from './principal-path-wildcard.ts';
import { principalReattachedAfterRecreate } from './principal-reattached-after-recreate.ts';
import { principalTagTrustCrossAccount } from './principal-tag-trust-cross-account.ts';
import { principalWidenedToAccount } from './principal-widened-to-account.ts';
import { publicPrincipalArnAnyAccount } from './public-principal-arn-any-account.ts';
import { publicPrincipalCallerControlledGuard } from './public-principal-caller-controlled-guard.ts';
import { publicPrincipalExternalIdOnly } from './public-principal-external-id-only.ts';
import { publicPrincipalForeignOrg } from './public-principal-foreign-org.ts';
import { publicPrincipalIpOnly } from './public-principal-ip-only.ts';
import { publicPrincipalNegatedOnly } from './public-principal-negated-only.ts';
import { publicPrincipalOrgWide } from './public-principal-org-wide.ts';
import { publicPrincipalUnconditional } from './public-principal-unconditional.ts';
import { pulumiUpboundScalrUnpinned } from './pulumi-upbound-scalr-unpinned.ts';
import { recentlyCreatedAccountTrusted } from './recently-created-account-trusted.ts';
import { redundantSessionWithRole } from './redundant-session-with-role.ts';
import { requestTagAsAuthorization } from './request-tag-as-authorization.ts';
import type { RiskRule } from './risk-rule.ts';
import { rolesAnywhereMissingActions } from './roles-anywhere-missing-actions.ts';
import { rolesAnywherePartialScope } from './roles-anywhere-partial-scope.ts';
import { rolesAnywhereUnscoped } from './roles-anywhere-unscoped.ts';
import { rootUserOnlyCondition } from './root-user-only-condition.ts';
import { samlAudMissing } from './saml-aud-missing.ts';
import { samlAudWrongPartition } from './saml-aud-wrong-partition.ts';
import { samlListKeyWithoutSetOperator } from './saml-list-key-without-set-operator.ts';
import { samlProviderAdded } from './saml-provider-added.ts';
import { samlTransientSubPinned } from './saml-transient-sub-pinned.ts';
import { samlUserUnrestricted } from './saml-user-unrestricted.ts';
import { selfTrustAdded } from './self-trust-added.ts';
import { serviceConfusedDeputy } from './service-confused-deputy.ts';
import { serviceOrgGuardInvalid } from './service-org-guard-invalid.ts';
import { servicePrincipalRegionalVariant } from './service-principal-regional-variant.ts';
import { servicePrincipalUnknown } from './service-principal-unknown.ts';
import { serviceSourceAccountForeign } from './service-source-account-foreign.ts';
import { serviceSourceGuardRemoved } from './service-source-guard-removed.ts';
import { serviceSourceIfexists } from './service-source-ifexists.ts';
import { serviceSourceWildcard } from './service-source-wildcard.ts';
import { sessionNameControlRemoved } from './session-name-control-removed.ts';
import { sessionPrincipalDeadOrBrittle } from './session-principal-dead-or-brittle.ts';
import { setcontextUnrestricted } from './setcontext-unrestricted.ts';
import { sidInvalidOrDuplicate } from './sid-invalid-or-duplicate.ts';
import { socialIdpAppIdMissing } from './social-idp-app-id-missing.ts';
import { sourceGuardOnNonService } from './source-guard-on-non-service.ts';
import { sourceIdentityControlRemoved } from './source-identity-control-removed.ts';
import { ssoRoleSuffixWildcard } from './sso-role-suffix-wildcard.ts';
import { statementRedundant } from './statement-redundant.ts';
import { tagsessionUnrestricted } from './tagsession-unrestricted.ts';
import { terraformPlanPhaseWrite } from './terraform-plan-phase-write.ts';
import { terraformSubBroad } from './terraform-sub-broad.ts';
import { thirdPartyMissingExternalId } from './third-party-missing-external-id.ts';
import { tighteningWithoutSessionRevocation } from './tightening-without-session-revocation.ts';
import { transitiveTagsUnrestricted } from './transitive-tags-unrestricted.ts';
import { trustChangedByUnusualActor } from './trust-changed-by-unusual-actor.ts';
import { trustChangedOutsidePipeline } from './trust-changed-outside-pipeline.ts';
import { usernameVariableCrossAccount } from './username-variable-cross-account.ts';
import { vercelEnvironmentUnpinned } from './vercel-environment-unpinned.ts';
import { versionMissing } from './version-missing.ts';

export const riskRules: readonly RiskRule[] = [
  actionNotactionAllow,
  actionUnsupported,
  actionWildcard,
  actorGrantsSelf,
  allowLostForRequiredPrincipal,
  bitbucketSubMissing,
  buildkitePipelineUnpinned,
  circleciProjectUnpinned,
  cognitoAmrForallvalues,
  cognitoAmrMissing,
  cognitoAudMissing,
  cognitoUnauthenticatedAllowed,
  computeServiceAdded,
  conditionCallerControlledKey,
  conditionDatePast,
  conditionDuplicateKeyCase,
  conditionExpiryRemoved,
  conditionIpAny,
  conditionKeyUnsupportedBySts,
  conditionLiteralWildcard,
  conditionLoosened,
  conditionMultivalueNoSetOperator,
  conditionMutuallyExclusive,
  conditionNegatedMissingKey,
  conditionNeverTrue,
  conditionPrivateSourceIp,
  conditionRemovedWidens,
  conditionSetOperatorOnSingle,
  conditionTagKeyMissing,
  conditionTypeMismatch,
  conditionUnknownKey,
  conditionVacuousForallvalues,
  conditionVacuousIfexists,
  conditionVariableIn2008,
  conditionVpcSourceIpAlone,
  denyIneffective,
  denyLocksOutEveryone,
  denyRemoved,
  eksClusterReplaced,
  eksIrsaAudMissing,
  eksIrsaDefaultSa,
  eksIrsaSubMissing,
  eksIrsaSubWildcard,
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
  githubActorOnly,
  githubBranchWildcard,
  githubCaseMismatch,
  githubEnvironmentUnverified,
  githubImmutableSubMismatch,
  githubImmutableWildcardId,
  githubJobWorkflowAnyRef,
  githubMutableIdentity,
  githubRefWithoutRepo,
  githubSubAnyOrg,
  githubSubAnyRef,
  githubSubOrgWide,
  githubSubPullRequest,
  githubSubRepoPrefix,
  githubSubTagWildcard,
  gitlabAnyRef,
  gitlabSubGroupWide,
  googleAudAzpConfusion,
  googleSubMissing,
  homeAccountRootDelegation,
  iamUserTrusted,
  maxSessionDurationRaised,
  mfaAgeExcessive,
  mfaBoolifexistsAllow,
  mfaDenyBoolOnly,
  mfaGuardRemoved,
  mfaNullCheck,
  mfaOnNonhuman,
  mixedHumanAndServiceTrust,
  notprincipalPresent,
  oidcActionMismatch,
  oidcAudienceGeneric,
  oidcAudienceNotPinned,
  oidcClaimIfexistsOrForallvalues,
  oidcConditionKeyWrongProvider,
  oidcNoCondition,
  oidcProviderAdded,
  oidcProviderForeignAccount,
  oidcSharedTenantClaimMissing,
  oidcTenantClaimWildcardOnly,
  oidcUnsupportedClaim,
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
  policySizeNearQuota,
  principalArnConditionNameReuse,
  principalArnStringWildcardCrossesColon,
  principalPathWildcard,
  principalReattachedAfterRecreate,
  principalTagTrustCrossAccount,
  principalWidenedToAccount,
  publicPrincipalArnAnyAccount,
  publicPrincipalCallerControlledGuard,
  publicPrincipalExternalIdOnly,
  publicPrincipalForeignOrg,
  publicPrincipalIpOnly,
  publicPrincipalNegatedOnly,
  publicPrincipalOrgWide,
  publicPrincipalUnconditional,
  pulumiUpboundScalrUnpinned,
  recentlyCreatedAccountTrusted,
  redundantSessionWithRole,
  requestTagAsAuthorization,
  rolesAnywhereMissingActions,
  rolesAnywherePartialScope,
  rolesAnywhereUnscoped,
  rootUserOnlyCondition,
  samlAudMissing,
  samlAudWrongPartition,
  samlListKeyWithoutSetOperator,
  samlProviderAdded,
  samlTransientSubPinned,
  samlUserUnrestricted,
  selfTrustAdded,
  serviceConfusedDeputy,
  serviceOrgGuardInvalid,
  servicePrincipalRegionalVariant,
  servicePrincipalUnknown,
  serviceSourceAccountForeign,
  serviceSourceGuardRemoved,
  serviceSourceIfexists,
  serviceSourceWildcard,
  sessionNameControlRemoved,
  sessionPrincipalDeadOrBrittle,
  setcontextUnrestricted,
  sidInvalidOrDuplicate,
  socialIdpAppIdMissing,
  sourceGuardOnNonService,
  sourceIdentityControlRemoved,
  ssoRoleSuffixWildcard,
  statementRedundant,
  tagsessionUnrestricted,
  terraformPlanPhaseWrite,
  terraformSubBroad,
  thirdPartyMissingExternalId,
  tighteningWithoutSessionRevocation,
  transitiveTagsUnrestricted,
  trustChangedByUnusualActor,
  trustChangedOutsidePipeline,
  usernameVariableCrossAccount,
  vercelEnvironmentUnpinned,
  versionMissing,
];

const byId: ReadonlyMap<string, RiskRule> = new Map(riskRules.map((rule) => [rule.id, rule]));

/** @returns the rule of an id; `undefined` where there is none. */
export function riskRuleById(id: string): RiskRule | undefined {
  return byId.get(id);
}
