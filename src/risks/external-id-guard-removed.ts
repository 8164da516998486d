/** Did a change drop the external ID that an outside account had to send? */
import { allow, deny, policyOf } from './example-policies.ts';
import { lossesOf } from './lost-guards.ts';
import { restoreGuard } from './restore-guard.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = { AWS: 'arn:aws:iam::777788889999:root' };
const guarded = policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }));

export const externalIdGuardRemoved = defineRiskRule({
  id: 'external-id-guard-removed',
  title: 'The role no longer asks for the external ID',
  severity: 'high',
  about: 'change',
  why: 'Without the external ID any other customer of the vendor can have the vendor assume this role for them: the confused deputy.',
  remedy: 'Put the condition on `sts:ExternalId` back.',
  references: [
    'IAM User Guide, "The confused deputy problem"',
    'IAM User Guide, "Access to AWS accounts owned by third parties"',
  ],
  folds: ['condition-removed-widens', 'third-party-missing-external-id', 'condition-loosened', 'deny-removed'],
  fires: [
    { name: 'the condition is gone', previous: guarded, policy: policyOf(allow(vendor)) },
    {
      name: 'it is optional now',
      previous: guarded,
      policy: policyOf(
        allow(vendor, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
      ),
    },
    {
      name: 'a second statement without it',
      previous: guarded,
      policy: policyOf(
        allow(vendor, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
        allow(vendor),
      ),
    },
  ],
  silent: [
    {
      name: 'another value',
      previous: guarded,
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'c8f3a2d5-9b4e-4e67-8a13-d2b8f9c4e056' } })),
    },
    {
      name: 'a Deny asks for it instead',
      previous: guarded,
      policy: policyOf(
        allow(vendor),
        deny({ AWS: '*' }, { StringNotEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
      ),
    },
    {
      name: 'the vendor is no longer trusted at all',
      previous: guarded,
      policy: policyOf(allow({ AWS: '111122223333' })),
    },
  ],
  check: (context) =>
    lossesOf(context, isExternalId).map((lost) => ({
      pointer: lost.now.pointer,
      statement: lost.now.index,
      message: `The role no longer asks for an external ID. Newly let in: ${lost.answer.classes[0].summary}.`,
    })),
  fix: (context, hit) => {
    const lost = lossesOf(context, isExternalId).find(({ now }) => now.index === hit.statement);
    return lost === undefined ? undefined : restoreGuard(context, lost);
  },
});

function isExternalId(key: string): boolean {
  return key === 'sts:externalid';
}
