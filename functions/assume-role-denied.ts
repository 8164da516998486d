/** Denied assume calls, as the rule puts them on the queue: why, and is it a burst that a change explains? */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleRecords } from './records-batch.ts';
import { service } from './service.ts';

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return handleRecords(event, context, (records) => service().take(records));
}
