/** Does an Allow name its actions by a pattern? */
import { replaceAt } from '../policy/document/edit.ts';
import { actionsMeantBy } from '../policy/document/statement-callers.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { letsAnyTagPass, tagsThatDecide } from './passed-tags.ts';
import { defineRiskRule } from './risk-rule.ts';
import { usableActions } from './usable-actions.ts';

const role = { AWS: 'arn:aws:iam::111122223333:role/ci' };

export const actionWildcard = defineRiskRule({
  id: 'action-wildcard',
  title: 'The actions are named by a pattern',
  severity: 'medium',
  about: 'state',
  why: 'A pattern also allows what nobody thought of: passing session tags, setting a source identity or an identity context, and every action that STS may get. IAM may refuse a bare `*`.',
  remedy: 'List the actions that the callers need.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Action"',
    'Service Authorization Reference, "AWS Security Token Service"',
  ],
  folds: ['setcontext-unrestricted', 'tagsession-unrestricted', 'transitive-tags-unrestricted'],
  fires: [
    { name: 'all of STS', policy: policyOf(allow(role, undefined, 'sts:*')) },
    { name: 'a star', policy: policyOf(allow(role, undefined, '*')) },
    {
      name: 'all that begins with Assume',
      policy: policyOf(allow(role, undefined, ['sts:Assume*', 'sts:TagSession'])),
    },
    { name: 'in another letter case', policy: policyOf(allow(role, undefined, 'STS:assumerol?')) },
  ],
  silent: [
    { name: 'a list', policy: policyOf(allow(role, undefined, ['sts:AssumeRole', 'sts:TagSession'])) },
    {
      name: 'a pattern in a Deny',
      policy: policyOf(
        allow(role),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }, 'sts:*'),
      ),
    },
    { name: 'one action', policy: policyOf(allow(role)) },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const { actions, index } = statement;
      if (actions.element !== 'Action') return [];
      const pattern = actions.patterns.find(({ text }) => /[*?]/.test(text));
      const meant = pattern === undefined ? [] : actionsMeantBy(pattern.text);
      // What matches nothing has a rule of its own.
      if (pattern === undefined || meant.length === 0) return [];
      const decides = tagsThatDecide(context.question).length > 0 && letsAnyTagPass(context, statement);
      return [
        {
          pointer: pattern.pointer,
          statement: index,
          ...(decides ? { severity: 'high' as const } : {}),
          message: `The pattern \`${pattern.text}\` allows ${meant.map((action) => `\`${action}\``).join(', ')}${decides ? ', and a policy of the role decides by session tags' : ''}.`,
        },
      ];
    }),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const actions = statement === undefined ? [] : usableActions(statement);
    if (statement === undefined || actions.length === 0) return undefined;
    const text = replaceAt(policy, statement.actions.pointer, actions.length === 1 ? actions[0] : actions);
    return text === undefined
      ? undefined
      : { summary: `List the actions: ${actions.map((action) => `\`${action}\``).join(', ')}.`, text };
  },
});
