/**
 * The synthesised template, deployed to emulated AWS by CloudFormation, and Lambda's part played by hand.
 *
 * What the emulator cannot do, and what is done about it:
 * - `Ref` of an event bus answers with an object of Python: it is replaced by `Fn::GetAtt … Name`, the same in AWS.
 * - Functions run in Docker, which is not there: each mapping is read from the deployed stack and then switched off, and
 *   batches are handed to the bundle by its batch size, with the environment of the deployed function.
 * - A rule with a schedule and no pattern gets every event, and its target, a function, ends the call: the schedule is read
 *   from the deployed stack, and its target then taken away.
 * - An event that a rule delivers lacks its `account`, which is added.
 * - Policies of queues and topics, alarms and EventInvokeConfig are passed over, a rule's state is ignored, and anybody may
 *   put events of an `aws.` source: the template tests assert each of them (test/infra).
 */
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, ListRulesCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { SQSBatchResponse } from 'aws-lambda';
import type { Entry } from '../../infra/bundling.ts';
import type { Settings } from '../../infra/settings.ts';
import type { Running } from '../functions/bundles.ts';
import { synthesise } from '../infra/deployments.ts';
import type { EmulatedAws } from './emulated-aws.ts';

/** The account of everything that the emulator makes. */
export const account = '123456789012';

export interface Mapping {
  readonly queue: string;
  readonly function: string;
  readonly batchSize: number;
  readonly partialFailures: boolean;
}

export interface DeployedStack {
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly mappings: readonly Mapping[];
  /** The expressions of rules with a schedule. */
  readonly schedules: readonly string[];
  /** The environment that CloudFormation gave the function. */
  environmentOf(entry: Entry): Promise<Readonly<Record<string, string>>>;
}

interface TemplateJson {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}

export async function deploy(aws: EmulatedAws, settings: Settings): Promise<DeployedStack> {
  const template = synthesise(settings).stacks.get('Trusttrail')?.toJSON() as TemplateJson | undefined;
  if (template === undefined) throw new Error('there is no stack Trusttrail');
  await putAssets(aws, template);
  const formation = new CloudFormationClient(aws.client);
  const StackName = 'Trusttrail';
  await formation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(withBusNames(template)),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const { Stacks: [stack] = [] } = await formation.send(new DescribeStacksCommand({ StackName }));
  const outputs = new Map(
    (stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
  );
  const functions = named(outputs.get('Functions'));
  return {
    status: stack?.StackStatus ?? '',
    outputs,
    mappings: await takenOver(aws),
    schedules: await schedules(aws),
    async environmentOf(entry) {
      const answer = (await lambda(aws, `functions/${functions.get(entry) ?? ''}/configuration`)) as {
        readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
      };
      return answer.Environment.Variables;
    },
  };
}

/** @returns what an output such as `Queues` names: `name=value,name=value`. */
export function named(output = ''): ReadonlyMap<string, string> {
  return new Map(output.split(',').map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));
}

function withBusNames(template: TemplateJson): unknown {
  const isBus = (name: unknown): boolean =>
    typeof name === 'string' && template.Resources[name]?.Type === 'AWS::Events::EventBus';
  return JSON.parse(JSON.stringify(template), (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'Ref' in value && isBus(value.Ref)
      ? { 'Fn::GetAtt': [value.Ref, 'Name'] }
      : value,
  );
}

/** What `cdk deploy` uploads, and what `cdk bootstrap` leaves. The bundles run elsewhere: here it is enough that they are there. */
async function putAssets(aws: EmulatedAws, { Resources: resources }: TemplateJson): Promise<void> {
  const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
  const ssm = new SSMClient(aws.client);
  await ssm.send(new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '21', Type: 'String' }));
  const Bucket = `cdk-hnb659fds-assets-${account}-${aws.client.region}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { S3Key: Key } = Properties['Code'] as { readonly S3Key: string };
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'the bundle' }));
  }
  s3.destroy();
  ssm.destroy();
}

/** Lambda's API, whose client is no dependency. */
async function lambda(aws: EmulatedAws, path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${aws.endpoint}/2015-03-31/${path}`, {
    ...init,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/${aws.client.region}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Reads the mappings, and switches them off. */
async function takenOver(aws: EmulatedAws): Promise<readonly Mapping[]> {
  const { EventSourceMappings: found } = (await lambda(aws, 'event-source-mappings/')) as {
    readonly EventSourceMappings: readonly {
      readonly UUID: string;
      readonly EventSourceArn: string;
      readonly FunctionArn: string;
      readonly BatchSize: number;
      readonly FunctionResponseTypes?: readonly string[];
    }[];
  };
  for (const { UUID } of found)
    await lambda(aws, `event-source-mappings/${UUID}`, { method: 'PUT', body: JSON.stringify({ Enabled: false }) });
  return found.map((one) => ({
    queue: one.EventSourceArn.split(':').at(-1) ?? '',
    function: one.FunctionArn.split(':').at(-1) ?? '',
    batchSize: one.BatchSize,
    partialFailures: one.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
  }));
}

async function schedules(aws: EmulatedAws): Promise<readonly string[]> {
  const client = new EventBridgeClient(aws.client);
  const { Rules: rules = [] } = await client.send(new ListRulesCommand({}));
  const scheduled = rules.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined);
  for (const { Name } of scheduled) await client.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['Target0'] }));
  client.destroy();
  return scheduled.flatMap(({ ScheduleExpression }) => ScheduleExpression ?? []);
}

/**
 * Does for one queue what the mapping does: hands batches to the function until the queue is empty, deletes what it took,
 * and makes what it gave back visible at once.
 * @param rounds batches at the most: what is given back comes again in the next one.
 * @returns how many messages were taken, and how many times one was given back.
 */
export async function work(
  sqs: SQSClient,
  QueueUrl: string,
  one: Running,
  { rounds = 20 }: { readonly rounds?: number } = {},
): Promise<{ readonly taken: number; readonly givenBack: number }> {
  let taken = 0;
  let givenBack = 0;
  for (let round = 0; round < rounds; round += 1) {
    const messages = await received(sqs, QueueUrl);
    if (messages.length === 0) break;
    const { batchItemFailures } = (await one.invoke({
      Records: messages.map((message) => ({
        messageId: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: withAccount(message.Body ?? ''),
        attributes: message.Attributes ?? {},
        messageAttributes: {},
        eventSource: 'aws:sqs',
      })),
    })) as SQSBatchResponse;
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { MessageId, ReceiptHandle } of messages) {
      const again = failed.has(MessageId ?? '');
      if (again) givenBack += 1;
      else taken += 1;
      if (again) await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      else await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  return { taken, givenBack };
}

function withAccount(body: string): string {
  const event = parsed(body);
  const isEvent = typeof event === 'object' && event !== null && 'detail-type' in event && !('account' in event);
  return isEvent ? JSON.stringify({ ...event, account }) : body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns up to ten messages, with their attributes. */
export async function received(sqs: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  return messages;
}
