/** What stands in each account and region that is watched: rules that forward to the hub, and the role that lets it read. */
import {
  Aws,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnOutput,
  Fn,
  type IStackSynthesizer,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import {
  ArnPrincipal,
  CfnRole,
  Effect,
  ManagedPolicy,
  PermissionsBoundary,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { organizationsEventRegion } from '../src/cloudtrail/event-patterns.ts';
import { acknowledge } from './acknowledgements.ts';
import { addEventRule, allowRules, type RuleKind, ruleKinds } from './event-rules.ts';
import { deadLetterQueue } from './queue-with-dead-letters.ts';
import { iamRegion, type Settings } from './settings.ts';

/** Names that both sides have to know, since they stand in different accounts. */
export const hubBusName = 'trusttrail-hub';
export const forwarderRolePrefix = 'trusttrail-forwarder-';
/** Of the queue in each account and region that forwards. */
export const undeliveredQueueName = 'trusttrail-undelivered';
export const watchRolePrefix = 'trusttrail-watch-';

export interface ForwarderProps extends StackProps {
  readonly settings: Settings;
  readonly hubRegion: string;
  /** Left out where the hub is in the same account. */
  readonly hubAccount?: string;
  /** Where the files of the trail are the way in, nothing is forwarded: the reader role is all. */
  readonly forwards?: false;
}

/**
 * One template for every account and region, as a StackSet needs it. What belongs in one region alone stands under a condition: IAM's events and
 * the reader role.
 */
export class ForwarderStack extends Stack {
  constructor(scope: Construct, id: string, props: ForwarderProps) {
    super(scope, id, { ...props, synthesizer: withoutBootstrap() });
    const { settings, hubAccount } = props;
    const iam = iamRegion(settings.partition);
    const inIamRegion = new CfnCondition(this, 'InRegionOfIam', { expression: Fn.conditionEquals(Aws.REGION, iam) });
    if (props.forwards !== false) this.forward(props, iam, inIamRegion);
    if (hubAccount !== undefined) readerRole(this, props, hubAccount, inIamRegion);
    boundRoles(this, settings);
  }

  private forward({ settings, hubAccount, hubRegion }: ForwarderProps, iam: string, inIamRegion: CfnCondition): void {
    const hub = hubAccount ?? Aws.ACCOUNT_ID;
    const busArn = `arn:${Aws.PARTITION}:events:${hubRegion}:${hub}:event-bus/${hubBusName}`;
    const organizations = organizationsEventRegion(settings.partition) ?? iam;
    const inCallerSideRegion =
      organizations === iam
        ? inIamRegion
        : new CfnCondition(this, 'InRegionOfIamOrOrganizations', {
            expression: Fn.conditionOr(
              Fn.conditionEquals(Aws.REGION, iam),
              Fn.conditionEquals(Aws.REGION, organizations),
            ),
          });
    const conditions: Partial<Record<RuleKind, CfnCondition>> = {
      'trust-change': inIamRegion,
      'caller-side-change': inCallerSideRegion,
    };

    const undelivered = deadLetterQueue(this, 'Undelivered', undeliveredQueueName);
    allowRules(undelivered);
    acknowledge(undelivered, 'AwsSolutions-SQS3', 'It is itself the dead-letter queue of the rules.');
    const role = forwarderRole(this, busArn);
    for (const kind of ruleKinds) {
      const condition = conditions[kind];
      addEventRule(this, `Rule-${kind}`, {
        kind,
        target: { busArn, role },
        undelivered,
        ...(condition === undefined ? {} : { condition }),
      });
    }
    new CfnOutput(this, 'UndeliveredQueueUrl', { value: undelivered.queueUrl });
  }
}

/**
 * A policy bounds only roles of its own account, and a template may go to many: whichever account an ARN names, it is that of the stack. It stands
 * here since an aspect of the app would not reach the template of the StackSet, which is made by an app of its own.
 */
export function boundRoles(stack: Stack, { permissionsBoundary: name }: Settings): void {
  if (name === undefined) return;
  const [, owner, policy = name] = /^arn:[^:]+:iam::([^:]*):policy\/(.+)$/.exec(name) ?? [];
  const arn = `arn:${Aws.PARTITION}:iam::${owner === 'aws' ? 'aws' : Aws.ACCOUNT_ID}:policy/${policy}`;
  PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', arn));
}

/** A stack without assets needs no `cdk bootstrap` in its account and region; a StackSet could not have one. */
export function withoutBootstrap(): IStackSynthesizer {
  return new BootstraplessSynthesizer() as IStackSynthesizer;
}

/** Only EventBridge, for rules of this account and region, and only to put events on the hub's bus. */
function forwarderRole(scope: Construct, busArn: string): Role {
  return new Role(scope, 'ForwarderRole', {
    roleName: `${forwarderRolePrefix}${Aws.REGION}`,
    description: 'Lets the rules of trusttrail put events on the event bus of its hub',
    assumedBy: new ServicePrincipal('events.amazonaws.com').withConditions({
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/*` },
    }),
    inlinePolicies: {
      forward: new PolicyDocument({
        statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [busArn] })],
      }),
    },
  });
}

/**
 * Lets the hub's functions, and nobody else of the hub's account, read roles and who may assume them. The principal is
 * the account and the functions' roles stand in a condition: a role named as the principal would be lost, as an
 * id of nothing, when the hub is made anew (IAM User Guide, "AWS JSON policy elements: Principal").
 */
function readerRole(
  scope: Construct,
  { settings, forwards }: ForwarderProps,
  hubAccount: string,
  condition: CfnCondition,
): void {
  const statements = [...readStatements(), ...surveyStatements()];
  if (forwards !== false) statements.push(undeliveredStatement());
  const role = new Role(scope, 'ReaderRole', {
    roleName: settings.readerRole,
    description: 'Lets the hub of trusttrail read roles, their trust policies and their history',
    assumedBy: new ArnPrincipal(`arn:${Aws.PARTITION}:iam::${hubAccount}:root`).withConditions({
      ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${hubAccount}:role/${watchRolePrefix}*` },
    }),
    inlinePolicies: { read: new PolicyDocument({ statements }) },
  });
  const resource = role.node.defaultChild;
  if (resource instanceof CfnRole) resource.cfnOptions.condition = condition;
  acknowledgeReading(role);
}

/** What the daily look reads of an account: all roles at once. */
export function surveyStatements(): PolicyStatement[] {
  const actions = ['iam:GetAccountAuthorizationDetails', 'iam:ListRoles'];
  return [new PolicyStatement({ sid: 'AllRoles', actions, resources: ['*'] })];
}

/** And what it asks again that was asked too soon after an event. */
export function historyStatement(): PolicyStatement {
  return new PolicyStatement({ sid: 'History', actions: ['cloudtrail:LookupEvents'], resources: ['*'] });
}

/** How many events wait in the account that no rule could bring to the hub. */
export function undeliveredStatement(): PolicyStatement {
  const queues = `arn:${Aws.PARTITION}:sqs:*:${Aws.ACCOUNT_ID}:${undeliveredQueueName}`;
  return new PolicyStatement({ sid: 'Undelivered', actions: ['sqs:GetQueueAttributes'], resources: [queues] });
}

/** What the functions for events read of an account, in the hub's own as in the others. */
export function readStatements(): PolicyStatement[] {
  const own = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}`;
  return [
    new PolicyStatement({
      sid: 'TrustPolicies',
      effect: Effect.ALLOW,
      actions: ['iam:GetRole'],
      resources: [`${own}:role/*`],
    }),
    new PolicyStatement({
      sid: 'CallersSide',
      actions: ['iam:SimulatePrincipalPolicy'],
      resources: [`${own}:role/*`, `${own}:user/*`],
    }),
    new PolicyStatement({
      sid: 'WhatIsThere',
      actions: ['iam:ListRoles', 'iam:ListOpenIDConnectProviders', 'iam:ListSAMLProviders', 'cloudtrail:LookupEvents'],
      resources: ['*'],
    }),
  ];
}

export function acknowledgeReading(role: Construct): void {
  const own = 'arn:<AWS::Partition>:iam::<AWS::AccountId>';
  acknowledge(
    role,
    [`AwsSolutions-IAM5[Resource::${own}:role/*]`, `AwsSolutions-IAM5[Resource::${own}:user/*]`],
    'Read only, of every role and user of the account: a denial or a change may concern any of them.',
  );
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sqs:*:<AWS::AccountId>:${undeliveredQueueName}]`,
    'One queue by its name, in each region that forwards.',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Read only; these list calls and LookupEvents take no resource (Service Authorization Reference).',
  );
}
