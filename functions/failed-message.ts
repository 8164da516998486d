/** What becomes of a message that failed: does it come again, or is it put aside with the reason? */
import type { SQSRecord } from 'aws-lambda';
import type { Logger } from '../src/adapters/logger.ts';
import { PoisonMessage } from '../src/adapters/poison-message.ts';
import { givenUp, putAside } from './dead-letters.ts';
import { isLastDelivery } from './deliveries.ts';
import { recordSkipped } from './telemetry.ts';
import { OutOfTime } from './time-left.ts';

/** @throws the error, where the message is to come again. */
export async function messageFailed(message: SQSRecord, error: unknown, log: Logger): Promise<void> {
  if (error instanceof PoisonMessage) {
    await putAside(message, error.message);
    recordSkipped('poison');
    log.error({ reason: error.message }, 'message put aside: no delivery of it can succeed');
    return;
  }
  if (!isLastDelivery(message)) {
    if (error instanceof OutOfTime) log.warn('message given back: no time is left for it');
    else log.error({ error }, 'message given back');
    throw error;
  }
  await putAside(message, givenUp(error));
  recordSkipped('given-up');
  log.error({ error }, 'message put aside: it was delivered too often');
}
