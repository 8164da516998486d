/** Which of two findings comes first, and is a finding at or above a threshold? */
import { type Confidence, type Finding, type Severity, severities } from './finding.ts';

/** @returns 0 for `info` up to 4 for `critical`. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

export function atLeast(severity: Severity, threshold: Severity): boolean {
  return severityRank(severity) >= severityRank(threshold);
}

/** @returns the most serious of them, `info` of none. */
export function worst(found: readonly Severity[]): Severity {
  return found.reduce<Severity>((high, one) => (severityRank(one) > severityRank(high) ? one : high), 'info');
}

const confidences: readonly Confidence[] = ['proved', 'likely', 'possible'];

/** Sorts the most certain first. */
export function byConfidence(
  left: { readonly confidence: Confidence },
  right: { readonly confidence: Confidence },
): number {
  return confidences.indexOf(left.confidence) - confidences.indexOf(right.confidence);
}

/** Sorts by time, then by id: the order in which findings are printed. */
export function byTime(left: Finding, right: Finding): number {
  return compareText(left.time, right.time) || compareText(left.id, right.id) || left.revision - right.revision;
}

/** Sorts the most serious first, then by time and id. */
export function bySeverity(left: Finding, right: Finding): number {
  return severityRank(right.severity) - severityRank(left.severity) || byTime(left, right);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** @returns how many there are of each severity, the most serious first. */
export function countBySeverity(found: readonly { readonly severity: Severity }[]): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const one of found) counts[one.severity] += 1;
  return counts;
}
