/** Is a failure of AWS told in words that say what to do? */
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { awsFailure } from '../../src/adapters/aws-failure.ts';
import { s3LogsSource } from '../../src/adapters/s3-logs.ts';

test.each([
  ['CredentialsProviderError', 'no AWS credentials'],
  ['ExpiredToken', 'have expired'],
  ['UnrecognizedClientException', 'are not valid'],
])('%s: %s', (name, words) => {
  expect(awsFailure(Object.assign(new Error('x'), { name }))).toContain(words);
});

test('a network that is not there is told as that, and what is denied is left to the caller', () => {
  expect(awsFailure(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))).toContain('cannot be reached');
  expect(awsFailure(Object.assign(new Error('no'), { name: 'AccessDenied' }))).toBeUndefined();
});

test('the SDK itself, without a region, leads to the words that say so', async () => {
  const client = new S3Client({
    region: async () => {
      throw new Error('Region is missing');
    },
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
  });
  const problems: string[] = [];
  for await (const batch of s3LogsSource({ bucket: 'a-bucket', prefix: '' }, { client }).read())
    problems.push(...batch.problems.map(({ message }) => message));
  expect(problems.join(' ')).toMatch(/no AWS region is set: set AWS_REGION/);
});
