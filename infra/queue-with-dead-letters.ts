/** Where do records wait for a function, and where do they end that it cannot take? */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Deliveries before a record is put aside; with the visibility below, half an hour of trying. */
const mostDeliveries = 5;

/**
 * A queue with its dead letters. Both are encrypted by keys of SQS itself: EventBridge, S3 and SNS may then write to
 * them without a place in a key's policy, and a record waits here for seconds.
 */
export class QueueWithDeadLetters extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  /** @param functionTimeout of the function that reads; the visibility is six times that (Lambda, "Using Lambda with Amazon SQS"). */
  constructor(scope: Construct, id: string, functionTimeout: Duration) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * 6),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: mostDeliveries },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** A queue that is only ever written to by a service, and read by people. */
export function deadLetterQueue(scope: Construct, id: string, queueName?: string): Queue {
  return new Queue(scope, id, {
    ...(queueName === undefined ? {} : { queueName }),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
