/** Does an outside administrator choose who fits the pattern? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const principalPathWildcard = defineRiskRule({
  id: 'principal-path-wildcard',
  title: 'A pattern for principals of an outside account',
  severity: 'medium',
  about: 'state',
  why: 'Whoever administers the other account chooses the names of its roles and users, and so decides who fits `role/*` or `role/prefix*`.',
  remedy: 'Name the exact role.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalArn'],
  fires: [
    {
      name: 'every role',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/*' } }),
      ),
    },
    {
      name: 'a prefix',
      policy: policyOf(
        allow({ AWS: '999999999999' }, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/ci-*' } }),
      ),
    },
    {
      name: 'under a star',
      policy: policyOf(
        allow({ AWS: '*' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/team/*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'an exact role',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/scanner' } }),
      ),
    },
    {
      name: 'our own account',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } }),
      ),
    },
    {
      name: 'an exact role beside the pattern',
      policy: policyOf(
        allow(
          { AWS: '777788889999' },
          {
            ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/*' },
            ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/scanner' },
          },
        ),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const arns = statement.conditions.filter(
        ({ key, operator }) =>
          key.toLowerCase() === 'aws:principalarn' && /^(Arn|String)(Equals|Like)$/.test(operator.base),
      );
      if (arns.some(({ values }) => values.length > 0 && values.every(({ text }) => !/[*?]/.test(text)))) return [];
      return arns.flatMap(({ values }) =>
        values.flatMap((value) => {
          const account = /^arn:[^:]*:iam::(\d{12}):(?:role|user)\/.*[*?]/.exec(value.text)?.[1];
          if (
            account === undefined ||
            ['home', 'own'].includes(context.standing(account)) ||
            context.mayBeHome(account)
          )
            return [];
          if (!context.alive(statement)) return [];
          return [
            {
              pointer: value.pointer,
              statement: statement.index,
              message: `The administrators of ${context.nameOf(account)} (${account}) choose who fits \`${value.text}\`.`,
            },
          ];
        }),
      );
    }),
});
