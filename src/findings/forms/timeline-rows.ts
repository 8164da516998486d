/** Which rows does the timeline have: one a role, and which of them where there are more than fit? */
import type { Finding } from '../finding.ts';
import { severityRank } from '../severity.ts';
import { distinctNames, shortened } from './role-names.ts';

/** Rows that a picture still shows apart. */
const mostRows = 25;

export interface TimelineRows {
  /** Keys of {@link rowOf}, the first on top. */
  readonly rows: readonly string[];
  /** What stands beside each row. */
  readonly names: ReadonlyMap<string, string>;
  /** How many there would be with room for all. */
  readonly of: number;
}

/** Critical ones come first, then those where a change caused a burst, which is what the picture is for, then the worst. */
export function timelineRows(findings: readonly Finding[]): TimelineRows {
  const weights = new Map<string, number>();
  for (const one of findings) {
    const row = rowOf(one);
    const told = one.kind === 'denial-spike' && one.correlatedChange !== undefined ? 10 : 0;
    const weight = Math.max(one.severity === 'critical' ? 20 : told, severityRank(one.severity) + told);
    weights.set(row, Math.max(weights.get(row) ?? 0, weight));
  }
  const rows = [...weights]
    .sort(([left, high], [right, other]) => other - high || (left < right ? -1 : 1))
    .slice(0, mostRows)
    .map(([row]) => row);
  const names = new Map([...distinctNames([...weights.keys()])].map(([row, name]) => [row, shortened(name, 28)]));
  return { rows, names, of: weights.size };
}

export function rowOf({ role, account }: Finding): string {
  return role === undefined ? (account === undefined ? 'no single role' : `account ${account}`) : role;
}
