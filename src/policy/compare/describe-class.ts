/** One class of requests that gains access, in one line for people. */
import type { PrincipalEntry } from '../document/trust-policy.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import type { CallerSpace } from './caller-space.ts';
import type { AccessClass, Witness } from './comparison.ts';
import type { Formula } from './formula.ts';
import type { Inquiry } from './gained-access.ts';
import type { Through } from './question.ts';

export interface ToDescribe {
  readonly inquiry: Inquiry;
  readonly space: CallerSpace;
  readonly statement: PreparedStatement;
  /** `undefined`: the statement's NotPrincipal as a whole. */
  readonly entry: PrincipalEntry | undefined;
  readonly actions: readonly [string, ...string[]];
  readonly witness: Witness;
  readonly holds: (witness: Witness) => boolean;
  /** The question that the class answers, narrowed further. */
  readonly formula: (through: Through) => Formula;
}

export function describeClass({ statement, entry, witness }: ToDescribe): AccessClass {
  return { summary: entry?.text ?? 'everyone not listed', statement: statement.statement.index, witness, rank: 1 };
}
