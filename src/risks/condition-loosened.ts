/** Did a change make a condition admit more than before? */
import { allow, deny, github, policyOf } from './example-policies.ts';
import { endsOf } from './expiry.ts';
import { droppedGuards, loosenedGuards } from './loosened-guards.ts';
import { lostGuards } from './lost-guards.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const exact = policyOf(github({}, { aud: 'sts.amazonaws.com', sub: 'repo:acme/app:ref:refs/heads/main' }));

export const conditionLoosened = defineRiskRule({
  id: 'condition-loosened',
  title: 'A condition lets in what it kept out before',
  severity: 'medium',
  about: 'change',
  why: 'The condition still stands, and it admits other requests than before: a wider pattern, one value more or another one, a larger range of addresses. What was refused is now let in.',
  remedy: 'Put the former values back, or say in the change who is meant to come in.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition"'],
  fires: [
    { name: 'a pattern in place of a value', previous: exact, policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    {
      name: 'one value more',
      previous: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': ['ci', 'ops'] } })),
    },
    {
      name: 'a larger range of addresses',
      previous: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })),
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '8.8.0.0/16' } })),
    },
    {
      name: 'the letter case does not count any more',
      previous: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'CI' } })),
      policy: policyOf(allow(account, { StringEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'CI' } })),
    },
  ],
  silent: [
    {
      name: 'the same values in another order and form',
      previous: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': ['ci', 'ops'] } })),
      policy: policyOf(allow(account, { StringLike: { 'aws:principaltag/team': ['ops', 'ci'] } })),
    },
    { name: 'narrower', previous: policyOf(github({ sub: 'repo:acme/app:*' })), policy: exact },
    {
      name: 'the larger range is cut down by a Deny',
      previous: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })),
      policy: policyOf(
        allow(account, { IpAddress: { 'aws:SourceIp': '8.8.0.0/16' } }),
        deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': '8.8.4.0/24' } }),
      ),
    },
    {
      name: 'another principal with a condition of its own',
      previous: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(
        allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }),
        allow(
          { AWS: '777788889999' },
          { StringEquals: { 'aws:PrincipalTag/team': 'ops', 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } },
        ),
      ),
    },
    {
      name: 'another action for the same callers',
      previous: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(
        allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }, [
          'sts:AssumeRole',
          'sts:SetSourceIdentity',
        ]),
      ),
    },
    {
      name: 'the condition is gone, which has its own rule',
      previous: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
      policy: policyOf(allow(account)),
    },
  ],
  check: (context) => {
    const gone = new Set(
      [...lostGuards(context), ...droppedGuards(context)].map(
        ({ key, before }) => `${before.index} ${key.toLowerCase()}`,
      ),
    );
    return loosenedGuards(context)
      .filter(
        ({ key, before }) => !gone.has(`${before.index} ${key.toLowerCase()}`) && endsOf(before, key).length === 0,
      )
      .map(({ key, now, answer }) => ({
        pointer: now.conditions.find((own) => own.key.toLowerCase() === key.toLowerCase())?.pointer ?? now.pointer,
        statement: now.index,
        discriminator: key.toLowerCase(),
        message: `The condition on \`${key}\` lets in what it kept out before: ${answer.classes[0].summary}.`,
      }));
  },
});
