/** Files of the organization trail, as the bucket's notifications name them on the queue. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { PoisonMessage } from '../src/adapters/poison-message.ts';
import { filesOf, watchedRecords } from '../src/adapters/trail-files.ts';
import { handleBatch } from './batch.ts';
import { environment } from './environment.ts';
import { filesClient } from './files-client.ts';
import { service } from './service.ts';
import { takeTogether } from './take-together.ts';
import { recordAnalysed } from './telemetry.ts';
import { expectTime } from './time-left.ts';

/** Records that go through the watch together. */
const together = 500;

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return handleBatch(event, context, async ({ body }, log) => {
    const damages: string[] = [];
    for (const file of filesOf(body, environment.BUCKET)) {
      log.setBindings({ file: file.key });
      expectTime(context);
      const { records, damage } = await watchedRecords(filesClient(), file);
      for (let from = 0; from < records.length; from += together) {
        const some = records.slice(from, from + together);
        await takeTogether(some, context, (part) => service().take(part));
        for (const { at, eventId, eventName } of some) {
          recordAnalysed(at);
          log.info({ eventId, event: eventName }, 'record analysed');
        }
      }
      log.info({ records: records.length }, 'file read');
      if (damage !== undefined) damages.push(damage.message);
    }
    // What could be read was analysed, of the other files too; somebody has to look at the rest.
    if (damages.length > 0) throw new PoisonMessage(damages.join('; '));
  });
}
