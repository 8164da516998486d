/** How often is a message delivered before it is put aside? As infra/queue-with-dead-letters.ts sets it. */
import type { SQSRecord } from 'aws-lambda';

export const mostDeliveries = 5;

/** Whether SQS would put it aside next, and would not know why. */
export function isLastDelivery({ attributes }: Partial<SQSRecord>): boolean {
  return Number(attributes?.ApproximateReceiveCount ?? 0) >= mostDeliveries;
}
