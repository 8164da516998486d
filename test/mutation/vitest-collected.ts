/**
 * Stands for `vitest` in the test files that are loaded beside a fault: the tests are collected, not run. What a file
 * skips where data is not there is left out, so that the score does not depend on that data.
 */
import { expect } from 'vitest';

export { expect };

/** One `test` of a file that was loaded, its rows written out. */
export interface Collected {
  readonly name: string;
  readonly run: () => unknown;
}

export const collected: Collected[] = [];

type Body = (...row: readonly unknown[]) => unknown;

function add(name: string, ...rest: readonly unknown[]): void {
  const body = rest.find((one): one is Body => typeof one === 'function');
  if (body !== undefined) collected.push({ name, run: () => body() });
}

/** `each` spreads a row that is a list, `for` does not. */
const rowsOf =
  (spread: boolean) =>
  (rows: readonly unknown[]) =>
  (name: string, ...rest: readonly unknown[]): void => {
    const body = rest.find((one): one is Body => typeof one === 'function');
    rows.forEach((row, at) => {
      const values: readonly unknown[] = spread && Array.isArray(row) ? row : [row];
      if (body !== undefined) collected.push({ name: `${name} (${at})`, run: () => body(...values) });
    });
  };

const skipped = Object.assign(() => {}, { each: () => () => {}, for: () => () => {} });

export const test = Object.assign(add, { each: rowsOf(true), for: rowsOf(false), skipIf: () => skipped });

const groupsOf =
  (spread: boolean) =>
  (rows: readonly unknown[]) =>
  (_name: string, body: Body): void => {
    for (const row of rows) body(...(spread && Array.isArray(row) ? (row as readonly unknown[]) : [row]));
  };

export const describe = Object.assign((_name: string, body: () => void) => body(), {
  each: groupsOf(true),
  for: groupsOf(false),
  skipIf: () => skipped,
});

export const vi = { setConfig: () => {} };
