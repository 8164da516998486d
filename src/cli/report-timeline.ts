/** How do the findings lie in time: one row a role, a dot a finding, a line from a change to the burst it caused? */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { plainText } from '../findings/escape.ts';
import type { Finding } from '../findings/finding.ts';
import { severities } from '../findings/finding.ts';
import { readableTime, shortName } from '../findings/forms/words.ts';
import { severityRank } from '../findings/severity.ts';

const mostRoles = 25;
const rowHeight = 28;

interface Dot {
  readonly at: Date;
  readonly row: string;
  readonly title: string;
  readonly severity: Finding['severity'];
  readonly isChange: boolean;
}

/**
 * @returns the picture as SVG without any style of its own, since the report allows none but its own; `undefined` where
 * there is nothing to draw.
 */
export function timelineSvg(findings: readonly Finding[]): string | undefined {
  const dots = findings.flatMap((finding): readonly Dot[] => {
    const at = new Date(finding.time);
    if (Number.isNaN(at.getTime())) return [];
    const { severity, kind, title } = finding;
    const row = rowOf(finding);
    return [
      {
        at,
        row,
        title: `${readableTime(finding.time)} ${plainText(title)}`,
        severity,
        isChange: kind === 'trust-change',
      },
    ];
  });
  if (dots.length === 0) return undefined;
  const worstOf = (row: string): number =>
    Math.max(...dots.filter((dot) => dot.row === row).map(({ severity }) => severityRank(severity)));
  const rows = [...new Set(dots.map(({ row }) => row))]
    .sort((left, right) => worstOf(right) - worstOf(left) || (left < right ? -1 : 1))
    .slice(0, mostRoles);
  const shown = dots.filter(({ row }) => rows.includes(row));
  const joins = findings.flatMap((finding) => {
    const { correlatedChange } = finding;
    const row = rowOf(finding);
    if (correlatedChange === undefined || !rows.includes(row)) return [];
    return [{ from: new Date(correlatedChange.time), to: new Date(finding.time), row }];
  });
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const marks = [
    Plot.ruleY(rows, { className: 'track' }),
    Plot.link(joins, { x1: 'from', x2: 'to', y1: 'row', y2: 'row', className: 'join', curve: 'linear' }),
    ...severities.flatMap((severity) =>
      [true, false].map((isChange) =>
        Plot.dot(
          shown.filter((dot) => dot.severity === severity && dot.isChange === isChange),
          {
            x: 'at',
            y: 'row',
            r: 6,
            symbol: isChange ? 'square' : 'circle',
            className: `dot ${severity}`,
            title: 'title',
          },
        ),
      ),
    ),
  ];
  const svg = Plot.plot({
    document: document as never,
    width: 900,
    height: rows.length * rowHeight + 70,
    marginLeft: 220,
    marginRight: 20,
    x: {
      type: 'utc',
      label: 'time (UTC)',
      ticks: 7,
      tickFormat: (at: Date) => at.toISOString().slice(5, 16).replace('T', ' '),
    },
    y: { type: 'band', domain: rows, label: null, tickSize: 0, tickFormat: (row: string) => shortened(row) },
    marks,
    ariaLabel:
      'Timeline of the findings: squares are trust changes, circles denials and the rest, dashed lines lead from a change to what it caused',
  }) as unknown as typeof document.documentElement;
  for (const style of [...svg.querySelectorAll('style')]) style.remove();
  for (const element of [svg, ...svg.querySelectorAll('[style]')]) element.removeAttribute('style');
  svg.setAttribute('role', 'img');
  return svg.outerHTML;
}

function rowOf({ role, account }: Finding): string {
  return role === undefined ? (account === undefined ? 'no single role' : `account ${account}`) : role;
}

function shortened(row: string): string {
  const name = plainText(shortName(row));
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}
