/** What is known of AWS services as callers: which attach compute, which send source keys, which names exist. */

/** Services that take the role on behalf of compute of the role's own account; `iam:PassRole` is the control there. */
const computeServices: ReadonlySet<string> = new Set([
  'apprunner.amazonaws.com',
  'batch.amazonaws.com',
  'codebuild.amazonaws.com',
  'ec2.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'edgelambda.amazonaws.com',
  'elasticmapreduce.amazonaws.com',
  'emr-serverless.amazonaws.com',
  'glue.amazonaws.com',
  'greengrass.amazonaws.com',
  'lambda.amazonaws.com',
  'sagemaker.amazonaws.com',
  'spot.amazonaws.com',
  'spotfleet.amazonaws.com',
  'ssm.amazonaws.com',
  'tasks.apprunner.amazonaws.com',
  'build.apprunner.amazonaws.com',
  'gamelift.amazonaws.com',
  'robomaker.amazonaws.com',
  'workspaces.amazonaws.com',
  'appstream.amazonaws.com',
  'cloud9.amazonaws.com',
]);

/** Services whose documentation says that they send no source keys when they assume a role, or that break when asked to. */
const withoutSourceKeys: ReadonlySet<string> = new Set([
  'ses.amazonaws.com',
  'elastictranscoder.amazonaws.com',
  'autoscaling.amazonaws.com',
  'application-autoscaling.amazonaws.com',
  'support.amazonaws.com',
  'trustedadvisor.amazonaws.com',
  'organizations.amazonaws.com',
  'sso.amazonaws.com',
  'pods.eks.amazonaws.com',
  'rolesanywhere.amazonaws.com',
  'eks.amazonaws.com',
  'eks-fargate-pods.amazonaws.com',
  'ecs.amazonaws.com',
  'opsworks.amazonaws.com',
  'elasticbeanstalk.amazonaws.com',
  'cloudformation.amazonaws.com',
  'cognito-idp.amazonaws.com',
  'quicksight.amazonaws.com',
  'vmie.amazonaws.com',
  'rds.amazonaws.com',
  'directoryservice.amazonaws.com',
]);

/** Services that act on an event of a customer's resource and document `aws:SourceArn`/`aws:SourceAccount` for it. */
const crossTenant: ReadonlySet<string> = new Set([
  'apigateway.amazonaws.com',
  'backup.amazonaws.com',
  'bedrock.amazonaws.com',
  'cloudtrail.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'config.amazonaws.com',
  'delivery.logs.amazonaws.com',
  'dms.amazonaws.com',
  'events.amazonaws.com',
  'firehose.amazonaws.com',
  'iot.amazonaws.com',
  'kinesisanalytics.amazonaws.com',
  'logs.amazonaws.com',
  'pipes.amazonaws.com',
  's3.amazonaws.com',
  'scheduler.amazonaws.com',
  'serverlessrepo.amazonaws.com',
  'sns.amazonaws.com',
  'sqs.amazonaws.com',
  'states.amazonaws.com',
  'transfer.amazonaws.com',
  'vpc-flow-logs.amazonaws.com',
  'osis-pipelines.amazonaws.com',
  'imagebuilder.amazonaws.com',
]);

export type ServiceKind = 'compute' | 'without-source-keys' | 'cross-tenant' | 'other';

/** @returns how a service comes to assume a role; a regional form counts as the service. */
export function serviceKind(service: string): ServiceKind {
  const name = globalName(service);
  if (computeServices.has(name)) return 'compute';
  if (withoutSourceKeys.has(name)) return 'without-source-keys';
  return crossTenant.has(name) ? 'cross-tenant' : 'other';
}

const region = /\.(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-[a-z]+)+-\d(?=\.)/;

/** @returns the name without its region: `states.us-east-1.amazonaws.com` is `states.amazonaws.com`. */
export function globalName(service: string): string {
  return service
    .toLowerCase()
    .replace(region, '')
    .replace(/\.amazonaws\.com\.cn$/, '.amazonaws.com');
}

/** @returns whether the name carries a region. */
export function isRegionalName(service: string): boolean {
  return region.test(service);
}

/** @returns whether the text has the form of a service principal (IAM User Guide, "AWS JSON policy elements: Principal"). */
export function isServiceName(service: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|amazonaws\.eu)$/.test(
    service,
  );
}

/** Keys that only a service sends, about the resource it acts for (IAM User Guide, "The confused deputy problem"). */
export const sourceKeys = ['aws:SourceArn', 'aws:SourceAccount', 'aws:SourceOrgID', 'aws:SourceOrgPaths'] as const;

/** @returns whether the key is one of {@link sourceKeys}. */
export function isSourceKey(key: string): boolean {
  return /^aws:source(arn|account|orgid|orgpaths)$/i.test(key);
}
