/** Bool: `true` or `false`, in any letter case. */
import { type Operator, plainValue } from './operator.ts';

export const bool: Operator = {
  family: 'string',
  ignoreCase: true,
  wildcards: false,
  variables: true,
  prepare(value) {
    const expected = plainValue(value).toLowerCase();
    if (expected !== 'true' && expected !== 'false') return undefined;
    return (given) => given === expected || given.toLowerCase() === expected;
  },
};
