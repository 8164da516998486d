/** Does somebody get in just because a condition holds when its key is missing? */
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { addsSomebody, onlyBy } from './altered-policy.ts';
import { clause, type RiskContext } from './risk-context.ts';

/**
 * Parameters of a call are left out of account, but for the external ID: a condition on session tags, a source identity
 * or provided contexts limits what may be passed, and to pass none is no way round it.
 *
 * @returns whether fewer would get in if the condition asked for its key as well.
 */
export function wayInWithoutKey(context: RiskContext, statement: Statement, condition: ConditionClause): boolean {
  const lower = condition.key.toLowerCase();
  if (isParameter(lower) || reachesEitherWay(statement, lower)) return false;
  const { policy, denies } = context;
  // By itself, or two statements with the same hole would hide each other's.
  const asking = [...statement.conditions, clause('Null', condition.key, ['false'])];
  return addsSomebody(
    onlyBy(policy, statement, asking, denies),
    onlyBy(policy, statement, statement.conditions, denies),
  );
}

/** @returns whether the registry has the key, or the one that was meant by it is plain. */
export function isRegistered(key: string): boolean {
  return lookUpKey(key).kind !== 'unregistered';
}

const parameters =
  /^(sts:(sourceidentity|transitivetagkeys|requestcontextproviders|requestcontext\/.*)|aws:(tagkeys|requesttag\/.*))$/;

function isParameter(lower: string): boolean {
  return parameters.test(lower);
}

const publicAddress: ReadonlySet<string> = new Set(['aws:sourceip']);
const endpoint: ReadonlySet<string> = new Set(['aws:sourcevpc', 'aws:sourcevpce', 'aws:vpcsourceip']);

/** A call comes from a public address or through an endpoint: a condition for each case leaves no third. */
function reachesEitherWay(statement: Statement, lower: string): boolean {
  const other = publicAddress.has(lower) ? endpoint : endpoint.has(lower) ? publicAddress : undefined;
  return (
    other !== undefined &&
    statement.conditions.some(({ key, operator }) => other.has(key.toLowerCase()) && operator.base !== 'Null')
  );
}
