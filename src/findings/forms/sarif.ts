/** How do findings about files become SARIF 2.1.0, which code hosts show beside the line? */
import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { AccessClass, Comparison } from '../../policy/compare/comparison.ts';
import type { Place } from '../../policy/document/trust-policy.ts';
import { plainText } from '../escape.ts';
import type { RiskFinding, Severity } from '../finding.ts';
import { sha256 } from '../identity.ts';
import { witnessLine } from './terminal.ts';
import { verification } from './words.ts';

/** What a rule says of itself, for the code host's page of the rule. */
export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly severity: Severity;
}

export interface SarifTool {
  readonly version: string;
  /** Where the project's repository is published, without the last slash: links to the rules' pages lead there. */
  readonly repository: string;
}

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** GitHub orders alerts by this number (GitHub docs, "SARIF support for code scanning": security-severity). */
const scores: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};

/**
 * SARIF of what `check` found; masked already.
 * @param rules those that findings may name; one that is missing is described by its findings.
 */
export function sarifOfRisks(findings: readonly RiskFinding[], rules: readonly SarifRule[], tool: SarifTool): Log {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const used = [...new Set(findings.map((finding) => finding.rule))].sort();
  const descriptors = used.map((id): ReportingDescriptor => {
    const finding = findings.find((one) => one.rule === id);
    const rule = known.get(id) ?? { id, title: id, why: finding?.why ?? '', severity: finding?.severity ?? 'info' };
    return descriptor(rule, `${tool.repository}/blob/main/docs/rules/${id}.md`);
  });
  const told = new Map<string, number>();
  const results = findings.map((finding): Result => {
    const fix = finding.fix === null ? '' : ` Fix: ${finding.fix.summary} (${verification(finding.fix)}).`;
    return {
      ruleId: finding.rule,
      ruleIndex: used.indexOf(finding.rule),
      level: levels[finding.severity],
      message: { text: text(`${finding.message}${fix}`) },
      locations: [location(finding.file, finding.line, finding.column, finding.pointer)],
      partialFingerprints: fingerprints([finding.rule, finding.file ?? '', finding.pointer, ...nth(told, finding)]),
      properties: { severity: finding.severity, why: text(finding.why), also: finding.also ?? [] },
    };
  });
  return log(descriptors, results, tool);
}

/**
 * SARIF of a comparison: one result for each class of callers that NEW lets in and OLD did not; masked already.
 * @param placeOf where in NEW's file the value at a pointer stands.
 */
export function sarifOfComparison(
  comparison: Comparison,
  file: string,
  tool: SarifTool,
  placeOf: (pointer: string) => Place | undefined = () => undefined,
): Log {
  const rules: readonly SarifRule[] = [
    {
      id: 'access-gained',
      title: 'Somebody can assume the role who could not before',
      why: 'The comparison of the two trust policies found requests that only the new one allows.',
      severity: 'high',
    },
    {
      id: 'access-undecided',
      title: 'Whether somebody gains access could not be decided',
      why: 'A construct of one of the policies stops the proof.',
      severity: 'medium',
    },
    {
      id: 'access-direct',
      title: 'Somebody of the own account no longer needs an identity-based policy',
      why: 'The new policy names a principal of the role’s own account that the old one admitted through the account only.',
      severity: 'medium',
    },
  ];
  const at = (pointer: string) => {
    const place = placeOf(pointer);
    return location(file, place?.line, place?.column, pointer);
  };
  const results: readonly Result[] = [
    ...comparison.gained.map((gained) => gainedResult(gained, at(`/Statement/${gained.statement}`), file)),
    ...(comparison.direct ?? []).map(
      (direct): Result => ({
        ruleId: 'access-direct',
        ruleIndex: 2,
        level: 'warning',
        message: { text: text(`Needs no identity-based policy any more: ${direct.summary}.`) },
        locations: [at(`/Statement/${direct.statement}`)],
        partialFingerprints: fingerprints(['access-direct', file, direct.principal]),
      }),
    ),
    ...comparison.undecided.map(
      (stopped): Result => ({
        ruleId: 'access-undecided',
        ruleIndex: 1,
        level: 'warning',
        message: { text: text(`Not decided because of ${stopped.construct}.`) },
        locations: [at(stopped.pointer ?? '')],
        partialFingerprints: fingerprints(['access-undecided', file, stopped.construct]),
      }),
    ),
  ];
  return log(
    rules.map((rule) => descriptor(rule, `${tool.repository}#readme`)),
    results,
    tool,
  );
}

/** A second result of the same rule at the same place is another alert, and no repetition of the first. */
function nth(told: Map<string, number>, { rule, file, pointer }: RiskFinding): readonly string[] {
  const place = JSON.stringify([rule, file, pointer]);
  const before = told.get(place) ?? 0;
  told.set(place, before + 1);
  return before === 0 ? [] : [String(before)];
}

function gainedResult(gained: AccessClass, place: NonNullable<Result['locations']>[number], file: string): Result {
  return {
    ruleId: 'access-gained',
    ruleIndex: 0,
    level: 'error',
    message: { text: text(`Gains access: ${gained.summary}, e.g. ${witnessLine(gained.witness)}.`) },
    locations: [place],
    partialFingerprints: fingerprints(['access-gained', file, gained.summary]),
  };
}

function log(rules: readonly ReportingDescriptor[], results: readonly Result[], tool: SarifTool): Log {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'trusttrail',
            semanticVersion: tool.version,
            informationUri: tool.repository,
            rules: [...rules],
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [...results],
      },
    ],
  };
}

function descriptor(rule: SarifRule, helpUri: string): ReportingDescriptor {
  return {
    id: rule.id,
    name: rule.id,
    shortDescription: { text: text(rule.title) },
    fullDescription: { text: text(rule.why) },
    helpUri,
    defaultConfiguration: { level: levels[rule.severity] },
    properties: { 'security-severity': scores[rule.severity], tags: ['security', 'aws', 'iam'] },
  };
}

function location(
  file: string | undefined,
  line: number | undefined,
  column: number | undefined,
  pointer: string,
): NonNullable<Result['locations']>[number] {
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(file ?? 'trust-policy.json') },
      region: { startLine: line ?? 1, ...(line === undefined || column === undefined ? {} : { startColumn: column }) },
    },
    logicalLocations: [{ fullyQualifiedName: text(pointer === '' ? '/' : pointer), kind: 'element' }],
  };
}

/** A path as a URI reference (RFC 3986): relative ones stay so, for they are relative to the repository. */
function fileUri(file: string): string {
  const path = file.replaceAll('\\', '/').toWellFormed();
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return `file://${encoded}`;
  const plain = encoded.replace(/^(?:\.\/)+/, '');
  return plain === '' ? '.' : plain;
}

function fingerprints(parts: readonly string[]): { readonly [name: string]: string } {
  return { 'trusttrail/v1': sha256(parts.join('\n')).slice(0, 32) };
}

/** An empty text is no message. */
function text(value: string): string {
  return plainText(value) || '-';
}
