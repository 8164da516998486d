/** What does the operator want deployed, where, and who is told? The content of `trusttrail.deploy.json`, checked before anything is synthesised. */
import { z } from 'zod';
import { iamEventRegion, organizationsEventRegion } from '../src/cloudtrail/event-patterns.ts';
import { builtInChannels, slackChannel } from '../src/configuration/slack-channel.ts';

const accountId = z.string().regex(/^\d{12}$/, 'an account id of 12 digits');
const region = z.string().regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d$/, 'a region such as `eu-west-1`');
const email = z.email();

const account = z
  .strictObject({
    kind: z.literal('account'),
    regions: z.array(region).default([]).describe('Further regions in which STS is called'),
  })
  .describe('EventBridge in the account that it is deployed to');

const organizationalUnits = z
  .array(
    z
      .string()
      .regex(/^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/, 'an id of a root or an organizational unit'),
  )
  .min(1);
/** Of a key and not of an alias of it: a policy allows nothing by an alias (KMS Developer Guide, "Key ARN"). */
const keyArn = z
  .string()
  .regex(
    /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    'the ARN of a KMS key, `arn:aws:kms:REGION:ACCOUNT:key/ID`',
  );

const organization = z
  .strictObject({
    kind: z.literal('organization'),
    id: z.string().regex(/^o-[a-z0-9]{10,32}$/, 'an organization id such as `o-a1b2c3d4e5`'),
    organizationalUnits: organizationalUnits.describe('Whose accounts forward; the root is all of them'),
    hubAccount: accountId.describe('Where the hub is; best an account for security tools, not the management account'),
    managementAccount: accountId.describe('Gets a plain stack, since a StackSet leaves it out'),
    regions: z.array(region).default([]).describe('Further regions in which STS is called'),
  })
  .describe('EventBridge of every account of an organization, forwarded to the hub');

const trailBucket = z
  .strictObject({
    kind: z.literal('trail-bucket'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    bucketAccount: accountId,
    key: keyArn.optional().describe('ARN of the KMS key that the files are encrypted with'),
    region: region
      .optional()
      .describe('Where the bucket is: its notifications stay in its region. Default: the region of IAM’s events'),
    topic: z
      .string()
      .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of an SNS topic')
      .optional()
      .describe('ARN of an SNS topic that the bucket tells, where something else has the notification already'),
    hubAccount: accountId.optional(),
    readerRoles: z
      .strictObject({
        organizationalUnits: organizationalUnits.describe('Whose accounts get it; the root is all of them'),
        managementAccount: accountId.describe('Gets a plain stack, since a StackSet leaves it out'),
      })
      .optional()
      .describe('Puts the read-only role into the accounts of the organization; the files alone say only what changes'),
  })
  .describe('The files of an organization trail, some five minutes later');

const schema = z
  .strictObject({
    $schema: z.string().optional(),
    partition: z.enum(['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
    wayIn: z.discriminatedUnion('kind', [account, organization, trailBucket]).prefault({ kind: 'account' }),
    slack: z.array(slackChannel).max(10).default([]),
    emails: z.array(email).default([]).describe('Subscribed to the topic of findings'),
    emailSeverity: z
      .enum(['info', 'low', 'medium', 'high', 'critical'])
      .default('high')
      .describe('From this severity on'),
    operationsEmails: z.array(email).default([]).describe('Told of alarms about trusttrail itself'),
    securityHub: z.boolean().default(false),
    readerRole: z
      .string()
      .regex(/^[\w+=,.@-]{1,64}$/)
      .default('trusttrail-reader')
      .describe('The read-only role in each account'),
    docs: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('Where the pages of rules and causes are published, for links in messages'),
    logLevel: z.enum(['debug', 'info']).default('info').describe('Above `info` Lambda would drop the metrics too'),
    logDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(180), z.literal(365)]).default(90),
    concurrency: z.int().min(2).max(100).default(5).describe('Copies of the function for denials at a time'),
    reconcileHours: z.int().min(1).max(168).default(24),
    dashboard: z.boolean().default(true),
    permissionsBoundary: z
      .string()
      .regex(/^(?:arn:[a-z-]+:iam::(?:\d{12}|aws):policy\/)?[\w+=,.@/-]{1,128}$/, 'the name of a policy, or its ARN')
      .optional()
      .describe('Name of a policy that bounds every role of the stacks; each account has to have one of this name'),
    tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  })
  .superRefine((settings, context) => {
    const names = [...builtInChannels, ...settings.slack.map(({ channel }) => channel)];
    for (const [index, { channel }] of settings.slack.entries())
      if (names.indexOf(channel) !== builtInChannels.length + index)
        context.addIssue({
          code: 'custom',
          path: ['slack', index, 'channel'],
          message: `the name \`${channel}\` is taken`,
        });
    if (settings.wayIn.kind === 'trail-bucket') {
      if (settings.wayIn.readerRoles !== undefined && settings.wayIn.hubAccount === undefined)
        context.addIssue({
          code: 'custom',
          path: ['wayIn', 'hubAccount'],
          message: 'needed where there are `readerRoles`, which trust it',
        });
      return;
    }
    const prefix = regionPrefix[settings.partition];
    for (const [index, one] of settings.wayIn.regions.entries())
      if (!prefix.test(one))
        context.addIssue({
          code: 'custom',
          path: ['wayIn', 'regions', index],
          message: `no region of ${settings.partition}`,
        });
  });

const regionPrefix = {
  aws: /^(?!cn-|us-gov-|us-iso|eu-iso|eusc-)/,
  'aws-cn': /^cn-/,
  'aws-us-gov': /^us-gov-/,
} as const;

export type Settings = z.output<typeof schema>;
export type WayIn = Settings['wayIn'];

/** The settings are wrong: every problem of them, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** @param file what the problems call the input. @throws {SettingsError} */
export function readSettings(text: string, file: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SettingsError(`${file}: not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new SettingsError(
    read.error.issues.map(({ path, message }) => `${file}: /${path.join('/')}: ${message}`).join('\n'),
  );
}

/** Somebody who has said nothing: one account, one region, a topic and a findings bus. */
export const defaultSettings: Settings = schema.parse({});

/** @returns the JSON Schema for editors, published as `trusttrail.deploy.schema.json`. */
export function settingsSchema(): object {
  return { $id: 'trusttrail.deploy.schema.json', ...z.toJSONSchema(schema, { io: 'input' }) };
}

/** Where the hub is: where IAM's events arrive, or beside the trail's bucket. */
export function hubRegion({ partition, wayIn }: Settings): string {
  return (wayIn.kind === 'trail-bucket' ? wayIn.region : undefined) ?? iamRegion(partition);
}

export function iamRegion(partition: Settings['partition']): string {
  const found = iamEventRegion(partition);
  if (found === undefined) throw new Error(`no region of IAM's events is known for ${partition}`);
  return found;
}

/** Regions that need rules, that of IAM's events and that of Organizations' among them; the hub's own first. */
export function forwardedRegions({ partition, wayIn }: Settings): readonly string[] {
  if (wayIn.kind === 'trail-bucket') return [];
  const organizations = organizationsEventRegion(partition) ?? iamRegion(partition);
  return [...new Set([iamRegion(partition), organizations, ...wayIn.regions])];
}

/** Regions with a stack or a StackSet of rules that forward; the hub's own account has none in the hub's region where it is the only account. */
export function forwarderRegions(settings: Settings): readonly string[] {
  const own = settings.wayIn.kind === 'account' ? hubRegion(settings) : undefined;
  return forwardedRegions(settings).filter((one) => one !== own);
}
