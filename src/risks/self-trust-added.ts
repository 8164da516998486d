/** Does the role newly trust itself? */
import { splitArn } from '../policy/document/names.ts';
import { allow, policyOf } from './example-policies.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const self = 'arn:aws:iam::111122223333:role/example';

export const selfTrustAdded = defineRiskRule({
  id: 'self-trust-added',
  title: 'The role newly trusts itself',
  severity: 'info',
  about: 'change',
  why: 'A session of the role can now start another of the same role: useful to pass a session policy or tags, and a way to live on after the first session should have ended.',
  remedy: 'Confirm that it is wanted.',
  references: ['AWS Security Blog, "Announcing an update to IAM role trust policy behavior"'],
  fires: [
    {
      name: 'by its ARN',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com', AWS: self })),
    },
    {
      name: 'in a statement of its own',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' }), allow({ AWS: self })),
    },
    {
      name: 'by a condition',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(
        allow({ Service: 'ec2.amazonaws.com' }),
        allow({ AWS: '111122223333' }, { ArnEquals: { 'aws:PrincipalArn': self } }),
      ),
    },
  ],
  silent: [
    {
      name: 'it did before',
      previous: policyOf(allow({ AWS: self })),
      policy: policyOf(allow({ AWS: self }), allow({ Service: 'ec2.amazonaws.com' })),
    },
    {
      name: 'another role of the account',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/other' })),
    },
    {
      name: 'the role is not known',
      role: null,
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ AWS: self })),
    },
    {
      name: 'the whole account, which has rules of its own',
      previous: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
      policy: policyOf(allow({ AWS: '111122223333' })),
    },
  ],
  check: (context) => {
    const { role } = context.question;
    const name = role === undefined ? undefined : splitArn(role)?.resource.split('/').at(-1);
    if (role === undefined || name === undefined) return [];
    const pinned = context.allows.filter(
      (statement) =>
        statement.principal.entries.some(
          (entry) =>
            entry.text === role ||
            (entry.name.kind === 'role' && entry.name.account === context.home && entry.name.name === name),
        ) ||
        statement.conditions.some(
          ({ key, values }) => key.toLowerCase() === 'aws:principalarn' && values.some(({ text }) => text === role),
        ),
    );
    return pinned.flatMap((statement) => {
      const answer = context.someoneNew({
        statements: (s) => s.index === statement.index,
        clauses: [clause('ArnEquals', 'aws:PrincipalArn', [role])],
      });
      return answer.answer === 'yes'
        ? [
            {
              pointer: statement.pointer,
              statement: statement.index,
              message: 'Sessions of this role can newly assume it again.',
            },
          ]
        : [];
    });
  },
});
