/** Who reads the trail's files? A client of its own, so that the other functions do not carry that of S3. */
import { S3Client } from '@aws-sdk/client-s3';
import { callSettings, lazily } from './clients.ts';

/** A file may have 50 MB. */
const requestTimeout = 30_000;

export const filesClient = lazily(
  () => new S3Client({ ...callSettings, requestHandler: { ...callSettings.requestHandler, requestTimeout } }),
);
