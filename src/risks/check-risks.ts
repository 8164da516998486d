/** Which risks does a trust policy, or a change of one, carry? All rules asked, the general ones folded under the exact. */
import { severities } from '../findings/finding.ts';
import { anyNewAccess } from '../policy/compare/compare.ts';
import { isUsedUp, sharingWork, spendShared } from '../policy/compare/work.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { validateTrustPolicy } from '../policy/document/validate.ts';
import { riskRules } from './catalogue.ts';
import { type RiskContext, riskContext } from './risk-context.ts';
import type { FixProposal, RiskHit, RiskQuestion, RiskRule, RuledRisk } from './risk-rule.ts';

export interface RiskOptions {
  /** Whether to derive and verify fixes, which costs a comparison each. Default: true. */
  readonly fixes?: boolean;
  /** Whether to give the text of fixes as well, for writing them; it may hold external IDs. Default: false. */
  readonly fixTexts?: boolean;
  /** Rules to ask; all of the catalogue where not given. */
  readonly rules?: readonly RiskRule[];
}

interface Found {
  readonly rule: RiskRule;
  readonly hit: RiskHit;
}

/**
 * Asks every rule about a policy.
 *
 * @returns the risks, most severe first, then in the order of the document. A rule that another, more exact one folds
 * for the same statement stands only in the other's `also`.
 */
export function checkRisks(question: RiskQuestion, options: RiskOptions = {}): readonly RuledRisk[] {
  return sharingWork(mostWorkOfRules, () => check(question, options));
}

/** For all questions about one policy. What is asked beyond it is undecided, and no fix is derived. */
const mostWorkOfRules = 1_000_000;

/** A fix is a document of its own: it is read, judged and compared. */
const workOfCharacter = 0.5;

function check(question: RiskQuestion, options: RiskOptions): readonly RuledRisk[] {
  const context = riskContext(question);
  const found: Found[] = [];
  for (const rule of options.rules ?? riskRules) {
    if (rule.about === 'change' && question.previous === undefined && question.maxSessionDuration?.before === undefined)
      continue;
    for (const hit of rule.check(context)) found.push({ rule, hit });
  }
  const risks = fold(found).map(({ rule, hit, also }) => riskOf({ rule, hit }, also, context, options, found));
  return risks.sort(
    (a, b) =>
      severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
}

/** A hit is folded where a rule that says so fired for the same statement, or for the whole document. */
function fold(found: readonly Found[]): readonly (Found & { readonly also: readonly string[] })[] {
  // By statement and rule: a policy with thousands of principals has as many hits.
  const inScope = new Map<number | undefined, Map<string, RiskRule>>();
  for (const { rule, hit } of found) {
    const rules = inScope.get(hit.statement) ?? new Map<string, RiskRule>();
    inScope.set(hit.statement, rules.set(rule.id, rule));
  }
  return found.flatMap((one) => {
    const rules = inScope.get(one.hit.statement) ?? new Map<string, RiskRule>();
    for (const rule of rules.values()) if (rule !== one.rule && rule.folds?.includes(one.rule.id) === true) return [];
    return [{ ...one, also: alsoOf(one.rule, rules) }];
  });
}

/** The rules that fired in the same scope and are folded, by whatever way. */
function alsoOf(rule: RiskRule, rules: ReadonlyMap<string, RiskRule>): readonly string[] {
  const folded = new Set<string>();
  const follow = (from: RiskRule): void => {
    for (const [id, other] of rules) {
      if (folded.has(id) || from.folds?.includes(id) !== true) continue;
      folded.add(id);
      follow(other);
    }
  };
  follow(rule);
  return [...folded];
}

function riskOf(
  one: Found,
  also: readonly string[],
  context: RiskContext,
  options: RiskOptions,
  found: readonly Found[],
): RuledRisk {
  const { rule, hit } = one;
  const place = context.policy.placeOf(hit.pointer);
  const proposal = options.fixes === false || isUsedUp() ? undefined : rule.fix?.(context, hit);
  return {
    rule: rule.id,
    severity: hit.severity ?? rule.severity,
    ...(place === undefined ? {} : { line: place.line, column: place.column }),
    pointer: hit.pointer,
    message: hit.message,
    why: rule.why,
    docs: `docs/rules/${rule.id}.md`,
    fix: proposal === undefined ? null : verifiedFix(one, proposal, context, found),
    ...(also.length === 0 ? {} : { also }),
    discriminator: hit.discriminator ?? hit.pointer,
    ...(hit.statement === undefined ? {} : { statement: hit.statement }),
    ...(proposal === undefined || options.fixTexts !== true ? {} : { fixText: proposal.text }),
  };
}

/** Verified: IAM would take the document, the rule no longer fires there, and nobody gains but the class intended. */
function verifiedFix(
  one: Found,
  proposal: FixProposal,
  context: RiskContext,
  found: readonly Found[],
): RuledRisk['fix'] {
  spendShared(proposal.text.length * workOfCharacter);
  const parsed = parseTrustPolicy(proposal.text);
  if (parsed.status !== 'read') return null;
  const { policy } = parsed;
  const grants = proposal.intended === undefined ? 'nothing' : proposal.intended.inWords;
  const sound =
    ![...parsed.problems, ...validateTrustPolicy(policy)].some((problem) => problem.level === 'refused') &&
    !firesAgain(one, policy, context, found) &&
    anyNewAccess(withStatementsOf(context.policy, proposal.intended?.policy), policy) === 'no';
  return {
    summary: proposal.summary,
    policy: JSON.parse(policy.text) as unknown,
    verified: sound,
    ...(sound ? { grants } : {}),
  };
}

/** Other statements may break the same rule; the repaired one must not, and no new place may. */
function firesAgain({ rule, hit }: Found, fixed: TrustPolicy, context: RiskContext, found: readonly Found[]): boolean {
  const before = found.filter((other) => other.rule === rule);
  const after = rule.check(riskContext({ ...context.question, policy: fixed }));
  return (
    after.length >= before.length ||
    after.some((other) => other.pointer === hit.pointer && other.message === hit.message)
  );
}

function withStatementsOf(policy: TrustPolicy, more: TrustPolicy | undefined): TrustPolicy {
  if (more === undefined) return policy;
  const added: readonly Statement[] = more.statements.map((s, i) => ({ ...s, index: policy.statements.length + i }));
  return { ...policy, statements: [...policy.statements, ...added] };
}
