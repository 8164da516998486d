/** BinaryEquals: the same bytes, both sides in Base64; padding does not count, what is no Base64 matches nothing. */
import { type Operator, plainValue } from './operator.ts';

export const binaryEquals: Operator = {
  family: 'other',
  ignoreCase: false,
  wildcards: false,
  variables: false,
  prepare(value) {
    const expected = unpadded(plainValue(value));
    return expected === undefined ? undefined : (given) => unpadded(given) === expected;
  },
};

function unpadded(text: string): string | undefined {
  const bare = text.replace(/={1,2}$/, '');
  return /^[A-Za-z0-9+/]*$/.test(bare) && bare.length % 4 !== 1 ? bare : undefined;
}
