/** A queue as SQS is: no order, at least once, hidden while somebody works on it, put aside after so many deliveries. */
import type { SQSRecord } from 'aws-lambda';
import type { Happening } from './history.ts';
import type { Random } from './seeded.ts';

/** As infra/queue-with-dead-letters.ts sets them. */
const visibilityTimeout = 360_000;
const mostDeliveries = 5;

interface Message {
  readonly messageId: string;
  readonly happening: Happening;
  visibleAt: number;
  deliveries: number;
}

export interface DeadLetter {
  readonly happening: Happening;
  /** What the function wrote; `undefined` where SQS itself gave up. */
  readonly reason: string | undefined;
}

export interface Queue {
  send(happening: Happening): void;
  /** Takes up to so many that are visible. */
  receive(most: number): readonly SQSRecord[];
  remove(messageId: string): void;
  /** When the next one becomes visible; `undefined` where it is empty. */
  nextAt(): number | undefined;
  happeningOf(messageId: string): Happening | undefined;
}

export function simulatedQueue(
  now: () => number,
  random: Random,
  faulty: () => boolean,
  deadLetter: (letter: DeadLetter) => void,
): Queue {
  const messages = new Map<string, Message>();
  let sent = 0;
  return {
    send(happening) {
      sent += 1;
      const messageId = `m-${happening.queue}-${sent}`;
      messages.set(messageId, { messageId, happening, visibleAt: now(), deliveries: 0 });
    },
    receive(most) {
      const found: SQSRecord[] = [];
      for (const message of random.shuffled([...messages.values()])) {
        if (found.length >= most) break;
        if (message.visibleAt > now()) continue;
        if (message.deliveries >= mostDeliveries) {
          messages.delete(message.messageId);
          deadLetter({ happening: message.happening, reason: undefined });
          continue;
        }
        message.deliveries += 1;
        // Now and then it is given to a second one at once.
        message.visibleAt = now() + (faulty() && random.chance(0.1) ? 0 : visibilityTimeout);
        found.push(recordOf(message));
      }
      return found;
    },
    remove: (messageId) => void messages.delete(messageId),
    nextAt() {
      const times = [...messages.values()].map(({ visibleAt }) => visibleAt);
      return times.length === 0 ? undefined : Math.max(now(), Math.min(...times));
    },
    happeningOf: (messageId) => messages.get(messageId)?.happening,
  };
}

function recordOf({ messageId, happening, deliveries }: Message): SQSRecord {
  return {
    messageId,
    receiptHandle: `${messageId}-${deliveries}`,
    body: happening.body,
    attributes: {
      ApproximateReceiveCount: String(deliveries),
      SentTimestamp: '0',
      SenderId: 'rule',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:111122223333:${happening.queue}`,
    awsRegion: 'us-east-1',
  };
}
