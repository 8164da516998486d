/** Does EKS Pod Identity lack one of the two actions that it needs? */
import { addActions } from './add-actions.ts';
import { allow, policyOf } from './example-policies.ts';
import { entryOf, missingActions } from './granted-actions.ts';
import { defineRiskRule } from './risk-rule.ts';

const service = 'pods.eks.amazonaws.com';
const needed = ['sts:AssumeRole', 'sts:TagSession'] as const;
const pods = { Service: service };
const namespace = {
  StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'prod', 'aws:SourceAccount': '111122223333' },
};

export const podIdentityMissingTagsession = defineRiskRule({
  id: 'pod-identity-missing-tagsession',
  title: 'EKS Pod Identity lacks an action it needs',
  severity: 'medium',
  about: 'state',
  why: 'EKS Pod Identity assumes the role and tags the session in one call. Where either `sts:AssumeRole` or `sts:TagSession` is missing, the pods get no credentials.',
  remedy: 'Allow both `sts:AssumeRole` and `sts:TagSession`.',
  references: ['Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"'],
  fires: [
    { name: 'no tags', policy: policyOf(allow(pods, namespace)) },
    { name: 'tags only', policy: policyOf(allow(pods, namespace, 'sts:TagSession')) },
    {
      name: 'the tags are allowed to another service',
      policy: policyOf(allow(pods, namespace), allow({ Service: 'ec2.amazonaws.com' }, undefined, 'sts:TagSession')),
    },
  ],
  silent: [
    { name: 'both', policy: policyOf(allow(pods, namespace, needed)) },
    {
      name: 'in two statements',
      policy: policyOf(allow(pods, namespace), allow(pods, undefined, 'sts:TagSession')),
    },
    { name: 'by a wildcard', policy: policyOf(allow(pods, namespace, 'sts:*')) },
    { name: 'a service that needs no tags', policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })) },
  ],
  check: ({ allows }) => {
    const missing = missingActions(allows, service, needed);
    const statement = allows.find((one) => entryOf(one, service) !== undefined);
    if (missing.length === 0 || statement === undefined) return [];
    return [
      {
        pointer: statement.actions.pointer,
        statement: statement.index,
        message: `EKS Pod Identity cannot use this role: ${missing.map((action) => `\`${action}\``).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not allowed to it.`,
      },
    ];
  },
  fix: (context, hit) =>
    addActions(
      context,
      hit,
      service,
      missingActions(context.allows, service, needed),
      'EKS Pod Identity under the conditions of the statement',
    ),
});
