/** Does doctor say what is wrong, each thing that can be, and nothing where all is well? */
import { CloudFormationClient, ListStackInstancesCommand } from '@aws-sdk/client-cloudformation';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { type DeploymentReader, deploymentReader, type TrailFacts } from '../../src/adapters/deployment-facts.ts';
import { diagnose } from '../../src/cli/diagnosis.ts';
import { denialRuleState, eventPatterns } from '../../src/cloudtrail/event-patterns.ts';

const trail: TrailFacts = {
  name: 'organization',
  logging: { is: true },
  multiRegion: true,
  homeRegion: 'us-east-1',
  globalServices: true,
  selectors: { is: { basic: [{ management: true, readWrite: 'All', excluded: [] }], advanced: [] } },
};

const outputs = {
  Settings: JSON.stringify({
    wayIn: { kind: 'account', regions: ['eu-west-1'] },
    slack: [{ channel: 'slack', webhook: { secret: 'trusttrail/slack' } }],
    readerRole: 'trusttrail-reader',
    regions: ['us-east-1', 'eu-west-1'],
  }),
  TopicArn: 'arn:aws:sns:us-east-1:111122223333:findings',
  TableName: 'store',
  Queues: 'denials=https://sqs/denials',
  DeadLetterQueues: 'denials=https://sqs/denials-dead',
};
const organization = {
  ...outputs,
  Settings: JSON.stringify({
    wayIn: { kind: 'organization', managementAccount: '999999999999' },
    slack: [],
    readerRole: 'trusttrail-reader',
    regions: ['us-east-1', 'eu-west-1'],
  }),
};

/** A deployment in which all is well. */
const healthy: DeploymentReader = {
  identity: async () => ({ is: { account: '111122223333', partition: 'aws' } }),
  stack: async () => ({ is: { status: 'UPDATE_COMPLETE', outputs } }),
  trails: async () => ({ is: [trail] }),
  rule: async (_, name) => {
    const kind = name.replace('trusttrail-', '') as keyof typeof eventPatterns;
    return {
      is: {
        state: kind === 'denial' ? denialRuleState : 'ENABLED',
        pattern: JSON.parse(JSON.stringify(eventPatterns[kind])) as unknown,
        targets: ['arn:aws:sqs:us-east-1:111122223333:q'],
      },
    };
  },
  queue: async () => ({ is: { waiting: 0 } }),
  table: async () => ({ is: { status: 'ACTIVE', pointInTimeRecovery: true } }),
  pendingSubscriptions: async () => ({ is: [] }),
  stackInstances: async () => ({
    is: ['us-east-1', 'eu-west-1'].map((region) => ({ account: '444455556666', region, status: 'CURRENT' })),
  }),
  slackWebhook: async () => ({ is: 'works' }),
  slackToken: async () => ({ is: 'works' }),
};

async function wrongs(changes: Partial<DeploymentReader>, region?: string): Promise<readonly string[]> {
  const found = await diagnose(
    { ...healthy, ...changes },
    { stack: 'Trusttrail', ...(region === undefined ? {} : { region }) },
  );
  for (const { state, remedy } of found) expect(remedy === undefined).toBe(state === 'well');
  return found
    .filter(({ state }) => state !== 'well')
    .map(({ state, about, message }) => `${state}: ${about}: ${message}`);
}

const trailWith = (changes: Partial<TrailFacts>): Partial<DeploymentReader> => ({
  trails: async () => ({ is: [{ ...trail, ...changes }] }),
});
const selectors = (readWrite: string, management = true): TrailFacts['selectors'] => ({
  is: { basic: [{ management, readWrite, excluded: [] }], advanced: [] },
});
const field = (name: string, equals: readonly string[], notEquals: readonly string[] = []) => ({
  field: name,
  equals,
  notEquals,
});
const advanced = (...fields: ReturnType<typeof field>[]): TrailFacts['selectors'] => ({
  is: { basic: [], advanced: [fields] },
});
const ruleIn = (state: string, changes: object = {}): Partial<DeploymentReader> => ({
  rule: async (region, name, bus) => {
    const told = await healthy.rule(region, name, bus);
    return name === 'trusttrail-denial' && 'is' in told ? { is: { ...told.is, state, ...changes } } : told;
  },
});
const inOrganization: Partial<DeploymentReader> = {
  stack: async () => ({ is: { status: 'CREATE_COMPLETE', outputs: organization } }),
};

test('says nothing where all is well', async () => {
  expect(await wrongs({})).toEqual([]);
});

describe('says what is wrong', () => {
  test.for<readonly [string, Partial<DeploymentReader>, RegExp]>([
    ['no credentials', { identity: async () => ({ unknown: 'CredentialsProviderError: none' }) }, /wrong: credentials/],
    ['no stack', { stack: async () => ({ absent: true }) }, /wrong: .*no stack `Trusttrail` in us-east-1/],
    [
      'a deployment that failed',
      { stack: async () => ({ is: { status: 'UPDATE_ROLLBACK_COMPLETE', outputs } }) },
      /ended in UPDATE_ROLLBACK_COMPLETE/,
    ],
    ['no trail', { trails: async () => ({ is: [] }) }, /wrong: trail in us-east-1: there is no trail/],
    ['a trail that is off', trailWith({ logging: { is: false } }), /switched off/],
    [
      'a trail of write-only management events',
      trailWith({ selectors: selectors('WriteOnly') }),
      /write-only management events: AssumeRole/,
    ],
    [
      'the same by advanced selectors',
      trailWith({ selectors: advanced(field('eventCategory', ['Management']), field('readOnly', ['false'])) }),
      /AssumeRole, which only reads, never arrives/,
    ],
    [
      'a trail that leaves STS out',
      trailWith({
        selectors: advanced(field('eventCategory', ['Management']), field('eventSource', [], ['sts.amazonaws.com'])),
      }),
      /without STS/,
    ],
    [
      'a trail of data events alone',
      trailWith({ selectors: advanced(field('eventCategory', ['Data'])) }),
      /no management events/,
    ],
    [
      'a trail of reading alone',
      trailWith({ selectors: selectors('ReadOnly') }),
      /no change of a trust policy arrives/,
    ],
    ['a trail without management events', trailWith({ selectors: selectors('All', false) }), /no management events/],
    [
      'a trail of one region',
      trailWith({ multiRegion: false }),
      /trail in eu-west-1: `organization` records us-east-1 alone/,
    ],
    ['a trail without IAM', trailWith({ globalServices: false }), /leaves out global services/],
    ['a trail that cannot write', trailWith({ deliveryError: 'AccessDenied' }), /cannot write its files: AccessDenied/],
    [
      'a rule that is merely ENABLED',
      ruleIn('ENABLED'),
      /AssumeRole is a read-only event, which such a rule never sees/,
    ],
    ['a rule that is off', ruleIn('DISABLED'), /switched off/],
    ['an old pattern', ruleIn(denialRuleState, { pattern: { source: ['aws.sts'] } }), /not that of this version/],
    ['a rule to nowhere', ruleIn(denialRuleState, { targets: [] }), /no target/],
    ['a rule that is missing', { rule: async () => ({ absent: true }) }, /the rule is not there/],
    [
      'dead letters',
      { queue: async (_, url) => ({ is: { waiting: url.includes('dead') ? 3 : 0 } }) },
      /dead letters of denials: 3 records were put aside/,
    ],
    [
      'a backlog',
      { queue: async (_, url) => ({ is: { waiting: url.includes('dead') ? 0 : 50_000 } }) },
      /50000 records wait/,
    ],
    ['no table', { table: async () => ({ absent: true }) }, /the table is not there/],
    [
      'no recovery',
      { table: async () => ({ is: { status: 'ACTIVE', pointInTimeRecovery: false } }) },
      /point-in-time recovery is switched off/,
    ],
    [
      'a mailbox that never agreed',
      { pendingSubscriptions: async () => ({ is: ['a@example.com'] }) },
      /a@example.com never confirmed/,
    ],
    [
      'a webhook that is gone',
      { slackWebhook: async () => ({ is: { refused: 'no_service' } }) },
      /Slack refuses the webhook: no_service/,
    ],
    ['no secret', { slackWebhook: async () => ({ absent: true }) }, /the secret `trusttrail\/slack` is not there/],
    [
      'no StackSet',
      { ...inOrganization, stackInstances: async () => ({ absent: true }) },
      /no account forwards its events/,
    ],
    [
      'an account that was not reached',
      {
        ...inOrganization,
        stackInstances: async () => ({
          is: [{ account: '444455556666', region: 'us-east-1', status: 'INOPERABLE', reason: 'the role exists' }],
        }),
      },
      /forwarder is INOPERABLE: the role exists; without it the reader role `trusttrail-reader` may be missing/,
    ],
    [
      'an account without the reader role',
      {
        ...inOrganization,
        stackInstances: async () => ({ is: [{ account: '444455556666', region: 'eu-west-1', status: 'CURRENT' }] }),
      },
      /account 444455556666 in us-east-1: there is no forwarder, and no reader role/,
    ],
  ])('%s', async ([, changes, said]) => {
    const found = await wrongs(changes);
    expect(found.filter((line) => line.startsWith('wrong')).join('\n')).toMatch(said);
  });

  test('the wrong region', async () => {
    expect(await wrongs({}, 'eu-west-1')).toContainEqual(
      expect.stringMatching(/IAM’s events arrive in us-east-1 alone/),
    );
  });
});

test('what it may not read it does not call wrong', async () => {
  const denied = async (): Promise<{ unknown: string }> => ({ unknown: 'AccessDenied: not authorized' });
  const found = await wrongs({
    trails: denied,
    rule: denied,
    queue: denied,
    table: denied,
    pendingSubscriptions: denied,
    slackWebhook: denied,
  });
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter((line) => !line.startsWith('unknown'))).toEqual([]);
});

test('the management account is out of the reach of a StackSet, and it says so', async () => {
  expect(await wrongs(inOrganization)).toEqual([expect.stringMatching(/^unknown: management account 999999999999/)]);
});

test('the StackSet is asked for as the account that manages it', async () => {
  const cloudFormation = mockClient(CloudFormationClient);
  // AWS knows a StackSet of a delegated administrator only when it is asked for as one.
  cloudFormation
    .on(ListStackInstancesCommand)
    .rejects(Object.assign(new Error('not found'), { name: 'StackSetNotFoundException' }))
    .on(ListStackInstancesCommand, { CallAs: 'DELEGATED_ADMIN' })
    .resolves({ Summaries: [{ Account: '444455556666', Region: 'us-east-1', Status: 'CURRENT' }] });
  const { stackInstances } = deploymentReader({ fetch });
  expect(await stackInstances('us-east-1', 'trusttrail-forwarders', 'DELEGATED_ADMIN')).toMatchObject({
    is: [{ account: '444455556666' }],
  });
  const asked: string[] = [];
  const noted = (own: string) =>
    diagnose(
      {
        ...healthy,
        ...inOrganization,
        identity: async () => ({ is: { account: own, partition: 'aws' } }),
        stackInstances: async (_, __, callAs) => {
          asked.push(callAs);
          return { is: [] };
        },
      },
      { stack: 'Trusttrail' },
    );
  const abouts = [await noted('111122223333'), await noted('999999999999')].map((found) =>
    found.some(({ about }) => about.startsWith('management account')),
  );
  expect(asked).toEqual(['DELEGATED_ADMIN', 'SELF']);
  expect(abouts).toEqual([true, false]);
});

test('where the bucket is the way in, the accounts are asked for the reader role alone', async () => {
  const settings = {
    wayIn: { kind: 'trail-bucket', readerRoles: { managementAccount: '999999999999' } },
    slack: [],
    readerRole: 'trusttrail-reader',
    regions: [],
  };
  const stack = async () => ({
    is: { status: 'UPDATE_COMPLETE', outputs: { ...outputs, Settings: JSON.stringify(settings) } },
  });
  const instances = (region: string) => async () => ({ is: [{ account: '444455556666', region, status: 'CURRENT' }] });
  expect(await wrongs({ stack, stackInstances: instances('us-east-1') })).toEqual([
    expect.stringMatching(/^unknown: management account/),
  ]);
  expect(await wrongs({ stack, stackInstances: instances('eu-west-1') })).toContainEqual(
    'wrong: account 444455556666 in us-east-1: there is no reader role `trusttrail-reader`',
  );
});

describe('a webhook is tried with a message that nobody gets to see', () => {
  test.for([
    ['no_text', 'works'],
    ['invalid_payload', 'works'],
    ['no_service', { refused: 'no_service' }],
    ['', { refused: 'status 400' }],
  ] as const)('%s', async ([answer, expected]) => {
    mockClient(SecretsManagerClient)
      .on(GetSecretValueCommand)
      .resolves({ SecretString: 'https://hooks.slack.com/services/x' });
    const sent: string[] = [];
    const reader = deploymentReader({
      fetch: async (_, init) => {
        sent.push(String(init?.body));
        return new Response(answer, { status: 400 });
      },
    });
    expect(await reader.slackWebhook('us-east-1', { secret: 'x' })).toEqual({ is: expected });
    expect(sent).toEqual(['{}']);
  });
});
