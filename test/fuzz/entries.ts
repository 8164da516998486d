/** Every way in for bytes that others wrote: real inputs to begin with, and the function that takes them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { readMessage } from '../../functions/message.ts';
import { PoisonMessage } from '../../src/adapters/poison-message.ts';
import { filesOf, watchedRecords } from '../../src/adapters/trail-files.ts';
import { answerLine } from '../../src/cli/commands/explain.ts';
import { findConfiguration } from '../../src/cli/configuration-file.ts';
import { UserError } from '../../src/cli/io.ts';
import { policiesInFile } from '../../src/cli/policies-in-file.ts';
import { toEventBridgeEvent } from '../../src/cloudtrail/event-patterns.ts';
import { readEvents } from '../../src/cloudtrail/read-record.ts';
import { allRecognised } from '../../src/cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { compare } from '../../src/policy/compare/compare.ts';
import { parseTrustPolicy } from '../../src/policy/document/parse.ts';
import { fakeIo } from '../cli/fake-io.ts';
import type { Random } from '../simulation/seeded.ts';
import { service } from '../watch/service.ts';
import { mutatedBytes, mutatedJson, mutatedText } from './mutate.ts';

export interface Entry {
  readonly name: string;
  /** One more of its inputs, of so many in a thousand. */
  readonly share: number;
  readonly input: (random: Random) => string | Uint8Array;
  /** @returns problems that were told; @throws what `isRefusal` knows, or it is a crash. */
  readonly take: (input: string | Uint8Array) => unknown;
}

/** An input that is refused in words: the one clear error. */
export function isRefusal(error: unknown): boolean {
  return (error instanceof UserError || error instanceof PoisonMessage) && error.message.length > 0;
}

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function textsOf(folder: string, most: number): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.jsonl?(?:\.gz)?$/.test(name));
  return names.slice(0, most).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  });
}

const samples = textsOf(root('samples/cloudtrail'), 20);
const policies = [...textsOf(root('samples/trust-policies'), 30), ...textsOf(root('../shared/trust-policies'), 60)];
const records: CloudTrailRecord[] = samples.flatMap((text, n) => [...readEvents(text, `sample ${n}`).records]);
// Where the collection of published records is there, some of each kind of call.
const kinds = new Map<string, number>();
for (const text of textsOf(root('../shared/records'), 10))
  for (const line of text.split('\n').slice(0, 4_000)) {
    if (line.length === 0 || line.length > 20_000) continue;
    for (const record of readEvents(line, 'published').records) {
      const kind = `${record.eventName} ${record.errorCode ?? ''}`;
      const many = kinds.get(kind) ?? 0;
      if (many >= 3 || allRecognised(record).length === 0) continue;
      kinds.set(kind, many + 1);
      records.push(record);
    }
  }

function one<T>(items: readonly T[], random: Random): T {
  const found = items[random.int(0, items.length - 1)];
  if (found === undefined) throw new Error('there are no inputs');
  return found;
}

const raw = (random: Random): string => JSON.stringify(one(records, random).raw);
const envelope = (random: Random): string => JSON.stringify(toEventBridgeEvent(one(records, random)));
const notification = JSON.stringify({
  Records: [
    {
      eventName: 'ObjectCreated:Put',
      s3: {
        bucket: { name: 'trail' },
        object: { key: 'AWSLogs/1/CloudTrail/us-east-1/2026/03/09/a+b%3D.json.gz', size: 9 },
      },
    },
  ],
});
const template = (random: Random): string => {
  const policy = one(policies, random);
  const document = /^\s*\{/.test(policy) ? policy : '{}';
  return random.chance(0.5)
    ? `{"AWSTemplateFormatVersion":"2010-09-09","Parameters":{"Account":{"Type":"String"}},"Conditions":{"C":{"Fn::Equals":[{"Ref":"Account"},"1"]}},"Resources":{"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":{"Fn::Sub":"r-\${Account}"},"AssumeRolePolicyDocument":${document}}}}}`
    : `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Account: {Type: String, AllowedValues: ['111122223333', '444455556666']}
Conditions:
  Open: !Equals [!Ref Account, '111122223333']
Resources:
  Role: &role
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {AWS: !If [Open, '*', !Sub 'arn:aws:iam::\${Account}:root']}
            Action: sts:AssumeRole
  Other: *role
`;
};
const plan = (random: Random): string =>
  JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.9.0',
    resource_changes: [
      {
        address: 'aws_iam_role.x',
        type: 'aws_iam_role',
        name: 'x',
        change: {
          actions: ['update'],
          before: { assume_role_policy: one(policies, random) },
          after: { name: 'x', assume_role_policy: one(policies, random) },
          after_unknown: { arn: true },
        },
      },
    ],
    planned_values: {
      root_module: {
        resources: [
          {
            address: 'aws_iam_role.x',
            type: 'aws_iam_role',
            name: 'x',
            values: { name: 'x', assume_role_policy: one(policies, random) },
          },
        ],
      },
    },
  });
const configuration = readFileSync(root('samples/trusttrail.config.json'), 'utf8');

const text = (input: string | Uint8Array): string =>
  typeof input === 'string' ? input : Buffer.from(input).toString('latin1');

/** Something is said of each problem, and no more than a sentence around what it quotes. */
function toldBriefly(problems: readonly { readonly message: string }[], input: string | Uint8Array): void {
  for (const { message } of problems)
    if (message.length === 0 || message.length > input.length * 2 + 2_000)
      throw new Error(`a problem that is told at length: ${message.slice(0, 200)}`);
}

export const entries: readonly Entry[] = [
  {
    name: 'records as text',
    share: 60,
    input: (random) =>
      mutatedJson(
        random.chance(0.5)
          ? raw(random)
          : random.chance(0.5)
            ? `{"Records":[${raw(random)},${raw(random)}]}`
            : `${raw(random)}\n${raw(random)}\n`,
        random,
      ),
    take: (input) => {
      const read = readEvents(text(input), 'input');
      toldBriefly(read.problems, input);
      for (const record of read.records) allRecognised(record);
    },
  },
  {
    name: 'messages of SQS around an event of EventBridge',
    share: 334,
    input: (random) => mutatedJson(envelope(random), random),
    take: (input) => readMessage(text(input)),
  },
  {
    name: 'notifications of S3',
    share: 180,
    input: (random) =>
      mutatedJson(
        random.chance(0.8) ? notification : JSON.stringify({ Type: 'Notification', Message: notification }),
        random,
      ),
    take: (input) => filesOf(text(input), 'trail'),
  },
  {
    name: 'events through the whole watch',
    share: 8,
    input: (random) => mutatedJson(envelope(random), random),
    // What can be read can be analysed: a record that breaks the watch would come again for ever.
    take: async (input) => {
      const record = readMessage(text(input));
      const watched = service();
      await watched.take([record]);
      await watched.store.close();
    },
  },
  {
    name: 'trust policies',
    share: 330,
    input: (random) => mutatedJson(one(policies, random), random),
    take: (input) => {
      const parsed = parseTrustPolicy(text(input));
      if (parsed.status === 'unreadable') toldBriefly([parsed.problem], input);
      if (parsed.status === 'meaningless') toldBriefly(parsed.problems, input);
    },
  },
  {
    name: 'two trust policies compared',
    share: 10,
    input: (random) =>
      `${mutatedJson(one(policies, random), random)}\u0001${mutatedJson(one(policies, random), random)}`,
    take: (input) => {
      const [old, now] = text(input)
        .split('\u0001')
        .map((part) => parseTrustPolicy(part));
      if (old?.status === 'read' && now?.status === 'read') compare(old.policy, now.policy);
    },
  },
  {
    name: 'the configuration',
    share: 40,
    input: (random) => mutatedJson(configuration, random),
    take: (input) => findConfiguration(fakeIo({ 'c.json': text(input) }), 'c.json'),
  },
  {
    name: 'files of the trail, packed',
    share: 8,
    input: (random) => {
      const content = gzipSync(mutatedJson(`{"Records":[${raw(random)}]}`, random), { level: 1 });
      return random.chance(0.7) ? mutatedBytes(content, random) : content;
    },
    take: async (input) => {
      const content = typeof input === 'string' ? Buffer.from(input) : input;
      const send = async () => ({ Body: { transformToByteArray: async () => content }, ContentLength: content.length });
      const file = { bucket: 'trail', key: 'input.json.gz', size: content.length };
      const { records, damage } = await watchedRecords({ send } as unknown as S3Client, file);
      toldBriefly(damage === undefined ? [] : [damage], input);
      // What comes out of a file goes where the messages of the rules go.
      if (records.some(({ derived }) => derived !== undefined)) throw new Error('a record without an id of its own');
    },
  },
  {
    name: 'templates of CloudFormation',
    share: 8,
    input: (random) => {
      const made = template(random);
      return made.startsWith('{') ? mutatedJson(made, random) : mutatedText(made, random);
    },
    take: (input) => policiesInFile(text(input), 'template', '111122223333'),
  },
  {
    name: 'plans of Terraform',
    share: 12,
    input: (random) => mutatedJson(plan(random), random),
    take: (input) => policiesInFile(text(input), 'plan.json', '111122223333'),
  },
  {
    name: 'lines of a batch of explain',
    share: 10,
    input: (random) =>
      mutatedJson(
        JSON.stringify({
          id: '1',
          event: one(records, random).raw,
          policy: one(policies, random),
          role: { Arn: 'arn:aws:iam::111122223333:role/deploy', MaxSessionDuration: 3600 },
        }),
        random,
      ),
    take: (input) => {
      let line: unknown;
      try {
        line = JSON.parse(text(input));
      } catch {
        return;
      }
      if (typeof line !== 'object' || line === null || Array.isArray(line)) return;
      answerLine(Object.fromEntries(Object.entries(line)), false);
    },
  },
];
