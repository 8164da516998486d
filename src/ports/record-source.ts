/** Where CloudTrail records come from: files, LookupEvents, S3, Athena. */
import type { ReadEvents } from '../cloudtrail/read-record.ts';

export interface RecordSource {
  /** Batches of records as they are read, with what was wrong; the order is the source's own. */
  read(): AsyncIterable<ReadEvents>;
}
