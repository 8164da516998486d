/** Does a statement that trusts an identity provider of many tenants test whose tenant it is, as IAM wants it? */
import { tenantKeyOf } from '../keys/shared-issuers.ts';
import { actionsOf } from './statement-callers.ts';
import type { ConditionClause, Statement } from './trust-policy.ts';
import type { FoundProblem } from './validate.ts';

/**
 * IAM User Guide, "Identity-provider controls for shared OIDC providers": checked when a trust policy is created or
 * changed, since 2025. Older roles keep theirs, so a policy that is in force may still be without it.
 */
export function tenantProblems(statement: Statement): readonly FoundProblem[] {
  const { effect, principal, actions, conditions } = statement;
  if (effect !== 'Allow' || principal.element !== 'Principal') return [];
  if (!actionsOf(actions).includes('sts:AssumeRoleWithWebIdentity')) return cognitoWithoutItsAction(statement);
  return principal.entries.flatMap(({ name, pointer }) => {
    if (name.kind !== 'oidc-provider' && name.kind !== 'built-in-provider') return [];
    const key = tenantKeyOf(name.url);
    if (key === undefined || conditions.some((clause) => tests(clause, key))) return [];
    const cognito = name.url === 'cognito-identity.amazonaws.com';
    return [
      {
        code: 'invalid-missing-tenant-claim',
        level: 'may-be-refused',
        message: `\`${name.url}\` serves many tenants, and the statement does not test \`${key}\`: IAM refuses it in a new policy, and any tenant may get in`,
        ...(cognito ? { iamMessage: cognitoMessage } : {}),
        pointer,
        expected: `a condition on \`${key}\` that is not only wildcards`,
      },
    ];
  });
}

const cognitoMessage = 'A condition block must be present for the Cognito provider';

/** IAM wants the condition for Cognito whatever the action. */
function cognitoWithoutItsAction({ principal, conditions }: Statement): readonly FoundProblem[] {
  const key = 'cognito-identity.amazonaws.com:aud';
  const entry = principal.entries.find(({ text }) => text === 'cognito-identity.amazonaws.com');
  if (entry === undefined || conditions.some((clause) => tests(clause, key))) return [];
  return [
    {
      code: 'invalid-missing-tenant-claim',
      level: 'may-be-refused',
      message: `the statement trusts Amazon Cognito and does not test \`${key}\`, the identity pool`,
      iamMessage: cognitoMessage,
      pointer: entry.pointer,
      expected: `a condition on \`${key}\` that is not only wildcards`,
    },
  ];
}

/** A negated operator does not count, nor do values of wildcards alone. */
function tests({ key, operator, values }: ConditionClause, wanted: string): boolean {
  return (
    key.toLowerCase() === wanted.toLowerCase() &&
    operator.base !== 'Null' &&
    !operator.base.includes('Not') &&
    values.length > 0 &&
    values.every(({ text }) => !/^[*?]*$/.test(text))
  );
}
