/** By which slip of typing does one account id become another? */
import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';

/** @returns what to say of two different account ids: one digit off, two swapped, …; `undefined` where they just differ. */
export function accountSlip(written: string, meant: string): string | undefined {
  if (written.length !== meant.length) return undefined;
  const differing = [...written].flatMap((digit, at) => (digit === meant[at] ? [] : [at]));
  const [first, second, ...more] = differing;
  if (first === undefined) return undefined;
  if (second === undefined)
    return `one digit off: the digit in place ${first + 1} is ${written[first]} and not ${meant[first]}`;
  if (more.length === 0 && written[first] === meant[second] && written[second] === meant[first])
    return second === first + 1
      ? `the digits in places ${first + 1} and ${second + 1} are swapped`
      : `the digits in places ${first + 1} and ${second + 1} have changed places`;
  if (more.length === 0) return `two digits off, in places ${first + 1} and ${second + 1}`;
  return editDistanceAtMost(written, meant, 2) === undefined ? undefined : 'a digit was left out and another put in';
}
