/** Do sessions go on that the new policy would not let begin? */
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const roles = (...names: readonly string[]) =>
  allow({ AWS: names.map((name) => `arn:aws:iam::777788889999:role/${name}`) });

export const tighteningWithoutSessionRevocation = defineRiskRule({
  id: 'tightening-without-session-revocation',
  title: 'Sessions of those who lost access go on',
  severity: 'info',
  about: 'change',
  why: 'The trust policy is asked when a session begins. Whoever assumed the role before keeps its credentials until they expire, up to twelve hours.',
  remedy:
    'If somebody was to be locked out at once, revoke the sessions of the role: "Revoke active sessions" in the console, which attaches `AWSRevokeOlderSessions`.',
  references: ['IAM User Guide, "Revoke IAM role temporary security credentials"'],
  fires: [
    { name: 'a role is no longer trusted', previous: policyOf(roles('a', 'b')), policy: policyOf(roles('a')) },
    {
      name: 'a condition was added',
      previous: policyOf(roles('a')),
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::777788889999:role/a' },
          { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } },
        ),
      ),
    },
    {
      name: 'a Deny was added',
      previous: policyOf(roles('a')),
      policy: policyOf(roles('a'), deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })),
    },
  ],
  silent: [
    { name: 'nobody lost access', previous: policyOf(roles('a')), policy: policyOf(roles('a', 'b')) },
    {
      name: 'the same in another form',
      previous: policyOf(allow({ AWS: '777788889999' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:root' }, undefined, ['sts:AssumeRole'])),
    },
    {
      name: 'a Deny of somebody who was not let in',
      previous: policyOf(roles('a')),
      policy: policyOf(roles('a'), deny({ AWS: '222233334444' })),
    },
  ],
  check: ({ someoneLost }) => {
    const answer = someoneLost({});
    if (answer.answer !== 'yes') return [];
    const { summary } = answer.classes[0];
    const more = answer.classes.length - 1;
    return [
      {
        pointer: '/Statement',
        message: `Sessions already begun go on until they expire: of ${summary}${more === 0 ? '' : ` and ${more} more`}.`,
      },
    ];
  },
});
