/** Changes of trust policies, of principals they name and of the caller's side, as the rules put them on the queue. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleRecords } from './records-batch.ts';
import { service } from './service.ts';

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return handleRecords(event, context, (records) => service().take(records));
}
