/** What is wrong with the trust policies of a file: what IAM refuses, what can never match, what lets a stranger in? */
import { acceptanceOf } from '../configuration/acceptance.ts';
import { type Configuration, severityOf, trustedWorld } from '../configuration/configuration.ts';
import { knownVendors } from '../configuration/known-vendors.ts';
import { type RiskFinding, type Severity, severities } from '../findings/finding.ts';
import { collectExternalIds, maskRisk } from '../findings/mask.ts';
import type { Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import { validateTrustPolicy } from '../policy/document/validate.ts';
import { checkRisks } from '../risks/check-risks.ts';
import type { RiskQuestion, TrustedWorld } from '../risks/risk-rule.ts';
import type { PolicyInFile } from './policies-in-file.ts';
import { templateAccount, templateOrganization } from './template-values.ts';

export interface CheckSettings {
  readonly configuration: Configuration;
  /** ISO 8601. */
  readonly at: string;
  /** ARN of the role, for a file that holds only the document. */
  readonly role?: string;
  readonly previous?: TrustPolicy;
  readonly showExternalIds: boolean;
}

/** A finding with the role it is about, where the file tells. */
export type CheckFinding = RiskFinding & { readonly role?: string };

export interface Checked {
  readonly findings: readonly CheckFinding[];
  /** Found and accepted by the configuration. */
  readonly accepted: number;
  /** Why nothing can be said of it; none of the findings then. */
  readonly unreadable?: Problem;
}

export interface Among {
  /** External IDs of all policies that are checked together: value → the accounts of their roles. */
  readonly externalIds: ReadonlyMap<string, readonly string[]>;
}

/** @returns everything that is found in one policy, the most severe first. */
export function checkPolicy(one: PolicyInFile, settings: CheckSettings, among?: Among): Checked {
  const { input } = one;
  const { parsed } = input;
  if (parsed.status === 'unreadable') return { findings: [], accepted: 0, unreadable: parsed.problem };
  const role = settings.role ?? input.role.arn;
  const named = one.label === undefined && role === undefined ? {} : { role: one.label ?? role ?? '' };
  const place = <F extends RiskFinding>(finding: F): F & { readonly role?: string } => ({
    ...finding,
    file: input.name,
    ...named,
  });
  if (parsed.status === 'meaningless') {
    const refused = parsed.problems.map((problem) => place(invalid(problem)));
    return { findings: refused, accepted: 0 };
  }
  const { policy } = parsed;
  const { configuration, at } = settings;
  const problems = uniqueProblems([...parsed.problems, ...validateTrustPolicy(policy, quotaOf(configuration))]);
  const previous = settings.previous ?? one.previous;
  const question: RiskQuestion = {
    policy,
    at,
    world: worldOf(one, configuration),
    ...(role === undefined ? {} : { role }),
    ...(previous === undefined ? {} : { previous }),
    ...(input.role.maxSessionDuration === undefined
      ? {}
      : { maxSessionDuration: { now: input.role.maxSessionDuration } }),
    ...(one.attachedPolicies === undefined ? {} : { attachedPolicies: one.attachedPolicies }),
    ...(one.policyDocuments === undefined ? {} : { policyDocuments: one.policyDocuments }),
    ...(configuration.sizeQuota === undefined ? {} : { sizeQuota: configuration.sizeQuota }),
    ...(among === undefined ? {} : { externalIdsElsewhere: among.externalIds }),
  };
  const risks = checkRisks(question);
  const findings: CheckFinding[] = [];
  let accepted = 0;
  for (const { discriminator, statement: _, ...risk } of risks) {
    const acceptance = acceptanceOf(configuration, { rule: risk.rule, discriminator }, role, at);
    if (acceptance !== undefined && !acceptance.expired) {
      accepted += 1;
      continue;
    }
    const severity = severityOf(configuration, risk.rule, risk.severity);
    findings.push(place({ ...risk, severity }));
    if (acceptance !== undefined)
      findings.push(
        place({
          rule: 'acceptance-expired',
          severity,
          pointer: risk.pointer,
          ...(risk.line === undefined ? {} : { line: risk.line, column: risk.column ?? 1 }),
          message: `The acceptance of \`${risk.rule}\` ended on ${acceptance.acceptance.until}, and the risk is still there.`,
          why: `It was accepted because: ${acceptance.acceptance.reason}`,
          docs: 'docs/rules/README.md',
          fix: null,
        }),
      );
  }
  for (const problem of problems) {
    if (problem.level === 'refused') findings.push(place(invalid(problem)));
    // What a rule has said already, more exactly, is not said again.
    else if (problem.level !== 'doubtful' && !findings.some(({ pointer }) => touches(pointer, problem.pointer)))
      findings.push(place(notRefused(problem)));
  }
  const ids = settings.showExternalIds ? new Set<string>() : collectExternalIds(JSON.parse(policy.text));
  const shown = settings.showExternalIds ? findings : findings.map((finding) => maskRisk(finding, ids));
  return { findings: shown.sort(bySeverityThenPlace), accepted };
}

function quotaOf({ sizeQuota }: Configuration): { readonly quota?: number } {
  return sizeQuota === undefined ? {} : { quota: sizeQuota };
}

/** Values that are known only once a template is deployed count as the owner's own: only what is wrong all the same is said. */
function worldOf(one: PolicyInFile, configuration: Configuration): TrustedWorld {
  const world = trustedWorld(configuration, knownVendors);
  if (one.accountAssumed === undefined) return world;
  return {
    ...world,
    accounts: one.accountAssumed ? [...world.accounts, templateAccount] : world.accounts,
    organizations: one.unknown.length === 0 ? world.organizations : [...world.organizations, templateOrganization],
  };
}

/** Found by the parser and by the validator alike. */
function uniqueProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.pointer}`, problem])).values()];
}

function invalid(problem: Problem): RiskFinding {
  return {
    rule: problem.code.startsWith('invalid-') ? problem.code : `invalid-${problem.code}`,
    severity: 'high',
    ...placed(problem),
    message: sentence(`IAM refuses this: ${problem.message}`),
    why:
      problem.iamMessage === undefined
        ? 'IAM would answer with MalformedPolicyDocument, and the policy before stays in force.'
        : `IAM answers \`${problem.iamMessage}\`, and the policy before stays in force.`,
    docs: 'docs/rules/README.md',
    fix: null,
  };
}

function notRefused(problem: Problem): RiskFinding {
  const never = problem.level === 'never-matches';
  return {
    rule: problem.code,
    severity: never ? 'low' : 'info',
    ...placed(problem),
    message: sentence(`${never ? 'This can never match' : 'IAM may refuse this'}: ${problem.message}`),
    why: never
      ? 'IAM takes the document without a word, and this part of it lets nobody in, or keeps nobody out.'
      : `Whether IAM takes it depends on the account or is not settled${problem.iamMessage === undefined ? '' : `; it would answer \`${problem.iamMessage}\``}.`,
    docs: 'docs/rules/README.md',
    fix: null,
  };
}

function placed({ pointer, place }: Problem): Pick<RiskFinding, 'pointer' | 'line' | 'column'> {
  return { pointer, ...(place === undefined ? {} : { line: place.line, column: place.column }) };
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** One pointer leads to the other or into it. */
function touches(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || (other.startsWith(`${one}/`) && one.split('/').length > 3);
}

function bySeverityThenPlace(a: RiskFinding, b: RiskFinding): number {
  return (
    severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}

/** @returns the external IDs of all policies with the accounts of their roles. */
export function externalIdsOf(policies: readonly PolicyInFile[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { input } of policies) {
    if (input.parsed.status !== 'read') continue;
    const account = /^arn:[^:]*:iam::(\d{12}):/.exec(input.role.arn ?? '')?.[1] ?? '';
    for (const { conditions } of input.parsed.policy.statements)
      for (const { key, values } of conditions)
        if (key.toLowerCase() === 'sts:externalid')
          for (const { text } of values) found.set(text, (found.get(text) ?? new Set()).add(account));
  }
  return new Map([...found].map(([id, accounts]) => [id, [...accounts]]));
}

/** How many findings of each severity. */
export function counted(findings: readonly { readonly severity: Severity }[]): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
