/** Do tokens of the cluster that were made for others than AWS get in? */
import { addCondition } from './add-condition.ts';
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { isEks } from './oidc-issuers.ts';
import { claimGuards, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const url = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE1234567890';
const sub = { sub: 'system:serviceaccount:shop:api' };

export const eksIrsaAudMissing = defineRiskRule({
  id: 'eks-irsa-aud-missing',
  title: 'The audience of the cluster’s token is not checked',
  severity: 'low',
  about: 'state',
  why: 'A token that the pod got for another service, and handed to it, assumes the role as well, if the provider in IAM accepts its audience.',
  remedy: 'Require `aud` to be `sts.amazonaws.com`.',
  references: ['Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts"'],
  folds: ['oidc-audience-not-pinned'],
  fires: [
    { name: 'the subject alone', policy: policyOf(oidc(url, { StringEquals: sub })) },
    { name: 'any audience', policy: policyOf(oidc(url, { StringEquals: sub, StringLike: { aud: '*' } })) },
    {
      name: 'all audiences but one',
      policy: policyOf(oidc(url, { StringEquals: sub, StringNotEquals: { aud: 'vault' } })),
    },
  ],
  silent: [
    { name: 'with the audience', policy: policyOf(oidc(url, { StringEquals: { ...sub, aud: 'sts.amazonaws.com' } })) },
    {
      name: 'a Deny asks for it',
      policy: policyOf(
        oidc(url, { StringEquals: sub }),
        oidcDeny(url, { StringNotEquals: { aud: 'sts.amazonaws.com' } }),
      ),
    },
    {
      name: 'another issuer',
      policy: policyOf(
        oidc('gitlab.example.com', { StringEquals: { sub: 'project_path:a/b:ref_type:branch:ref:main' } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) =>
      !isEks(trust.url) || claimGuards(context, trust, 'aud')
        ? []
        : [
            {
              pointer: trust.entry.pointer,
              statement: trust.statement.index,
              discriminator: trust.url,
              message: 'Tokens of the cluster that were made for others than AWS can assume this role.',
            },
          ],
    ),
  fix: (context, hit) =>
    hit.discriminator === undefined
      ? undefined
      : addCondition(context, hit.statement, 'StringEquals', `${hit.discriminator}:aud`, 'sts.amazonaws.com'),
});
