/** Does the service itself work? Alarms that say so, and one page that shows it. */
import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface OperationsProps {
  /** By the name that people read in an alarm. */
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly queues: Readonly<Record<string, IQueue>>;
  readonly deadLetters: Readonly<Record<string, IQueue>>;
  readonly rules: Readonly<Record<string, CfnRule>>;
  readonly findings: ITopic;
  /** Told of every alarm. */
  readonly operations: ITopic;
  readonly dashboard: boolean;
  /** Whether rules elsewhere forward, whose dead letters lie where they are. */
  readonly hasForwarders: boolean;
}

const fiveMinutes = Duration.minutes(5);
/** Seconds that a record may wait before somebody should look. */
const oldestAllowed = 15 * 60;

export class Operations extends Construct {
  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const action = new SnsAction(props.operations);
    const alarm = (name: string, metric: IMetric, threshold: number, description: string): void => {
      new Alarm(this, name, {
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: `trusttrail: ${description} What to do: docs/operations.md.`,
      }).addAlarmAction(action);
    };
    for (const [name, queue] of Object.entries(props.deadLetters))
      alarm(
        `DeadLetters-${name}`,
        queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes, statistic: Stats.MAXIMUM }),
        1,
        `records of ${name} were put aside and are not analysed.`,
      );
    for (const [name, queue] of Object.entries(props.queues))
      alarm(
        `Age-${name}`,
        queue.metricApproximateAgeOfOldestMessage({ period: fiveMinutes, statistic: Stats.MAXIMUM }),
        oldestAllowed,
        `records of ${name} wait for more than a quarter of an hour.`,
      );
    for (const [name, fn] of Object.entries(props.functions)) {
      alarm(`Errors-${name}`, fn.metricErrors({ period: fiveMinutes }), 1, `the function ${name} failed.`);
      alarm(`Throttles-${name}`, fn.metricThrottles({ period: fiveMinutes }), 1, `the function ${name} was throttled.`);
    }
    const rules = Object.values(props.rules);
    if (rules.length > 0)
      alarm(
        'RulesFailed',
        new MathExpression({
          expression: rules.map((_, index) => `FILL(r${index}, 0)`).join(' + '),
          usingMetrics: Object.fromEntries(
            rules.map((rule, index) => [`r${index}`, ruleMetric(rule, 'FailedInvocations')]),
          ),
          period: fiveMinutes,
          label: 'failed deliveries of rules',
        }),
        1,
        'EventBridge could not deliver events to a queue.',
      );
    alarm(
      'NotificationsFailed',
      props.findings.metricNumberOfNotificationsFailed({ period: fiveMinutes }),
      1,
      'SNS could not deliver findings to a subscriber.',
    );
    if (props.hasForwarders)
      alarm(
        'NotForwarded',
        new Metric({
          namespace: 'trusttrail',
          metricName: 'EventsNotForwarded',
          statistic: Stats.MAXIMUM,
          period: fiveMinutes,
        }),
        1,
        'events wait in an account that forwards, and do not reach the hub.',
      );
    if (props.dashboard) this.dashboard(props);
  }

  private dashboard(props: OperationsProps): void {
    const own = (name: string, expression: string): MathExpression =>
      new MathExpression({ expression, label: name, usingMetrics: {}, period: fiveMinutes });
    const search = (metric: string, dimensions: string, statistic: string): MathExpression =>
      own('', `SEARCH('{trusttrail,${dimensions}} MetricName="${metric}"', '${statistic}', 300)`);
    new Dashboard(this, 'Dashboard', {
      dashboardName: `trusttrail-${Aws.REGION}`,
      defaultInterval: Duration.days(1),
      widgets: [
        [
          new TextWidget({
            markdown: '# trusttrail\nWho can newly assume a role, and why AssumeRole was denied.',
            width: 24,
            height: 2,
          }),
        ],
        [
          new GraphWidget({
            title: 'Findings published, by kind and severity',
            width: 12,
            left: [search('FindingsPublished', 'kind,severity', 'Sum')],
          }),
          new GraphWidget({ title: 'Denials, by cause', width: 12, left: [search('Denials', 'cause', 'Sum')] }),
        ],
        [
          new GraphWidget({
            title: 'Records skipped, by reason',
            width: 8,
            left: [search('RecordsSkipped', 'reason', 'Sum')],
          }),
          new GraphWidget({
            title: 'Age of records when analysed (p90)',
            width: 8,
            left: [search('RecordAge', 'function', 'p90')],
          }),
          new GraphWidget({
            title: 'Channels that failed',
            width: 8,
            left: [search('PublishFailures', 'channel', 'Sum')],
          }),
        ],
        [
          new GraphWidget({
            title: 'Waiting, and put aside',
            width: 12,
            left: Object.values(props.queues).map((queue) =>
              queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes }),
            ),
            right: Object.values(props.deadLetters).map((queue) =>
              queue.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes, statistic: Stats.MAXIMUM }),
            ),
          }),
          new GraphWidget({
            title: 'Age of the oldest record',
            width: 12,
            left: Object.values(props.queues).map((queue) =>
              queue.metricApproximateAgeOfOldestMessage({ period: fiveMinutes, statistic: Stats.MAXIMUM }),
            ),
          }),
        ],
        [
          new GraphWidget({
            title: 'Functions: errors and throttles',
            width: 12,
            left: Object.values(props.functions).flatMap((fn) => [
              fn.metricErrors({ period: fiveMinutes }),
              fn.metricThrottles({ period: fiveMinutes }),
            ]),
          }),
          new GraphWidget({
            title: 'Functions: duration (p90)',
            width: 12,
            left: Object.values(props.functions).map((fn) =>
              fn.metricDuration({ period: fiveMinutes, statistic: 'p90' }),
            ),
          }),
        ],
      ],
    });
  }
}

function ruleMetric(rule: CfnRule, metricName: string): Metric {
  return new Metric({
    namespace: 'AWS/Events',
    metricName,
    dimensionsMap: {
      RuleName: rule.name ?? rule.ref,
      ...(rule.eventBusName === undefined ? {} : { EventBusName: rule.eventBusName }),
    },
    statistic: Stats.SUM,
    period: fiveMinutes,
  });
}
