/** Did a change open the role beyond the organization? */
import { allow, deny, policyOf } from './example-policies.ts';
import { lossesOf } from './lost-guards.ts';
import { restoreGuard } from './restore-guard.ts';
import { defineRiskRule } from './risk-rule.ts';

const guarded = policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }));

export const orgGuardRemoved = defineRiskRule({
  id: 'org-guard-removed',
  title: 'The role is no longer held to the organization',
  severity: 'high',
  about: 'change',
  why: 'The condition on the organization was the fence around the role; callers from outside of it now get in.',
  remedy: 'Put the condition on `aws:PrincipalOrgID` or `aws:PrincipalOrgPaths` back.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgID'],
  folds: ['condition-removed-widens', 'condition-loosened', 'deny-removed'],
  fires: [
    { name: 'the condition is gone', previous: guarded, policy: policyOf(allow({ AWS: '*' })) },
    {
      name: 'it is optional now',
      previous: guarded,
      policy: policyOf(allow({ AWS: '*' }, { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'the Deny that held it is gone',
      previous: policyOf(
        allow({ AWS: '999999999999' }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
      policy: policyOf(allow({ AWS: '999999999999' })),
    },
  ],
  silent: [
    {
      name: 'the paths instead of the id',
      previous: guarded,
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' },
          },
        ),
      ),
    },
    {
      name: 'one named role instead of the organization',
      previous: guarded,
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })),
    },
    {
      name: 'the same in another letter case',
      previous: guarded,
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'AWS:PRINCIPALORGID': 'o-own1234567' } })),
    },
  ],
  check: (context) =>
    lossesOf(context, isOrganization).map((lost) => ({
      pointer: lost.now.pointer,
      statement: lost.now.index,
      message: `The role is no longer held to the organization. Newly let in: ${lost.answer.classes[0].summary}.`,
    })),
  fix: (context, hit) => {
    const lost = lossesOf(context, isOrganization).find(({ now }) => now.index === hit.statement);
    return lost === undefined ? undefined : restoreGuard(context, lost);
  },
});

function isOrganization(key: string): boolean {
  return key === 'aws:principalorgid' || key === 'aws:principalorgpaths';
}
