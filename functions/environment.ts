/** Where does this function find its store, its channels and its queues? Written by infra/, checked when the function starts. */
import * as z from 'zod';
import { slackChannel } from '../src/configuration/slack-channel.ts';

const name = z.string().min(1);
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(schema);

/** No secret stands here: `SLACK` only says where each is kept. */
export const environment = z
  .object({
    TABLE: name,
    TOPIC_ARN: name,
    FINDINGS_BUS: name,
    ACCOUNT: z.string().regex(/^\d{12}$/),
    PARTITION: name.default('aws'),
    AWS_REGION: name,
    /** Name of the reader role in the other accounts; empty where there are none. */
    READER_ROLE: z.string().default(''),
    /** Where events wait that could not be forwarded: a queue of this name in each of the regions of each account. */
    FORWARDERS: json(z.object({ queue: name, regions: z.array(name) })).optional(),
    SLACK: json(z.array(slackChannel)).prefault('[]'),
    SECURITY_HUB: z.stringbool().prefault('false'),
    /** Of the function's own queue: for records that can never be read. */
    DEAD_LETTERS: name.optional(),
    /** The trail's bucket; files of any other are not read. */
    BUCKET: name.optional(),
    DOCS: z.url().optional(),
    AWS_LAMBDA_FUNCTION_NAME: name.default('local'),
    LAMBDA_TASK_ROOT: name.default('.'),
    /** Tests put Slack's and AWS's places elsewhere; in AWS neither is set. */
    SLACK_API_URL: z.url().optional(),
  })
  .parse(process.env);

export type Environment = typeof environment;
