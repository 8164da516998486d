/** The entry files of functions/, as Lambda would start them: what infra/ writes into their environment, and SQS and S3 behind their clients. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { trailBucket } from './trail.ts';
import { type Handlers, putAsideByRunning, readByRunning } from './world.ts';

Object.assign(process.env, {
  TABLE: 'table',
  TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:findings',
  FINDINGS_BUS: 'findings',
  ACCOUNT: '111122223333',
  AWS_REGION: 'us-east-1',
  BUCKET: trailBucket,
  DEAD_LETTERS: 'https://sqs.us-east-1.amazonaws.com/111122223333/dead-letters',
});

mockClient(SQSClient)
  .on(SendMessageCommand)
  .callsFake(async ({ MessageAttributes }) => {
    const text = (name: string): string => String(MessageAttributes?.[name]?.StringValue);
    await putAsideByRunning(text('messageId'), text('reason'));
    return {};
  });

// What the SDK adds to a body is not needed to read it.
mockClient(S3Client)
  .on(GetObjectCommand)
  .callsFake(async ({ Key }) => {
    const { bytes, length } = await readByRunning(String(Key));
    return { Body: { transformToByteArray: async () => bytes }, ContentLength: length };
  });

// The environment is read as soon as they are loaded.
const { handler: trustChanged } = await import('../../functions/trust-changed.ts');
const { handler: assumeRoleDenied } = await import('../../functions/assume-role-denied.ts');
const { handler: trailObject } = await import('../../functions/trail-object.ts');
const { handler: reconcile } = await import('../../functions/reconcile.ts');

export const handlers: Handlers = {
  'trust-changed': trustChanged,
  'assume-role-denied': assumeRoleDenied,
  'trail-object': trailObject,
  reconcile,
};
