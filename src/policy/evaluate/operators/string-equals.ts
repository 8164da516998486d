/** StringEquals and StringNotEquals: the same characters; `*` and `?` are plain ones. */
import { type Operator, plainValue } from './operator.ts';

export const stringEquals: Operator = {
  family: 'string',
  ignoreCase: false,
  wildcards: false,
  variables: true,
  prepare(value) {
    const expected = plainValue(value);
    return (given) => given === expected;
  },
};
