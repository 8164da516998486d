/** What do the caller's identity-based policies, as far as they are plain, say to the assume call? No engine of its own. */
import { prepareWildcard } from '../policy/evaluate/wildcard.ts';

export interface CallerPolicyAnswer {
  /**
   * `deny`: a Deny without a condition covers action and role. `allow`: an Allow without a condition does, and no Deny
   * can. `no-allow`: no statement can allow it. `unknown`: it hangs on a condition, a variable or an odd document.
   */
  readonly answer: 'deny' | 'allow' | 'no-allow' | 'unknown';
  /** Of the statement that decides: the policy's place in the list and the pointer in it. */
  readonly policy?: number;
  readonly pointer?: string;
}

type JsonObject = Readonly<Record<string, unknown>>;
type Truth = 'yes' | 'no' | 'unknown';

/** @param role ARN of the role that the call named. */
export function askCallerPolicies(policies: readonly unknown[], action: string, role: string): CallerPolicyAnswer {
  let allow: CallerPolicyAnswer | undefined;
  let open = false;
  let openDeny = false;
  for (const [index, policy] of policies.entries()) {
    const document = documentOf(policy);
    const statements = document?.['Statement'];
    if (document === undefined || statements === undefined) {
      open = true;
      openDeny = true;
      continue;
    }
    const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
    for (const [number, statement] of list.entries()) {
      const pointer = Array.isArray(statements) ? `/Statement/${number}` : '/Statement';
      const matches = isObject(statement) ? statementMatches(statement, action, role) : 'unknown';
      const effect = isObject(statement) ? statement['Effect'] : undefined;
      if (matches === 'no') continue;
      if (effect === 'Deny' && matches === 'yes') return { answer: 'deny', policy: index, pointer };
      if (effect === 'Allow' && matches === 'yes') allow ??= { answer: 'allow', policy: index, pointer };
      else if (effect === 'Allow') open = true;
      else openDeny = true;
    }
  }
  if (openDeny) return { answer: 'unknown' };
  if (allow !== undefined) return allow;
  return { answer: open ? 'unknown' : 'no-allow' };
}

/** The document itself, its text, or what holds one under `PolicyDocument` or `Document`. */
function documentOf(policy: unknown): JsonObject | undefined {
  let value = policy;
  if (typeof value === 'string') {
    try {
      value = JSON.parse(/^\s*%/.test(value) ? decodeURIComponent(value) : value) as unknown;
    } catch {
      return undefined;
    }
  }
  if (!isObject(value)) return undefined;
  const inner = value['PolicyDocument'] ?? value['Document'];
  return value['Statement'] === undefined && inner !== undefined && inner !== policy ? documentOf(inner) : value;
}

function statementMatches(statement: JsonObject, action: string, role: string): Truth {
  const onAction = element(statement, 'Action', 'NotAction', action.toLowerCase(), true);
  const onRole = element(statement, 'Resource', 'NotResource', role, false);
  if (onAction === 'no' || onRole === 'no') return 'no';
  const { Condition: condition } = statement;
  const unconditional = condition === undefined || (isObject(condition) && Object.keys(condition).length === 0);
  return onAction === 'yes' && onRole === 'yes' && unconditional ? 'yes' : 'unknown';
}

function element(statement: JsonObject, name: string, negated: string, text: string, ignoreCase: boolean): Truth {
  const positive = textsOf(statement[name]);
  const negative = textsOf(statement[negated]);
  if ((positive === undefined) === (negative === undefined)) return 'unknown';
  const patterns = positive ?? negative ?? [];
  const some = patterns.some((pattern) => prepareWildcard(ignoreCase ? pattern.toLowerCase() : pattern)(text));
  // A variable may stand for anything.
  if (!some && patterns.some((pattern) => pattern.includes('${'))) return 'unknown';
  return some === (positive !== undefined) ? 'yes' : 'no';
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
