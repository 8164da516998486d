/** What does the daily look tell of the events that never came, and does it go on to the roles all the same? */
import type { Context } from 'aws-lambda';
import { beforeAll, expect, test, vi } from 'vitest';

const written: string[] = [];
vi.mock('../../src/adapters/logger.ts', async (original) => ({
  ...(await original<object>()),
  standardOutput: () => ({ write: (line: string) => void written.push(line) }),
}));
vi.mock('../../functions/accounts.ts', () => ({
  notForwarded: async () => [
    { account: '444455556666', region: 'eu-west-1', waiting: 7 },
    { account: '777788889999', region: 'eu-west-1', because: 'AccessDenied' },
  ],
}));
const reconciled: unknown[] = [];
vi.mock('../../functions/service.ts', () => ({
  service: () => ({
    reconcile: async (options: unknown) => {
      reconciled.push(options);
      return { roles: 3, drifted: 0, unread: [] };
    },
  }),
}));

let handler: typeof import('../../functions/reconcile.ts').handler;
beforeAll(async () => {
  const variables = {
    TABLE: 't',
    TOPIC_ARN: 'a',
    FINDINGS_BUS: 'b',
    ACCOUNT: '111122223333',
    AWS_REGION: 'us-east-1',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  ({ handler } = await import('../../functions/reconcile.ts'));
});

test('events that wait are told of and counted under the name of the alarm, and the roles are looked at', async () => {
  await handler({ id: 'e-1' }, { awsRequestId: 'r', getRemainingTimeInMillis: () => 900_000 } as Context);
  expect(reconciled).toHaveLength(1);
  const lines = written.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(lines.filter(({ level }) => level === 'warn')).toEqual([
    expect.objectContaining({ account: '444455556666', waiting: 7, message: 'events not forwarded' }),
    expect.objectContaining({ account: '777788889999', because: 'AccessDenied', message: 'forwarder not seen' }),
  ]);
  expect(lines).toContainEqual(
    expect.objectContaining({
      EventsNotForwarded: 7,
      _aws: expect.objectContaining({
        CloudWatchMetrics: [
          { Namespace: 'trusttrail', Dimensions: [[]], Metrics: [{ Name: 'EventsNotForwarded', Unit: 'Count' }] },
        ],
      }),
    }),
  );
});
