/** Which risks does a trust policy, or a change of one, carry? All rules asked, the general ones folded under the exact. */
import { severities } from '../findings/finding.ts';
import { anyNewAccess } from '../policy/compare/compare.ts';
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
  const context = riskContext(question);
  const found: Found[] = [];
  for (const rule of options.rules ?? riskRules) {
    if (rule.about === 'change' && question.previous === undefined && question.maxSessionDuration?.before === undefined)
      continue;
    for (const hit of rule.check(context)) found.push({ rule, hit });
  }
  const risks = fold(found).map(({ rule, hit, also }) => riskOf(rule, hit, also, context, options));
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
  const sameScope = (a: RiskHit, b: RiskHit) => a.statement === b.statement;
  const coveredBy = (one: Found) =>
    found.filter(
      (other) => other !== one && other.rule.folds?.includes(one.rule.id) === true && sameScope(other.hit, one.hit),
    );
  return found
    .filter((one) => coveredBy(one).length === 0)
    .map((one) => ({ ...one, also: [...new Set(alsoOf(one, found, sameScope, new Set()))] }));
}

function alsoOf(
  one: Found,
  found: readonly Found[],
  sameScope: (a: RiskHit, b: RiskHit) => boolean,
  seen: Set<Found>,
): readonly string[] {
  if (seen.has(one)) return [];
  seen.add(one);
  return found
    .filter((other) => one.rule.folds?.includes(other.rule.id) === true && sameScope(one.hit, other.hit))
    .flatMap((other) => [other.rule.id, ...alsoOf(other, found, sameScope, seen)]);
}

function riskOf(
  rule: RiskRule,
  hit: RiskHit,
  also: readonly string[],
  context: RiskContext,
  options: RiskOptions,
): RuledRisk {
  const place = context.policy.placeOf(hit.pointer);
  const proposal = options.fixes === false ? undefined : rule.fix?.(context, hit);
  return {
    rule: rule.id,
    severity: hit.severity ?? rule.severity,
    ...(place === undefined ? {} : { line: place.line, column: place.column }),
    pointer: hit.pointer,
    message: hit.message,
    why: rule.why,
    docs: `docs/rules/${rule.id}.md`,
    fix: proposal === undefined ? null : verifiedFix(rule, hit, proposal, context),
    ...(also.length === 0 ? {} : { also }),
    discriminator: hit.discriminator ?? hit.pointer,
    ...(hit.statement === undefined ? {} : { statement: hit.statement }),
    ...(proposal === undefined || options.fixTexts !== true ? {} : { fixText: proposal.text }),
  };
}

/** Verified: IAM would take the document, the rule no longer fires there, and nobody gains but the class intended. */
function verifiedFix(rule: RiskRule, hit: RiskHit, proposal: FixProposal, context: RiskContext): RuledRisk['fix'] {
  const parsed = parseTrustPolicy(proposal.text);
  if (parsed.status !== 'read') return null;
  const { policy } = parsed;
  const grants = proposal.intended === undefined ? 'nothing' : proposal.intended.inWords;
  const sound =
    ![...parsed.problems, ...validateTrustPolicy(policy)].some((problem) => problem.level === 'refused') &&
    !firesAgain(rule, hit, policy, context) &&
    anyNewAccess(withStatementsOf(context.policy, proposal.intended?.policy), policy) === 'no';
  return {
    summary: proposal.summary,
    policy: JSON.parse(policy.text) as unknown,
    verified: sound,
    ...(sound ? { grants } : {}),
  };
}

/** Other statements may break the same rule; the repaired one must not, and no new place may. */
function firesAgain(rule: RiskRule, hit: RiskHit, fixed: TrustPolicy, context: RiskContext): boolean {
  const before = rule.check(context);
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
