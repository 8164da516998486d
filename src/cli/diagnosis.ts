/** What is wrong with a live deployment, in plain words, and what mends it? Decided on facts alone. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { DeploymentReader, RuleFacts, Told, TrailFacts } from '../adapters/deployment-facts.ts';
import { denialRuleState, eventPatterns, iamEventRegion, type RuleName } from '../cloudtrail/event-patterns.ts';
import { slackChannel } from '../configuration/slack-channel.ts';

/** One thing that was looked at. */
export interface Diagnosis {
  readonly state: 'well' | 'wrong' | 'unknown';
  /** What was looked at: `trail in us-east-1`, `rule trusttrail-denial in eu-west-1`. */
  readonly about: string;
  readonly message: string;
  /** What to do; only where something is wrong or unknown. */
  readonly remedy?: string;
}

export interface DoctorOptions {
  readonly stack: string;
  /** Where the hub is looked for; the region of IAM's events where it is left out. */
  readonly region?: string;
}

const deployed = z.object({
  wayIn: z.looseObject({
    kind: z.enum(['account', 'organization', 'trail-bucket']),
    managementAccount: z.string().optional(),
    readerRoles: z.looseObject({ managementAccount: z.string() }).optional(),
  }),
  slack: z.array(slackChannel),
  readerRole: z.string(),
  regions: z.array(z.string()),
});

const iamRules: readonly RuleName[] = ['trust-change', 'caller-side-change'];

/** @returns everything that was looked at, in the order in which an event passes it. */
export async function diagnose(reader: DeploymentReader, options: DoctorOptions): Promise<readonly Diagnosis[]> {
  const identity = await reader.identity(options.region);
  if (!('is' in identity))
    return [
      wrong(
        'credentials',
        `AWS does not know who asks: ${'unknown' in identity ? identity.unknown : 'no answer'}`,
        'log in with credentials that may read the hub’s account, and run it again',
      ),
    ];
  const { account, partition } = identity.is;
  const iamRegion = iamEventRegion(partition) ?? 'us-east-1';
  const region = options.region ?? iamRegion;
  const stack = await reader.stack(region, options.stack);
  const about = `stack ${options.stack} in ${region}`;
  if ('absent' in stack)
    return [
      wrong(
        about,
        `there is no stack \`${options.stack}\` in ${region} of account ${account}`,
        `deploy it with \`npx cdk deploy\`; where it is in another region or account, give \`--region\`, or that account’s credentials. IAM’s events arrive in ${iamRegion} alone`,
      ),
    ];
  if ('unknown' in stack) return [unknown(about, stack.unknown, 'allow `cloudformation:DescribeStacks`')];
  const found: Diagnosis[] = [
    /^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/.test(stack.is.status)
      ? well(about, `deployed in account ${account}`)
      : wrong(
          about,
          `its last deployment ended in ${stack.is.status}`,
          'look at the stack’s events in the CloudFormation console, and deploy again',
        ),
  ];
  const settings = deployed.safeParse(parsed(stack.is.outputs['Settings']));
  if (!settings.success)
    return [...found, wrong(about, 'it does not say what it was deployed with', 'deploy it again with this version')];
  const { wayIn, regions, slack } = settings.data;
  if (wayIn.kind === 'account' && region !== iamRegion)
    found.push(
      wrong(
        about,
        `the hub is in ${region}, and IAM’s events arrive in ${iamRegion} alone: it sees no change of a trust policy`,
        `deploy it in ${iamRegion}`,
      ),
    );
  if (wayIn.kind !== 'trail-bucket') {
    found.push(...(await trailDiagnoses(reader, regions, iamRegion)));
    found.push(...(await ruleDiagnoses(reader, wayIn.kind, regions, region, iamRegion, account)));
  }
  const { readerRole } = settings.data;
  if (wayIn.kind === 'organization') {
    const members = { account, readerRole, management: wayIn.managementAccount, forwards: true };
    found.push(...(await memberDiagnoses(reader, region, regions, members)));
  } else if (wayIn.readerRoles !== undefined) {
    const members = { account, readerRole, management: wayIn.readerRoles.managementAccount, forwards: false };
    found.push(...(await memberDiagnoses(reader, region, [iamRegion], members)));
  }
  found.push(...(await queueDiagnoses(reader, region, stack.is.outputs)));
  found.push(...(await tableDiagnoses(reader, region, stack.is.outputs)));
  found.push(...(await topicDiagnoses(reader, region, stack.is.outputs)));
  for (const channel of slack) found.push(await slackDiagnosis(reader, region, channel));
  return found;
}

/** Why a trail does not deliver what is needed; empty: it does. `undefined`: it could not be seen. */
function trailShortcomings(trail: TrailFacts, region: string, iamRegion: string): readonly string[] | undefined {
  if ('unknown' in trail.logging || 'unknown' in trail.selectors) return undefined;
  const short: string[] = [];
  if ('is' in trail.logging && !trail.logging.is) short.push(`\`${trail.name}\` is there, but logging is switched off`);
  if (!trail.multiRegion && trail.homeRegion !== region)
    short.push(`\`${trail.name}\` records ${trail.homeRegion} alone`);
  if (region === iamRegion && !trail.globalServices)
    short.push(`\`${trail.name}\` leaves out global services, and so IAM`);
  if ('is' in trail.selectors) short.push(...selectorShortcomings(trail.name, trail.selectors.is));
  return short;
}

function selectorShortcomings(
  name: string,
  { basic, advanced }: Extract<TrailFacts['selectors'], { is: unknown }>['is'],
): readonly string[] {
  const management = advanced.filter((fields) =>
    fields.some(({ field, equals }) => field === 'eventCategory' && equals.includes('Management')),
  );
  if (advanced.length > 0) {
    if (management.length === 0) return [`\`${name}\` records no management events`];
    const whole = management.some((fields) =>
      fields.every(({ field, equals, notEquals }) => {
        if (field === 'readOnly') return !equals.includes('false');
        if (field === 'eventSource') return !notEquals.some((source) => /^(?:sts|iam)\.amazonaws\.com$/.test(source));
        return true;
      }),
    );
    return whole
      ? []
      : [
          `\`${name}\` records only some management events (write-only, or without STS): AssumeRole, which only reads, never arrives`,
        ];
  }
  const kept = basic.filter((selector) => selector.management);
  if (kept.length === 0) return [`\`${name}\` records no management events`];
  return kept.some(({ readWrite }) => readWrite === 'All' || readWrite === 'ReadOnly')
    ? kept.some(({ readWrite }) => readWrite === 'All' || readWrite === 'WriteOnly')
      ? []
      : [`\`${name}\` records read-only management events alone: no change of a trust policy arrives`]
    : [`\`${name}\` records write-only management events: AssumeRole, which only reads, never arrives`];
}

async function trailDiagnoses(
  reader: DeploymentReader,
  regions: readonly string[],
  iamRegion: string,
): Promise<readonly Diagnosis[]> {
  return Promise.all(
    regions.map(async (region) => {
      const about = `trail in ${region}`;
      const remedy =
        'CloudTrail hands events to EventBridge only where a trail with logging on records them: create one for all regions, with read and write management events';
      const trails = await reader.trails(region);
      if (!('is' in trails))
        return unknown(
          about,
          'unknown' in trails ? trails.unknown : 'no answer',
          'allow `cloudtrail:DescribeTrails`, `GetTrailStatus` and `GetEventSelectors`',
        );
      if (trails.is.length === 0) return wrong(about, 'there is no trail: no event arrives', remedy);
      const judged = trails.is.map((trail) => ({ trail, short: trailShortcomings(trail, region, iamRegion) }));
      const good = judged.find(({ short }) => short?.length === 0);
      if (good !== undefined)
        return good.trail.deliveryError === undefined
          ? well(about, `\`${good.trail.name}\` records read and write management events`)
          : wrong(
              about,
              `\`${good.trail.name}\` cannot write its files: ${good.trail.deliveryError}`,
              'mend the policy of its bucket or key',
            );
      if (judged.some(({ short }) => short === undefined))
        return unknown(
          about,
          'a trail of the organization is there that this account may not look into',
          'look at its event selectors in the management account: read and write management events',
        );
      return wrong(about, judged.flatMap(({ short }) => short ?? []).join('; '), remedy);
    }),
  );
}

async function ruleDiagnoses(
  reader: DeploymentReader,
  kind: 'account' | 'organization',
  regions: readonly string[],
  hubRegion: string,
  iamRegion: string,
  account: string,
): Promise<readonly Diagnosis[]> {
  const places: { region: string; rule: RuleName; bus?: string }[] = [];
  for (const region of regions)
    for (const rule of Object.keys(eventPatterns) as RuleName[])
      if (region === iamRegion || !iamRules.includes(rule)) places.push({ region, rule });
  if (kind === 'organization' || regions.length > 1)
    for (const rule of Object.keys(eventPatterns) as RuleName[])
      places.push({ region: hubRegion, rule, bus: 'trusttrail-hub' });
  return Promise.all(
    places.map(async ({ region, rule, bus }) => {
      const name = `trusttrail-${rule}`;
      const about = `rule ${name}${bus === undefined ? '' : ` on ${bus}`} in ${region}`;
      return ruleDiagnosis(about, rule, await reader.rule(region, name, bus), `in account ${account}`);
    }),
  );
}

function ruleDiagnosis(about: string, kind: RuleName, told: Told<RuleFacts>, where: string): Diagnosis {
  if ('absent' in told)
    return wrong(about, `the rule is not there ${where}`, 'deploy all stacks: `npx cdk deploy --all`');
  if ('unknown' in told)
    return unknown(about, told.unknown, 'allow `events:DescribeRule` and `events:ListTargetsByRule`');
  const { state, pattern, targets } = told.is;
  if (state === 'DISABLED')
    return wrong(about, 'the rule is switched off', 'deploy the stack again, or enable the rule');
  if (kind === 'denial' && state !== denialRuleState)
    return wrong(
      about,
      `the rule is in state ${state}: AssumeRole is a read-only event, which such a rule never sees`,
      `its state has to be ${denialRuleState}: deploy the stack again`,
    );
  if (!isDeepStrictEqual(pattern, JSON.parse(JSON.stringify(eventPatterns[kind]))))
    return wrong(about, 'its pattern is not that of this version', 'deploy the stack again');
  if (targets.length === 0) return wrong(about, 'the rule has no target', 'deploy the stack again');
  return well(about, `${state}, to ${targets.join(', ')}`);
}

async function memberDiagnoses(
  reader: DeploymentReader,
  region: string,
  regions: readonly string[],
  {
    account: own,
    management,
    readerRole,
    forwards,
  }: {
    /** Of the hub. */
    readonly account: string;
    readonly management: string | undefined;
    readonly readerRole: string;
    readonly forwards: boolean;
  },
): Promise<readonly Diagnosis[]> {
  const about = 'accounts of the organization';
  const callAs = own === management ? 'SELF' : 'DELEGATED_ADMIN';
  const told = await reader.stackInstances(region, 'trusttrail-forwarders', callAs);
  // A hub that is in the management account has its rules there, which were looked at already.
  const managed =
    management === undefined || own === management
      ? []
      : [
          unknown(
            `management account ${management}`,
            'a StackSet leaves it out, and these credentials do not reach it',
            'run `trusttrail doctor --region REGION` for the rules with its credentials, or look for the stacks Trusttrail-Management-*',
          ),
        ];
  if ('absent' in told)
    return [
      wrong(
        about,
        `there is no StackSet \`trusttrail-forwarders\`: ${forwards ? 'no account forwards its events' : 'no account lets its roles be read'}`,
        'deploy the stack Trusttrail-Organization',
      ),
      ...managed,
    ];
  if ('unknown' in told) return [unknown(about, told.unknown, 'allow `cloudformation:ListStackInstances`'), ...managed];
  const iam = regions[0] ?? region;
  const accounts = new Set(told.is.map(({ account }) => account));
  const bad = told.is.filter(({ status }) => status !== 'CURRENT');
  const missing = [...accounts].flatMap((account) =>
    regions
      .filter((one) => !told.is.some((instance) => instance.account === account && instance.region === one))
      .map((one) => ({ account, region: one })),
  );
  return [
    ...(accounts.size === 0
      ? [wrong(about, 'the StackSet has reached no account', 'look at its operations in the CloudFormation console')]
      : []),
    ...bad.map(({ account, region: where, status, reason }) =>
      wrong(
        `account ${account} in ${where}`,
        `${forwards ? 'the forwarder' : 'the stack'} is ${status}${reason === undefined ? '' : `: ${reason}`}${where === iam ? `; without it the reader role \`${readerRole}\` may be missing there` : ''}`,
        'mend what it says, and retry the operation of the StackSet',
      ),
    ),
    ...missing.map(({ account, region: where }) =>
      wrong(
        `account ${account} in ${where}`,
        !forwards
          ? `there is no reader role \`${readerRole}\``
          : `there is no forwarder${where === iam ? `, and no reader role \`${readerRole}\`` : ': its denials in that region are not seen'}`,
        'deploy the stack Trusttrail-Organization again',
      ),
    ),
    ...(accounts.size > 0 && bad.length === 0 && missing.length === 0
      ? [
          well(
            about,
            forwards
              ? `${accounts.size} accounts forward from ${regions.join(', ')}, with the reader role in each`
              : `${accounts.size} accounts have the reader role`,
          ),
        ]
      : []),
    ...managed,
  ];
}

async function queueDiagnoses(
  reader: DeploymentReader,
  region: string,
  outputs: Readonly<Record<string, string>>,
): Promise<readonly Diagnosis[]> {
  const lists = [
    ...named(outputs['DeadLetterQueues']).map((one) => ({ ...one, dead: true })),
    ...named(outputs['Queues']).map((one) => ({ ...one, dead: false })),
  ];
  return Promise.all(
    lists.map(async ({ name, value, dead }) => {
      const about = `${dead ? 'dead letters' : 'queue'} of ${name}`;
      const told = await reader.queue(region, value);
      if ('absent' in told) return wrong(about, 'the queue is not there', 'deploy the stack again');
      if ('unknown' in told) return unknown(about, told.unknown, 'allow `sqs:GetQueueAttributes`');
      const { waiting } = told.is;
      if (dead && waiting > 0)
        return wrong(
          about,
          `${waiting} records were put aside and are not analysed`,
          'the runbook, "Dead letters", says how to see why, and how to bring them back',
        );
      if (!dead && waiting > 10_000) return wrong(about, `${waiting} records wait`, 'the runbook, "Records come late"');
      return well(about, dead ? 'none' : `${waiting} waiting`);
    }),
  );
}

async function tableDiagnoses(
  reader: DeploymentReader,
  region: string,
  outputs: Readonly<Record<string, string>>,
): Promise<readonly Diagnosis[]> {
  const name = outputs['TableName'];
  if (name === undefined) return [];
  const about = `table ${name}`;
  const told = await reader.table(region, name);
  if ('absent' in told)
    return [wrong(about, 'the table is not there: nothing can be analysed', 'restore it, or deploy the stack again')];
  if ('unknown' in told)
    return [unknown(about, told.unknown, 'allow `dynamodb:DescribeTable` and `DescribeContinuousBackups`')];
  if (told.is.status !== 'ACTIVE')
    return [wrong(about, `the table is ${told.is.status}`, 'wait, or look at it in the DynamoDB console')];
  return [
    told.is.pointInTimeRecovery
      ? well(about, 'active, with point-in-time recovery')
      : wrong(about, 'point-in-time recovery is switched off', 'deploy the stack again'),
  ];
}

async function topicDiagnoses(
  reader: DeploymentReader,
  region: string,
  outputs: Readonly<Record<string, string>>,
): Promise<readonly Diagnosis[]> {
  const topic = outputs['TopicArn'];
  if (topic === undefined) return [];
  const told = await reader.pendingSubscriptions(region, topic);
  if ('absent' in told) return [wrong('topic of findings', 'the topic is not there', 'deploy the stack again')];
  if ('unknown' in told) return [unknown('topic of findings', told.unknown, 'allow `sns:ListSubscriptionsByTopic`')];
  return told.is.length === 0
    ? [well('topic of findings', 'no subscription waits to be confirmed')]
    : told.is.map((endpoint) =>
        wrong(
          'topic of findings',
          `${endpoint} never confirmed its subscription and gets nothing`,
          'follow the link in the mail from AWS, or subscribe it again',
        ),
      );
}

async function slackDiagnosis(
  reader: DeploymentReader,
  region: string,
  channel: z.output<typeof slackChannel>,
): Promise<Diagnosis> {
  const about = `Slack channel ${channel.channel}`;
  const place = 'webhook' in channel ? channel.webhook : channel.token;
  const name = 'secret' in place ? place.secret : place.parameter;
  const told = 'webhook' in channel ? await reader.slackWebhook(region, place) : await reader.slackToken(region, place);
  if ('absent' in told)
    return wrong(about, `the secret \`${name}\` is not there`, 'create it, as the deployment guide says');
  if ('unknown' in told) return unknown(about, told.unknown, `allow reading the secret \`${name}\`, to test it`);
  if (told.is === 'works') return well(about, 'webhook' in channel ? 'the webhook answers' : 'the token is valid');
  if ('unreachable' in told.is)
    return unknown(
      about,
      `Slack cannot be reached from here: ${told.is.unreachable}`,
      'try from a place with a way to Slack',
    );
  return wrong(
    about,
    `Slack refuses the ${'webhook' in channel ? 'webhook' : 'token'}: ${told.is.refused}`,
    `make a new one in Slack, and put it into \`${name}\`; it is used within five minutes`,
  );
}

/** `name=value,name=value`, as the stack's outputs have it. */
function named(text: string | undefined): readonly { readonly name: string; readonly value: string }[] {
  return (text ?? '').split(',').flatMap((part) => {
    const at = part.indexOf('=');
    return at < 1 ? [] : [{ name: part.slice(0, at), value: part.slice(at + 1) }];
  });
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

function well(about: string, message: string): Diagnosis {
  return { state: 'well', about, message };
}

function wrong(about: string, message: string, remedy: string): Diagnosis {
  return { state: 'wrong', about, message, remedy };
}

function unknown(about: string, message: string, remedy: string): Diagnosis {
  return { state: 'unknown', about, message, remedy };
}
