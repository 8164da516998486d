/** Does the check of the service account let other pods of the cluster pass? */
import { isCluster, otherNamespaceGetsIn, otherServiceAccountGetsIn } from './eks-subject.ts';
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { claimGuards, hasWildcard, namedProviders, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import { subjectsAsked, widestSubject } from './subject-segments.ts';

const url = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE1234567890';
const aud = { aud: 'sts.amazonaws.com' };
const like = (sub: string | readonly string[]) => oidc(url, { StringEquals: aud, StringLike: { sub } });

export const eksIrsaSubWildcard = defineRiskRule({
  id: 'eks-irsa-sub-wildcard',
  title: 'Other service accounts of the cluster can assume the role',
  severity: 'high',
  about: 'state',
  why: 'Whoever may create a service account that fits the pattern, in their own namespace where the namespace is left open, runs a pod that assumes the role.',
  remedy: 'Write the namespace and the service account out, with `StringEquals`.',
  references: ['Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts"'],
  folds: ['oidc-audience-generic', 'condition-literal-wildcard', 'condition-never-true'],
  fires: [
    { name: 'any namespace', policy: policyOf(like('system:serviceaccount:*:api')), severity: 'high' },
    { name: 'everything', policy: policyOf(like('system:serviceaccount:*')), severity: 'high' },
    {
      name: 'namespaces that begin alike',
      policy: policyOf(like('system:serviceaccount:shop*:api')),
      severity: 'high',
    },
    {
      name: 'any service account of one namespace',
      policy: policyOf(like('system:serviceaccount:shop:*')),
      severity: 'medium',
    },
    {
      name: 'a star that is a plain character, so that nobody gets in',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:shop:*' } })),
      severity: 'medium',
    },
    {
      name: 'a cluster that is not of EKS',
      policy: policyOf(
        oidc('s3.eu-west-1.amazonaws.com/cluster-keys', { StringLike: { sub: 'system:serviceaccount:*:api' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'one service account',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:shop:api' } })),
    },
    {
      name: 'two service accounts, under StringLike',
      policy: policyOf(like(['system:serviceaccount:shop:api', 'system:serviceaccount:shop:web'])),
    },
    {
      name: 'a Deny keeps out all but one',
      policy: policyOf(
        like('system:serviceaccount:shop:*'),
        oidcDeny(url, { StringNotEquals: { sub: 'system:serviceaccount:shop:api' } }),
      ),
    },
    { name: 'no condition at all, which has a rule of its own', policy: policyOf(oidc(url, { StringEquals: aud })) },
  ],
  check: (context) => {
    const open = oidcTrusts(context).flatMap((trust) => {
      const value = widestSubject(trust);
      if (!isCluster(trust) || value === undefined || !claimGuards(context, trust, 'sub')) return [];
      const namespace = otherNamespaceGetsIn(context, trust);
      if (!namespace && !otherServiceAccountGetsIn(context, trust)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: namespace ? ('high' as const) : ('medium' as const),
          message: namespace
            ? `Pods of other namespaces can assume this role: \`${value.text}\` fits them.`
            : `Pods of other service accounts can assume this role: \`${value.text}\` fits them.`,
        },
      ];
    });
    const literal = namedProviders(context).flatMap((trust) =>
      subjectsAsked(trust)
        .filter(({ text, pattern }) => !pattern && hasWildcard(text) && isCluster(trust))
        .map((value) => ({
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: 'medium' as const,
          message: `\`${value.text}\` fits no service account: under this operator \`*\` is a plain character.`,
        })),
    );
    return [...open, ...literal];
  },
});
