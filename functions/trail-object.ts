/** Files of the organization trail, as the bucket's notifications name them on the queue. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { filesOf, watchedRecords } from '../src/adapters/trail-files.ts';
import { handleBatch } from './batch.ts';
import { environment } from './environment.ts';
import { filesClient } from './files-client.ts';
import { service } from './service.ts';
import { recordAnalysed, recordSkipped } from './telemetry.ts';
import { expectTime } from './time-left.ts';

/** Records that go through the watch together. */
const together = 500;

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return handleBatch(event, context, async ({ body }, log) => {
    for (const file of filesOf(body, environment.BUCKET)) {
      log.setBindings({ file: file.key });
      expectTime(context);
      const { records, damage } = await watchedRecords(filesClient(), file, () => recordSkipped('unreadable'));
      for (let from = 0; from < records.length; from += together) {
        expectTime(context);
        const some = records.slice(from, from + together);
        await service().take(some);
        for (const { at, eventId, eventName } of some) {
          recordAnalysed(at);
          log.info({ eventId, event: eventName }, 'record analysed');
        }
      }
      log.info({ records: records.length }, 'file read');
      // What could be read was analysed; somebody has to look at the rest.
      if (damage !== undefined) throw damage;
    }
  });
}
