/** Do the functions know their own roles by the names that they are deployed with? Where they did not, each denied reading would lead to another. */
import { expect, test } from 'vitest';
import { ownRoleNames } from '../../functions/own-roles.ts';
import { entries } from '../../infra/bundling.ts';
import { watchRoleName } from '../../infra/watch-function.ts';

test('a denied call of any function’s role is known for its own', () => {
  expect(ownRoleNames.toSorted()).toEqual(entries.map(watchRoleName).toSorted());
});
