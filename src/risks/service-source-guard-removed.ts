/** Did a change drop the check of which resource a service acts for? */
import { allow, policyOf } from './example-policies.ts';
import { lossesOf } from './lost-guards.ts';
import { restoreGuard } from './restore-guard.ts';
import { defineRiskRule } from './risk-rule.ts';
import { isSourceKey, sourceKeys } from './service-callers.ts';

const sns = { Service: 'sns.amazonaws.com' };
const guarded = policyOf(allow(sns, { StringEquals: { 'aws:SourceAccount': '111122223333' } }));

export const serviceSourceGuardRemoved = defineRiskRule({
  id: 'service-source-guard-removed',
  title: 'A service may now use the role for anyone’s resource',
  severity: 'high',
  about: 'change',
  why: 'The condition on the resource or its account kept other customers from steering the service to this role.',
  remedy: 'Put the condition on `aws:SourceArn` or `aws:SourceAccount` back.',
  references: ['IAM User Guide, "The confused deputy problem", cross-service'],
  folds: ['condition-removed-widens', 'service-confused-deputy', 'condition-loosened', 'deny-removed'],
  fires: [
    { name: 'the condition is gone', previous: guarded, policy: policyOf(allow(sns)) },
    {
      name: 'it is optional now',
      previous: guarded,
      policy: policyOf(allow(sns, { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } })),
    },
    {
      name: 'the resource may be anyone’s',
      previous: policyOf(allow(sns, { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:t' } })),
      policy: policyOf(allow(sns, { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } })),
    },
  ],
  silent: [
    {
      name: 'the resource instead of the account',
      previous: guarded,
      policy: policyOf(allow(sns, { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:t' } })),
    },
    {
      name: 'it never was there',
      previous: policyOf(allow(sns)),
      policy: policyOf(allow(sns), allow({ AWS: '111122223333' })),
    },
    {
      name: 'another service is added without it',
      previous: guarded,
      policy: policyOf(
        allow(sns, { StringEquals: { 'aws:SourceAccount': '111122223333' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
    },
  ],
  check: (context) =>
    lossesOf(context, isSourceKey)
      .filter(({ key, now }) => !sourceKeys.some((other) => !isSame(other, key) && context.guarded(now, other)))
      .map((lost) => ({
        pointer: lost.now.pointer,
        statement: lost.now.index,
        message: `The condition on \`${lost.key}\` no longer holds the service to our resources. Newly let in: ${lost.answer.classes[0].summary}.`,
      })),
  fix: (context, hit) => {
    const lost = lossesOf(context, isSourceKey).find(({ now }) => now.index === hit.statement);
    return lost === undefined ? undefined : restoreGuard(context, lost);
  },
});

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
