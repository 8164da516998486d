/** A repair that the rules about everyone share: those of our own stay, strangers are kept out. */
import { removeAt, replaceAt } from '../policy/document/edit.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { addCondition } from './add-condition.ts';
import { starOf } from './public-statement.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal, RiskHit } from './risk-rule.ts';

/**
 * Removes the star where others are named beside it; else holds it to the configured organizations, or to the role's own
 * account where none is configured.
 *
 * @returns `undefined` where neither is known, or the condition stands there already.
 */
export function holdToOwn(context: RiskContext, hit: RiskHit): FixProposal | undefined {
  const statement = context.policy.statements[hit.statement ?? -1];
  const star = statement === undefined ? undefined : starOf(statement);
  if (statement === undefined || star === undefined) return undefined;
  if (statement.principal.entries.length > 1) {
    const text = removeAt(context.policy, star.pointer);
    return text === undefined ? undefined : { summary: 'Remove the `*`; the principals named beside it stay.', text };
  }
  const accepted = statement.principal.bareStar ? withObject(context, statement.principal.pointer) : context;
  const { organizations } = context.question.world;
  if (organizations.length > 0)
    return addCondition(accepted, statement.index, 'StringEquals', 'aws:PrincipalOrgID', oneOrAll(organizations));
  return context.home === undefined
    ? undefined
    : addCondition(accepted, statement.index, 'StringEquals', 'aws:PrincipalAccount', context.home);
}

/** IAM takes no `"Principal": "*"` in a trust policy; the repaired document has to be one that it takes. */
function withObject(context: RiskContext, pointer: string): RiskContext {
  const text = replaceAt(context.policy, pointer, { AWS: '*' });
  const parsed = text === undefined ? undefined : parseTrustPolicy(text);
  return parsed?.status === 'read' ? { ...context, policy: parsed.policy } : context;
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}
