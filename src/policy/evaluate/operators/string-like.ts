/** StringLike and StringNotLike: `*` is any run of characters, colons and slashes included, `?` exactly one. */
import { patternTokens, prepareWildcard } from '../wildcard.ts';
import type { Operator } from './operator.ts';

export const stringLike: Operator = {
  family: 'string',
  ignoreCase: false,
  wildcards: true,
  variables: true,
  prepare: (value) => prepareWildcard(patternTokens(value)),
};
