/** What is deployed: small enough to start fast, free of what only people's machines need, and it runs. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Entry, entries } from '../../infra/bundling.ts';
import { type Bundles, bundled, type Running, running } from './bundles.ts';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundled();
}, 120_000);
afterAll(() => bundles?.remove());

const each = entries.map((entry) => [entry] as const);

describe('a bundle', () => {
  test.for(each)('of %s is no larger than it was when its cold start was measured', ([entry]) => {
    expect(bundles.bytesOf(entry)).toBeLessThan(entry === 'trail-object' ? 2_350_000 : 2_200_000);
    expect(bundles.bytesOf(entry)).toBeGreaterThan(500_000);
  });

  test.for(each)('of %s holds nothing of the command line, the report or the CDK', ([entry]) => {
    const packages = bundles
      .inputsOf(entry)
      .flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
    const unwanted =
      /^(?:@observablehq\/plot|d3(?:-.*)?|linkedom|commander|cli-.*|@bomb\.sh\/tab|aws-cdk.*|constructs|cdk-nag|esbuild|vitest|fast-check|typescript|@aws-sdk\/client-(?:athena|cloudformation))$/;
    expect([...new Set(packages)].filter((one) => unwanted.test(one))).toEqual([]);
    expect(packages.length).toBeGreaterThan(20);
    expect(bundles.inputsOf(entry).filter((file) => /^src\/(?:cli|audit)\//.test(file))).toEqual([]);
  });

  test('imports nothing but what Node.js has itself', () => {
    const outside = Object.values(bundles.metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external, path }) => external === true && !path.startsWith('node:')).map(({ path }) => path),
    );
    const { builtinModules } = process.getBuiltinModule('node:module');
    expect(outside.filter((path) => !builtinModules.includes(path))).toEqual([]);
  });

  test('of the other functions does not carry the client of S3', () => {
    const withS3 = (entry: Entry) => bundles.inputsOf(entry).some((file) => file.includes('client-s3/'));
    expect(entries.filter(withS3)).toEqual(['trail-object']);
  });
});

describe('the bundle of trust-changed, run by Node.js 24', () => {
  /** AWS as far as this needs it: a queue that takes messages, and a table that is out of reach. */
  let aws: Server;
  let one: Running;
  const asked: { readonly target: string; readonly body: Record<string, unknown> }[] = [];

  beforeAll(async () => {
    aws = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const target = String(request.headers['x-amz-target'] ?? '');
      const body = JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>;
      asked.push({ target, body });
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      if (target === 'AmazonSQS.SendMessage') {
        const md5 = createHash('md5').update(String(body['MessageBody'])).digest('hex');
        response.end(JSON.stringify({ MessageId: 'put-aside', MD5OfMessageBody: md5 }));
      } else {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not for you' }));
      }
    });
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
    one = await running(bundles.fileOf('trust-changed'), {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing-secret-key',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
      AWS_LAMBDA_FUNCTION_NAME: 'trust-changed',
      TABLE: 'store',
      TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:findings',
      FINDINGS_BUS: 'findings',
      ACCOUNT: '111122223333',
      DEAD_LETTERS: 'https://sqs.us-east-1.amazonaws.com/111122223333/dead-letters',
    });
  }, 60_000);
  afterAll(async () => {
    await one?.stop();
    aws?.close();
  });

  const event = (id: string) => ({
    version: '0',
    id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.iam',
    account: '111122223333',
    time: '2026-03-09T14:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/admin', accountId: '111122223333' },
      eventTime: '2026-03-09T14:00:00Z',
      eventSource: 'iam.amazonaws.com',
      eventName: 'UpdateAssumeRolePolicy',
      awsRegion: 'us-east-1',
      requestParameters: { roleName: 'deploy', policyDocument: '{"Version":"2012-10-17","Statement":[]}' },
      eventID: id,
      recipientAccountId: '111122223333',
    },
  });
  const batch = (...bodies: readonly string[]) => ({
    Records: bodies.map((body, index) => ({ messageId: `m-${index}`, body, eventSource: 'aws:sqs', attributes: {} })),
  });

  test('gives back what it could not keep, puts aside what it can never read, and says why of both', async () => {
    const forged = { ...event('e-3'), source: 'my.own' };
    const bodies = [JSON.stringify(event('e-0')), 'no JSON {', JSON.stringify(event('e-2')), JSON.stringify(forged)];
    const { batchItemFailures } = (await one.invoke(batch(...bodies))) as SQSBatchResponse;
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['m-0', 'm-2']);
    expect(one.loaded.node).toMatch(/^v2[4-9]\./);
    const aside = asked.filter(({ target }) => target === 'AmazonSQS.SendMessage').map(({ body }) => body);
    aside.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
    expect(aside).toMatchObject([
      {
        MessageBody: 'no JSON {',
        MessageAttributes: { reason: { StringValue: 'not JSON' }, messageId: { StringValue: 'm-1' } },
      },
      { MessageBody: bodies[3], MessageAttributes: { messageId: { StringValue: 'm-3' } } },
    ]);
    const lines = one.logs();
    const failed = lines.filter(({ message }) => message === 'message given back');
    expect(failed.map(({ eventId }) => eventId).sort()).toEqual(['e-0', 'e-2']);
    expect(failed[0]).toMatchObject({
      level: 'error',
      error: { name: 'AccessDeniedException' },
      requestId: 'request-1',
    });
    expect(JSON.stringify(lines)).not.toContain('testing-secret-key');
    const metrics = lines.filter((line) => '_aws' in line);
    expect(metrics).toContainEqual(expect.objectContaining({ reason: 'poison', RecordsSkipped: 2 }));
    for (const line of lines)
      if (!('_aws' in line))
        expect(line).toMatchObject({
          level: expect.any(String),
          timestamp: expect.any(String),
          messageId: expect.any(String),
        });
  });

  test('answers an empty batch with nothing to be done again', async () => {
    expect(await one.invoke(batch())).toEqual({ batchItemFailures: [] });
  });
});
