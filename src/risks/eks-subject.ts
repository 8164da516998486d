/** Which pods get in? Subjects of Kubernetes are `system:serviceaccount:NAMESPACE:SERVICE_ACCOUNT` (EKS User Guide, IRSA). */
import { isEks } from './oidc-issuers.ts';
import { hasWildcard, type OidcTrust, oidcTrusts, unforeseen } from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';
import { strange, subjectGetsIn, subjectsAsked } from './subject-segments.ts';

const prefix = 'system:serviceaccount:';

/** Names in Kubernetes have no colon. */
const malformed = ['*:*:*:*:*'];

/** @returns the trusts in clusters: of EKS, and others that their subjects give away. */
export function clusterTrusts(context: RiskContext): readonly OidcTrust[] {
  return oidcTrusts(context).filter((trust) => isCluster(trust));
}

export function isCluster(trust: OidcTrust): boolean {
  return isEks(trust.url) || subjectsAsked(trust).some(({ text }) => text.startsWith(prefix));
}

/** @returns namespace and service account of a value; `undefined` where it is no subject of Kubernetes. */
export function podOf(text: string): { readonly namespace: string; readonly account: string | undefined } | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const [namespace, account] = text.slice(prefix.length).split(':');
  return namespace === undefined ? undefined : { namespace, account };
}

/** @returns whether pods of a namespace that the policy does not mean get in. */
export function otherNamespaceGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const names = subjectsAsked(trust).flatMap(({ text, pattern }) => {
    const namespace = podOf(text)?.namespace;
    return pattern && namespace !== undefined && /[^*?]/.test(namespace) && hasWildcard(namespace)
      ? [unforeseen(namespace)]
      : [];
  });
  return subjectGetsIn(
    context,
    trust,
    [strange, ...names].map((name) => `${prefix}${name}:*`),
    malformed,
  );
}

/** @returns whether pods of a service account that the policy does not mean get in. */
export function otherServiceAccountGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const names = subjectsAsked(trust).flatMap(({ text, pattern }) => {
    const account = podOf(text)?.account;
    return pattern && account !== undefined && /[^*?]/.test(account) && hasWildcard(account)
      ? [unforeseen(account)]
      : [];
  });
  return subjectGetsIn(
    context,
    trust,
    [strange, ...names].map((name) => `${prefix}*:${name}`),
    malformed,
  );
}
