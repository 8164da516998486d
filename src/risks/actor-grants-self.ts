/** Did whoever changed the policy let themselves in? */
import { splitArn } from '../policy/document/names.ts';
import { callerFromArn } from '../policy/evaluate/caller.ts';
import { isAutomation } from './actor-identity.ts';
import { allow, policyOf } from './example-policies.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const before = policyOf(allow({ Service: 'ec2.amazonaws.com' }));
const eve = 'arn:aws:iam::111122223333:user/eve';

export const actorGrantsSelf = defineRiskRule({
  id: 'actor-grants-self',
  title: 'Whoever changed the policy let themselves in',
  severity: 'critical',
  about: 'change',
  why: 'Somebody who may change trust policies and gives the role to themselves takes on all its permissions: the plainest form of privilege escalation.',
  remedy: 'Undo the change and ask the person, by another way than the account itself.',
  references: ['MITRE ATT&CK, "Account Manipulation: Additional Cloud Roles"'],
  folds: ['self-trust-added'],
  fires: [
    {
      name: 'a user names itself',
      previous: before,
      policy: policyOf(allow({ AWS: eve })),
      more: { actor: { arn: eve } },
    },
    {
      name: 'a role session names its role',
      previous: before,
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com', AWS: 'arn:aws:iam::111122223333:role/dev' })),
      more: { actor: { arn: 'arn:aws:sts::111122223333:assumed-role/dev/eve' } },
    },
    {
      name: 'an outsider lets in its account',
      previous: before,
      policy: policyOf(allow({ AWS: '999999999999' })),
      more: { actor: { arn: 'arn:aws:sts::999999999999:assumed-role/x/eve' } },
    },
  ],
  silent: [
    {
      name: 'it could assume the role before',
      previous: policyOf(allow({ AWS: eve })),
      policy: policyOf(allow({ AWS: [eve, '222233334444'] })),
      more: { actor: { arn: eve } },
    },
    {
      name: 'it lets in somebody else',
      previous: before,
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })),
      more: { actor: { arn: eve } },
    },
    {
      name: 'approved automation',
      previous: before,
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/terraform' })),
      world: { automation: ['arn:aws:sts::111122223333:assumed-role/terraform/*'] },
      more: { actor: { arn: 'arn:aws:sts::111122223333:assumed-role/terraform/run-5' } },
    },
    {
      name: 'approved automation, told by its role',
      previous: before,
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/pipelines/terraform' })),
      world: { automation: ['arn:aws:iam::111122223333:role/pipelines/terraform'] },
      more: { actor: { arn: 'arn:aws:sts::111122223333:assumed-role/terraform/run-5' } },
    },
    {
      name: 'the own account as a whole, which has rules of its own',
      previous: before,
      policy: policyOf(allow({ AWS: '111122223333' })),
      more: { actor: { arn: eve } },
    },
  ],
  check: (context) => {
    const { actor, world } = context.question;
    if (actor === undefined || isAutomation(actor.arn, world.automation ?? [])) return [];
    const caller = callerFromArn(actor.arn);
    if (caller === undefined || !('account' in caller) || caller.kind === 'root') return [];
    const external = caller.account !== context.home;
    const partition = splitArn(actor.arn)?.partition ?? 'aws';
    const itself =
      caller.kind === 'role-session'
        ? [
            `arn:${partition}:iam::${caller.account}:role/${caller.role}`,
            `arn:${partition}:iam::${caller.account}:role/*/${caller.role}`,
          ]
        : [actor.arn];
    const answer = context.someoneNew({
      clauses: [
        external
          ? clause('StringEquals', 'aws:PrincipalAccount', [caller.account])
          : clause('ArnLike', 'aws:PrincipalArn', itself),
      ],
      entries: (entry) => entry.type === 'AWS' && (external || entry.name.kind !== 'account'),
    });
    if (answer.answer !== 'yes') return [];
    const statement = context.policy.statements[answer.classes[0].statement];
    return [
      {
        pointer: statement?.pointer ?? '/Statement',
        ...(statement === undefined ? {} : { statement: statement.index }),
        message: `\`${actor.arn}\` changed the policy so that ${external ? 'its own account' : 'it'} can newly assume this role.`,
      },
    ];
  },
});
