/** How does a finding travel as JSON: whole, safe to print, and within the size a channel takes? */
import { clip } from '../escape.ts';
import type { Finding } from '../finding.ts';

/** JSON in which every character that could steer a terminal or reorder the text is a `\u` escape. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu,
    (character) => [...Array(character.length).keys()].map((at) => escapeUnit(character.charCodeAt(at))).join(''),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** @returns the finding on one line, as SNS, the findings bus and `--format ndjson` carry it. */
export function jsonFinding(finding: Finding): string {
  return safeJson(finding);
}

/**
 * A finding that fits: SNS and EventBridge take 256 KB a message. What is least missed goes first, and a note says so.
 * @param most bytes of its JSON in UTF-8.
 */
export function fittingFinding(finding: Finding, most: number): Finding {
  let fitting = finding;
  for (const shorter of shortenings) {
    if (bytesOf(fitting) <= most) return fitting;
    fitting = shorter(fitting);
  }
  return fitting;
}

const shortened = 'This finding was too large for its channel and is shortened; the events hold all of it.';

const shortenings: readonly ((finding: Finding) => Finding)[] = [
  ({ ruledOut: _, ...finding }) => ({ ...finding, notes: [...(finding.notes ?? []), shortened] }),
  (finding) =>
    finding.risks === undefined
      ? finding
      : {
          ...finding,
          risks: finding.risks.map((risk) =>
            risk.fix === null ? risk : { ...risk, fix: { ...risk.fix, policy: null } },
          ),
        },
  ({ change, ...finding }) => {
    if (change === undefined) return finding;
    const { previous: _, current: __, ...rest } = change;
    return { ...finding, change: rest };
  },
  (finding) => clipped(finding, 20, 2000) as Finding,
  (finding) => clipped(finding, 5, 300) as Finding,
  (finding) => clipped(finding, 2, 100) as Finding,
];

/** Half a command does something else, and a policy without its last statements grants something else: those go whole. */
const allOrNothing: ReadonlySet<string> = new Set(['commands', 'policy', 'previous', 'current']);
const commandsLeftOut = '# left out: too long for this channel; the report and the answer of trusttrail have all of it';

function wholeOrNone(name: string, value: unknown, members: number, characters: number): unknown {
  const fits = JSON.stringify(value) === JSON.stringify(clipped(value, members, characters));
  return fits ? value : name === 'commands' ? [commandsLeftOut] : null;
}

function clipped(value: unknown, members: number, characters: number): unknown {
  if (typeof value === 'string') return clip(value, characters);
  if (Array.isArray(value)) return value.slice(0, members).map((member) => clipped(member, members, characters));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      allOrNothing.has(name) ? wholeOrNone(name, member, members, characters) : clipped(member, members, characters),
    ]),
  );
}

function bytesOf(finding: Finding): number {
  return new TextEncoder().encode(safeJson(finding)).length;
}
