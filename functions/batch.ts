/** How does a batch from a queue end, so that one bad message costs no other its place? */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Logger } from '../src/adapters/logger.ts';
import { PoisonMessage } from '../src/adapters/poison-message.ts';
import { givenUp, putAside } from './dead-letters.ts';
import { isLastDelivery } from './deliveries.ts';
import { log, metrics, recordSkipped } from './telemetry.ts';
import { OutOfTime } from './time-left.ts';

/** Takes one message. @throws {PoisonMessage} where no delivery can succeed, anything else where another may. */
export type Take = (message: SQSRecord, log: Logger) => Promise<void>;

/** @returns which messages have to come again: those alone, also where it is all of them. */
export async function handleBatch(event: SQSEvent, context: Context, take: Take): Promise<SQSBatchResponse> {
  const one = async (message: SQSRecord): Promise<void> => {
    const child = log.child({ requestId: context.awsRequestId, messageId: message.messageId });
    try {
      await take(message, child);
    } catch (error) {
      if (error instanceof PoisonMessage) {
        await putAside(message, error.message);
        recordSkipped('poison');
        child.error({ reason: error.message }, 'message put aside: no delivery of it can succeed');
        return;
      }
      if (!isLastDelivery(message)) {
        if (error instanceof OutOfTime) child.warn('message given back: no time is left for it');
        else child.error({ error }, 'message given back');
        throw error;
      }
      await putAside(message, givenUp(error));
      recordSkipped('given-up');
      child.error({ error }, 'message put aside: it was delivered too often');
    }
  };
  // One after the other: two that concern one role would each tell what neither has noted yet.
  const settings = { context, throwOnFullBatchFailure: false, processInParallel: false };
  try {
    return await processPartialResponse(event, one, new BatchProcessor(EventType.SQS), settings);
  } finally {
    metrics.flush();
  }
}
