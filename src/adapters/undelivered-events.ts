/** Which events could a forwarder not bring to the hub? They wait in its account, where nobody looks. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { AccountClients } from './account-clients.ts';

export interface Undelivered {
  readonly account: string;
  readonly region: string;
  /** Events; 0 is left out. */
  readonly waiting?: number;
  /** Why it could not be seen: no reader role, or no forwarder. */
  readonly because?: string;
}

/** Queues asked at once. */
const atOnce = 8;

/** Never throws. @returns where events wait, and where that could not be seen. */
export async function undeliveredEvents(
  clients: Pick<AccountClients, 'queues'>,
  where: {
    readonly accounts: readonly string[];
    readonly regions: readonly string[];
    /** The name of the queue, the same everywhere. */
    readonly queue: string;
  },
): Promise<readonly Undelivered[]> {
  const places = where.accounts.flatMap((account) => where.regions.map((region) => ({ account, region })));
  const found: Undelivered[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let place = places[next]; place !== undefined; place = places[next]) {
      next += 1;
      const one = await waitingIn(clients, place, where.queue);
      if (one !== undefined) found.push(one);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, places.length) }, worker));
  return found;
}

async function waitingIn(
  clients: Pick<AccountClients, 'queues'>,
  { account, region }: Pick<Undelivered, 'account' | 'region'>,
  queue: string,
): Promise<Undelivered | undefined> {
  const client = clients.queues(account, region);
  if (client === undefined) return { account, region, because: 'no reader role is configured' };
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: `https://sqs.${region}.${suffix}/${account}/${queue}`,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    const waiting = Number(Attributes?.['ApproximateNumberOfMessages'] ?? '0');
    return waiting > 0 ? { account, region, waiting } : undefined;
  } catch (error) {
    return { account, region, because: error instanceof Error ? error.name : 'error' };
  } finally {
    client.destroy();
  }
}
