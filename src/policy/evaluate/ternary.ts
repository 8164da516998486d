/** What do yes, no and unknown make together? Kleene's strong logic, as numbers so that it is cheap. */
import type { Ternary } from './request.ts';

/** 0 no, 1 unknown, 2 yes: conjunction is the least, disjunction the greatest. */
export type Truth = 0 | 1 | 2;

export const NO = 0 satisfies Truth;
export const UNKNOWN = 1 satisfies Truth;
export const YES = 2 satisfies Truth;

export function and(left: Truth, right: Truth): Truth {
  return left < right ? left : right;
}

export function or(left: Truth, right: Truth): Truth {
  return left > right ? left : right;
}

export function not(value: Truth): Truth {
  return value === UNKNOWN ? UNKNOWN : value === YES ? NO : YES;
}

export function truthOf(value: boolean): Truth {
  return value ? YES : NO;
}

/** @returns the word that answers to people use. */
export function wordOf(value: Truth): Ternary {
  return value === YES ? 'yes' : value === NO ? 'no' : 'unknown';
}
