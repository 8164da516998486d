/** Does a Deny that kept somebody out no longer do so? */
import { newAccess } from '../policy/compare/compare.ts';
import { withMore } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const everyone = { AWS: '*' };
const keepsOut = deny(everyone, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/contractor' } });

export const denyRemoved = defineRiskRule({
  id: 'deny-removed',
  title: 'A Deny no longer keeps out whom it did',
  severity: 'high',
  about: 'change',
  why: 'A Deny is the fence that holds whatever the Allow statements say. It is gone or narrower, and somebody it kept out now gets in.',
  remedy: 'Put the Deny back as it was.',
  references: ['IAM User Guide, "Policy evaluation logic"'],
  folds: ['condition-removed-widens', 'condition-loosened'],
  fires: [
    { name: 'it is gone', previous: policyOf(allow(account), keepsOut), policy: policyOf(allow(account)) },
    {
      name: 'it is narrower',
      previous: policyOf(
        allow(account),
        deny(everyone, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/contractor*' } }),
      ),
      policy: policyOf(allow(account), keepsOut),
    },
    {
      name: 'it is for another action',
      previous: policyOf(
        allow(account, undefined, ['sts:AssumeRole', 'sts:TagSession']),
        deny(everyone, { StringEquals: { 'aws:PrincipalTag/team': 'guests' } }, 'sts:*'),
      ),
      policy: policyOf(
        allow(account, undefined, ['sts:AssumeRole', 'sts:TagSession']),
        deny(everyone, { StringEquals: { 'aws:PrincipalTag/team': 'guests' } }, 'sts:TagSession'),
      ),
    },
    {
      name: 'it is an Allow',
      previous: policyOf(allow(account), deny({ AWS: 'arn:aws:iam::111122223333:user/eve' })),
      policy: policyOf(allow(account), allow({ AWS: 'arn:aws:iam::111122223333:user/eve' })),
    },
  ],
  silent: [
    {
      name: 'nobody gets in whom it kept out',
      previous: policyOf(allow(account), deny({ AWS: '777788889999' })),
      policy: policyOf(allow(account)),
    },
    {
      name: 'the Allow excludes them now',
      previous: policyOf(allow(account), keepsOut),
      policy: policyOf(
        allow(account, { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/contractor' } }),
      ),
    },
    {
      name: 'two Deny statements in place of one',
      previous: policyOf(allow(account), deny(everyone, { StringEquals: { 'aws:PrincipalTag/team': ['a', 'b'] } })),
      policy: policyOf(
        allow(account),
        deny(everyone, { StringEquals: { 'aws:PrincipalTag/team': 'b' } }),
        deny(everyone, { StringEquals: { 'aws:PrincipalTag/team': 'a' } }),
      ),
    },
    {
      name: 'it stands elsewhere in the document',
      previous: policyOf(allow(account), keepsOut),
      policy: policyOf(keepsOut, allow(account)),
    },
  ],
  check: ({ policy, previous }) => {
    const hits = new Map<number, { readonly pointer: string; readonly statement: number; readonly message: string }>();
    for (const lost of previous?.statements ?? []) {
      if (lost.effect !== 'Deny') continue;
      // Whom would it keep out today?
      const answer = newAccess(withMore(policy, [lost]), policy);
      if (answer.answer !== 'yes') continue;
      const now = policy.statements.find(({ index }) => index === answer.classes[0].statement);
      if (now === undefined || hits.has(now.index)) continue;
      hits.set(now.index, {
        pointer: now.pointer,
        statement: now.index,
        message: `A Deny that kept them out is gone or narrower: ${answer.classes[0].summary} newly gets in.`,
      });
    }
    return [...hits.values()];
  },
});
