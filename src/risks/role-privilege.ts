/** How much power does the role have, as far as its policies could be read? */
import type { RiskQuestion } from './risk-rule.ts';

export interface Privilege {
  /** `unknown`: no attached policy could be read. */
  readonly level: 'privileged' | 'ordinary' | 'read-only' | 'unknown';
  /** What shows it, for a message: the name of the policy. */
  readonly because: string | undefined;
}

/** AWS managed policies that hand over the account, or the means to take it (AWS Managed Policy Reference Guide). */
const powerful: ReadonlySet<string> = new Set(['AdministratorAccess', 'PowerUserAccess', 'IAMFullAccess']);
const readers: ReadonlySet<string> = new Set(['ReadOnlyAccess', 'ViewOnlyAccess', 'SecurityAudit']);

/**
 * @returns `privileged` where a powerful managed policy is attached or a document allows `*` or `iam:*` on everything;
 * `read-only` where nothing but reading policies is attached; `unknown` where neither kind of evidence was given.
 */
export function privilegeOf(question: Pick<RiskQuestion, 'attachedPolicies' | 'policyDocuments'>): Privilege {
  const attached = question.attachedPolicies;
  const documents = question.policyDocuments;
  if (attached === undefined && documents === undefined) return { level: 'unknown', because: undefined };
  const names = (attached ?? []).filter(isOfAws).map((policy) => policy.slice(policy.lastIndexOf('/') + 1));
  const strong = names.find((name) => powerful.has(name));
  if (strong !== undefined) return { level: 'privileged', because: strong };
  if ((documents ?? []).some(allowsEverything))
    return { level: 'privileged', because: 'a policy that allows everything' };
  const onlyOfAws = names.length > 0 && names.length === attached?.length && (documents ?? []).length === 0;
  if (onlyOfAws && names.every((name) => readers.has(name))) return { level: 'read-only', because: names[0] };
  return { level: 'ordinary', because: undefined };
}

/** A bare name is taken for the policy of AWS; the ARN of one's own policy of that name is not. */
function isOfAws(policy: string): boolean {
  return !policy.startsWith('arn:') || /^arn:[^:]+:iam::aws:policy\//.test(policy);
}

function allowsEverything(document: unknown): boolean {
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return false;
  return listOf(document.Statement).some((statement) => {
    if (typeof statement !== 'object' || statement === null) return false;
    if (!('Effect' in statement) || statement.Effect !== 'Allow' || 'Condition' in statement) return false;
    const resources = 'Resource' in statement ? listOf(statement.Resource) : [];
    if (!resources.includes('*')) return false;
    // All but a few actions, as PowerUserAccess has it, is as good as all.
    if ('NotAction' in statement) return !listOf(statement.NotAction).includes('*');
    const actions = 'Action' in statement ? listOf(statement.Action) : [];
    return actions.some((action) => typeof action === 'string' && /^(\*|\*:\*|iam:\*)$/i.test(action));
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
