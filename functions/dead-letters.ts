/** Where does a message go that cannot be taken? To the queue's dead letters, with the reason, so that nobody has to guess. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { plainError } from '../src/adapters/logger.ts';
import { clients } from './clients.ts';
import { mostDeliveries } from './deliveries.ts';
import { environment } from './environment.ts';

/** @throws where it cannot be put aside; the message then comes again, and SQS puts it aside in the end. */
export async function putAside(message: SQSRecord, reason: string): Promise<void> {
  if (environment.DEAD_LETTERS === undefined) throw new Error('the function has no queue for dead letters');
  const text = (value: string) => ({ DataType: 'String', StringValue: attributeText(value) });
  await clients.sqs().send(
    new SendMessageCommand({
      QueueUrl: environment.DEAD_LETTERS,
      MessageBody: message.body,
      MessageAttributes: {
        reason: text(reason),
        messageId: text(message.messageId),
        function: text(environment.AWS_LAMBDA_FUNCTION_NAME),
      },
    }),
  );
}

/** @returns the reason of a message that may succeed once what failed works again: the operator is to bring it back. */
export function givenUp(error: unknown): string {
  const { name, message } = plainError(error);
  return `given up after ${mostDeliveries} deliveries: ${name === undefined ? '' : `${String(name)}: `}${String(message)}`;
}

/** SQS refuses what XML has no characters for, and the reason may quote the name of a file. */
export function attributeText(value: string): string {
  const plain = value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?').slice(0, 1_000);
  return plain.toWellFormed() || '-';
}
