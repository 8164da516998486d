/** Can every pod of the cluster assume the role? */
import { clusterTrusts } from './eks-subject.ts';
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { isEks } from './oidc-issuers.ts';
import { claimGuards } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const url = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE1234567890';
const aud = { aud: 'sts.amazonaws.com' };
const sub = { sub: 'system:serviceaccount:shop:api' };

export const eksIrsaSubMissing = defineRiskRule({
  id: 'eks-irsa-sub-missing',
  title: 'Every pod of the cluster can assume the role',
  severity: 'high',
  about: 'state',
  why: 'The cluster’s issuer vouches for every service account in it. Without a condition on `sub`, any pod, of whatever namespace, assumes the role.',
  remedy: 'Require the service account in `sub`: `system:serviceaccount:NAMESPACE:SERVICE_ACCOUNT`.',
  references: ['Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts"'],
  folds: ['oidc-no-condition', 'oidc-audience-not-pinned', 'oidc-audience-generic', 'eks-irsa-aud-missing'],
  fires: [
    { name: 'the audience alone', policy: policyOf(oidc(url, { StringEquals: aud })) },
    { name: 'any subject', policy: policyOf(oidc(url, { StringEquals: aud, StringLike: { sub: '*' } })) },
    { name: 'no condition', policy: policyOf(oidc(url)) },
    { name: 'all but one', policy: policyOf(oidc(url, { StringEquals: aud, StringNotEquals: sub })) },
  ],
  silent: [
    { name: 'one service account', policy: policyOf(oidc(url, { StringEquals: { ...aud, ...sub } })) },
    {
      name: 'any of one namespace, which has a rule of its own',
      policy: policyOf(oidc(url, { StringLike: { sub: 'system:serviceaccount:shop:*' } })),
    },
    {
      name: 'a Deny asks for the service account',
      policy: policyOf(oidc(url, { StringEquals: aud }), oidcDeny(url, { StringNotEquals: sub })),
    },
  ],
  check: (context) =>
    clusterTrusts(context).flatMap((trust) =>
      !isEks(trust.url) || claimGuards(context, trust, 'sub')
        ? []
        : [
            {
              pointer: trust.entry.pointer,
              statement: trust.statement.index,
              message: 'Every pod of the cluster can assume this role; no service account is asked for.',
            },
          ],
    ),
});
