/** May a caller give its session any tags it likes? */
import { setMember } from '../policy/document/edit.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { letsAnyTagPass, tagsThatDecide } from './passed-tags.ts';
import { defineRiskRule } from './risk-rule.ts';

const ci = { AWS: 'arn:aws:iam::111122223333:role/ci' };
const tagging = ['sts:AssumeRole', 'sts:TagSession'];

export const tagsessionUnrestricted = defineRiskRule({
  id: 'tagsession-unrestricted',
  title: 'Callers may pass any session tags',
  severity: 'medium',
  about: 'state',
  why: 'Session tags become `aws:PrincipalTag/…` of the session. Where policies decide by tags, whoever assumes the role picks its own rights by the tags it passes.',
  remedy:
    'Limit the keys with `"ForAllValues:StringEquals": {"aws:TagKeys": […]}` and the values with `aws:RequestTag/KEY`; or leave `sts:TagSession` out if nobody passes tags.',
  references: ['IAM User Guide, "Pass session tags in AWS STS"'],
  folds: ['transitive-tags-unrestricted'],
  notCovered:
    'Tags that a service or an identity provider sets, as those of EKS Pod Identity, IAM Roles Anywhere, SAML assertions and OIDC tokens: the caller does not choose them.',
  fires: [
    { name: 'a role', policy: policyOf(allow(ci, undefined, tagging)), severity: 'medium' },
    {
      name: 'in a statement of its own',
      policy: policyOf(
        allow(ci),
        allow({ AWS: '111122223333' }, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }, tagging),
      ),
    },
    {
      name: 'another condition, none on tags',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } }, tagging),
      ),
    },
    {
      name: 'policies of the role decide by tags',
      policy: policyOf(allow(ci, undefined, tagging)),
      more: {
        policyDocuments: [
          {
            Statement: {
              Effect: 'Allow',
              Action: 's3:GetObject',
              Resource: '*',
              Condition: { StringEquals: { 's3:ExistingObjectTag/team': '${aws:PrincipalTag/team}' } },
            },
          },
        ],
      },
      severity: 'high',
    },
    {
      name: 'a limit that only counts where the tag is passed',
      policy: policyOf(allow(ci, { StringEqualsIfExists: { 'aws:RequestTag/team': 'ci' } }, tagging)),
    },
  ],
  silent: [
    {
      name: 'the keys are limited',
      policy: policyOf(allow(ci, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }, tagging)),
    },
    {
      name: 'a tag has to have a certain value',
      policy: policyOf(allow(ci, { StringEquals: { 'aws:RequestTag/team': 'ci' } }, tagging)),
    },
    {
      name: 'a Deny limits the keys',
      policy: policyOf(
        allow(ci, undefined, tagging),
        deny({ AWS: '*' }, { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['team'] } }, 'sts:TagSession'),
      ),
    },
    { name: 'EKS Pod Identity', policy: policyOf(allow({ Service: 'pods.eks.amazonaws.com' }, undefined, tagging)) },
    {
      name: 'IAM Roles Anywhere',
      policy: policyOf(
        allow(
          { Service: 'rolesanywhere.amazonaws.com' },
          { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'db-1' } },
          [...tagging, 'sts:SetSourceIdentity'],
        ),
      ),
    },
    {
      name: 'IAM Identity Center',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE' },
          { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
          ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
        ),
      ),
    },
    {
      name: 'a token that brings tags',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:oidc-provider/gitlab.acme.example' },
          { StringEquals: { 'gitlab.acme.example:sub': 'project_path:acme/app:ref_type:branch:ref:main' } },
          ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        ),
      ),
    },
    { name: 'no tags at all', policy: policyOf(allow(ci)) },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      if (!letsAnyTagPass(context, statement)) return [];
      const pattern = statement.actions.patterns.find(({ text }) => /^sts:tagsession$/i.test(text));
      const known = tagsThatDecide(context.question).length > 0;
      return [
        {
          pointer: pattern?.pointer ?? statement.actions.pointer,
          statement: statement.index,
          ...(known ? { severity: 'high' as const } : {}),
          message: `Callers may pass session tags of any key and value${known ? ', and a policy of the role decides by `aws:PrincipalTag`' : ''}.`,
        },
      ];
    }),
  fix: ({ policy, question }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    // Which tags are needed is known only where a policy of the role asks for them.
    const keys = statement === undefined ? [] : tagsThatDecide(question);
    if (statement === undefined || keys.length === 0) return undefined;
    const block = `${statement.pointer}/Condition`;
    const limit = { 'aws:TagKeys': keys };
    const text =
      policy.placeOf(block) === undefined
        ? setMember(policy, statement.pointer, 'Condition', { 'ForAllValues:StringEquals': limit })
        : policy.placeOf(`${block}/ForAllValues:StringEquals`) === undefined
          ? setMember(policy, block, 'ForAllValues:StringEquals', limit)
          : undefined;
    return text === undefined
      ? undefined
      : { summary: `Limit the session tags to ${keys.map((key) => `\`${key}\``).join(', ')}.`, text };
  },
});
