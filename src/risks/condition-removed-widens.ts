/** Did a change take away a condition that kept somebody out? */
import { allow, deny, policyOf } from './example-policies.ts';
import { droppedGuards } from './loosened-guards.ts';
import { lostGuards } from './lost-guards.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = { AWS: 'arn:aws:iam::444455556666:role/ci' };

export const conditionRemovedWidens = defineRiskRule({
  id: 'condition-removed-widens',
  title: 'A condition that kept callers out is gone',
  severity: 'high',
  about: 'change',
  why: 'The same principals are trusted as before, with one condition fewer: requests that were refused are now let in.',
  remedy: 'Put the condition back, or say in the change why it is no longer needed.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition"'],
  fires: [
    {
      name: 'the tag no longer matters',
      previous: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalTag/team': 'ci', 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'the address range is gone',
      previous: policyOf(allow(role, { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } })),
      policy: policyOf(allow(role)),
    },
    {
      name: 'IfExists was added to a key that may be missing',
      previous: policyOf(allow(role, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(allow(role, { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'ci' } })),
    },
  ],
  silent: [
    {
      name: 'the condition moved into a Deny',
      previous: policyOf(allow(role, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(allow(role), deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalTag/team': 'ci' } })),
    },
    {
      name: 'another operator of the same meaning',
      previous: policyOf(allow(role, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(allow(role, { StringLike: { 'AWS:principaltag/team': 'ci' } })),
    },
    {
      name: 'a statement for another principal that never had the condition',
      previous: policyOf(allow(role, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(
        allow(role, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
    },
    {
      name: 'the condition never kept anybody out',
      previous: policyOf(allow(role, { StringLike: { 'sts:RoleSessionName': '*' } })),
      policy: policyOf(allow(role)),
    },
  ],
  check: (context) => {
    const hits = new Map<string, ReturnType<typeof hit>>();
    for (const lost of [...lostGuards(context), ...droppedGuards(context)]) {
      const own = ownRules.get(lost.key.toLowerCase());
      if (own === undefined) hits.set(`${lost.now.index} ${lost.key.toLowerCase()}`, hit(lost));
    }
    return [...hits.values()];
  },
});

/** Guards whose loss has a rule of its own. */
const ownRules: ReadonlyMap<string, string> = new Map([
  ['sts:externalid', 'external-id-guard-removed'],
  ['aws:multifactorauthpresent', 'mfa-guard-removed'],
  ['aws:multifactorauthage', 'mfa-guard-removed'],
  ['aws:principalorgid', 'org-guard-removed'],
  ['aws:principalorgpaths', 'org-guard-removed'],
  ['aws:sourcearn', 'service-source-guard-removed'],
  ['aws:sourceaccount', 'service-source-guard-removed'],
  ['aws:sourceorgid', 'service-source-guard-removed'],
  ['aws:sourceorgpaths', 'service-source-guard-removed'],
  ['sts:sourceidentity', 'source-identity-control-removed'],
  ['sts:rolesessionname', 'session-name-control-removed'],
  ['aws:currenttime', 'condition-expiry-removed'],
  ['aws:epochtime', 'condition-expiry-removed'],
]);

function hit(lost: ReturnType<typeof lostGuards>[number]) {
  return {
    pointer: lost.now.pointer,
    statement: lost.now.index,
    discriminator: lost.key.toLowerCase(),
    message: `The condition on \`${lost.key}\` no longer keeps anyone out: ${lost.answer.classes[0].summary} newly gets in.`,
  };
}
