/** Which channels does this deployment have? The secrets of Slack are read when a message is first sent. */
import { setTimeout as pause } from 'node:timers/promises';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { eventBusPublisher } from '../src/adapters/event-bus-publisher.ts';
import { type SecretPlace, secretReader } from '../src/adapters/secrets.ts';
import { securityHubPublisher } from '../src/adapters/security-hub-publisher.ts';
import { slackAppPublisher, slackWebhookPublisher, storedSlackThreads } from '../src/adapters/slack-publisher.ts';
import { snsPublisher } from '../src/adapters/sns-publisher.ts';
import type { Publisher } from '../src/ports/publisher.ts';
import type { TrustStore } from '../src/ports/trust-store.ts';
import { clients } from './clients.ts';
import { environment as env } from './environment.ts';

const clock = { now: Date.now };
const secrets = secretReader(
  {
    secret: async (SecretId) =>
      (await clients.secretsManager().send(new GetSecretValueCommand({ SecretId }))).SecretString,
    parameter: async (Name) =>
      (await clients.ssm().send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value,
  },
  clock,
);

export function publishersOf(store: TrustStore): readonly Publisher[] {
  const transport = { fetch, clock, pause };
  const options = { ...(env.DOCS && { docs: env.DOCS }), ...(env.SLACK_API_URL && { apiUrl: env.SLACK_API_URL }) };
  const slack = env.SLACK.map((one) => {
    const secret = (place: SecretPlace) => () => secrets(place);
    if ('webhook' in one) return slackWebhookPublisher(one.channel, secret(one.webhook), transport, options);
    const threads = storedSlackThreads(store, one.channel);
    return slackAppPublisher(one.channel, secret(one.token), one.conversation, threads, transport, options);
  });
  const bus = eventBusPublisher(clients.eventBridge(), env.FINDINGS_BUS, pause);
  const place = { partition: env.PARTITION, region: env.AWS_REGION, account: env.ACCOUNT };
  const hub = env.SECURITY_HUB ? [securityHubPublisher(clients.securityHub(), place, clock)] : [];
  return [bus, snsPublisher(clients.sns(), env.TOPIC_ARN), ...slack, ...hub];
}
