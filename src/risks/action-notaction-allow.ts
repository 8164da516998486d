/** Does an Allow name the actions that it does not allow? */
import { renameMember, replaceAt } from '../policy/document/edit.ts';
import { actionsOf } from '../policy/document/statement-callers.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { usableActions } from './usable-actions.ts';

const role = { AWS: 'arn:aws:iam::111122223333:role/ci' };
const allBut = (principal: object, actions: string | readonly string[]) => ({
  Effect: 'Allow',
  Principal: principal,
  NotAction: actions,
});

export const actionNotactionAllow = defineRiskRule({
  id: 'action-notaction-allow',
  title: 'An Allow with NotAction',
  severity: 'high',
  about: 'state',
  why: '`NotAction` in an Allow allows everything but what it lists: whoever leaves out `sts:TagSession` has allowed all forms of AssumeRole, and actions that come later are allowed as well.',
  remedy: 'List the actions that the callers need under `Action`.',
  references: ['IAM User Guide, "IAM JSON policy elements: NotAction"'],
  folds: ['tagsession-unrestricted', 'transitive-tags-unrestricted', 'setcontext-unrestricted'],
  fires: [
    { name: 'all but session tags', policy: policyOf(allBut(role, 'sts:TagSession')) },
    {
      name: 'all but the forms for identity providers',
      policy: policyOf(allBut({ AWS: '111122223333' }, ['sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'])),
    },
    { name: 'all but an action of another service', policy: policyOf(allBut({ AWS: '*' }, 's3:*')) },
  ],
  silent: [
    { name: 'Action', policy: policyOf(allow(role)) },
    {
      name: 'NotAction in a Deny',
      policy: policyOf(allow(role), { Effect: 'Deny', Principal: { AWS: '*' }, NotAction: 'sts:AssumeRole' }),
    },
    {
      name: 'a Deny with a list',
      policy: policyOf(allow(role), deny({ AWS: '*' }, undefined, ['sts:TagSession', 'sts:SetContext'])),
    },
    { name: 'nothing is left', policy: policyOf(allBut(role, 'sts:*')) },
  ],
  check: ({ allows }) =>
    allows.flatMap(({ actions, index }) => {
      if (actions.element !== 'NotAction') return [];
      const allowed = actionsOf(actions);
      if (allowed.length === 0) return [];
      return [
        {
          pointer: actions.pointer,
          statement: index,
          message: `\`NotAction\` allows everything it does not list: ${allowed.map((action) => `\`${action}\``).join(', ')}.`,
        },
      ];
    }),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const actions = statement === undefined ? [] : usableActions(statement);
    if (statement === undefined || actions.length === 0) return undefined;
    const listed = replaceAt(policy, statement.actions.pointer, actions.length === 1 ? actions[0] : actions);
    const text = listed === undefined ? undefined : renameMember({ text: listed }, statement.actions.pointer, 'Action');
    return text === undefined
      ? undefined
      : { summary: `List the actions: ${actions.map((action) => `\`${action}\``).join(', ')}.`, text };
  },
});
