/** Which EventBridge rules catch what the service watches, and where does each send it? */
import { Aws, type CfnCondition } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { denialRuleState, eventPatterns } from '../src/cloudtrail/event-patterns.ts';

export type RuleKind = keyof typeof eventPatterns;
export const ruleKinds: readonly RuleKind[] = ['trust-change', 'caller-side-change', 'denial'];

/** Where the events of a rule go: a queue of the hub, or the hub's event bus. */
export type RuleTarget = { readonly queue: Queue } | { readonly busArn: string; readonly role: IRole };

/** The same in every account and region, so that `trusttrail doctor` finds them. */
export function ruleName(kind: RuleKind): string {
  return `trusttrail-${kind}`;
}

export interface EventRuleProps {
  readonly kind: RuleKind;
  /** Name of the bus; the account's default bus where it is left out. */
  readonly bus?: string;
  readonly target: RuleTarget;
  /** Takes what EventBridge cannot deliver within a day: a failure before the queue never reaches the queue's dead letters. */
  readonly undelivered: Queue;
  readonly condition?: CfnCondition;
}

const descriptions: Readonly<Record<RuleKind, string>> = {
  'trust-change': 'Changes of trust policies and of the principals they name',
  'caller-side-change': 'Changes of the policies on the side of callers',
  denial: 'AssumeRole calls that failed, read-only management events among them',
};

/**
 * On the L1, since the L2 rule knows only ENABLED and DISABLED, and a rule that is ENABLED never sees AssumeRole
 * (EventBridge User Guide, "Receiving read-only management events from AWS services").
 */
export function addEventRule(scope: Construct, id: string, props: EventRuleProps): CfnRule {
  const { kind, bus, target, undelivered, condition } = props;
  const rule = new CfnRule(scope, id, {
    name: ruleName(kind),
    description: descriptions[kind],
    ...(bus === undefined ? {} : { eventBusName: bus }),
    eventPattern: eventPatterns[kind],
    state: kind === 'denial' ? denialRuleState : 'ENABLED',
    targets: [
      {
        id: 'trusttrail',
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        ...('queue' in target ? { arn: target.queue.queueArn } : { arn: target.busArn, roleArn: target.role.roleArn }),
      },
    ],
  });
  if (condition !== undefined) rule.cfnOptions.condition = condition;
  return rule;
}

/**
 * Lets rules of this account and region write to a queue. It names the account's rules and not each single one: a
 * queue's policy that named a rule, and a rule that names the queue, would wait for one another.
 */
export function allowRules(queue: IQueue): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'RulesOfThisAccount',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/*` },
      },
    }),
  );
}
