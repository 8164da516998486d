/** Changes of one role within a second: told in an order in which they can have been made. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inPossibleOrder, onlyOneOrder } from '../../src/cloudtrail/change-order.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { TrustChange } from '../../src/cloudtrail/recognised.ts';
import { runs } from '../arbitraries/runs.ts';
import { iamCall } from './records.ts';

const calls = { create: 'CreateRole', update: 'UpdateAssumeRolePolicy', delete: 'DeleteRole' } as const;
type Call = keyof typeof calls;

function change(call: Call, errorCode?: string): TrustChange {
  const raw = iamCall(calls[call], { roleName: 'deploy' }, { ...(errorCode === undefined ? {} : { errorCode }) });
  const record = readEventValue(JSON.parse(JSON.stringify(raw)), 'test').records[0];
  const found = record === undefined ? undefined : recognise(record);
  if (found?.kind !== 'trust-change') throw new Error('no change of a role');
  return found;
}
const ordered = (names: readonly Call[], exists: boolean | undefined) => {
  const changes = names.map((name) => change(name));
  return inPossibleOrder(changes, exists, (one) => one).map((one) => names[changes.indexOf(one)]);
};

/** Whether each change can be made after the one before it. */
function isPossible(names: readonly (Call | undefined)[], exists: boolean): boolean {
  let there = exists;
  for (const name of names) {
    if ((name === 'create') === there) return false;
    there = name !== 'delete';
  }
  return true;
}

function orders(names: readonly Call[]): readonly (readonly Call[])[] {
  if (names.length === 0) return [[]];
  return names.flatMap((name, index) => orders(names.toSpliced(index, 1)).map((rest) => [name, ...rest]));
}

describe('changes within one second', () => {
  test.for<[readonly Call[], boolean | undefined, readonly Call[]]>([
    [['update', 'create'], false, ['create', 'update']],
    [['update', 'create'], undefined, ['create', 'update']],
    [['create', 'delete'], true, ['delete', 'create']],
    [['create', 'delete'], undefined, ['delete', 'create']],
    [['delete', 'create'], false, ['create', 'delete']],
    [['delete', 'update'], true, ['update', 'delete']],
    [['update', 'create', 'delete'], true, ['delete', 'create', 'update']],
    [['delete', 'update', 'create'], false, ['create', 'update', 'delete']],
    [['create', 'create', 'delete'], undefined, ['create', 'delete', 'create']],
    [['update', 'update'], true, ['update', 'update']],
  ])('%j of a role that was there: %s', ([names, exists, expected]) => {
    expect(ordered(names, exists)).toEqual(expected);
  });

  test('what was refused changes nothing, and stays where it was', () => {
    const refused = [change('delete', 'DeleteConflict'), change('update')];
    expect(inPossibleOrder(refused, true, (one) => one)).toEqual(refused);
    const [create, denied] = [change('create'), change('create', 'EntityAlreadyExists')];
    expect(inPossibleOrder([denied, create], false, (one) => one)).toEqual([create, denied]);
  });

  const names = fc.array(fc.constantFrom<Call[]>('create', 'update', 'delete'), { minLength: 1, maxLength: 5 });
  test('an order that is possible is found wherever there is one', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(true, false, undefined), (some, exists) => {
        const starts = exists === undefined ? [true, false] : [exists];
        const possible = orders(some).some((order) => starts.some((there) => isPossible(order, there)));
        const found = ordered(some, exists);
        expect(found.toSorted()).toEqual(some.toSorted());
        if (possible) expect(starts.some((there) => isPossible(found, there))).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });

  test('it is certain where no other is possible', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(true, false, undefined), (some, exists) => {
        const starts = exists === undefined ? [true, false] : [exists];
        const possible = starts.flatMap((there) => orders(some).filter((order) => isPossible(order, there)));
        const certain = onlyOneOrder(
          some.map((name) => change(name)),
          exists,
        );
        // Two updates are two orders, although they read alike here.
        if (certain && some.length > 1) expect(possible).toHaveLength(1);
        if (some.length < 4 && some.length > 1) expect(certain).toBe(possible.length === 1);
      }),
      { numRuns: runs(300) },
    );
  });
});
