/** A storm costs a bounded number of writes, is told of a few times, and leaves nothing behind in memory. */
import { expect, test } from 'vitest';
import { inDynamoDb, runStorm } from '../../bench/storm.ts';

test('of one role in one minute: a few writes a batch, however many denials', { timeout: 120_000 }, async () => {
  const storm = { denials: 1_500, roles: 1, callers: 10, seconds: 60, batch: 100 };
  const cost = await runStorm(storm);
  expect(cost.writes).toBeLessThanOrEqual((8 * storm.denials) / storm.batch + 10);
  // One burst and its growth; people hear of it once a quarter of an hour.
  expect(cost.told).toBeLessThanOrEqual(storm.denials / storm.batch + 5);
  expect(cost.toldToPeople).toBe(1);
  expect(cost.counted).toBeGreaterThan(storm.denials * 0.7);
  expect(cost.counted).toBeLessThan(storm.denials * 1.4);
});

test('of one role in DynamoDB: what is known to be written is not written again', { timeout: 120_000 }, async () => {
  const storm = { denials: 600, roles: 1, callers: 10, seconds: 60, batch: 100 };
  const { bill, toldToPeople, writes } = await runStorm(storm, inDynamoDb());
  const batches = storm.denials / storm.batch;
  const asked = (name: string): number => bill?.requests.get(name) ?? 0;
  // The change, its role, and that callers were denied: once each, in whatever batch.
  expect(asked('TransactWriteItems')).toBeLessThanOrEqual(6);
  // Ten callers in seven groups of the role's and ten streams of their own; the burst, its growth, and their notes.
  expect(asked('PutItem') + asked('UpdateItem')).toBeLessThanOrEqual(25 * batches);
  expect(writes).toBeLessThanOrEqual(8 * batches + 10);
  expect(toldToPeople).toBe(1);
});

test('of many roles: the writes grow with the denials and no faster', { timeout: 120_000 }, async () => {
  const storm = { denials: 300, roles: 30, callers: 10, seconds: 600, batch: 100 };
  const some = await runStorm(storm);
  const more = await runStorm({ ...storm, denials: 600, seconds: 1_200 });
  expect(some.writes).toBeLessThanOrEqual(6 * storm.denials);
  expect(more.writes).toBeLessThanOrEqual(some.writes * 2.2);
  expect(some.counted).toBe(storm.denials);
});

test('over an hour: memory stays as it is', { timeout: 120_000 }, async () => {
  const cost = await runStorm({ denials: 1_800, roles: 1, callers: 3, seconds: 3_600, batch: 100 });
  expect(Math.max(...cost.heap.slice(1)) - (cost.heap[1] ?? 0)).toBeLessThan(20);
  // An hour has four quarters, and a beginning.
  expect(cost.toldToPeople).toBeLessThanOrEqual(5);
  expect(cost.counted).toBe(1_800);
});
