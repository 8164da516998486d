/** How do the findings lie in time: one row a role, a mark a finding, an arc from a change to the burst it caused? */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { plainText } from '../findings/escape.ts';
import type { Finding } from '../findings/finding.ts';
import { severities } from '../findings/finding.ts';
import { labelledMoments, placedMoments } from '../findings/forms/time-axis.ts';
import { rowOf, timelineRows } from '../findings/forms/timeline-rows.ts';
import { readableTime } from '../findings/forms/words.ts';

const rowHeight = 34;
const width = 960;
const marginLeft = 220;

interface Mark {
  readonly at: number;
  readonly row: string;
  readonly title: string;
  readonly severity: Finding['severity'];
  readonly shape: 'change' | 'burst' | 'other';
  /** Events it stands for. */
  readonly count: number;
}

/**
 * @returns the picture as SVG without any style of its own, since the report allows none but its own; `undefined` where
 * there is nothing to draw.
 */
export function timelineSvg(findings: readonly Finding[]): string | undefined {
  const marks = findings.flatMap(markOf);
  if (marks.length === 0) return undefined;
  const { rows, names } = timelineRows(findings.filter((one) => Number.isFinite(Date.parse(one.time))));
  const shown = marks.filter(({ row }) => rows.includes(row));
  const joins = findings.flatMap((finding) => {
    const { correlatedChange } = finding;
    const row = rowOf(finding);
    if (correlatedChange === undefined || finding.kind !== 'denial-spike' || !rows.includes(row)) return [];
    const [from, to] = [Date.parse(correlatedChange.time), Date.parse(finding.time)];
    return Number.isFinite(from) && Number.isFinite(to) && from < to ? [{ from, to, row }] : [];
  });
  const moments = placedMoments([...shown.map(({ at }) => at), ...joins.flatMap(({ from, to }) => [from, to])]);
  const places = new Map(moments.map(({ at, place }) => [at, place]));
  const labels = new Map(labelledMoments(moments, 0.13).map(({ at, place }) => [place, at]));
  const years = new Set([moments.at(0), moments.at(-1)].map((moment) => new Date(moment?.at ?? 0).getUTCFullYear()))
    .size;
  const x = (at: number): number => places.get(at) ?? 0;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document: document as never,
    width,
    height: rows.length * rowHeight + 56,
    marginLeft,
    marginRight: 60,
    marginTop: 16,
    marginBottom: 40,
    x: {
      domain: [0, 1],
      label: null,
      ticks: [...labels.keys()],
      // Marks at the beginning stand clear of the names.
      insetLeft: 16,
      tickFormat: (place: number) => labelOf(labels.get(place) ?? 0, years > 1),
    },
    y: {
      type: 'point',
      domain: rows,
      label: null,
      tickSize: 0,
      padding: 0.5,
      tickFormat: (row: string) => names.get(row) ?? row,
    },
    marks: [
      Plot.ruleY(rows, { className: 'track' }),
      Plot.link(joins, {
        x1: ({ from }) => x(from),
        x2: ({ to }) => x(to),
        y1: 'row',
        y2: 'row',
        className: 'join',
        // Bent upwards, over the marks.
        curve: (context: CanvasPath) => arc(context),
      }),
      ...severities.flatMap((severity) =>
        (['other', 'change', 'burst'] as const).map((shape) =>
          Plot.dot(
            shown.filter((mark) => mark.severity === severity && mark.shape === shape),
            {
              x: ({ at }) => x(at),
              y: 'row',
              r: shape === 'burst' ? 10 : 6,
              symbol: shape === 'change' ? 'square' : 'circle',
              className: `dot ${severity}`,
              title: 'title',
            },
          ),
        ),
      ),
      Plot.text(
        shown.filter(({ shape }) => shape === 'burst'),
        {
          x: ({ at }) => x(at),
          y: 'row',
          text: ({ count }) => `×${count}`,
          dx: 14,
          textAnchor: 'start',
          className: 'times',
        },
      ),
    ],
    ariaLabel:
      'Timeline of the findings: squares are trust changes, large circles bursts of denials, small circles the rest; arcs lead from a change to the burst it caused; quiet stretches are shortened',
  }) as unknown as typeof document.documentElement;
  for (const style of [...svg.querySelectorAll('style')]) style.remove();
  for (const element of [svg, ...svg.querySelectorAll('[style]')]) element.removeAttribute('style');
  // The picture has one name; a name on a group that has no role is no name.
  for (const group of [...svg.querySelectorAll('g[aria-label]')]) group.removeAttribute('aria-label');
  svg.setAttribute('role', 'img');
  return svg.outerHTML;
}

function markOf(finding: Finding): readonly Mark[] {
  const { severity, kind, title, time, count } = finding;
  const at = Date.parse(time);
  if (Number.isNaN(at)) return [];
  const shape = kind === 'trust-change' ? 'change' : kind === 'denial-spike' ? 'burst' : 'other';
  return [{ at, row: rowOf(finding), title: `${readableTime(time)} ${plainText(title)}`, severity, shape, count }];
}

interface CanvasPath {
  moveTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
}

/** A curve of two points, as d3-shape asks for one. */
function arc(context: CanvasPath): {
  lineStart(): void;
  lineEnd(): void;
  areaStart(): void;
  areaEnd(): void;
  point(x: number, y: number): void;
} {
  let start: readonly [number, number] | undefined;
  const nothing = (): void => {};
  return {
    lineStart: () => {
      start = undefined;
    },
    lineEnd: nothing,
    areaStart: nothing,
    areaEnd: nothing,
    point: (x, y) => {
      if (start === undefined) {
        start = [x, y];
        context.moveTo(x, y);
        return;
      }
      const height = Math.min(30, Math.max(24, (x - start[0]) / 4));
      context.bezierCurveTo(start[0], start[1] - height, x, y - height, x, y);
    },
  };
}

/** Month, day and minute; the year in place of the minute where there is more than one. */
function labelOf(at: number, withYear: boolean): string {
  const text = new Date(at).toISOString();
  return withYear ? text.slice(0, 10) : text.slice(5, 16).replace('T', ' ');
}
