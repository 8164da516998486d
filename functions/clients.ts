/** How long does a call to AWS wait, and how often is it tried? One client a service, made when it is first needed. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

/**
 * The SDK by itself waits for an answer for ever, and a function has 60 seconds. Three tries of at most four seconds
 * each leave time to give a record back; SQS then is the patient one.
 */
export const callSettings = {
  maxAttempts: 3,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
};

export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export const clients = {
  dynamodb: lazily(() => new DynamoDBClient(callSettings)),
  eventBridge: lazily(() => new EventBridgeClient(callSettings)),
  secretsManager: lazily(() => new SecretsManagerClient(callSettings)),
  securityHub: lazily(() => new SecurityHubClient(callSettings)),
  sns: lazily(() => new SNSClient(callSettings)),
  // Asked where this deployment is, whatever the queue's URL says.
  sqs: lazily(() => new SQSClient({ ...callSettings, useQueueUrlAsEndpoint: false })),
  ssm: lazily(() => new SSMClient(callSettings)),
};
