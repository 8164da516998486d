/** The requests in which a caller passes session tags that no policy thought of. */
import type { ConditionClause, PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { someoneUsing } from './altered-policy.ts';
import { coversAction } from './granted-actions.ts';
import { clause, type RiskContext } from './risk-context.ts';

/** A tag key that stands in no policy. */
export const strangeTag = clause('StringEquals', 'aws:TagKeys', ['q7w4z1x9k3'], { set: 'ForAnyValue' });

/** The same key, made transitive. */
export const strangeTransitiveTag = clause('StringEquals', 'sts:TransitiveTagKeys', ['q7w4z1x9k3'], {
  set: 'ForAnyValue',
});

/** @returns the condition keys `aws:RequestTag/…` that the policy speaks of. */
export function passedTagKeys(policy: TrustPolicy): readonly string[] {
  const keys = policy.statements.flatMap(({ conditions }) => conditions.map(({ key }) => key.toLowerCase()));
  return [...new Set(keys.filter((key) => /^aws:requesttag\/./.test(key)))];
}

/** @returns whether the entry stands for users or roles, who choose their tags; services and identity providers do not. */
export function isOfAnAccount({ type }: PrincipalEntry): boolean {
  return type === 'AWS';
}

/** @returns whether users or roles may, by the statement, pass tags of any key, whatever tags the policy speaks of. */
export function letsAnyTagPass({ policy }: RiskContext, statement: Statement): boolean {
  if (!coversAction(statement, 'sts:TagSession') || !statement.principal.entries.some(isOfAnAccount)) return false;
  const beside = (own: Statement) => own.index === statement.index || !coversAction(own, 'sts:TagSession');
  const passes = (clauses: readonly ConditionClause[]) =>
    someoneUsing(policy, 'sts:TagSession', [strangeTag, ...clauses], (_, own) => beside(own)).answer === 'yes';
  const known = passedTagKeys(policy);
  // A tag that has to be passed, with whatever value, limits nothing either.
  return (
    passes(known.map((key) => clause('Null', key, ['true']))) ||
    (known.length > 0 && passes(known.map((key) => clause('StringEquals', key, ['q7w4z1x9k3']))))
  );
}

/** @returns the tags of the principal that the role's own policies ask for, as condition keys or as variables. */
export function tagsThatDecide({ policyDocuments = [] }: RiskContext['question']): readonly string[] {
  const found = new Map<string, string>();
  for (const [, key = ''] of JSON.stringify(policyDocuments).matchAll(/aws:PrincipalTag\/([^"},\\]+)/gi))
    found.set(key.toLowerCase(), key.trim());
  return [...found.values()];
}
