/** Files of the organization trail, as the bucket's notifications name them on the queue. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { PoisonMessage } from '../src/adapters/poison-message.ts';
import { filesOf } from '../src/adapters/trail-files.ts';
import { handleBatch } from './batch.ts';
import { environment } from './environment.ts';
import { expectTime } from './time-left.ts';
import { takeFile } from './trail-file.ts';

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return handleBatch(event, context, async ({ body }, log) => {
    const damages: string[] = [];
    const failures: unknown[] = [];
    for (const file of filesOf(body, environment.BUCKET)) {
      log.setBindings({ file: file.key });
      expectTime(context);
      try {
        damages.push(...[(await takeFile(file, context, log)) ?? []].flat());
      } catch (error) {
        // A file that cannot be had keeps no other of the same message from being read.
        log.error({ error }, 'file not taken');
        failures.push(error);
      }
    }
    // What could be read was analysed. The message comes again for what may be had then;
    if (failures.length > 0) throw failures[0];
    // somebody has to look at what never can.
    if (damages.length > 0) throw new PoisonMessage(damages.join('; '));
  });
}
