/** Where CloudTrail records come from: files, LookupEvents, S3, Athena. */
import type { ReadEvents } from '../cloudtrail/read-record.ts';

/** What a source has read since the last batch. Records that mean nothing to trusttrail may be left out of `records`. */
export interface RecordBatch extends ReadEvents {
  /** The file or the page, where all of it comes from one. */
  readonly place?: string;
  /** Records that were looked at, those left out among them. */
  readonly looked: number;
  /** Files, or pages of answers. */
  readonly parts: number;
  /** Bytes of them, as they are stored or sent. */
  readonly bytes: number;
  /** Files that are something else than logs, and why. */
  readonly passedOver?: readonly { readonly place: string; readonly message: string }[];
}

export interface ReadOptions {
  /** Ends the reading early. */
  readonly signal?: AbortSignal;
  /** Told what is to be read in all, in bytes, as it becomes known. */
  readonly total?: (bytes: number) => void;
}

export interface RecordSource {
  /** How the source was named. */
  readonly name: string;
  /**
   * Batches of records as they are read, with what was wrong; the order is the source's own. A source that cannot be
   * read at all, or no further, says so as a problem.
   */
  read(options?: ReadOptions): AsyncIterable<RecordBatch>;
}
