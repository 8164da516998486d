/** Does a condition rest on what the caller says of itself? */
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionCallerControlledKey = defineRiskRule({
  id: 'condition-caller-controlled-key',
  title: 'A guard that any caller can satisfy',
  severity: 'medium',
  about: 'state',
  why: 'The user agent and the referer are headers that whoever calls writes as they like. They keep out nobody who knows of the condition.',
  remedy: 'Take the condition out, and guard the role by who calls, or by the network that the call comes from.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:UserAgent and aws:Referer'],
  fires: [
    {
      name: 'the user agent',
      policy: policyOf(allow(account, { StringLike: { 'aws:UserAgent': 'acme-deployer/*' } })),
    },
    {
      name: 'the referer',
      policy: policyOf(allow(account, { StringEquals: { 'aws:Referer': 'https://intranet.acme.example' } })),
    },
    {
      name: 'in a Deny',
      policy: policyOf(allow(account), deny({ AWS: '*' }, { StringNotLike: { 'aws:useragent': 'acme-deployer/*' } })),
    },
  ],
  silent: [
    {
      name: 'the name of the session',
      policy: policyOf(allow(account, { StringLike: { 'sts:RoleSessionName': 'ci-*' } })),
    },
    { name: 'the network', policy: policyOf(allow(account, { StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d' } })) },
    { name: 'who calls', policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/agent': 'acme' } })) },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions
        .filter(({ key }) => /^aws:(useragent|referer)$/i.test(key))
        .map(({ key, pointer }) => ({
          pointer,
          statement: statement.index,
          message: `Callers choose \`${key}\` themselves, so this condition ${statement.effect === 'Deny' ? 'denies nobody who knows of it' : 'is no guard'}.`,
        })),
    ),
});
