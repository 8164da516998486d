/** Can anyone outside these accounts and organizations assume the role? */
import type { ConditionClause, Statement, TrustPolicy } from '../document/trust-policy.ts';
import { newAccess } from './compare.ts';
import type { AccessAnswer } from './comparison.ts';

export interface InsideOf {
  /** Account ids of 12 digits; that of the role among them, where its own account counts as inside. */
  readonly accounts: readonly string[];
  /** Organization ids, `o-…`. */
  readonly organizations: readonly string[];
}

/**
 * AWS principals are outside where neither their account nor their organization is given. An identity of a provider has
 * no account: whoever a provider's statement lets in is outside. Services are not asked about: they act for somebody,
 * which `service-confused-deputy` judges.
 */
export function publicAccess(policy: TrustPolicy, inside: InsideOf): AccessAnswer {
  const outside = [
    ...(inside.accounts.length === 0 ? [] : [clause('StringNotEquals', 'aws:PrincipalAccount', inside.accounts)]),
    ...(inside.organizations.length === 0
      ? []
      : [clause('StringNotEquals', 'aws:PrincipalOrgID', inside.organizations)]),
  ];
  const statements = policy.statements.flatMap((statement): readonly Statement[] => {
    if (statement.effect === 'Deny') return [statement];
    if (statement.principal.element === 'NotPrincipal')
      return [{ ...statement, conditions: [...statement.conditions, ...outside] }];
    const only = (types: readonly string[], conditions: readonly ConditionClause[]): readonly Statement[] => {
      const entries = statement.principal.entries.filter(({ type }) => types.includes(type));
      return entries.length === 0
        ? []
        : [
            {
              ...statement,
              principal: { ...statement.principal, entries },
              conditions: [...statement.conditions, ...conditions],
            },
          ];
    };
    return [...only(['AWS'], outside), ...only(['Federated'], [])];
  });
  return newAccess({ ...policy, statements: [] }, { ...policy, statements });
}

function clause(base: 'StringNotEquals', key: string, values: readonly string[]): ConditionClause {
  return {
    operator: { base, ifExists: false, set: undefined, text: base },
    key,
    values: values.map((text) => ({ text, pointer: '' })),
    pointer: '',
  };
}
