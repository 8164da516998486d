/** Which Slack channels are there, and where are their secrets kept? Of the deployment's settings, and read again by its functions. */
import * as z from 'zod';

const place = z.union([
  z.strictObject({
    secret: z.string().min(1).max(512).describe('Name or ARN of a secret in AWS Secrets Manager'),
    field: z.string().min(1).optional().describe('Its member, where the secret is a JSON object'),
  }),
  z.strictObject({
    parameter: z
      .string()
      .regex(/^\/?[\w./-]{1,1011}$/, 'the name of a parameter')
      .describe('Name of a SecureString parameter of AWS Systems Manager'),
  }),
]);

const common = {
  channel: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'a name of lower-case letters, digits and dashes')
    .describe('What `routes` of trusttrail.config.json call it'),
  key: z
    .string()
    .startsWith('arn:')
    .optional()
    .describe('ARN of the KMS key, where the secret is under a customer managed one'),
};

/** An incoming webhook, or an app that writes to a conversation and keeps threads. */
export const slackChannel = z.union([
  z.strictObject({ ...common, webhook: place }),
  z.strictObject({
    ...common,
    token: place,
    conversation: z.string().regex(/^[CGD][A-Z0-9]{6,20}$/, 'the id of a Slack conversation, such as `C0123456789`'),
  }),
]);

export type SlackChannel = z.output<typeof slackChannel>;

/** Names that a Slack channel cannot have, since other channels have them. */
export const builtInChannels = ['sns', 'findings-bus', 'security-hub'] as const;
