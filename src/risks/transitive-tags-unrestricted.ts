/** May a caller make any session tag stick for the roles assumed later? */
import { someoneUsing } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { coversAction } from './granted-actions.ts';
import { isOfAnAccount, passedTagKeys, strangeTag, strangeTransitiveTag } from './passed-tags.ts';
import { defineRiskRule } from './risk-rule.ts';

const ci = { AWS: 'arn:aws:iam::111122223333:role/ci' };
const tagging = ['sts:AssumeRole', 'sts:TagSession'];

export const transitiveTagsUnrestricted = defineRiskRule({
  id: 'transitive-tags-unrestricted',
  title: 'Callers may make any session tag transitive',
  severity: 'low',
  about: 'state',
  why: 'A transitive tag goes along into every role that the session assumes next and cannot be changed there. Where roles further on decide by tags, the caller decides for them.',
  remedy: 'Limit `sts:TransitiveTagKeys`, or the tags altogether with `aws:TagKeys`.',
  references: [
    'IAM User Guide, "Pass session tags in AWS STS", chaining roles with session tags',
    'IAM User Guide, "IAM and AWS STS condition context keys", sts:TransitiveTagKeys',
  ],
  notCovered:
    'Roles that EKS Pod Identity chains into, which are told by the tags of the pod: its tags are transitive by design.',
  fires: [
    { name: 'nothing is limited', policy: policyOf(allow(ci, undefined, tagging)) },
    {
      name: 'one tag is asked for, others are free',
      policy: policyOf(allow(ci, { StringEquals: { 'aws:RequestTag/team': 'ci' } }, tagging)),
    },
    {
      name: 'a limit that lets any key through',
      policy: policyOf(allow(ci, { 'ForAllValues:StringLike': { 'sts:TransitiveTagKeys': '*' } }, tagging)),
    },
  ],
  silent: [
    {
      name: 'the transitive keys are limited',
      policy: policyOf(allow(ci, { 'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['team'] } }, tagging)),
    },
    {
      name: 'the keys are limited',
      policy: policyOf(allow(ci, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }, tagging)),
    },
    {
      name: 'none may be transitive',
      policy: policyOf(allow(ci, { Null: { 'sts:TransitiveTagKeys': 'true' } }, tagging)),
    },
    {
      name: 'a Deny forbids them',
      policy: policyOf(
        allow(ci, undefined, tagging),
        deny({ AWS: '*' }, { Null: { 'sts:TransitiveTagKeys': 'false' } }, 'sts:TagSession'),
      ),
    },
    {
      name: 'a role that pods chain into',
      policy: policyOf(allow(ci, { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments' } }, tagging)),
    },
    { name: 'no tags at all', policy: policyOf(allow(ci)) },
  ],
  check: (context) => {
    if (passedTagKeys(context.policy).some((key) => /^aws:requesttag\/(kubernetes|eks)-/.test(key))) return [];
    return context.allows.flatMap((statement) => {
      if (!coversAction(statement, 'sts:TagSession') || !statement.principal.entries.some(isOfAnAccount)) return [];
      const answer = someoneUsing(
        context.policy,
        'sts:TagSession',
        [strangeTag, strangeTransitiveTag],
        (_, own) => own.index === statement.index || !coversAction(own, 'sts:TagSession'),
      );
      if (answer.answer !== 'yes') return [];
      return [
        {
          pointer: statement.actions.pointer,
          statement: statement.index,
          message: 'Callers may make session tags of any key transitive.',
        },
      ];
    });
  },
});
