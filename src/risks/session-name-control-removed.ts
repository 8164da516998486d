/** May sessions of the role now be named as the caller likes? */
import { allow, deny, policyOf } from './example-policies.ts';
import { droppedGuards } from './loosened-guards.ts';
import { lostGuards } from './lost-guards.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const guarded = policyOf(allow(account, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } }));
const named = policyOf(allow(account, { StringLike: { 'sts:RoleSessionName': 'ci-*' } }));

export const sessionNameControlRemoved = defineRiskRule({
  id: 'session-name-control-removed',
  title: 'Sessions of the role may be named at will',
  severity: 'medium',
  about: 'change',
  why: 'The name of the session is how the log tells callers of a role apart. Without the condition each caller picks any name, that of somebody else included.',
  remedy: 'Put the condition on `sts:RoleSessionName` back.',
  references: ['IAM User Guide, "IAM and AWS STS condition context keys", sts:RoleSessionName'],
  folds: ['condition-removed-widens', 'condition-loosened', 'deny-removed'],
  fires: [
    { name: 'the condition is gone', previous: named, policy: policyOf(allow(account)) },
    {
      name: 'any name matches',
      previous: named,
      policy: policyOf(allow(account, { StringLike: { 'sts:RoleSessionName': '*' } })),
    },
    {
      name: 'the Deny that held it is gone',
      previous: policyOf(allow(account), deny({ AWS: '*' }, { StringNotLike: { 'sts:RoleSessionName': 'ci-*' } })),
      policy: policyOf(allow(account)),
    },
    { name: 'the name of the user is not asked for any more', previous: guarded, policy: policyOf(allow(account)) },
  ],
  silent: [
    {
      name: 'held by a Deny now',
      previous: named,
      policy: policyOf(allow(account), deny({ AWS: '*' }, { StringNotLike: { 'sts:RoleSessionName': 'ci-*' } })),
    },
    { name: 'the same in another form', previous: guarded, policy: guarded },
    {
      name: 'it never was held',
      previous: policyOf(allow(account)),
      policy: policyOf(allow(account), allow({ Service: 'ec2.amazonaws.com' })),
    },
    {
      name: 'another principal without it',
      previous: named,
      policy: policyOf(
        allow(account, { StringLike: { 'sts:RoleSessionName': 'ci-*' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
    },
  ],
  check: (context) => {
    const guards = [...lostGuards(context), ...droppedGuards(context)];
    const lost = guards.find(({ key }) => key.toLowerCase() === 'sts:rolesessionname');
    if (lost === undefined) return [];
    return [
      {
        pointer: lost.now.pointer,
        statement: lost.now.index,
        message: `The name of the session is no longer held to a pattern: ${lost.answer.classes[0].summary} newly gets in.`,
      },
    ];
  },
});
