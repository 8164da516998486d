/** Does what is deployed catch the events, lose none, keep them safe, and hold no secret? */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { mostDeliveries } from '../../functions/deliveries.ts';
import { settingsFile, settingsNotice } from '../../infra/deployment.ts';
import { forwarderTemplate } from '../../infra/organization-stack.ts';
import { defaultSettings, readSettings, SettingsError, settingsSchema } from '../../infra/settings.ts';
import { metricsNamespace } from '../../src/adapters/metrics.ts';
import { eventPatterns } from '../../src/cloudtrail/event-patterns.ts';
import {
  type Example,
  examples,
  resourcesOf,
  root,
  settingsOf,
  stackOf,
  synthesise,
  synthesised,
} from './deployments.ts';

const ways: readonly (readonly [Example])[] = [['default'], ['account'], ['organization'], ['bucket']];
const every = ways.flatMap(([example]) =>
  [...synthesised(example).stacks].map(([name, template]) => [`${example}: ${name}`, template] as const),
);
/** All but the StackSet's own stack, whose template is that of a forwarder. */
const running = every.filter(([name]) => !name.endsWith('-Organization'));
const hubs = ways.map(([example]) => [`${example}: Trusttrail`, stackOf(example, 'Trusttrail')] as const);

interface Target {
  readonly Arn: { readonly 'Fn::GetAtt': readonly [string, string] };
  readonly DeadLetterConfig: { readonly Arn: unknown };
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

function hasProperties(template: Template | undefined, type: string, properties: unknown): void {
  expect(() => template?.hasResourceProperties(type, properties)).not.toThrow();
  expect(template).toBeDefined();
}

function hasResource(template: Template, type: string, resource: unknown): void {
  expect(() => template.hasResource(type, resource)).not.toThrow();
}

function statementsIn(
  template: Template,
  ...types: readonly string[]
): readonly (Statement & { readonly of: string })[] {
  return types.flatMap((type) =>
    Object.entries(resourcesOf(template, type)).flatMap(([of, { Properties }]) => {
      const documents = [
        Properties['PolicyDocument'],
        ...((Properties['Policies'] as readonly { PolicyDocument: unknown }[] | undefined) ?? []).map(
          (one) => one.PolicyDocument,
        ),
      ];
      return documents.flatMap((document) =>
        ((document as { Statement?: readonly Statement[] } | undefined)?.Statement ?? []).map((statement) => ({
          ...statement,
          of,
        })),
      );
    }),
  );
}

describe('the rules', () => {
  test.for([
    ['account', 'Trusttrail'],
    ['account', 'Trusttrail-Forwarder-eu-west-1'],
    ['organization', 'Trusttrail'],
    ['organization', 'Trusttrail-Management-us-east-1'],
    ['organization', 'Trusttrail-Management-eu-west-1'],
  ] as const)('of %s, %s: catch what the event patterns say, and nothing else', ([example, name]) => {
    const template = stackOf(example, name);
    for (const [kind, pattern] of Object.entries(eventPatterns))
      hasProperties(template, 'AWS::Events::Rule', {
        EventPattern: Match.exact(JSON.parse(JSON.stringify(pattern))),
        State: kind === 'denial' ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED',
      });
    const patterns = Object.values(resourcesOf(template, 'AWS::Events::Rule')).filter(
      ({ Properties }) => 'EventPattern' in Properties,
    );
    for (const { Properties } of patterns) {
      const { source } = Properties['EventPattern'] as { source: readonly string[] };
      // Nobody but AWS can put events of such a source.
      expect(source.every((one) => one.startsWith('aws.'))).toBe(true);
    }
  });

  test('that catch denials never are merely ENABLED: AssumeRole is a read-only management event', () => {
    const rules = every.flatMap(([, template]) => Object.values(resourcesOf(template, 'AWS::Events::Rule')));
    const denials = rules.filter(({ Properties }) =>
      JSON.stringify(Properties['EventPattern'] ?? '').includes('aws.sts'),
    );
    expect(denials.length).toBeGreaterThan(5);
    expect(new Set(denials.map(({ Properties }) => Properties['State']))).toEqual(
      new Set(['ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']),
    );
  });

  test('put aside what they cannot deliver, after a day of trying', () => {
    for (const [, template] of every)
      for (const { Properties } of Object.values(resourcesOf(template, 'AWS::Events::Rule')))
        for (const target of Properties['Targets'] as readonly Record<string, unknown>[])
          expect(target['DeadLetterConfig']).toEqual({ Arn: expect.anything() });
  });

  test.for(hubs)(
    '%s: put it aside where SQS can move it back from: the dead letters of the very queue it was for',
    ([, template]) => {
      const queues = resourcesOf(template, 'AWS::SQS::Queue');
      const policies = statementsIn(template, 'AWS::SQS::QueuePolicy');
      for (const { Properties } of Object.values(resourcesOf(template, 'AWS::Events::Rule')))
        for (const { Arn, DeadLetterConfig } of Properties['Targets'] as readonly Target[]) {
          if (!('EventPattern' in Properties)) continue;
          const queue = queues[Arn['Fn::GetAtt'][0]];
          expect(queue?.Properties['RedrivePolicy']).toMatchObject({ deadLetterTargetArn: DeadLetterConfig.Arn });
          expect(policies).toContainEqual(
            expect.objectContaining({
              Effect: 'Allow',
              Action: 'sqs:SendMessage',
              Principal: { Service: 'events.amazonaws.com' },
              Resource: DeadLetterConfig.Arn,
            }),
          );
        }
      expect(Object.keys(queues).length).toBeGreaterThan(2);
    },
  );

  test('of an account lie on its default bus, those of an organization on the bus that all forward to', () => {
    const buses = (example: Example) =>
      Object.values(resourcesOf(stackOf(example, 'Trusttrail'), 'AWS::Events::Rule'))
        .filter(({ Properties }) => 'EventPattern' in Properties)
        .map(({ Properties }) => Properties['EventBusName'] !== undefined);
    expect(buses('default')).toEqual([false, false, false]);
    expect(buses('organization')).toEqual([true, true, true]);
    expect(buses('account').sort()).toEqual([false, false, false, true, true, true]);
    expect(buses('bucket')).toEqual([]);
  });
});

describe('the queues', () => {
  test.for(running)('%s: are encrypted, and refuse anything but TLS', ([, template]) => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue');
    const policies = statementsIn(template, 'AWS::SQS::QueuePolicy');
    for (const [id, { Properties }] of Object.entries(queues)) {
      expect(Properties['SqsManagedSseEnabled']).toBe(true);
      const resource = { 'Fn::GetAtt': [id, 'Arn'] };
      expect(policies).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Resource: resource,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
    expect(policies.length).toBeGreaterThanOrEqual(Object.keys(queues).length);
  });

  test.for(hubs)('%s: every queue that a function reads has dead letters, after five deliveries', ([, template]) => {
    const sources = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));
    expect(sources.length).toBeGreaterThan(0);
    for (const { Properties } of sources) {
      const [id] = (Properties['EventSourceArn'] as { 'Fn::GetAtt': [string] })['Fn::GetAtt'];
      const queue = resourcesOf(template, 'AWS::SQS::Queue')[id]?.Properties;
      expect(queue?.['RedrivePolicy']).toEqual({
        deadLetterTargetArn: expect.anything(),
        maxReceiveCount: mostDeliveries,
      });
      const [functionId] = (Properties['FunctionName'] as { Ref: string }).Ref.split(' ');
      const timeout = resourcesOf(template, 'AWS::Lambda::Function')[functionId ?? '']?.Properties['Timeout'];
      expect(Number(queue?.['VisibilityTimeout'])).toBeGreaterThanOrEqual(6 * Number(timeout));
    }
  });

  test.for(running)('%s: who may write to one says from which account it may be asked to', ([, template]) => {
    for (const { Effect, Condition } of statementsIn(template, 'AWS::SQS::QueuePolicy'))
      if (Effect === 'Allow') expect(JSON.stringify(Condition)).toMatch(/aws:SourceAccount|aws:SourceArn/);
    expect.assertions(
      statementsIn(template, 'AWS::SQS::QueuePolicy').filter(({ Effect }) => Effect === 'Allow').length,
    );
  });
});

describe('the functions', () => {
  test.for(hubs)('%s: run on Node.js 24 on arm64, with logs that the level filter reads', ([, template]) => {
    const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
    expect(functions.length).toBeGreaterThanOrEqual(2);
    for (const { Properties } of functions)
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', LogGroup: expect.anything() },
      });
  });

  test.for(hubs)('%s: take batches in part, so many at a time', ([, template]) => {
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping')))
      expect(Properties).toMatchObject({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: expect.any(Number) },
      });
    expect.hasAssertions();
  });

  test.for(hubs)('%s: each has a role of its own, without a managed policy', ([, template]) => {
    const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
    const roles = functions.map(({ Properties }) => JSON.stringify(Properties['Role']));
    expect(new Set(roles).size).toBe(functions.length);
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::IAM::Role')))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test.for(running)(
    '%s: no wildcard in an action, and `*` as the resource only where an action knows no other',
    ([, template]) => {
      const withoutResource = new Set([
        'iam:ListRoles',
        'iam:ListOpenIDConnectProviders',
        'iam:ListSAMLProviders',
        'iam:GetAccountAuthorizationDetails',
        'cloudtrail:LookupEvents',
      ]);
      const ownKeyForms = new Set(['kms:GenerateDataKey*', 'kms:ReEncrypt*']);
      for (const { Action, Resource } of statementsIn(template, 'AWS::IAM::Policy', 'AWS::IAM::Role')) {
        for (const action of [Action].flat()) {
          if (!ownKeyForms.has(action)) expect(action).not.toContain('*');
          expect(action).not.toMatch(/^(?:iam|sts|organizations):(?!Get|List|Simulate|AssumeRole$)/);
        }
        if (Resource === '*') expect([Action].flat().every((action) => withoutResource.has(action))).toBe(true);
        expect(Resource).toBeDefined();
      }
      expect.hasAssertions();
    },
  );

  test.for(hubs)('%s: may do with the store what the store does, and nothing else', ([, template]) => {
    const source = readFileSync(join(root, 'src/adapters/dynamodb-trust-store.ts'), 'utf8');
    const called = [...new Set([...source.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name))].sort();
    const actions: Readonly<Record<string, string>> = {
      Get: 'dynamodb:GetItem',
      Query: 'dynamodb:Query',
      Put: 'dynamodb:PutItem',
      Update: 'dynamodb:UpdateItem',
      Delete: 'dynamodb:DeleteItem',
      // Of puts alone, each of which needs the right to put.
      TransactWrite: 'dynamodb:PutItem',
    };
    expect(called.filter((name) => !(name in actions))).toEqual([]);
    const needed = new Set(called.map((name) => actions[name]));
    const granted = statementsIn(template, 'AWS::IAM::Policy').filter(({ Action }) =>
      JSON.stringify(Action).includes('dynamodb:'),
    );
    expect(granted).toHaveLength(Object.keys(resourcesOf(template, 'AWS::Lambda::Function')).length);
    for (const { Action } of granted) expect(new Set([Action].flat())).toEqual(needed);
  });

  test.for(hubs)(
    '%s: only the daily look reads all roles at once, and it reads nothing else of IAM',
    ([, template]) => {
      const reads = new Map<string, Set<string>>();
      for (const { Action, of } of statementsIn(template, 'AWS::IAM::Policy'))
        for (const action of [Action].flat())
          if (/^(?:iam|cloudtrail):/.test(action)) reads.set(of, (reads.get(of) ?? new Set()).add(action));
      expect(reads.size).toBeGreaterThan(1);
      for (const [of, actions] of reads)
        if (of.startsWith('Reconcile'))
          expect([...actions].sort()).toEqual([
            'cloudtrail:LookupEvents',
            'iam:GetAccountAuthorizationDetails',
            'iam:ListRoles',
          ]);
        else expect([...actions]).not.toContain('iam:GetAccountAuthorizationDetails');
    },
  );

  test('may assume the reader role of other accounts only where there are any', () => {
    const may = (example: Example) =>
      statementsIn(stackOf(example, 'Trusttrail'), 'AWS::IAM::Policy').filter(({ Action }) =>
        [Action].flat().includes('sts:AssumeRole'),
      );
    expect(may('default')).toEqual([]);
    expect(may('organization').length).toBeGreaterThan(0);
    for (const { Resource } of may('organization'))
      expect(JSON.stringify(Resource)).toContain(':iam::*:role/trusttrail-reader');
    for (const { Condition } of may('organization'))
      expect(Condition).toEqual({ StringEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } });
    // IAM's own variable: the organization that the hub's account is in.
    const own = ['$', '{aws:PrincipalOrgID}'].join('');
    for (const { Condition } of may('bucket'))
      expect(Condition).toEqual({ StringEquals: { 'aws:ResourceOrgID': own } });
  });

  test('read their secrets and no other', () => {
    const template = stackOf('account', 'Trusttrail');
    const secrets = statementsIn(template, 'AWS::IAM::Policy').filter(({ Action }) =>
      /secretsmanager|ssm:|kms:Decrypt"$/.test(JSON.stringify(Action)),
    );
    expect(JSON.stringify(secrets)).toContain('secret:trusttrail/slack-webhook-??????');
    expect(JSON.stringify(secrets)).toContain('parameter/trusttrail/slack-token');
    expect(JSON.stringify(statementsIn(stackOf('default', 'Trusttrail'), 'AWS::IAM::Policy'))).not.toMatch(
      /secretsmanager|ssm:/,
    );
  });
});

describe('what is kept', () => {
  test.for(hubs)(
    '%s: the store is on demand, encrypted with our key, with point-in-time recovery and an end for every item',
    ([, template]) => {
      const tables = Object.values(resourcesOf(template, 'AWS::DynamoDB::Table'));
      expect(tables).toHaveLength(1);
      expect(tables[0]).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: expect.anything() },
          TimeToLiveSpecification: { AttributeName: expect.any(String), Enabled: true },
          DeletionProtectionEnabled: true,
        },
      });
    },
  );

  test.for(hubs)('%s: topics are encrypted with our key, and refuse anything but TLS', ([, template]) => {
    const topics = Object.entries(resourcesOf(template, 'AWS::SNS::Topic'));
    expect(topics).toHaveLength(2);
    for (const [id, { Properties }] of topics) {
      expect(Properties['KmsMasterKeyId']).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
      hasProperties(template, 'AWS::SNS::TopicPolicy', {
        PolicyDocument: Match.objectLike({
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              Resource: { Ref: id },
            }),
          ]),
        }),
      });
    }
  });

  test.for(hubs)('%s: logs are encrypted with our key, and end', ([, template]) => {
    const groups = Object.values(resourcesOf(template, 'AWS::Logs::LogGroup'));
    expect(groups.length).toBeGreaterThanOrEqual(2);
    for (const { Properties } of groups)
      expect(Properties).toMatchObject({ KmsKeyId: expect.anything(), RetentionInDays: 90 });
  });

  test.for(hubs)(
    '%s: the key turns every year, and lets in only services that act for this account',
    ([, template]) => {
      const [key] = Object.values(resourcesOf(template, 'AWS::KMS::Key'));
      expect(key?.Properties['EnableKeyRotation']).toBe(true);
      const policy = key?.Properties['KeyPolicy'] as { readonly Statement: readonly Statement[] } | undefined;
      const statements = policy?.Statement ?? [];
      const services = statements.filter(({ Principal }) => JSON.stringify(Principal).includes('Service'));
      expect(services.length).toBeGreaterThanOrEqual(2);
      for (const { Condition } of services) expect(JSON.stringify(Condition)).toContain('AWS::AccountId');
    },
  );
});

describe('operations', () => {
  test.for(hubs)(
    '%s: an alarm for the dead letters of each queue, and the age, errors and throttles',
    ([, template]) => {
      const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm'));
      const deadLetters = Object.keys(resourcesOf(template, 'AWS::SQS::Queue')).filter((id) =>
        /DeadLetters|Undelivered|Failed/.test(id),
      );
      for (const queue of deadLetters)
        expect(alarms).toContainEqual(
          expect.objectContaining({
            Properties: expect.objectContaining({
              MetricName: 'ApproximateNumberOfMessagesVisible',
              Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
            }),
          }),
        );
      expect(deadLetters.length).toBeGreaterThanOrEqual(2);
      const metrics = new Set(alarms.map(({ Properties }) => Properties['MetricName']));
      for (const metric of ['ApproximateAgeOfOldestMessage', 'Errors', 'Throttles', 'NumberOfNotificationsFailed'])
        expect(metrics).toContain(metric);
      for (const { Properties } of alarms) expect(Properties['AlarmActions']).toHaveLength(1);
      template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    },
  );

  test('the reconcile runs by a schedule', () => {
    hasProperties(stackOf('default', 'Trusttrail'), 'AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
    });
  });

  test('a reconcile that failed for good is put aside, as is one that never began', () => {
    const template = stackOf('default', 'Trusttrail');
    const [failed = ''] = Object.keys(resourcesOf(template, 'AWS::SQS::Queue')).filter((id) => /Failed/.test(id));
    const Destination = { 'Fn::GetAtt': [failed, 'Arn'] };
    hasProperties(template, 'AWS::Lambda::EventInvokeConfig', { DestinationConfig: { OnFailure: { Destination } } });
    hasProperties(template, 'AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Destination } })],
    });
    expect(statementsIn(template, 'AWS::IAM::Policy')).toContainEqual(
      expect.objectContaining({ of: expect.stringMatching(/^Reconcile/), Resource: Destination }),
    );
  });

  test('only findings that are serious enough go to a mailbox', () => {
    hasProperties(stackOf('account', 'Trusttrail'), 'AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'security@example.com',
      FilterPolicy: { severity: ['high', 'critical'] },
    });
  });
});

test.for(ways)('%s: events that could not be forwarded are looked for where they wait, and alarmed of', ([example]) => {
  const hub = stackOf(example, 'Trusttrail');
  const forwarders = [...synthesised(example).stacks].filter(([name]) => /Forwarder|Management/.test(name));
  const regions = { default: [], account: ['eu-west-1'], organization: ['us-east-1', 'eu-west-1'], bucket: [] }[
    example
  ];
  expect(forwarders).toHaveLength(regions.length);
  for (const [, template] of forwarders)
    hasProperties(template, 'AWS::SQS::Queue', { QueueName: 'trusttrail-undelivered' });
  const environments = Object.values(resourcesOf(hub, 'AWS::Lambda::Function')).flatMap(({ Properties }) => {
    const { FORWARDERS } = (Properties['Environment'] as { Variables: Readonly<Record<string, string>> }).Variables;
    return FORWARDERS === undefined ? [] : [JSON.parse(FORWARDERS) as unknown];
  });
  expect(environments).toEqual([{ queue: 'trusttrail-undelivered', regions }]);
  const alarms = hub.findResources('AWS::CloudWatch::Alarm', {
    Properties: { Namespace: metricsNamespace, MetricName: 'EventsNotForwarded' },
  });
  expect(Object.keys(alarms)).toHaveLength(regions.length > 0 ? 1 : 0);
  const mayLook = (template: Template) =>
    statementsIn(template, 'AWS::IAM::Policy', 'AWS::IAM::Role').filter(
      ({ Action }) => Action === 'sqs:GetQueueAttributes',
    );
  expect(
    mayLook(hub).filter(({ Resource }) => JSON.stringify(Resource).includes('trusttrail-undelivered')),
  ).toHaveLength(regions.length > 0 ? 1 : 0);
  for (const [name, template] of forwarders)
    expect(mayLook(template)).toHaveLength(name.includes('Management') ? 1 : 0);
});

describe('an organization', () => {
  const { stacks } = synthesised('organization');

  test('the StackSet deploys the template that the management account gets', () => {
    const [set] = Object.values(
      resourcesOf(stackOf('organization', 'Trusttrail-Organization'), 'AWS::CloudFormation::StackSet'),
    );
    expect(set?.Properties).toMatchObject({
      PermissionModel: 'SERVICE_MANAGED',
      CallAs: 'DELEGATED_ADMIN',
      AutoDeployment: { Enabled: true },
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      StackInstancesGroup: [
        { DeploymentTargets: { OrganizationalUnitIds: ['r-abcd'] }, Regions: ['us-east-1', 'eu-west-1'] },
      ],
    });
    const body = String(set?.Properties['TemplateBody']);
    expect(Buffer.byteLength(body)).toBeLessThan(51_200);
    const inSet = JSON.parse(body) as { Resources: Record<string, unknown> };
    for (const region of ['us-east-1', 'eu-west-1'])
      expect(withoutMetadata(stacks.get(`Trusttrail-Management-${region}`)?.toJSON())).toEqual(withoutMetadata(inSet));
  });

  test('the reader role is there once, in the region of IAM’s events, and only the hub’s functions may take it', () => {
    const template = stackOf('organization', 'Trusttrail-Management-eu-west-1');
    hasResource(template, 'AWS::IAM::Role', {
      Condition: 'InRegionOfIam',
      Properties: Match.objectLike({
        RoleName: 'trusttrail-reader',
        AssumeRolePolicyDocument: Match.objectLike({
          Statement: [
            Match.objectLike({
              Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:root']] } },
              Condition: {
                ArnLike: {
                  'aws:PrincipalArn': {
                    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:role/trusttrail-watch-*']],
                  },
                },
              },
            }),
          ],
        }),
      }),
    });
    expect(template.toJSON()).toMatchObject({
      Conditions: { InRegionOfIam: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] } },
    });
    const names = Object.values(resourcesOf(stackOf('organization', 'Trusttrail'), 'AWS::IAM::Role')).map(
      ({ Properties }) => Properties['RoleName'],
    );
    for (const name of names) expect(name).toMatch(/^trusttrail-watch-/);
  });

  test('rules for IAM stand in one region, the rule for denials in each', () => {
    const rules = Object.values(
      resourcesOf(stackOf('organization', 'Trusttrail-Management-eu-west-1'), 'AWS::Events::Rule'),
    );
    expect(rules.map(({ Properties, Condition }) => [Properties['Name'], Condition])).toEqual([
      ['trusttrail-trust-change', 'InRegionOfIam'],
      ['trusttrail-caller-side-change', 'InRegionOfIam'],
      ['trusttrail-denial', undefined],
    ]);
  });

  test('the bus takes events from forwarders of the organization alone', () => {
    hasProperties(stackOf('organization', 'Trusttrail'), 'AWS::Events::EventBus', {
      Name: 'trusttrail-hub',
      Policy: Match.objectLike({
        Statement: [
          Match.objectLike({
            Action: 'events:PutEvents',
            Condition: {
              StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
              ArnLike: {
                'aws:PrincipalArn': {
                  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::*:role/trusttrail-forwarder-*']],
                },
              },
              'ForAllValues:StringEquals': { 'events:source': ['aws.iam', 'aws.sts', 'aws.organizations'] },
            },
          }),
        ],
      }),
    });
  });

  test('a hub in the management account manages the StackSet by itself', () => {
    const settings = settingsOf('organization');
    if (settings.wayIn.kind !== 'organization') throw new Error('not an organization');
    const own = synthesise({ ...settings, wayIn: { ...settings.wayIn, hubAccount: '999999999999' } });
    own.stacks
      .get('Trusttrail-Organization')
      ?.hasResourceProperties('AWS::CloudFormation::StackSet', { CallAs: 'SELF' });
    expect(own.stacks.size).toBe(4);
  });
});

describe('the trail’s bucket as the way in', () => {
  const template = stackOf('bucket', 'Trusttrail');

  test('may notify, from its account, and nobody else', () => {
    const allowed = statementsIn(template, 'AWS::SQS::QueuePolicy').filter(
      ({ Effect, of }) => Effect === 'Allow' && of.startsWith('TrailObjects'),
    );
    expect(allowed).toEqual([
      expect.objectContaining({
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '444455556666' },
          ArnEquals: {
            'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::organization-trail']] },
          },
        },
      }),
    ]);
  });

  test('one function reads the files, of that bucket alone', () => {
    const reads = statementsIn(template, 'AWS::IAM::Policy').filter(({ Action }) =>
      JSON.stringify(Action).includes('s3:'),
    );
    expect(reads).toEqual([
      expect.objectContaining({
        Action: 's3:GetObject',
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::organization-trail/*']] },
      }),
    ]);
  });
});

describe('the reader role where the trail’s bucket is the way in', () => {
  const wayIn = {
    ...examples.bucket.wayIn,
    hubAccount: '111122223333',
    readerRoles: { organizationalUnits: ['r-abcd'], managementAccount: '999999999999' },
  };
  const { stacks } = synthesise(readSettings(JSON.stringify({ wayIn }), 'the test'));

  test('comes into every account and forwards nothing', () => {
    expect([...stacks.keys()].sort()).toEqual([
      'Trusttrail',
      'Trusttrail-Management-us-east-1',
      'Trusttrail-Organization',
    ]);
    const management = stacks.get('Trusttrail-Management-us-east-1')?.toJSON();
    const organization = stacks.get('Trusttrail-Organization');
    if (organization === undefined) throw new Error('no stack for the organization');
    const [set] = Object.values(resourcesOf(organization, 'AWS::CloudFormation::StackSet'));
    expect(set?.Properties).toMatchObject({
      CallAs: 'DELEGATED_ADMIN',
      StackInstancesGroup: [{ DeploymentTargets: { OrganizationalUnitIds: ['r-abcd'] }, Regions: ['us-east-1'] }],
    });
    const inSet = JSON.parse(String(set?.Properties['TemplateBody'])) as {
      Resources: Record<string, { Type: string }>;
    };
    expect(Object.values(inSet.Resources).map(({ Type }) => Type)).toEqual(['AWS::IAM::Role']);
    expect(withoutMetadata(management)).toEqual(withoutMetadata(inSet));
  });

  test('needs the account of the hub, which it trusts', () => {
    const { hubAccount: _, ...without } = wayIn;
    expect(() => readSettings(JSON.stringify({ wayIn: without }), 'x')).toThrow('/wayIn/hubAccount');
  });
});

test('a topic of another region is subscribed where it is', () => {
  const topic = (region: string) => `arn:aws:sns:${region}:444455556666:trail`;
  const subscribed = (region: string) => {
    const wayIn = { ...examples.bucket.wayIn, topic: topic(region) };
    const { stacks } = synthesise(readSettings(JSON.stringify({ wayIn }), 'the test'));
    return Object.values(stacks.get('Trusttrail')?.findResources('AWS::SNS::Subscription') ?? {}).map(
      ({ Properties }) => Properties as Readonly<Record<string, unknown>>,
    );
  };
  expect(subscribed('eu-west-1')).toMatchObject([{ Protocol: 'sqs', Region: 'eu-west-1' }]);
  expect(subscribed('us-east-1').map(({ Region }) => Region)).toEqual([undefined]);
});

test('tags are on what stands in every account, and not on what takes none in some partitions', () => {
  const settings = readSettings(JSON.stringify({ ...examples.organization, tags: { team: 'security' } }), 'x');
  const { stacks } = synthesise(settings);
  const tags = [{ Key: 'team', Value: 'security' }];
  const tagged = (name: string, type: string) =>
    Object.values(stacks.get(name)?.findResources(type) ?? {}).map(
      ({ Properties }) => (Properties as { readonly Tags?: unknown }).Tags,
    );
  expect(tagged('Trusttrail', 'AWS::CloudWatch::Dashboard')).toEqual([undefined]);
  expect(tagged('Trusttrail', 'AWS::Lambda::EventSourceMapping')).toEqual([undefined, undefined]);
  expect(tagged('Trusttrail', 'AWS::Lambda::Function')).toEqual([tags, tags, tags]);
  // Those of a StackSet go on to its stacks and what they hold.
  expect(tagged('Trusttrail-Organization', 'AWS::CloudFormation::StackSet')).toEqual([tags]);
});

describe('a permissions boundary', () => {
  test.for(['limits', 'arn:aws:iam::111122223333:policy/limits'])(
    '%s bounds each role by the policy of its own account',
    (name) => {
      const settings = readSettings(JSON.stringify({ ...examples.organization, permissionsBoundary: name }), 'x');
      const { stacks } = synthesise(settings);
      const roles = [...stacks.values()].flatMap((stack) => {
        const { Resources = {} } = stack.toJSON() as { Resources?: Record<string, Record<string, unknown>> };
        const bodies = Object.values(Resources).flatMap(({ Properties }) => {
          const body = (Properties as { TemplateBody?: string } | undefined)?.TemplateBody;
          return body === undefined
            ? []
            : Object.values((JSON.parse(body) as { Resources: typeof Resources }).Resources);
        });
        return [...Object.values(Resources), ...bodies].filter(({ Type }) => Type === 'AWS::IAM::Role');
      });
      // Of three functions, the management account's two regions, and the StackSet's template.
      expect(roles).toHaveLength(3 + 2 * 2 + 2);
      const own = ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':policy/limits'];
      for (const { Properties } of roles)
        expect(Properties).toMatchObject({ PermissionsBoundary: { 'Fn::Join': ['', own] } });
    },
  );

  test('of AWS’s own policies keeps its name', () => {
    const permissionsBoundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const { stacks } = synthesise(readSettings(JSON.stringify({ permissionsBoundary }), 'x'));
    expect(JSON.stringify(stacks.get('Trusttrail')?.toJSON())).toContain(':iam::aws:policy/ReadOnlyAccess');
  });
});

describe('other partitions', () => {
  test.for([
    ['aws-cn', 'cn-north-1', 'cn-northwest-1'],
    ['aws-us-gov', 'us-gov-west-1', 'us-gov-east-1'],
  ] as const)('%s has its hub where its events of IAM arrive', ([partition, hub, other]) => {
    const settings = readSettings(JSON.stringify({ partition, wayIn: { kind: 'account', regions: [other] } }), 'x');
    const { stacks } = synthesise(settings);
    expect([...stacks.keys()].sort()).toEqual(['Trusttrail', `Trusttrail-Forwarder-${other}`].sort());
    const text = JSON.stringify([...stacks.values()].map((stack) => stack.toJSON()));
    expect(text).not.toMatch(/arn:aws:/);
    expect(text).not.toContain('us-east-1');
    expect(JSON.stringify(stacks.get(`Trusttrail-Forwarder-${other}`)?.toJSON())).toContain(hub);
  });

  test('CloudWatch Logs writes under the key by the name it has there', () => {
    // KMS refuses a key whose policy names `logs.cn-north-1.amazonaws.com`: in China it ends in `.amazonaws.com.cn`.
    const [key] = Object.values(resourcesOf(stackOf('default', 'Trusttrail'), 'AWS::KMS::Key'));
    expect(JSON.stringify(key?.Properties['KeyPolicy'])).toContain(
      JSON.stringify({ 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] }),
    );
  });
});

describe('nothing secret', () => {
  test.for(every)('%s: no secret and no address of Slack stands in the template', ([, template]) => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/hooks\.slack|xox[bap]-|AKIA|SECRET_?VALUE|BEGIN [A-Z ]*PRIVATE KEY|resolve:/);
  });

  test('the environment of a function only says where the secrets are', () => {
    for (const { Properties } of Object.values(
      resourcesOf(stackOf('account', 'Trusttrail'), 'AWS::Lambda::Function'),
    )) {
      const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
      expect(JSON.parse(String(Variables['SLACK']))).toEqual([
        { channel: 'slack', webhook: { secret: 'trusttrail/slack-webhook' } },
        expect.objectContaining({ channel: 'slack-app', token: { parameter: '/trusttrail/slack-token' } }),
      ]);
    }
    expect.hasAssertions();
  });
});

describe('settings', () => {
  test.for([
    ['{', 'not JSON'],
    ['{"wayIn":{"kind":"other"}}', '/wayIn/kind'],
    ['{"wayIn":{"kind":"organization","id":"x"}}', '/wayIn/id'],
    ['{"partition":"aws-cn","wayIn":{"kind":"account","regions":["eu-west-1"]}}', 'no region of aws-cn'],
    ['{"slack":[{"channel":"sns","webhook":{"secret":"x"}}]}', 'the name `sns` is taken'],
    [
      '{"slack":[{"channel":"a","webhook":{"secret":"x"}},{"channel":"a","webhook":{"secret":"y"}}]}',
      'the name `a` is taken',
    ],
    ['{"slack":[{"channel":"a","webhook":"https://hooks.slack.com/services/x"}]}', '/slack/0'],
    ['{"unknown":true}', 'unknown'],
    ['{"concurrency":1}', '/concurrency'],
    [
      '{"wayIn":{"kind":"trail-bucket","bucket":"trail","bucketAccount":"444455556666","key":"arn:aws:kms:us-east-1:444455556666:alias/trail"}}',
      '/wayIn/key',
    ],
    ['{"permissionsBoundary":"arn:aws:iam::111122223333:role/limits"}', '/permissionsBoundary'],
  ])('%s is refused, with its place', ([text = '', said = '']) => {
    expect(() => readSettings(text, 'settings.json')).toThrow(SettingsError);
    expect(() => readSettings(text, 'settings.json')).toThrow(said);
  });
});

describe('the parameter of the command line', () => {
  test('names the file of settings', () => {
    expect(settingsFile({ settings: 'other.json' })).toEqual({ file: resolve('other.json'), asked: true });
    expect(settingsFile({ '@aws-cdk/core:x': true, 'aws:cdk:y': 1, 'cli-telemetry': false })).toEqual({
      file: resolve('trusttrail.deploy.json'),
      asked: false,
    });
  });

  test.for([{ setings: 'a.json' }, { Settings: 'a.json' }, { config: 'a.json' }, { settings: '' }, { settings: 1 }])(
    '%j is refused, rather than that the defaults are deployed',
    (context) => {
      expect(() => settingsFile(context)).toThrow(SettingsError);
      expect(() => settingsFile(context)).toThrow('-c settings=FILE');
    },
  );

  test('and what is about to be deployed is said', () => {
    expect(settingsNotice('/nowhere/trusttrail.deploy.json', defaultSettings)).toContain('by the defaults');
    expect(settingsNotice(import.meta.filename, defaultSettings)).toContain(`by ${import.meta.filename}`);
  });
});

test('every example of the deployment guide is taken as it stands', () => {
  const guide = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
  const blocks = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const settings = blocks.filter((text) => text.includes('"wayIn"'));
  expect(settings.map((text) => readSettings(text, 'docs/deploy.md').wayIn.kind)).toEqual([
    'account',
    'organization',
    'trail-bucket',
  ]);
  for (const text of blocks) expect(JSON.parse(text)).toBeTypeOf('object');
});

test('the schema for editors is that of the settings', () => {
  expect(
    JSON.parse(readFileSync(join(root, 'trusttrail.deploy.schema.json'), 'utf8')),
    "write it anew: npx node -e \"import('./infra/settings.ts').then(c => fs.writeFileSync('trusttrail.deploy.schema.json', JSON.stringify(c.settingsSchema())))\" && npx biome format --write trusttrail.deploy.schema.json",
  ).toEqual(JSON.parse(JSON.stringify(settingsSchema())));
});

test('what is deployed is what it was', async () => {
  for (const [example, name] of [
    ['account', 'Trusttrail'],
    ['organization', 'Trusttrail-Organization'],
    ['organization', 'Trusttrail-Management-us-east-1'],
    ['bucket', 'Trusttrail'],
  ] as const) {
    const text = JSON.stringify(stackOf(example, name).toJSON(), null, 2).replace(/[0-9a-f]{64}/g, 'ASSET');
    await expect(`${text}\n`).toMatchFileSnapshot(`snapshots/${example}.${name}.json`);
  }
});

test('the template of the StackSet asks for no bootstrap', () => {
  const settings = settingsOf('organization');
  const template = forwarderTemplate({ settings, hubRegion: 'us-east-1', hubAccount: '111122223333' });
  expect(template).not.toHaveProperty('Parameters');
  expect(Template.fromJSON(template as Record<string, unknown>).findResources('AWS::Events::Rule')).not.toEqual({});
});

/** The CDK notes paths of constructs and the version in metadata, which a StackSet has no use for. */
function withoutMetadata(template: unknown): unknown {
  return JSON.parse(
    JSON.stringify(template, (name, value: unknown) =>
      name === 'Metadata' || name === 'Description' || name === 'CDKMetadata' ? undefined : value,
    ),
  );
}
