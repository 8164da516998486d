/** Can any pod association of the account use the role? */
import { allow, deny, policyOf } from './example-policies.ts';
import { coversAction, entryOf } from './granted-actions.ts';
import { defineRiskRule } from './risk-rule.ts';
import { sourceKeys } from './service-callers.ts';

const service = 'pods.eks.amazonaws.com';
const pods = { Service: service };
const both = ['sts:AssumeRole', 'sts:TagSession'] as const;

export const podIdentityUnscoped = defineRiskRule({
  id: 'pod-identity-unscoped',
  title: 'Pods of every cluster of the account can be given the role',
  severity: 'medium',
  about: 'state',
  why: 'Whoever may create a Pod Identity association in any cluster of the account, for any namespace, can hand this role to a pod. The trust policy does not say which cluster or workload it is for.',
  remedy:
    'Add `aws:SourceArn` with the ARN of the cluster, and `aws:RequestTag/kubernetes-namespace` and `aws:RequestTag/kubernetes-service-account` for the workload.',
  references: ['Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"'],
  fires: [
    { name: 'as the console writes it', policy: policyOf(allow(pods, undefined, both)) },
    {
      name: 'the namespace is optional',
      policy: policyOf(allow(pods, { StringEqualsIfExists: { 'aws:RequestTag/kubernetes-namespace': 'prod' } }, both)),
    },
    {
      name: 'any namespace',
      policy: policyOf(allow(pods, { StringLike: { 'aws:RequestTag/kubernetes-namespace': '*' } }, both)),
    },
    {
      name: 'beside a statement that is scoped',
      policy: policyOf(
        allow(pods, { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'prod' } }, both),
        allow(pods, undefined, both),
      ),
    },
  ],
  silent: [
    {
      name: 'a namespace and a service account',
      policy: policyOf(
        allow(
          pods,
          {
            StringEquals: {
              'aws:RequestTag/kubernetes-namespace': 'prod',
              'aws:RequestTag/kubernetes-service-account': 'api',
            },
          },
          both,
        ),
      ),
    },
    {
      name: 'one cluster',
      policy: policyOf(
        allow(
          pods,
          {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:cluster/main' },
          },
          both,
        ),
      ),
    },
    {
      name: 'the cluster by its tag',
      policy: policyOf(allow(pods, { StringEquals: { 'aws:RequestTag/eks-cluster-name': 'main' } }, both)),
    },
    {
      name: 'a Deny holds it to a cluster',
      policy: policyOf(
        allow(pods, undefined, both),
        deny(pods, { StringNotEquals: { 'aws:RequestTag/eks-cluster-name': 'main' } }),
      ),
    },
    { name: 'the node role of EC2', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const entry = entryOf(statement, service);
      if (entry === undefined || !coversAction(statement, 'sts:AssumeRole') || !context.alive(statement)) return [];
      const only = (other: typeof entry) => other === entry;
      const tags = context.keysFor(statement).filter((key) => /^aws:requesttag\/(kubernetes-|eks-cluster-)/.test(key));
      if ([...sourceKeys, ...tags].some((key) => context.guardedFor(statement, key, only))) return [];
      return [
        {
          pointer: entry.pointer,
          statement: statement.index,
          message: 'Pods of any namespace of any cluster of the account can be given this role.',
        },
      ];
    }),
});
