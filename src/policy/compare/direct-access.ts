/** Which principals of the role's own account no longer need an identity-based policy? */
import { asAccountId, splitArn } from '../document/names.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { DirectAccess, Undecided } from './comparison.ts';

export interface Direct {
  readonly direct: readonly DirectAccess[] | null;
  readonly undecided: readonly Undecided[];
}

export function directAccess(
  _before: PreparedPolicy,
  _after: PreparedPolicy,
  role: string | undefined,
  _most: number,
): Direct {
  const account = role === undefined ? undefined : asAccountId(splitArn(role)?.account ?? '');
  if (account === undefined) return { direct: null, undecided: [] };
  return { direct: [], undecided: [] };
}
