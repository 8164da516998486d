/** Is it seen where events wait that no rule could bring to the hub, and where that cannot be seen? */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { accountClients } from '../../src/adapters/account-clients.ts';
import { undeliveredEvents } from '../../src/adapters/undelivered-events.ts';

const own = '111122223333';
const queue = 'trusttrail-undelivered';
const clientsWith = (readerRole: string) =>
  accountClients({
    account: own,
    partition: 'aws',
    region: 'us-east-1',
    readerRole,
    settings: { credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } },
  });
const urlOf = (region: string, account: string, suffix = '') =>
  `https://sqs.${region}.amazonaws.com${suffix}/${account}/${queue}`;

test('each account and region is asked, and only what waits, or cannot be seen, is told', async () => {
  const sqs = mockClient(SQSClient);
  sqs
    .on(GetQueueAttributesCommand)
    .resolves({ Attributes: { ApproximateNumberOfMessages: '0' } })
    .on(GetQueueAttributesCommand, { QueueUrl: urlOf('eu-west-1', '444455556666') })
    .resolves({ Attributes: { ApproximateNumberOfMessages: '7' } })
    .on(GetQueueAttributesCommand, { QueueUrl: urlOf('us-east-1', '777788889999') })
    .rejects(Object.assign(new Error('no'), { name: 'QueueDoesNotExist' }));
  const accounts = [own, '444455556666', '777788889999'];
  const regions = ['us-east-1', 'eu-west-1'];
  const found = await undeliveredEvents(clientsWith('trusttrail-reader'), { accounts, regions, queue });
  expect([...found].sort((left, right) => left.account.localeCompare(right.account))).toEqual([
    { account: '444455556666', region: 'eu-west-1', waiting: 7 },
    { account: '777788889999', region: 'us-east-1', because: 'QueueDoesNotExist' },
  ]);
  expect(sqs.commandCalls(GetQueueAttributesCommand)).toHaveLength(6);
});

test('in China the addresses end as they do there', async () => {
  const sqs = mockClient(SQSClient);
  sqs.on(GetQueueAttributesCommand).resolves({});
  await undeliveredEvents(clientsWith(''), { accounts: [own], regions: ['cn-north-1'], queue });
  expect(sqs.commandCalls(GetQueueAttributesCommand)[0]?.args[0].input.QueueUrl).toBe(urlOf('cn-north-1', own, '.cn'));
});

test('without a reader role the other accounts cannot be seen, and nothing is asked for where nothing forwards', async () => {
  const sqs = mockClient(SQSClient);
  sqs.on(GetQueueAttributesCommand).resolves({});
  expect(
    await undeliveredEvents(clientsWith(''), {
      accounts: [own, '444455556666', 'nonsense'],
      regions: ['us-east-1'],
      queue,
    }),
  ).toEqual([
    { account: '444455556666', region: 'us-east-1', because: 'no reader role is configured' },
    { account: 'nonsense', region: 'us-east-1', because: 'no reader role is configured' },
  ]);
  expect(await undeliveredEvents(clientsWith(''), { accounts: [own], regions: [], queue })).toEqual([]);
});
