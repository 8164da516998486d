/** Did the change put another EKS cluster in the place of one? */
import { policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { isEks } from './oidc-issuers.ts';
import { namedProviders, oidcTrusts, providerUrl } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const claims = { StringEquals: { aud: 'sts.amazonaws.com', sub: 'system:serviceaccount:shop:api' } };
const old = oidc('oidc.eks.eu-west-1.amazonaws.com/id/OLD1234567890', claims);
const young = oidc('oidc.eks.eu-west-1.amazonaws.com/id/NEW1234567890', claims);

export const eksClusterReplaced = defineRiskRule({
  id: 'eks-cluster-replaced',
  title: 'Another EKS cluster is trusted than before',
  severity: 'info',
  about: 'change',
  why: 'A role that follows a workload to a new cluster gets the new cluster’s issuer. What is left of the old one trusts nobody once the cluster is gone, or somebody who should be gone.',
  remedy: 'Check that the new cluster is ours, and take the old issuer out when its cluster goes.',
  references: ['Amazon EKS User Guide, "Create an IAM OIDC provider for your cluster"'],
  fires: [
    { name: 'the new in place of the old', previous: policyOf(old), policy: policyOf(young) },
    { name: 'the new beside the old', previous: policyOf(old), policy: policyOf(old, young) },
    {
      name: 'in one statement among others',
      previous: policyOf(
        old,
        oidc('gitlab.com', { StringEquals: { sub: 'project_path:a/b:ref_type:branch:ref:main' } }),
      ),
      policy: policyOf(
        young,
        oidc('gitlab.com', { StringEquals: { sub: 'project_path:a/b:ref_type:branch:ref:main' } }),
      ),
    },
  ],
  silent: [
    { name: 'the same cluster', previous: policyOf(old), policy: policyOf(old) },
    {
      name: 'the first cluster',
      previous: policyOf(oidc('gitlab.com', { StringEquals: { sub: 'project_path:a/b:ref_type:branch:ref:main' } })),
      policy: policyOf(young),
    },
    { name: 'the old cluster goes', previous: policyOf(old, young), policy: policyOf(young) },
  ],
  check: (context) => {
    const before = (context.previous?.statements ?? [])
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ principal }) => principal.entries)
      .map((entry) => providerUrl(entry))
      .filter((url) => url !== undefined && isEks(url));
    if (before.length === 0) return [];
    const left = namedProviders(context).find(({ url }) => before.includes(url));
    return oidcTrusts(context)
      .filter(({ url }) => isEks(url) && !before.includes(url))
      .map(({ entry, statement, url }) => ({
        pointer: entry.pointer,
        statement: statement.index,
        message: `The EKS cluster \`${url}\` is newly trusted${left === undefined ? ' in place of another' : `, beside \`${left.url}\``}.`,
      }));
  },
});
