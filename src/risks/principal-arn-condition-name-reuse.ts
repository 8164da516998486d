/** Is trust pinned to a name that somebody could create anew? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const principalArnConditionNameReuse = defineRiskRule({
  id: 'principal-arn-condition-name-reuse',
  title: 'Trust by an ARN in a condition outlives the principal',
  severity: 'low',
  about: 'state',
  why: 'IAM does not turn an ARN in a condition into a unique id. Whoever deletes the principal and creates another of the same name keeps its access. Often that is wanted, for roles that are recreated by deployments; it is worth knowing in another’s account.',
  remedy: 'Where the principal is not recreated, name its ARN in `Principal`.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal"'],
  fires: [
    {
      name: 'an outside account narrowed by a condition',
      policy: policyOf(
        allow({ AWS: '777788889999' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/scanner' } }),
      ),
    },
    {
      name: 'by StringEquals',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::999999999999:root' },
          { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/ci' } },
        ),
      ),
    },
    {
      name: 'everyone narrowed by a condition',
      policy: policyOf(allow({ AWS: '*' }, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::999999999999:role/ci' } })),
    },
  ],
  silent: [
    {
      name: 'in our own account: the wanted pattern for recreated roles',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci' } }),
      ),
    },
    { name: 'the ARN as the principal', policy: policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/scanner' })) },
    {
      name: 'both',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::777788889999:role/scanner' },
          { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::777788889999:role/scanner' } },
        ),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      if (!statement.principal.entries.some(({ name }) => name.kind === 'account' || name.kind === 'everyone'))
        return [];
      return statement.conditions.flatMap(({ key, operator, values }) => {
        if (key.toLowerCase() !== 'aws:principalarn' || !/^(Arn|String)(Equals(IgnoreCase)?|Like)$/.test(operator.base))
          return [];
        return values.flatMap((value) => {
          const account = /^arn:[^:*?]+:iam::(\d{12}):(role|user)\/[^*?]+$/.exec(value.text)?.[1];
          if (
            account === undefined ||
            ['home', 'own'].includes(context.standing(account)) ||
            context.mayBeHome(account)
          )
            return [];
          return [
            {
              pointer: value.pointer,
              statement: statement.index,
              message: `\`${value.text}\` keeps its access when it is deleted and created again by whoever administers account ${account}.`,
            },
          ];
        });
      });
    }),
});
