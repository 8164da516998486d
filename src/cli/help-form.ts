/** How does `--help` fit a terminal that is narrower than its two columns? */
import type { Help, HelpConfiguration } from 'commander';
import { wrap } from '../findings/forms/wrap.ts';

/** Columns that a description needs to be read beside its term; below, it stands under it. */
const leastDescription = 32;

/** @param columns of the terminal. */
export function helpForm(columns: number): HelpConfiguration {
  return {
    showGlobalOptions: true,
    helpWidth: columns,
    minWidthToWrap: 20,
    formatItem: (term, termWidth, description, helper) => item(term, termWidth, description, helper, columns),
  };
}

function item(term: string, termWidth: number, description: string, helper: Help, columns: number): string {
  if (description === '') return `  ${term}`;
  const beside = termWidth + 4;
  if (columns - beside < leastDescription) return `  ${term}\n      ${wrap(description, columns, '      ', 6)}`;
  const padded = `  ${term}${' '.repeat(termWidth - helper.displayWidth(term) + 2)}`;
  return `${padded}${wrap(description, columns, ' '.repeat(beside), beside)}`;
}

/** A whole help: what is put together already stays, sentences below it are wrapped, and commands stay whole to be copied. */
export function helpProse(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith(' ') ? line : wrap(line, columns, line.startsWith(usage) ? indented(usage) : '')))
    .join('\n');
}

const usage = 'Usage: ';

function indented(label: string): string {
  return ' '.repeat(label.length);
}
