/** What is wrong with the trust policies of a file: what IAM refuses, what can never match, what lets a stranger in? */
import { acceptanceOf } from '../configuration/acceptance.ts';
import { type Configuration, severityOf, trustedWorld } from '../configuration/configuration.ts';
import { knownVendors } from '../configuration/known-vendors.ts';
import { type RiskFinding, type Severity, severities } from '../findings/finding.ts';
import { collectExternalIds, maskRisk } from '../findings/mask.ts';
import { newAccess } from '../policy/compare/compare.ts';
import type { ParsedTrustPolicy, Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import { validateTrustPolicy } from '../policy/document/validate.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { checkRisks } from '../risks/check-risks.ts';
import type { RiskQuestion, TrustedWorld } from '../risks/risk-rule.ts';
import { privilegeOf } from '../risks/role-privilege.ts';
import type { Deployment, PolicyInFile } from './policy-in-file.ts';
import { markOf, templateAccount, templateOrganization } from './template-values.ts';

export interface CheckSettings {
  readonly configuration: Configuration;
  /** ISO 8601. */
  readonly at: string;
  /** ARN of the role, for a file that holds only the document. */
  readonly role?: string;
  readonly previous?: TrustPolicy;
  readonly showExternalIds: boolean;
  /** Whether to derive fixes, and to give their texts. Default: to derive them. */
  readonly fixes?: 'none' | 'with-texts';
}

/** A finding with the role it is about, where the file tells. */
export type CheckFinding = RiskFinding & { readonly role?: string };

export interface Checked {
  readonly findings: readonly CheckFinding[];
  /** Found and accepted by the configuration. */
  readonly accepted: number;
  /** Texts of the whole repaired document, in the order of the findings; only where `fixes` asks for them. */
  readonly repairs: readonly Repaired[];
  /** Why nothing can be said of it; none of the findings then. */
  readonly unreadable?: Problem;
}

export interface Repaired {
  readonly fix: NonNullable<RiskFinding['fix']>;
  readonly text: string;
}

/** What policies that are checked together have in common. */
export interface Among {
  /** External IDs of all of them: value → the accounts of their roles. */
  readonly externalIds: ReadonlyMap<string, readonly string[]>;
  /** What was found in the same policy of another role: half of an account's roles share a few policies. */
  readonly answers: Map<string, readonly Found[]>;
}

/** Something found, before anybody is asked whether it is accepted. */
export interface Found {
  readonly finding: RiskFinding;
  readonly discriminator: string;
  readonly statement: number | undefined;
  readonly fixText?: string;
}

/**
 * @param baseline what the owner allows the role at most.
 * @returns everything that is found in one policy, the most severe first.
 */
export function checkPolicy(
  one: PolicyInFile,
  settings: CheckSettings,
  among?: Among,
  baseline?: { readonly name: string; readonly policy: TrustPolicy },
): Checked {
  const { input } = one;
  const nothing = { findings: [], accepted: 0, repairs: [] };
  if (input.parsed.status === 'unreadable') return { ...nothing, unreadable: input.parsed.problem };
  const role = input.role.arn ?? settings.role;
  const judge = (parsed: ParsedTrustPolicy): readonly Found[] => [
    ...foundIn(parsed, one, role, settings, among),
    ...(baseline === undefined || parsed.status !== 'read' ? [] : beyond(parsed.policy, baseline)),
  ];
  const found = one.deployments === undefined ? judge(input.parsed) : inAllDeployments(one.deployments, judge);
  const { configuration, at } = settings;
  const named = one.label === undefined && role === undefined ? {} : { role: one.label ?? role ?? '' };
  const findings: CheckFinding[] = [];
  const repairs: Repaired[] = [];
  let accepted = 0;
  for (const { finding, discriminator, fixText } of [...found].sort(bySeverityThenPlace)) {
    const acceptance = rolesMeant(one, role, configuration)
      .map((meant) => acceptanceOf(configuration, { rule: finding.rule, discriminator }, meant, at))
      .find((answer) => answer !== undefined);
    if (acceptance !== undefined && !acceptance.expired) {
      accepted += 1;
      continue;
    }
    const severity = severityOf(configuration, finding.rule, finding.severity);
    const told: CheckFinding = {
      ...finding,
      severity,
      file: input.name,
      ...named,
      // A fix of a policy with stand-ins in it is nobody's policy.
      ...(one.deployments === undefined && !quotesAccount(finding.fix) ? {} : { fix: null }),
      ...(one.accountAssumed === true
        ? { message: finding.message.replaceAll(templateAccount, one.accountName ?? ownAccount) }
        : {}),
    };
    findings.push(told);
    if (told.fix !== null && fixText !== undefined) repairs.push({ fix: told.fix, text: fixText });
    if (acceptance !== undefined)
      findings.push({
        ...told,
        rule: 'acceptance-expired',
        message: `The acceptance of ${finding.rule} ended on ${acceptance.acceptance.until}, and the risk is still there.`,
        why: `It was accepted because: ${acceptance.acceptance.reason}`,
        docs: 'docs/check-in-ci.md',
        fix: null,
      });
  }
  const read = input.parsed.status === 'read' ? [input.parsed.policy] : [];
  const before = settings.previous ?? one.previous;
  const texts = [...read, ...(before === undefined ? [] : [before])].map(
    (policy) => JSON.parse(policy.text) as unknown,
  );
  const ids = settings.showExternalIds ? new Set<string>() : collectExternalIds(texts);
  const shown = settings.showExternalIds ? findings : findings.map((finding) => maskRisk(finding, ids));
  return { findings: shown, accepted, repairs };
}

/** What a template calls the account that it is deployed to. */
const ownAccount = '${AWS::AccountId}';

function quotesAccount(fix: RiskFinding['fix']): boolean {
  return fix !== null && JSON.stringify(fix).includes(templateAccount);
}

/** A pattern of the configuration names the account that the template is deployed to, which is not known here. */
function rolesMeant(
  { accountAssumed }: PolicyInFile,
  role: string | undefined,
  { accounts }: Configuration,
): readonly (string | undefined)[] {
  if (accountAssumed !== true || role === undefined) return [role];
  return [role, ...accounts.map((account) => role.replace(templateAccount, account))];
}

function foundIn(
  parsed: ParsedTrustPolicy,
  one: PolicyInFile,
  role: string | undefined,
  settings: CheckSettings,
  among: Among | undefined,
): readonly Found[] {
  switch (parsed.status) {
    case 'unreadable':
      return [ofProblem(parsed.problem, invalid(parsed.problem))];
    case 'meaningless':
      return parsed.problems.map((problem) => ofProblem(problem, invalid(problem)));
  }
  const { policy } = parsed;
  const { configuration, at } = settings;
  const { answers } = among ?? {};
  const name = answers === undefined ? undefined : nameOfQuestion(policy, one, role, settings);
  const known = name === undefined ? undefined : answers?.get(name);
  if (known !== undefined) return known.map((found) => replaced(found, policy));
  const previous = settings.previous ?? one.previous;
  const { maxSessionDuration } = one.input.role;
  const question: RiskQuestion = {
    policy,
    at,
    world: worldOf(one, configuration),
    ...(role === undefined ? {} : { role }),
    ...(previous === undefined ? {} : { previous }),
    ...(maxSessionDuration === undefined ? {} : { maxSessionDuration: { now: maxSessionDuration } }),
    ...(one.attachedPolicies === undefined ? {} : { attachedPolicies: one.attachedPolicies }),
    ...(one.policyDocuments === undefined ? {} : { policyDocuments: one.policyDocuments }),
    ...(configuration.sizeQuota === undefined ? {} : { sizeQuota: configuration.sizeQuota }),
    ...(among === undefined ? {} : { externalIdsElsewhere: among.externalIds }),
  };
  const found: Found[] = checkRisks(question, {
    fixes: settings.fixes !== 'none' && one.deployments === undefined,
    fixTexts: settings.fixes === 'with-texts',
  }).map(({ discriminator, statement, fixText, ...finding }) => ({
    finding,
    discriminator,
    statement,
    ...(fixText === undefined ? {} : { fixText }),
  }));
  const risks = [...found];
  for (const problem of uniqueProblems([...parsed.problems, ...validateTrustPolicy(policy, quotaOf(configuration))])) {
    if (problem.level === 'refused') {
      // A rule that says no more than that stands under it, and so does the fix it has.
      const same = risks.filter(
        ({ finding }) =>
          finding.pointer === problem.pointer && severities.indexOf(finding.severity) < severities.indexOf('high'),
      );
      for (const one of same) found.splice(found.indexOf(one), 1);
      const fixed = same.find(({ finding }) => finding.fix !== null);
      const also = same.flatMap(({ finding }) => [finding.rule, ...(finding.also ?? [])]);
      found.push({
        ...(fixed ?? {}),
        ...ofProblem(problem, {
          ...invalid(problem),
          ...(fixed === undefined ? {} : { fix: fixed.finding.fix }),
          ...(also.length === 0 ? {} : { also }),
        }),
      });
    }
    // What a rule has said already, more exactly, is not said again.
    else if (problem.level !== 'doubtful' && !risks.some(({ finding }) => touches(finding.pointer, problem.pointer)))
      found.push(ofProblem(problem, notRefused(problem)));
  }
  if (name !== undefined && (answers?.size ?? 0) < mostAnswers) answers?.set(name, found);
  return found;
}

/** Answers that are kept: memory stays flat, however many roles there are. */
const mostAnswers = 2000;

/**
 * All that the rules look at, save the name of the role where the policy cannot speak of it. `undefined`: the question
 * is not asked twice.
 */
function nameOfQuestion(
  policy: TrustPolicy,
  one: PolicyInFile,
  role: string | undefined,
  { previous, configuration }: CheckSettings,
): string | undefined {
  if (previous !== undefined || one.previous !== undefined || one.deployments !== undefined) return undefined;
  const end = (role ?? '').lastIndexOf('/') + 1;
  const own = (role ?? '').slice(end);
  if (policy.text.includes(own) || /externalid/i.test(policy.text)) return undefined;
  const { level, because } = privilegeOf(one);
  const partners = configuration.partners.map(({ roles }) =>
    role === undefined ? true : roles.some((pattern) => matchWildcard(pattern, role)),
  );
  return JSON.stringify([
    policy.text,
    (role ?? '').slice(0, end),
    one.input.role.maxSessionDuration ?? null,
    level,
    because ?? null,
    partners,
    one.accountAssumed ?? null,
  ]);
}

function replaced(found: Found, policy: TrustPolicy): Found {
  const { line: _, column: __, ...finding } = found.finding;
  const place = policy.placeOf(finding.pointer);
  return { ...found, finding: place === undefined ? finding : { ...finding, ...place } };
}

function ofProblem(problem: Problem, finding: RiskFinding): Found {
  const statement = /^\/Statement\/(\d+)/.exec(problem.pointer)?.[1];
  return {
    finding,
    discriminator: problem.pointer,
    statement: statement === undefined ? undefined : Number(statement),
  };
}

/**
 * What holds however the unknown values turn out, for some setting of the template's conditions. Where one deployment
 * folds a finding under a more exact one that does not hold everywhere, it is still there.
 */
function inAllDeployments(
  groups: readonly (readonly Deployment[])[],
  judge: (parsed: ParsedTrustPolicy) => readonly Found[],
): readonly Found[] {
  const settings = groups.map((group) => {
    const judged = group.map(({ parsed, standIns }) => ({ found: judge(parsed), standIns }));
    const holdsIn = (found: readonly Found[], { finding: { rule, pointer }, statement }: Found): Found | undefined =>
      found.find(
        (other) =>
          (other.finding.rule === rule && other.finding.pointer === pointer) ||
          (other.statement === statement && other.finding.also?.includes(rule) === true),
      );
    const held = judged.flatMap(({ found, standIns }) =>
      found.flatMap((one): readonly Found[] => {
        const everywhere = judged.map((other) => holdsIn(other.found, one));
        if (!everywhere.every((other) => other !== undefined)) return [];
        const { also: _, ...finding } = one.finding;
        const least = Math.min(...everywhere.map((other) => severities.indexOf(other.finding.severity)));
        const also = (one.finding.also ?? []).filter((id) =>
          everywhere.every((other) => other.finding.also?.includes(id)),
        );
        return [
          {
            ...one,
            finding: {
              ...finding,
              severity: severities[least] ?? finding.severity,
              message: withNames(finding.message, standIns),
              why: withNames(finding.why, standIns),
              ...(also.length === 0 ? {} : { also }),
            },
          },
        ];
      }),
    );
    return held.filter(
      (one) =>
        !held.some((other) => other.statement === one.statement && other.finding.also?.includes(one.finding.rule)),
    );
  });
  const named = settings.map(
    (found) =>
      new Map(
        found.map((one) => {
          const { rule, line, column, pointer } = one.finding;
          return [`${rule} ${line === undefined ? pointer : `${line}:${column}`}`, one] as const;
        }),
      ),
  );
  const unique = new Map([...named].reverse().flatMap((found) => [...found]));
  // That something is superfluous is worth a word only where it always is.
  return [...unique].flatMap(([name, one]) =>
    one.finding.severity !== 'info' || named.every((found) => found.has(name)) ? [one] : [],
  );
}

/** Nobody wrote the stand-ins: a message names what they stand for. */
function withNames(message: string, standIns: ReadonlyMap<string, string>): string {
  let text = message;
  for (const [value, label] of [...standIns].sort(([a], [b]) => b.length - a.length)) {
    if (!value.includes(markOf(label))) continue;
    const name = `\${${label.replace(/^(?:Ref|GetAtt) /, '')}}`;
    text = text.replaceAll(value, name);
    const account = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(value)?.[1];
    if (account?.includes(markOf(label)) === true) text = text.replaceAll(account, name);
  }
  return text;
}

function quotaOf({ sizeQuota }: Configuration): { readonly quota?: number } {
  return sizeQuota === undefined ? {} : { quota: sizeQuota };
}

function worldOf(one: PolicyInFile, configuration: Configuration): TrustedWorld {
  const world = trustedWorld(configuration, knownVendors);
  if (one.accountAssumed === undefined) return world;
  return {
    ...world,
    accounts: one.accountAssumed ? [...world.accounts, templateAccount] : world.accounts,
    // Where none is configured, those that the policy names count as our own.
    organizations: world.organizations.length === 0 ? [] : [...world.organizations, templateOrganization],
  };
}

/** The policy may allow at most what the baseline does; one finding for each class of callers beyond it. */
function beyond(
  policy: TrustPolicy,
  baseline: { readonly name: string; readonly policy: TrustPolicy },
): readonly Found[] {
  const answer = newAccess(baseline.policy, policy);
  if (answer.answer === 'no') return [];
  const finding = (pointer: string, severity: Severity, message: string): Found => {
    const place = policy.placeOf(pointer);
    return {
      finding: {
        rule: 'baseline-exceeded',
        severity,
        ...(place === undefined ? {} : { line: place.line, column: place.column }),
        pointer,
        message,
        why: 'The configuration names a folder of trust policies that nobody may go beyond; whoever needs more changes the baseline first.',
        docs: 'docs/check-in-ci.md',
        fix: null,
      },
      discriminator: pointer,
      statement: undefined,
    };
  };
  if (answer.answer === 'undecided')
    return [
      finding(
        '',
        'medium',
        `Whether this allows more than the baseline ${baseline.name} could not be decided, because of ${answer.undecided.map(({ construct }) => construct).join(', ')}.`,
      ),
    ];
  return answer.classes.map(({ summary, statement }) =>
    finding(`/Statement/${statement}`, 'high', `The baseline ${baseline.name} does not let this in: ${summary}.`),
  );
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
    // What begins with `invalid-` is what IAM refuses for certain.
    rule: problem.code.replace(/^invalid-/, never ? 'never-matches-' : 'may-be-invalid-'),
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

function bySeverityThenPlace({ finding: a }: Found, { finding: b }: Found): number {
  return (
    severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}

/** @returns the external IDs of all policies with the accounts of their roles; those known only later are left out. */
export function externalIdsOf(policies: readonly PolicyInFile[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { input, unknown } of policies) {
    if (input.parsed.status !== 'read' || unknown.length > 0) continue;
    const account = /^arn:[^:]*:iam::(\d{12}):/.exec(input.role.arn ?? '')?.[1];
    if (account === undefined) continue;
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
