/** What does the operator's account get: queues, functions, the store, and where findings go? */
import { Aws, CfnOutput, Duration, Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { CfnEventBus, type CfnRule, EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Subscription, SubscriptionFilter, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Entry } from './bundling.ts';
import { addEventRule, allowRules, type RuleKind, ruleKinds } from './event-rules.ts';
import {
  acknowledgeReading,
  boundRoles,
  forwarderRolePrefix,
  historyStatement,
  hubBusName,
  readStatements,
  surveyStatements,
  undeliveredQueueName,
  undeliveredStatement,
} from './forwarder-stack.ts';
import { Operations } from './operations.ts';
import { deadLetterQueue, QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { forwardedRegions, forwarderRegions, type Settings } from './settings.ts';
import { WatchFunction } from './watch-function.ts';

export const findingsBusName = 'trusttrail-findings';

export interface HubProps extends StackProps {
  readonly settings: Settings;
  /** Folder with the operator's trusttrail.config.json. */
  readonly folder: string;
}

const functionTimeout = Duration.seconds(60);
const reconcileTimeout = Duration.minutes(15);
const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;

export class HubStack extends Stack {
  private readonly settings: Settings;
  private readonly folder: string;
  private readonly key: Key;
  private readonly table: Table;
  private readonly findings: Topic;
  private readonly findingsBus: EventBus;

  constructor(scope: Construct, id: string, props: HubProps) {
    super(scope, id, props);
    const { settings } = props;
    this.settings = settings;
    this.folder = props.folder;
    this.key = this.encryptionKey();
    this.table = this.storeTable();
    this.findings = this.topic('Findings', 'trusttrail: findings about trust policies and denied AssumeRole calls');
    const operations = this.topic('Operations', 'trusttrail: alarms about trusttrail itself');
    operations.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [operations.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const email of settings.operationsEmails) operations.addSubscription(new EmailSubscription(email));
    for (const email of settings.emails) this.emailSubscription(email);
    this.findingsBus = new EventBus(this, 'FindingsBus', {
      eventBusName: findingsBusName,
      description: 'Every finding of trusttrail; its source is `trusttrail`',
    });

    const functions: Record<string, IFunction> = {};
    const queues: Record<string, Queue> = {};
    const deadLetters: Record<string, Queue> = {};
    const rules: Record<string, CfnRule> = {};
    if (settings.wayIn.kind === 'trail-bucket') {
      const objects = new QueueWithDeadLetters(this, 'TrailObjects', functionTimeout);
      this.allowBucket(objects.queue, settings.wayIn);
      functions['trail-object'] = this.trailObjectFunction(objects, settings.wayIn);
      queues['trail-objects'] = objects.queue;
      deadLetters['trail-objects'] = objects.deadLetters;
      new CfnOutput(this, 'TrailObjectsQueueArn', {
        value: objects.queue.queueArn,
        description: 'Where the bucket sends its notifications',
      });
    } else {
      const changes = new QueueWithDeadLetters(this, 'TrustChanges', functionTimeout);
      const denials = new QueueWithDeadLetters(this, 'Denials', functionTimeout);
      for (const { queue, deadLetters } of [changes, denials]) for (const one of [queue, deadLetters]) allowRules(one);
      functions['trust-changed'] = this.recordsFunction('TrustChanged', 'trust-changed', changes, {
        description: 'Says who can newly assume a role whose trust policy changed',
        batchSize: 10,
        window: Duration.seconds(1),
        concurrency: 2,
      });
      functions['assume-role-denied'] = this.recordsFunction('AssumeRoleDenied', 'assume-role-denied', denials, {
        description: 'Says why AssumeRole was denied, and joins bursts to the change behind them',
        batchSize: 100,
        window: Duration.seconds(5),
        concurrency: settings.concurrency,
      });
      Object.assign(queues, { 'trust-changes': changes.queue, denials: denials.queue });
      Object.assign(deadLetters, { 'trust-changes': changes.deadLetters, denials: denials.deadLetters });
      Object.assign(rules, this.eventRules(changes, denials));
    }
    const missed = deadLetterQueue(this, 'ReconcileFailed');
    acknowledge(missed, 'AwsSolutions-SQS3', 'It is itself the dead-letter queue of the schedule.');
    functions['reconcile'] = this.reconcileFunction(missed);
    deadLetters['reconcile'] = missed;

    new Operations(this, 'Watch', {
      functions,
      queues,
      deadLetters,
      rules,
      findings: this.findings,
      operations,
      dashboard: settings.dashboard,
      hasForwarders: forwarderRegions(settings).length > 0,
    });
    this.outputs(functions, queues, deadLetters);
    boundRoles(this, settings);
  }

  /**
   * One key of ours for what is kept: the topic (alarms cannot write to one under the key of SNS itself), the table and the logs.
   */
  private encryptionKey(): Key {
    const key = new Key(this, 'Key', {
      alias: 'alias/trusttrail',
      description: 'What trusttrail keeps: findings, facts and logs',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogsOfThisAccount',
        // The one service here whose name ends as the partition's addresses do: `amazonaws.com.cn` in China.
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
          },
        },
      }),
    );
    return key;
  }

  private storeTable(): Table {
    return new Table(this, 'Store', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expires',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private topic(id: string, displayName: string): Topic {
    return new Topic(this, id, { displayName: displayName.slice(0, 100), masterKey: this.key, enforceSSL: true });
  }

  private emailSubscription(email: string): void {
    const wanted = severities.slice(severities.indexOf(this.settings.emailSeverity));
    this.findings.addSubscription(
      new EmailSubscription(email, {
        filterPolicy: { severity: SubscriptionFilter.stringFilter({ allowlist: [...wanted] }) },
      }),
    );
  }

  private watchFunction(
    id: string,
    entry: Entry,
    description: string,
    more: {
      readonly timeout: Duration;
      readonly memory: number;
      readonly environment?: Readonly<Record<string, string>>;
    },
  ): WatchFunction {
    const { settings } = this;
    const watch = new WatchFunction(this, id, {
      entry,
      description,
      settings,
      timeout: more.timeout,
      memory: more.memory,
      key: this.key,
      folder: this.folder,
      environment: {
        TABLE: this.table.tableName,
        TOPIC_ARN: this.findings.topicArn,
        FINDINGS_BUS: this.findingsBus.eventBusName,
        ACCOUNT: Aws.ACCOUNT_ID,
        PARTITION: Aws.PARTITION,
        READER_ROLE: settings.wayIn.kind === 'account' ? '' : settings.readerRole,
        SLACK: JSON.stringify(settings.slack),
        SECURITY_HUB: String(settings.securityHub),
        ...(settings.docs === undefined ? {} : { DOCS: settings.docs }),
        ...more.environment,
      },
    });
    this.table.grant(
      watch.role,
      'dynamodb:GetItem',
      'dynamodb:Query',
      // Those of a transaction among them.
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    );
    this.key.grantEncryptDecrypt(watch.role);
    this.findings.grantPublish(watch.role);
    watch.role.addToPolicy(
      new PolicyStatement({
        sid: 'FindingsBus',
        actions: ['events:PutEvents'],
        resources: [this.findingsBus.eventBusArn],
      }),
    );
    for (const statement of entry === 'reconcile' ? [...surveyStatements(), historyStatement()] : readStatements())
      watch.role.addToPolicy(statement);
    acknowledgeReading(watch.role);
    acknowledge(
      watch.role,
      ['AwsSolutions-IAM5[Action::kms:GenerateDataKey*]', 'AwsSolutions-IAM5[Action::kms:ReEncrypt*]'],
      'The forms of one action each, on our own key alone.',
    );
    if (settings.wayIn.kind !== 'account') {
      const readers = `arn:${Aws.PARTITION}:iam::*:role/${settings.readerRole}`;
      watch.role.addToPolicy(
        new PolicyStatement({
          sid: 'ReaderRoles',
          actions: ['sts:AssumeRole'],
          resources: [readers],
          // A record names whichever account its sender likes: a stranger's role of that name is not asked.
          conditions: {
            StringEquals: {
              'aws:ResourceOrgID': settings.wayIn.kind === 'organization' ? settings.wayIn.id : '${aws:PrincipalOrgID}',
            },
          },
        }),
      );
      acknowledge(
        watch.role,
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::*:role/${settings.readerRole}]`,
        'The reader role, by its name, of whichever account of the organization a record comes from; each trusts the hub by itself.',
      );
    }
    this.allowSecrets(watch);
    if (settings.securityHub) {
      const product = `arn:${Aws.PARTITION}:securityhub:${Aws.REGION}:${Aws.ACCOUNT_ID}:product/${Aws.ACCOUNT_ID}/default`;
      watch.role.addToPolicy(
        new PolicyStatement({ sid: 'SecurityHub', actions: ['securityhub:BatchImportFindings'], resources: [product] }),
      );
    }
    return watch;
  }

  private allowSecrets(watch: WatchFunction): void {
    for (const channel of this.settings.slack) {
      const place = 'webhook' in channel ? channel.webhook : channel.token;
      if ('secret' in place) {
        // Secrets Manager adds six characters to a name in its ARN (Secrets Manager User Guide, "Identity-based policies").
        const arn = place.secret.startsWith('arn:')
          ? place.secret
          : `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${place.secret}-??????`;
        watch.role.addToPolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] }));
      } else {
        const arn = `arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter/${place.parameter.replace(/^\//, '')}`;
        watch.role.addToPolicy(new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [arn] }));
      }
      if (channel.key !== undefined)
        watch.role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [channel.key] }));
    }
  }

  private recordsFunction(
    id: string,
    entry: Entry,
    { queue, deadLetters }: QueueWithDeadLetters,
    {
      description,
      batchSize,
      window,
      concurrency,
    }: {
      readonly description: string;
      readonly batchSize: number;
      readonly window: Duration;
      readonly concurrency: number;
    },
  ): IFunction {
    const watch = this.watchFunction(id, entry, description, {
      timeout: functionTimeout,
      memory: 1024,
      environment: { DEAD_LETTERS: deadLetters.queueUrl },
    });
    deadLetters.grantSendMessages(watch.role);
    watch.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize,
        maxBatchingWindow: window,
        maxConcurrency: concurrency,
        reportBatchItemFailures: true,
      }),
    );
    return watch.function;
  }

  private trailObjectFunction(
    { queue, deadLetters }: QueueWithDeadLetters,
    wayIn: Extract<Settings['wayIn'], { kind: 'trail-bucket' }>,
  ): IFunction {
    const watch = this.watchFunction(
      'TrailObject',
      'trail-object',
      'Reads the files of the organization trail as they arrive',
      {
        timeout: functionTimeout,
        memory: 1769,
        environment: { DEAD_LETTERS: deadLetters.queueUrl, BUCKET: wayIn.bucket },
      },
    );
    deadLetters.grantSendMessages(watch.role);
    const objects = `arn:${Aws.PARTITION}:s3:::${wayIn.bucket}/*`;
    watch.role.addToPolicy(new PolicyStatement({ sid: 'TrailFiles', actions: ['s3:GetObject'], resources: [objects] }));
    acknowledge(
      watch.role,
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${wayIn.bucket}/*]`,
      'Read only, of the files of the one bucket that the trail writes to.',
    );
    if (wayIn.key !== undefined)
      watch.role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [wayIn.key] }));
    watch.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 5,
        maxBatchingWindow: Duration.seconds(5),
        maxConcurrency: this.settings.concurrency,
        reportBatchItemFailures: true,
      }),
    );
    return watch.function;
  }

  /** The bucket, or the topic that it tells, and nobody else; both may be of another account. */
  private allowBucket(
    queue: Queue,
    { bucket, bucketAccount, topic }: Extract<Settings['wayIn'], { kind: 'trail-bucket' }>,
  ): void {
    queue.addToResourcePolicy(
      topic === undefined
        ? new PolicyStatement({
            sid: 'TrailBucket',
            principals: [new ServicePrincipal('s3.amazonaws.com')],
            actions: ['sqs:SendMessage'],
            resources: [queue.queueArn],
            conditions: {
              StringEquals: { 'aws:SourceAccount': bucketAccount },
              ArnEquals: { 'aws:SourceArn': `arn:${Aws.PARTITION}:s3:::${bucket}` },
            },
          })
        : new PolicyStatement({
            sid: 'TrailTopic',
            principals: [new ServicePrincipal('sns.amazonaws.com')],
            actions: ['sqs:SendMessage'],
            resources: [queue.queueArn],
            conditions: { ArnEquals: { 'aws:SourceArn': topic } },
          }),
    );
    if (topic !== undefined) {
      const existing = Topic.fromTopicArn(this, 'TrailTopic', topic);
      new Subscription(this, 'TrailTopicSubscription', {
        topic: existing,
        protocol: SubscriptionProtocol.SQS,
        endpoint: queue.queueArn,
        ...(topic.split(':')[3] === this.region ? {} : { region: topic.split(':')[3] ?? this.region }),
      });
    }
  }

  private reconcileFunction(missed: Queue): IFunction {
    const watch = this.watchFunction(
      'Reconcile',
      'reconcile',
      'Reads the trust policies of all roles, to seed the store and to see what events missed',
      {
        timeout: reconcileTimeout,
        memory: 1769,
        environment: {
          FORWARDERS: JSON.stringify({ queue: undeliveredQueueName, regions: forwarderRegions(this.settings) }),
        },
      },
    );
    if (forwarderRegions(this.settings).length > 0) watch.role.addToPolicy(undeliveredStatement());
    // The rule's own dead letters are only for what never reached the function; a run that failed ends here.
    watch.function.configureAsyncInvoke({
      maxEventAge: Duration.hours(6),
      retryAttempts: 2,
      onFailure: new SqsDestination(missed),
    });
    new Rule(this, 'ReconcileSchedule', {
      description: 'Reads the trust policies of all roles, to see what events missed',
      schedule: Schedule.rate(Duration.hours(this.settings.reconcileHours)),
      targets: [
        new LambdaFunction(watch.function, {
          deadLetterQueue: missed,
          retryAttempts: 2,
          maxEventAge: Duration.hours(6),
        }),
      ],
    });
    return watch.function;
  }

  /**
   * Of one account: rules on its default bus. Of an organization: on a bus of ours that all accounts forward to, this one among them, so that no
   * event is caught twice.
   */
  private eventRules(changes: QueueWithDeadLetters, denials: QueueWithDeadLetters): Record<string, CfnRule> {
    const targets: Readonly<Record<RuleKind, QueueWithDeadLetters>> = {
      'trust-change': changes,
      'caller-side-change': changes,
      denial: denials,
    };
    const { wayIn } = this.settings;
    const rules: Record<string, CfnRule> = {};
    const add = (name: string, kinds: readonly RuleKind[], bus?: string): void => {
      for (const kind of kinds)
        rules[`${kind}${name}`] = addEventRule(this, `Rule-${kind}${name}`, {
          kind,
          target: { queue: targets[kind].queue },
          // One place for what a record can end in: SQS moves messages back only from dead letters of a queue.
          undelivered: targets[kind].deadLetters,
          ...(bus === undefined ? {} : { bus }),
        });
    };
    if (wayIn.kind === 'account') add('', ruleKinds);
    if (wayIn.kind === 'organization' || forwardedRegions(this.settings).length > 1) {
      const bus = this.hubBus();
      add('-forwarded', ruleKinds, bus.eventBusName);
    }
    return rules;
  }

  /** Only the forwarders' roles, of this account or of the organization, and only for events of the watched services. */
  private hubBus(): EventBus {
    const { wayIn } = this.settings;
    const organization = wayIn.kind === 'organization' ? wayIn.id : undefined;
    const bus = new EventBus(this, 'HubBus', {
      eventBusName: hubBusName,
      description: 'Events that forwarders of trusttrail send',
    });
    const resource = bus.node.defaultChild;
    if (!(resource instanceof CfnEventBus)) throw new Error('the event bus has no resource');
    resource.policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Forwarders',
          Effect: 'Allow',
          Principal: '*',
          Action: 'events:PutEvents',
          Resource: `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/${hubBusName}`,
          Condition: {
            StringEquals:
              organization === undefined
                ? { 'aws:PrincipalAccount': Aws.ACCOUNT_ID }
                : { 'aws:PrincipalOrgID': organization },
            ArnLike: {
              'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${organization === undefined ? Aws.ACCOUNT_ID : '*'}:role/${forwarderRolePrefix}*`,
            },
            'ForAllValues:StringEquals': { 'events:source': ['aws.iam', 'aws.sts', 'aws.organizations'] },
          },
        },
      ],
    };
    return bus;
  }

  /** What `trusttrail doctor` and the runbook go by. */
  private outputs(
    functions: Record<string, IFunction>,
    queues: Record<string, Queue>,
    deadLetters: Record<string, Queue>,
  ): void {
    const output = (id: string, value: string, description: string): void => {
      new CfnOutput(this, id, { value, description });
    };
    output('TopicArn', this.findings.topicArn, 'Subscribe here for findings');
    output('FindingsBusName', this.findingsBus.eventBusName, 'Every finding, for rules of your own');
    output('TableName', this.table.tableName, 'The store');
    output(
      'Functions',
      Fn.join(
        ',',
        Object.entries(functions).map(([name, fn]) => `${name}=${fn.functionName}`),
      ),
      'By name',
    );
    output(
      'Queues',
      Fn.join(
        ',',
        Object.entries(queues).map(([name, queue]) => `${name}=${queue.queueUrl}`),
      ),
      'By name',
    );
    output(
      'DeadLetterQueues',
      Fn.join(
        ',',
        Object.entries(deadLetters).map(([name, queue]) => `${name}=${queue.queueUrl}`),
      ),
      'By name',
    );
    output(
      'Settings',
      JSON.stringify({
        wayIn: this.settings.wayIn,
        slack: this.settings.slack,
        readerRole: this.settings.readerRole,
        regions: forwardedRegions(this.settings),
      }),
      'What it was deployed with',
    );
  }
}
