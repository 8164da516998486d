/** Does a statement name an action that a trust policy cannot allow? */
import { removeAt } from '../policy/document/edit.ts';
import { actionsMeantBy } from '../policy/document/statement-callers.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = { AWS: 'arn:aws:iam::111122223333:role/ci' };

export const actionUnsupported = defineRiskRule({
  id: 'action-unsupported',
  title: 'An action that has nothing to do with assuming the role',
  severity: 'low',
  about: 'state',
  why: 'A trust policy is asked only about AssumeRole in its forms and what goes with it (`sts:TagSession`, `sts:SetSourceIdentity`, `sts:SetContext`). IAM refuses other actions, or they have no effect.',
  remedy: 'Take the action out; permissions of the role belong into its identity-based policies.',
  references: [
    'Service Authorization Reference, "AWS Security Token Service"',
    'IAM API Reference, "UpdateAssumeRolePolicy"',
  ],
  fires: [
    {
      name: 'tokens for federated users',
      policy: policyOf(allow(role, undefined, ['sts:AssumeRole', 'sts:GetFederationToken'])),
    },
    { name: 'who am I', policy: policyOf(allow(role, undefined, ['sts:AssumeRole', 'sts:GetCallerIdentity'])) },
    { name: 'another service', policy: policyOf(allow(role, undefined, ['sts:AssumeRole', 's3:GetObject'])) },
    {
      name: 'in a Deny',
      policy: policyOf(
        allow(role),
        deny({ AWS: '*' }, { Bool: { 'aws:SecureTransport': 'false' } }, ['sts:AssumeRole', 'sts:AssumeRoot']),
      ),
    },
  ],
  silent: [
    {
      name: 'what goes with AssumeRole',
      policy: policyOf(
        allow(role, undefined, ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext']),
      ),
    },
    { name: 'in another letter case', policy: policyOf(allow(role, undefined, 'STS:assumerole')) },
    { name: 'a pattern that matches one of them', policy: policyOf(allow(role, undefined, 'sts:Tag*')) },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap(({ actions, index }) =>
      actions.element === 'NotAction'
        ? []
        : actions.patterns
            .filter(({ text }) => actionsMeantBy(text).length === 0)
            .map(({ text, pointer }) => ({
              pointer,
              statement: index,
              message: `\`${text}\` is not among the actions that assume a role, so it has no effect here, or is refused.`,
            })),
    ),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    if (statement === undefined || statement.actions.patterns.length < 2) return undefined;
    const text = removeAt(policy, hit.pointer);
    return text === undefined ? undefined : { summary: 'Take the action out.', text };
  },
});
