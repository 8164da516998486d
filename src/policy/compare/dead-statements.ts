/** Which statements of a policy change nothing: because they never match, or because others say the same? */
import type { Statement, TrustPolicy } from '../document/trust-policy.ts';
import { newAccess } from './compare.ts';

export interface IdleStatement {
  readonly statement: number;
  /** `dead`: no request matches it. `shadowed`: without it, the policy allows and denies the same. */
  readonly kind: 'dead' | 'shadowed';
}

/** Only what is proved is listed. Of statements that shadow each other, every one is: each could go, not all. */
export function idleStatements(policy: TrustPolicy): readonly IdleStatement[] {
  const nothing: TrustPolicy = { ...policy, statements: [] };
  return policy.statements.flatMap((statement): IdleStatement[] => {
    const without: TrustPolicy = { ...policy, statements: policy.statements.filter((other) => other !== statement) };
    const changes = statement.effect === 'Allow' ? newAccess(without, policy) : newAccess(policy, without);
    if (changes.answer !== 'no') return [];
    const matched = newAccess(nothing, { ...policy, statements: [asAllow(statement)] });
    return [{ statement: statement.index, kind: matched.answer === 'no' ? 'dead' : 'shadowed' }];
  });
}

/** Under Deny a NotPrincipal means more callers than under Allow: everyone is taken for it, so that less is called dead. */
function asAllow(statement: Statement): Statement {
  const { principal } = statement;
  if (principal.element === 'Principal' || statement.effect === 'Allow') return { ...statement, effect: 'Allow' };
  const everyone = { text: '*', pointer: principal.pointer, type: 'AWS', name: { kind: 'everyone' } } as const;
  return { ...statement, effect: 'Allow', principal: { ...principal, element: 'Principal', entries: [everyone] } };
}
