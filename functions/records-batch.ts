/** How do the records of a batch go through the watch: together, as that is cheap, or each by itself where that fails? */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { CloudTrailRecord } from '../src/cloudtrail/record.ts';
import { handleBatch } from './batch.ts';
import { readMessage } from './message.ts';
import { recordAnalysed } from './telemetry.ts';
import { expectTime } from './time-left.ts';

/** Stores and analyses records, and publishes what follows; every record may come again. @throws where some must. */
export type Analyse = (records: readonly CloudTrailRecord[]) => Promise<void>;

export async function handleRecords(event: SQSEvent, context: Context, analyse: Analyse): Promise<SQSBatchResponse> {
  const read = event.Records.flatMap((message) => readable(message) ?? []);
  const together =
    read.length > 1 &&
    (await analyse(read).then(
      () => true,
      // Each by itself shows which one is at fault, and tells why.
      () => false,
    ));
  return handleBatch(event, context, async (message, log) => {
    const record = readMessage(message.body);
    log.setBindings({ eventId: record.eventId, event: record.eventName, account: record.recipientAccountId });
    if (!together) {
      expectTime(context);
      await analyse([record]);
    }
    recordAnalysed(record.at);
    log.info('record analysed');
  });
}

function readable({ body }: SQSRecord): CloudTrailRecord | undefined {
  try {
    return readMessage(body);
  } catch {
    return undefined; // Told of when its turn comes.
  }
}
