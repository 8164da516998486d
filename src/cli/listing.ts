/** How do the rows of a catalogue stand on a terminal: in columns where there is room, one below the other where not? */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { columnsOf, wrap } from '../findings/forms/wrap.ts';
import type { Io } from './io.ts';

/** What stands in a row, the last of it a sentence. What is painted keeps its colour. */
export type ListedRow = readonly [string, string, ...string[]];

/** Columns that a sentence needs to be read beside the others. */
const leastSentence = 28;
const gap = 2;

/** @returns the rows, each ending in a line feed. For a program that reads them each stays one line. */
export function listing(rows: readonly ListedRow[], { isTTY, columns }: Io['stdout']): string {
  const before = rows.reduce<readonly number[]>(
    (widest, row) =>
      row.slice(0, -1).map((cell, at) => Math.max(widest[at] ?? 0, columnsOf(stripVTControlCharacters(cell)))),
    [],
  );
  const taken = before.reduce((sum, width) => sum + width + gap, 0);
  if (isTTY && columns - taken < leastSentence) return rows.map((row) => stacked(row, columns)).join('');
  const table = new Table({
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    wordWrap: true,
    // The library counts the padding in.
    colWidths: [...before.map((width) => width + gap), isTTY ? columns - taken + gap : null],
  });
  table.push(...rows.map((row) => [...row]));
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

function stacked(row: ListedRow, columns: number): string {
  const cells = row.slice(0, -1);
  const head = cells.join(' '.repeat(gap));
  const fits = columnsOf(stripVTControlCharacters(head)) <= columns;
  return `${fits ? head : cells.join('\n  ')}\n    ${wrap(row.at(-1) ?? '', columns, '    ', 4)}\n`;
}

const borderless = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('middle')
    .map((name) => [name, '']),
);
