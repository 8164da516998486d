/** What is known of AWS services as callers: which attach compute, which send source keys, which names exist. */

import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';

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

/**
 * Further names that trust policies often have, beside those above. Not all that there are: a name is told as misspelt
 * only where it is one slip away from one of these.
 */
const furtherServices: readonly string[] =
  `access-analyzer airflow airflow-env amplify appflow appmesh appsync athena auditmanager autoscaling-plans backup-gateway
  batchoperations.s3 braket bedrock-agentcore cassandra chime cloudfront cloudhsm codecommit codedeploy codepipeline
  codestar codestar-notifications cognito-identity comprehend comprehendmedical connect controltower
  credentials.iot databrew datapipeline datasync datazone dax dlm dynamodb ebs ec2fleet ecr edgelambda eks-nodegroup
  elasticache elasticfilesystem elasticloadbalancing emr-containers es export.rds evidently finspace fis forecast frauddetector fsx
  globalaccelerator grafana guardduty health healthlake inspector inspector2 internetmonitor iotanalytics iotevents
  iotsitewise iottwinmaker ivs kafka kafkaconnect kendra kinesis lakeformation lex lexv2 license-manager
  lookoutmetrics machinelearning macie macie2 managedblockchain mediaconnect mediaconvert medialive mediapackage mediastore
  mediatailor memorydb mgn mobiletargeting monitoring.rds neptune network-firewall omics opensearchservice
  outposts personalize pinpoint polly proton qbusiness qldb ram redshift redshift-serverless refactor-spaces rekognition
  replication.dynamodb resiliencehub resource-explorer-2 resource-groups route53 route53resolver rum secretsmanager
  securityhub securitylake servicecatalog servicediscovery shield signer sms ssm-incidents storagegateway
  streams.metrics.cloudwatch synthetics textract timestream transcribe translate verifiedpermissions voiceid vpc-lattice
  waf wafv2 workmail workspaces-web xray`
    .split(/\s+/)
    .map((name) => `${name}.amazonaws.com`);

const knownServices: ReadonlySet<string> = new Set([
  ...computeServices,
  ...withoutSourceKeys,
  ...crossTenant,
  ...furtherServices,
]);
/** Short names are too close to each other to tell a slip from another service. */
const shortest = 'xxxxx.amazonaws.com'.length;

/** @returns the service that was meant where a name is one slip of typing away from it, and is no name that is known. */
export function serviceMeant(service: string): string | undefined {
  const name = globalName(service);
  if (knownServices.has(name) || name.length < shortest) return undefined;
  // A service's second version is called after the first.
  const unnumbered = name.replace(/-?v?\d(?=\.)/, '');
  if (knownServices.has(unnumbered)) return undefined;
  return [...knownServices].find(
    (known) => known.length >= shortest && editDistanceAtMost(known, name, 1) !== undefined,
  );
}

/** Keys that only a service sends, about the resource it acts for (IAM User Guide, "The confused deputy problem"). */
export const sourceKeys = ['aws:SourceArn', 'aws:SourceAccount', 'aws:SourceOrgID', 'aws:SourceOrgPaths'] as const;

/** @returns whether the key is one of {@link sourceKeys}. */
export function isSourceKey(key: string): boolean {
  return /^aws:source(arn|account|orgid|orgpaths)$/i.test(key);
}
