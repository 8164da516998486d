/** The whole service in emulated AWS: events go onto the bus, and findings arrive where people and programs listen. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../infra/bundling.ts';
import { readSettings } from '../../infra/settings.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { type Bundles, bundled, type Running, running } from '../functions/bundles.ts';
import { account, type DeployedStack, deploy, named, received, work } from './deployed-stack.ts';
import { type EmulatedAws, emulatorMissing, startEmulatedAws } from './emulated-aws.ts';

const slackPath = '/services/T0TEST/B0TEST/secret-part';

describe.skipIf(emulatorMissing)('the service, deployed from its template', () => {
  let aws: EmulatedAws;
  let stack: DeployedStack;
  let bundles: Bundles;
  let slack: Server;
  let slackStatus = 200;
  const posts: {
    readonly path: string;
    readonly body: { readonly text: string; readonly blocks?: readonly unknown[] };
  }[] = [];
  const functions = new Map<Entry, Running>();
  let sqs: SQSClient;
  let events: EventBridgeClient;
  let iam: IAMClient;
  let topicQueue = '';
  let busQueue = '';

  beforeAll(async () => {
    [aws, bundles] = await Promise.all([startEmulatedAws(), bundled()]);
    slack = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      if (slackStatus === 200) posts.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.statusCode = slackStatus;
      response.end(slackStatus === 200 ? 'ok' : 'service_unavailable');
    });
    await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
    sqs = new SQSClient({ ...aws.client, useQueueUrlAsEndpoint: false });
    events = new EventBridgeClient(aws.client);
    iam = new IAMClient(aws.client);
    const secrets = new SecretsManagerClient(aws.client);
    const SecretString = `http://127.0.0.1:${(slack.address() as AddressInfo).port}${slackPath}`;
    await secrets.send(new CreateSecretCommand({ Name: 'trusttrail/slack-webhook', SecretString }));
    const settings = { slack: [{ channel: 'slack', webhook: { secret: 'trusttrail/slack-webhook' } }] };
    stack = await deploy(aws, readSettings(JSON.stringify(settings), 'the test'));
    await subscribe();
    for (const entry of ['trust-changed', 'assume-role-denied', 'reconcile'] as const) {
      const folder = dirname(bundles.fileOf(entry));
      writeFileSync(join(folder, 'trusttrail.config.json'), JSON.stringify({ accounts: [account] }));
      functions.set(
        entry,
        await running(bundles.fileOf(entry), {
          ...(await stack.environmentOf(entry)),
          AWS_LAMBDA_FUNCTION_NAME: entry,
          LAMBDA_TASK_ROOT: folder,
          AWS_REGION: aws.client.region,
          AWS_ENDPOINT_URL: aws.endpoint,
          AWS_ACCESS_KEY_ID: aws.client.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: aws.client.credentials.secretAccessKey,
        }),
      );
    }
  });
  afterAll(async () => {
    for (const one of functions.values()) await one.stop();
    slack?.close();
    bundles?.remove();
    await aws?.stop();
  });

  /** Two listeners, as an operator would have them: a queue at the topic, and a rule on the findings bus. */
  async function subscribe(): Promise<void> {
    const queue = async (QueueName: string) => {
      const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
      return { url, arn: `arn:aws:sqs:${aws.client.region}:${account}:${QueueName}` };
    };
    const atTopic = await queue('listener-topic');
    const atBus = await queue('listener-bus');
    const sns = new SNSClient(aws.client);
    await sns.send(
      new SubscribeCommand({ TopicArn: stack.outputs.get('TopicArn'), Protocol: 'sqs', Endpoint: atTopic.arn }),
    );
    const rule = { EventBusName: stack.outputs.get('FindingsBusName'), Name: 'listener' };
    await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['trusttrail'] }) }));
    await events.send(
      new PutTargetsCommand({
        EventBusName: rule.EventBusName,
        Rule: rule.Name,
        Targets: [{ Id: '1', Arn: atBus.arn }],
      }),
    );
    topicQueue = atTopic.url;
    busQueue = atBus.url;
  }

  const queueOf = (name: string) => named(stack.outputs.get('Queues')).get(name) ?? '';
  const deadLettersOf = (name: string) => named(stack.outputs.get('DeadLetterQueues')).get(name) ?? '';
  function functionOf(entry: Entry): Running {
    const found = functions.get(entry);
    if (found === undefined) throw new Error(`${entry} does not run`);
    return found;
  }

  /** All that a listener got since the last time. */
  async function heard(url: string): Promise<readonly Finding[]> {
    const found: Finding[] = [];
    for (;;) {
      const messages = await received(sqs, url);
      if (messages.length === 0) break;
      for (const { Body: body = '' } of messages) {
        const outer = JSON.parse(body) as { readonly Message?: string; readonly detail?: Finding };
        found.push(outer.detail ?? (JSON.parse(outer.Message ?? '') as Finding));
      }
    }
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    return found;
  }

  let ids = 0;
  async function put(
    source: string,
    eventName: string,
    at: number,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    ids += 1;
    const eventID = `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    const Detail = JSON.stringify({
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${account}:user/admin`,
        accountId: account,
        userName: 'admin',
      },
      eventTime: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
      eventSource: `${source.slice(4)}.amazonaws.com`,
      eventName,
      awsRegion: aws.client.region,
      sourceIPAddress: '203.0.113.24',
      userAgent: 'aws-cli/2.33.27',
      requestParameters: null,
      responseElements: null,
      eventID,
      eventType: 'AwsApiCall',
      recipientAccountId: account,
      ...detail,
    });
    const entry = { Source: source, DetailType: 'AWS API Call via CloudTrail', Detail, Time: new Date(at) };
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount !== 0) throw new Error('the event was not taken');
    return eventID;
  }

  const trusting = (...AWS: readonly string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
    });
  const ci = `arn:aws:iam::${account}:role/ci`;
  const start = Date.now() - 3_600_000;
  const update = (roleName: string, seconds: number, policyDocument: string) =>
    put('aws.iam', 'UpdateAssumeRolePolicy', start + seconds * 1_000, {
      requestParameters: { roleName, policyDocument },
    });
  const deny = (seconds: number, role: string) => {
    const session = `arn:aws:sts::${account}:assumed-role/ci/build-7`;
    return put('aws.sts', 'AssumeRole', start + seconds * 1_000, {
      userIdentity: {
        type: 'AssumedRole',
        arn: session,
        accountId: account,
        sessionContext: { sessionIssuer: { type: 'Role', arn: ci, accountId: account, userName: 'ci' } },
      },
      errorCode: 'AccessDenied',
      errorMessage: `User: ${session} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/${role}`,
    });
  };

  test('every part comes out of the template', async () => {
    expect(stack.status).toBe('CREATE_COMPLETE');
    expect(stack.mappings.map(({ queue, function: of, batchSize }) => [queue, of, batchSize])).toEqual(
      expect.arrayContaining([
        [expect.stringContaining('TrustChangesQueue'), expect.stringContaining('TrustChangedFunction'), 10],
        [expect.stringContaining('DenialsQueue'), expect.stringContaining('AssumeRoleDeniedFunction'), 100],
      ]),
    );
    expect(stack.mappings.every(({ partialFailures }) => partialFailures)).toBe(true);
    expect(stack.schedules).toEqual(['rate(1 day)']);
    const { Rules: rules = [] } = await events.send(new ListRulesCommand({}));
    expect(rules.filter(({ EventPattern }) => EventPattern !== undefined)).toHaveLength(3);
    expect(await stack.environmentOf('trust-changed')).not.toHaveProperty('SLACK_WEBHOOK');
    expect(JSON.stringify(await stack.environmentOf('trust-changed'))).not.toContain('secret-part');
  });

  test('a change of a trust policy arrives at the topic, at the findings bus and in Slack', async () => {
    await put('aws.iam', 'CreateRole', start, {
      requestParameters: { roleName: 'deploy', assumeRolePolicyDocument: trusting(ci) },
      responseElements: { role: { arn: `arn:aws:iam::${account}:role/deploy`, roleId: 'AROADEPLOYEXAMPLE' } },
    });
    const eventId = await update('deploy', 600, trusting(ci, '999999999999'));
    // Nobody's rule asks for these.
    await put('aws.iam', 'GetRole', start + 601_000, { requestParameters: { roleName: 'deploy' } });
    await put('aws.s3', 'PutObject', start + 602_000, {});
    expect(await work(sqs, queueOf('trust-changes'), functionOf('trust-changed'))).toEqual({ taken: 2, givenBack: 0 });
    const people = await heard(topicQueue);
    expect(people).toMatchObject([
      { kind: 'trust-change', events: [eventId], change: { verdict: 'broader', previousFrom: 'store' } },
    ]);
    expect(people[0]?.change?.gained[0]?.summary).toContain('999999999999');
    expect((await heard(busQueue)).map(({ kind }) => kind)).toEqual(['trust-change', 'trust-change']);
    expect(posts).toHaveLength(1);
    expect(posts[0]).toMatchObject({ path: slackPath, body: { text: expect.stringContaining('deploy') } });
    expect(posts[0]?.body.blocks?.length).toBeGreaterThan(0);
    const lines = functionOf('trust-changed').logs();
    expect(lines.filter(({ message }) => message === 'record analysed')).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('secret-part');
  });

  test('delivered again, it is told to nobody again', async () => {
    const body = {
      version: '0',
      id: 'again',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.iam',
      account,
      time: new Date(start).toISOString(),
      region: 'us-east-1',
      resources: [],
      detail: {
        eventVersion: '1.11',
        userIdentity: {
          type: 'IAMUser',
          arn: `arn:aws:iam::${account}:user/admin`,
          accountId: account,
          userName: 'admin',
        },
        eventTime: new Date(start + 600_000).toISOString().replace(/\.\d+Z$/, 'Z'),
        eventSource: 'iam.amazonaws.com',
        eventName: 'UpdateAssumeRolePolicy',
        awsRegion: 'us-east-1',
        requestParameters: { roleName: 'deploy', policyDocument: trusting(ci, '999999999999') },
        eventID: '00000000-0000-4000-8000-000000000002',
        recipientAccountId: account,
      },
    };
    const again = new SendMessageCommand({ QueueUrl: queueOf('trust-changes'), MessageBody: JSON.stringify(body) });
    await sqs.send(again);
    await sqs.send(again);
    expect(await work(sqs, queueOf('trust-changes'), functionOf('trust-changed'))).toEqual({ taken: 2, givenBack: 0 });
    expect([await heard(topicQueue), await heard(busQueue), posts.length]).toEqual([[], [], 1]);
  });

  test('denials after a change are one burst, and name the change behind it', async () => {
    const eventId = await update('deploy', 1_200, trusting(`arn:aws:iam::${account}:role/other`));
    await work(sqs, queueOf('trust-changes'), functionOf('trust-changed'));
    for (let n = 0; n < 8; n += 1) await deny(1_260 + n * 10, 'deploy');
    expect(await work(sqs, queueOf('denials'), functionOf('assume-role-denied'))).toEqual({ taken: 8, givenBack: 0 });
    const told = await heard(topicQueue);
    const burst = told.filter(({ kind }) => kind === 'denial-spike');
    expect(burst).toHaveLength(1);
    expect(burst[0]).toMatchObject({ role: `arn:aws:iam::${account}:role/deploy`, correlatedChange: { eventId } });
    expect((await heard(busQueue)).some(({ kind }) => kind === 'denial-spike')).toBe(true);
    const metrics = functionOf('assume-role-denied')
      .logs()
      .filter((line) => 'Denials' in line);
    expect(metrics.length).toBeGreaterThan(0);
  });

  test('while Slack is away the topic is told once, and Slack afterwards', async () => {
    const before = posts.length;
    slackStatus = 503;
    await update('deploy', 1_800, trusting('888888888888'));
    const queue = queueOf('trust-changes');
    expect(await work(sqs, queue, functionOf('trust-changed'), { rounds: 2 })).toEqual({ taken: 0, givenBack: 2 });
    slackStatus = 200;
    expect(await work(sqs, queue, functionOf('trust-changed'))).toEqual({ taken: 1, givenBack: 0 });
    const told = await heard(topicQueue);
    expect(told.filter(({ kind }) => kind === 'trust-change')).toHaveLength(1);
    expect(posts.slice(before).filter(({ body }) => body.text.includes('888888888888'))).toHaveLength(1);
    await heard(busQueue);
  });

  test('what can never be read is put aside at once, with its reason; what always fails after five deliveries', async () => {
    const QueueUrl = queueOf('trust-changes');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"source":"my.own","detail":{}}' }));
    expect(await work(sqs, QueueUrl, functionOf('trust-changed'))).toEqual({ taken: 1, givenBack: 0 });
    const [aside] = await received(sqs, deadLettersOf('trust-changes'));
    expect(aside?.Body).toBe('{"source":"my.own","detail":{}}');
    expect(aside?.MessageAttributes?.['reason']?.StringValue).toMatch(/none of the rules/);
    slackStatus = 503;
    const eventId = await update('deploy', 2_400, trusting('777777777777'));
    const { taken, givenBack } = await work(sqs, QueueUrl, functionOf('trust-changed'));
    slackStatus = 200;
    // The last delivery puts it aside itself: the queue would do so without a reason.
    expect({ taken, givenBack }).toEqual({ taken: 1, givenBack: 4 });
    const dead = await received(sqs, deadLettersOf('trust-changes'));
    const given = dead.find(({ Body: body }) => body?.includes(eventId));
    expect(given?.MessageAttributes?.['reason']?.StringValue).toMatch(/^given up after 5 deliveries: /);
    await Promise.all([heard(topicQueue), heard(busQueue)]);
  });

  test('the daily look tells of everything once, then of what no event told', async () => {
    const policy = (document: string) => ({ AssumeRolePolicyDocument: document });
    await iam.send(new CreateRoleCommand({ RoleName: 'open-door', ...policy(trusting('*')) }));
    await iam.send(new CreateRoleCommand({ RoleName: 'quiet', ...policy(trusting(ci)) }));
    await functionOf('reconcile').invoke({ id: 'schedule-1' });
    const summary = (await heard(topicQueue)).filter(({ kind }) => kind === 'trust-risk');
    expect(summary).toHaveLength(1);
    expect(summary[0]).toMatchObject({
      severity: 'critical',
      title: expect.stringMatching(/roles of account 123456789012 are watched/),
    });
    expect(
      (await heard(busQueue)).some(({ kind, role }) => kind === 'trust-risk' && role?.endsWith('/open-door') === true),
    ).toBe(true);
    await iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'quiet', PolicyDocument: trusting(ci, '666666666666') }),
    );
    await functionOf('reconcile').invoke({ id: 'schedule-2' });
    await functionOf('reconcile').invoke({ id: 'schedule-3' });
    const told = await heard(topicQueue);
    expect(told.filter(({ role }) => role?.endsWith('/quiet') === true)).toMatchObject([
      { kind: 'drift', severity: 'high', change: { verdict: 'broader' } },
    ]);
    expect(told.some(({ title }) => title.includes('are watched from now on'))).toBe(false);
    // The version that was read is the one before the next change.
    await put('aws.iam', 'UpdateAssumeRolePolicy', Date.now() + 120_000, {
      requestParameters: { roleName: 'open-door', policyDocument: trusting(ci) },
    });
    await work(sqs, queueOf('trust-changes'), functionOf('trust-changed'));
    const narrowed = (await heard(busQueue)).filter(
      ({ kind, role }) => kind === 'trust-change' && role?.endsWith('/open-door') === true,
    );
    expect(narrowed).toMatchObject([{ change: { verdict: 'narrower', previousFrom: 'history' } }]);
  });
});
