/** How does a batch from a queue end, so that one bad message costs no other its place? */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Logger } from '../src/adapters/logger.ts';
import { messageFailed } from './failed-message.ts';
import { log, metrics } from './telemetry.ts';

/** Takes one message. @throws {PoisonMessage} where no delivery can succeed, anything else where another may. */
export type Take = (message: SQSRecord, log: Logger) => Promise<void>;

/** @returns which messages have to come again: those alone, also where it is all of them. */
export async function handleBatch(event: SQSEvent, context: Context, take: Take): Promise<SQSBatchResponse> {
  const one = async (message: SQSRecord): Promise<void> => {
    const child = log.child({ requestId: context.awsRequestId, messageId: message.messageId });
    await take(message, child).catch((error: unknown) => messageFailed(message, error, child));
  };
  // One after the other: two that concern one role would each tell what neither has noted yet.
  const settings = { context, throwOnFullBatchFailure: false, processInParallel: false };
  try {
    return await processPartialResponse(event, one, new BatchProcessor(EventType.SQS), settings);
  } finally {
    metrics.flush();
  }
}
