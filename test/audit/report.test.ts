/** What a review was made of: nothing that could be read is not the same as nothing that happened. */
import { expect, test } from 'vitest';
import { nothingWasRead, type ReadCounts } from '../../src/audit/report.ts';

const none: ReadCounts = {
  ...{ parts: 0, records: 0, kept: 0, trustChanges: 0, denials: 0, callerSideChanges: 0, bytes: 0 },
  ...{ passedOver: 0, problems: 0 },
};

test.for<[string, Partial<ReadCounts>, boolean]>([
  ['an empty folder', {}, true],
  ['a file that is damaged', { parts: 1, problems: 1 }, true],
  ['a folder of something else', { parts: 3, passedOver: 3 }, true],
  ['a region that refuses', { problems: 1 }, true],
  ['a quiet account, asked for what matters alone', { parts: 50 }, false],
  ['the same, with another region that refuses', { parts: 50, problems: 1 }, false],
  ['a file with an empty list', { parts: 1 }, false],
  ['one record among much that is damaged', { parts: 3, records: 1, problems: 20 }, false],
])('%s', ([, counts, expected]) => {
  expect(nothingWasRead({ ...none, ...counts })).toBe(expected);
});
