/** One file of the trail: what of it goes through the watch, and what is wrong with it? */
import type { Context } from 'aws-lambda';
import type { Logger } from '../src/adapters/logger.ts';
import { type TrailFile, watchedRecords } from '../src/adapters/trail-files.ts';
import { filesClient } from './files-client.ts';
import { service } from './service.ts';
import { takeTogether } from './take-together.ts';
import { recordAnalysed } from './telemetry.ts';

/** Records that go through the watch together. */
const together = 500;

/** @returns what is damaged of it. @throws where another try may read it, or take what it holds. */
export async function takeFile(file: TrailFile, context: Context, log: Logger): Promise<string | undefined> {
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
  return damage?.message;
}
