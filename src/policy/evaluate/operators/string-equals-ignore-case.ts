/** StringEqualsIgnoreCase and StringNotEqualsIgnoreCase: the same characters but for letter case. */
import { type Operator, plainValue } from './operator.ts';

export const stringEqualsIgnoreCase: Operator = {
  family: 'string',
  ignoreCase: true,
  wildcards: false,
  variables: true,
  prepare(value) {
    const expected = plainValue(value);
    const folded = expected.toLowerCase();
    return (given) => given === expected || given.toLowerCase() === folded;
  },
};
