/** Is the role given to the service account that every pod has unless it asks for another? */
import { clusterTrusts, podOf } from './eks-subject.ts';
import { policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { defineRiskRule } from './risk-rule.ts';
import { subjectGetsIn, subjectsAsked } from './subject-segments.ts';

const url = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE1234567890';
const aud = { aud: 'sts.amazonaws.com' };

export const eksIrsaDefaultSa = defineRiskRule({
  id: 'eks-irsa-default-sa',
  title: 'The default service account can assume the role',
  severity: 'low',
  about: 'state',
  why: 'Every pod that names no service account runs as `default`. All of them in that namespace can assume the role, also those that have nothing to do with it.',
  remedy: 'Give the workload a service account of its own and name that.',
  references: ['Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts"'],
  folds: ['oidc-audience-generic'],
  fires: [
    {
      name: 'of one namespace',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:shop:default' } })),
    },
    {
      name: 'of the default namespace',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:default:default' } })),
    },
    {
      name: 'beside another',
      policy: policyOf(
        oidc(url, {
          StringEquals: { ...aud, sub: ['system:serviceaccount:shop:api', 'system:serviceaccount:shop:default'] },
        }),
      ),
    },
  ],
  silent: [
    {
      name: 'a service account of its own',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:shop:api' } })),
    },
    {
      name: 'in the default namespace',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:default:api' } })),
    },
    {
      name: 'a name that begins alike',
      policy: policyOf(oidc(url, { StringEquals: { ...aud, sub: 'system:serviceaccount:shop:default-api' } })),
    },
  ],
  check: (context) =>
    clusterTrusts(context).flatMap((trust) =>
      subjectsAsked(trust)
        .filter(({ text }) => podOf(text)?.account === 'default' && subjectGetsIn(context, trust, [text]))
        .map(({ text, pointer }) => ({
          pointer,
          statement: trust.statement.index,
          message: `Every pod of the namespace that names no service account can assume this role: \`${text}\`.`,
        })),
    ),
});
