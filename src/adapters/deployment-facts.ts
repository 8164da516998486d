/** What is deployed, and how does it stand? Read-only calls for `trusttrail doctor`; what may not be read is said so. */
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackInstances,
} from '@aws-sdk/client-cloudformation';
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { SecretPlace } from './secrets.ts';

/** A fact, or why it could not be had. `absent`: AWS says that there is no such thing. */
export type Told<T> = { readonly is: T } | { readonly absent: true } | { readonly unknown: string };

export interface TrailFacts {
  readonly name: string;
  readonly logging: Told<boolean>;
  readonly multiRegion: boolean;
  readonly homeRegion: string;
  readonly globalServices: boolean;
  /** Why its last delivery failed; CloudTrail's own words. */
  readonly deliveryError?: string;
  readonly selectors: Told<TrailSelectors>;
}

export interface TrailSelectors {
  readonly basic: readonly {
    readonly management: boolean;
    readonly readWrite: string;
    readonly excluded: readonly string[];
  }[];
  readonly advanced: readonly {
    readonly field: string;
    readonly equals: readonly string[];
    readonly notEquals: readonly string[];
  }[][];
}

export interface RuleFacts {
  readonly state: string;
  readonly pattern: unknown;
  /** ARNs. */
  readonly targets: readonly string[];
}

export interface StackFacts {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface QueueFacts {
  readonly waiting: number;
}

export interface StackInstance {
  readonly account: string;
  readonly region: string;
  readonly status: string;
  readonly reason?: string;
}

/** What a door of Slack answers to a message without content, which it never shows to anybody. */
export type SlackAnswer = 'works' | { readonly refused: string } | { readonly unreachable: string };

/** The reading side of AWS and Slack; every call answers, none throws. */
export interface DeploymentReader {
  /** @param region in whose partition the credentials are; the ambient one where it is left out. */
  identity(region?: string): Promise<Told<{ readonly account: string; readonly partition: string }>>;
  stack(region: string, name: string): Promise<Told<StackFacts>>;
  trails(region: string): Promise<Told<readonly TrailFacts[]>>;
  rule(region: string, name: string, bus?: string): Promise<Told<RuleFacts>>;
  queue(region: string, url: string): Promise<Told<QueueFacts>>;
  table(
    region: string,
    name: string,
  ): Promise<Told<{ readonly status: string; readonly pointInTimeRecovery: boolean }>>;
  pendingSubscriptions(region: string, topicArn: string): Promise<Told<readonly string[]>>;
  /** @param callAs in an account that is a delegated administrator the StackSet is not there for `SELF`. */
  stackInstances(
    region: string,
    stackSet: string,
    callAs: 'SELF' | 'DELEGATED_ADMIN',
  ): Promise<Told<readonly StackInstance[]>>;
  slackWebhook(region: string, place: SecretPlace): Promise<Told<SlackAnswer>>;
  slackToken(region: string, place: SecretPlace): Promise<Told<SlackAnswer>>;
}

export interface DeploymentReaderOptions {
  readonly fetch: typeof fetch;
  /** Slack's address; tests have another. */
  readonly slackApiUrl?: string;
}

/** Doctor waits for people: a few seconds, then it says what it could not see. */
const settings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
};
const slackTimeout = 8_000;

export function deploymentReader({
  fetch,
  slackApiUrl = 'https://slack.com/api/',
}: DeploymentReaderOptions): DeploymentReader {
  const secret = async (region: string, place: SecretPlace): Promise<string> => {
    if ('parameter' in place) {
      const client = new SSMClient({ region, ...settings });
      const found = await client.send(new GetParameterCommand({ Name: place.parameter, WithDecryption: true }));
      return found.Parameter?.Value?.trim() ?? '';
    }
    const client = new SecretsManagerClient({ region, ...settings });
    const text = (await client.send(new GetSecretValueCommand({ SecretId: place.secret }))).SecretString ?? '';
    if (place.field === undefined) return text.trim();
    const value = new Map(Object.entries(JSON.parse(text) as object)).get(place.field) as unknown;
    return typeof value === 'string' ? value : '';
  };
  return {
    identity: (region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1') =>
      told(async () => {
        const client = new STSClient({ region, ...settings });
        const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
        return { account: Account, partition: Arn.split(':')[1] ?? 'aws' };
      }),
    stack: (region, name) =>
      told(async () => {
        const client = new CloudFormationClient({ region, ...settings });
        const [stack] = (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks ?? [];
        if (stack === undefined) return undefined;
        const outputs = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
        return {
          status: stack.StackStatus ?? 'UNKNOWN',
          outputs: Object.fromEntries(outputs) as Record<string, string>,
        };
      }),
    trails: (region) => told(() => readTrails(new CloudTrailClient({ region, ...settings }))),
    rule: (region, name, bus) =>
      told(async () => {
        const client = new EventBridgeClient({ region, ...settings });
        const where = bus === undefined ? {} : { EventBusName: bus };
        const rule = await client.send(new DescribeRuleCommand({ Name: name, ...where }));
        const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: name, ...where }));
        return {
          state: rule.State ?? 'UNKNOWN',
          pattern: JSON.parse(rule.EventPattern ?? 'null') as unknown,
          targets: Targets.flatMap(({ Arn }) => Arn ?? []),
        };
      }),
    queue: (region, url) =>
      told(async () => {
        const client = new SQSClient({ region, ...settings });
        const { Attributes } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
        );
        return { waiting: Number(Attributes?.['ApproximateNumberOfMessages'] ?? '0') };
      }),
    table: (region, name) =>
      told(async () => {
        const client = new DynamoDBClient({ region, ...settings });
        const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
        const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName: name }));
        const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
        return {
          status: Table?.TableStatus ?? 'UNKNOWN',
          pointInTimeRecovery: recovery?.PointInTimeRecoveryStatus === 'ENABLED',
        };
      }),
    pendingSubscriptions: (region, topicArn) =>
      told(async () => {
        const pending: string[] = [];
        const client = new SNSClient({ region, ...settings });
        for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn: topicArn }))
          for (const { SubscriptionArn, Endpoint = '' } of Subscriptions)
            if (SubscriptionArn === 'PendingConfirmation') pending.push(Endpoint);
        return pending;
      }),
    stackInstances: (region, stackSet, callAs) =>
      told(async () => {
        const instances: StackInstance[] = [];
        const client = new CloudFormationClient({ region, ...settings });
        for await (const { Summaries = [] } of paginateListStackInstances(
          { client },
          { StackSetName: stackSet, CallAs: callAs },
        ))
          for (const one of Summaries)
            instances.push({
              account: one.Account ?? '',
              region: one.Region ?? '',
              status: one.Status ?? 'UNKNOWN',
              ...(one.StatusReason === undefined ? {} : { reason: one.StatusReason }),
            });
        return instances;
      }),
    slackWebhook: (region, place) =>
      told(async () => {
        const url = await secret(region, place);
        // An address that is alive answers `no_text` or `invalid_payload` to this, and shows nothing in the channel.
        return askSlack(fetch, url, {}, (text) =>
          /^(?:no_text|invalid_payload|missing_text_or_fallback_or_attachments)/.test(text),
        );
      }),
    slackToken: (region, place) =>
      told(async () => {
        const token = await secret(region, place);
        const headers = { authorization: `Bearer ${token}` };
        return askSlack(fetch, new URL('auth.test', slackApiUrl).href, headers, (text) => /"ok":\s*true/.test(text));
      }),
  };
}

async function readTrails(client: CloudTrailClient): Promise<readonly TrailFacts[]> {
  const { trailList = [] } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
  return Promise.all(
    trailList.map(async (trail): Promise<TrailFacts> => {
      const Name = trail.TrailARN ?? trail.Name ?? '';
      const status = await told(() => client.send(new GetTrailStatusCommand({ Name })));
      const selectors = await told(async () => {
        const { EventSelectors = [], AdvancedEventSelectors = [] } = await client.send(
          new GetEventSelectorsCommand({ TrailName: Name }),
        );
        return {
          basic: EventSelectors.map((one) => ({
            management: one.IncludeManagementEvents ?? true,
            readWrite: one.ReadWriteType ?? 'All',
            excluded: one.ExcludeManagementEventSources ?? [],
          })),
          advanced: AdvancedEventSelectors.map(({ FieldSelectors = [] }) =>
            FieldSelectors.map(({ Field = '', Equals = [], NotEquals = [] }) => ({
              field: Field,
              equals: Equals,
              notEquals: NotEquals,
            })),
          ),
        };
      });
      const error = 'is' in status ? status.is.LatestDeliveryError : undefined;
      return {
        name: trail.Name ?? Name,
        logging: 'is' in status ? { is: status.is.IsLogging === true } : status,
        multiRegion: trail.IsMultiRegionTrail === true,
        homeRegion: trail.HomeRegion ?? '',
        globalServices: trail.IncludeGlobalServiceEvents === true,
        ...(error === undefined || error === '' ? {} : { deliveryError: error }),
        selectors,
      };
    }),
  );
}

async function askSlack(
  fetch: DeploymentReaderOptions['fetch'],
  url: string,
  headers: Readonly<Record<string, string>>,
  works: (text: string) => boolean,
): Promise<SlackAnswer> {
  if (!URL.canParse(url)) return { refused: 'the secret is no address' };
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
      redirect: 'error',
      signal: AbortSignal.timeout(slackTimeout),
    });
    const text = (await answer.text()).slice(0, 200);
    return works(text) ? 'works' : { refused: text === '' ? `status ${answer.status}` : text };
  } catch (error) {
    return {
      unreachable: error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection',
    };
  }
}

const absences = new Set([
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'NotFoundException',
  'StackSetNotFoundException',
  'TrailNotFoundException',
  'ParameterNotFound',
]);

/** An answer in place of an exception; the text of an error tells people what their credentials lack. */
async function told<T>(ask: () => Promise<T | undefined>): Promise<Told<T>> {
  try {
    const is = await ask();
    return is === undefined ? { absent: true } : { is };
  } catch (error) {
    if (!(error instanceof Error)) return { unknown: String(error) };
    // CloudFormation has no code of its own for a stack that is not there.
    if (absences.has(error.name) || (error.name === 'ValidationError' && /does not exist/.test(error.message)))
      return { absent: true };
    return { unknown: `${error.name}: ${error.message}`.slice(0, 300) };
  }
}
