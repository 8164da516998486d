/** Athena at the SDK's edge: one pruned query, every page of its answer, records as a trail's file has them. */
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AthenaOptions, athenaDdl, athenaLogsSource, athenaQuery } from '../../src/adapters/athena.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import type { RecordBatch } from '../../src/ports/record-source.ts';
import { deniedCall, iamCall } from '../cloudtrail/records.ts';

const athena = mockClient(AthenaClient);
const place = { database: 'logs', table: 'trail' };

beforeEach(() => {
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q' });
  athena.on(GetQueryExecutionCommand).resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
});

async function read(options: AthenaOptions = {}, signal?: AbortSignal): Promise<readonly RecordBatch[]> {
  const client = new AthenaClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const batches: RecordBatch[] = [];
  const source = athenaLogsSource(place, { client, patience: 1, ...options });
  for await (const batch of source.read(signal === undefined ? {} : { signal })) batches.push(batch);
  return batches;
}

type Json = Readonly<Record<string, unknown>>;

/** The columns that the query asks for, in its order. */
function columns(): readonly string[] {
  const selected = /SELECT ([\s\S]*?)\nFROM/.exec(athenaQuery(place))?.[1] ?? '';
  return selected.split(',\n').map((column) => / AS (\w+)$/.exec(column)?.[1] ?? column.trim());
}

/** What Athena answers for a record of the file: the value of each column as text. */
function rowOf(record: Json) {
  const identity = record['userIdentity'] as Json;
  const context = (identity['sessionContext'] ?? {}) as {
    readonly sessionIssuer?: Json;
    readonly attributes?: Json;
    readonly sourceIdentity?: string;
  };
  const text = (value: unknown) =>
    value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  const nested: Readonly<Record<string, unknown>> = {
    resourcearns:
      record['resources'] === undefined ? undefined : (record['resources'] as readonly Json[]).map((one) => one['ARN']),
    identitytype: identity['type'],
    identityid: identity['principalId'],
    identityarn: identity['arn'],
    identityaccount: identity['accountId'],
    identityname: identity['userName'],
    identityinvokedby: identity['invokedBy'],
    identitykey: identity['accessKeyId'],
    issuertype: context.sessionIssuer?.['type'],
    issuerid: context.sessionIssuer?.['principalId'],
    issuerarn: context.sessionIssuer?.['arn'],
    issueraccount: context.sessionIssuer?.['accountId'],
    issuername: context.sessionIssuer?.['userName'],
    mfa: context.attributes?.['mfaAuthenticated'],
    sessionsince: context.attributes?.['creationDate'],
    sourceidentity: context.sourceIdentity,
    identityprovider: identity['identityProvider'],
  };
  const plain = new Map(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
  return { Data: columns().map((name) => ({ VarCharValue: text(name in nested ? nested[name] : plain.get(name)) })) };
}

const header = () => ({ Data: columns().map((VarCharValue) => ({ VarCharValue })) });

describe('the query', () => {
  test('prunes the partitions by the dates and the account, and asks for nothing but what matters', () => {
    const query = athenaQuery(place, {
      since: Date.parse('2026-03-01T10:00:00Z'),
      until: Date.parse('2026-03-31T23:59:59Z'),
      account: '111122223333',
    });
    expect(query).toContain(`FROM "logs"."trail"`);
    expect(query).toContain(`day >= '2026/03/01'`);
    // An event of the last day may be delivered on the next.
    expect(query).toContain(`day <= '2026/04/01'`);
    expect(query).toContain(`eventtime >= '2026-03-01T10:00:00Z'`);
    expect(query).toContain(`account = '111122223333'`);
    expect(query).toMatch(/eventname IN \('UpdateAssumeRolePolicy', 'CreateRole'/);
    expect(query).toMatch(/AND \(errorcode IS NOT NULL OR errormessage IS NOT NULL\)/);
    expect(athenaQuery(place)).not.toContain('day');
  });

  test('is run in the workgroup, with the place for results', async () => {
    athena.on(GetQueryResultsCommand).resolves({ ResultSet: { Rows: [header()] } });
    await read({ athenaWorkgroup: 'audit', athenaOutput: 's3://results/' });
    expect(athena.commandCalls(StartQueryExecutionCommand)).toHaveLength(1);
    expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toMatchObject({
      WorkGroup: 'audit',
      ResultConfiguration: { OutputLocation: 's3://results/' },
      QueryExecutionContext: { Database: 'logs' },
    });
  });
});

describe('the answer', () => {
  const records = [
    deniedCall({ eventID: 'a', resources: [{ ARN: 'arn:aws:iam::111122223333:role/x' }] }),
    iamCall(
      'UpdateAssumeRolePolicy',
      { roleName: 'x', policyDocument: '{"Version": "2012-10-17", "Statement": []}' },
      { eventID: 'b' },
    ),
    iamCall(
      'CreateRole',
      { roleName: 'y', assumeRolePolicyDocument: '{}' },
      {
        eventID: 'c',
        responseElements: { role: { arn: 'arn:aws:iam::111122223333:role/p/y', roleId: 'AROAX' } },
        userIdentity: {
          type: 'AssumedRole',
          principalId: 'AROA:s',
          arn: 'arn:aws:sts::111122223333:assumed-role/admin/s',
          accountId: '111122223333',
          sessionContext: {
            sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/admin', accountId: '111122223333' },
            attributes: { mfaAuthenticated: 'true' },
          },
        },
      },
    ),
    deniedCall({
      eventID: 'd',
      requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/x', roleSessionName: 's' },
      userIdentity: {
        type: 'AssumedRole',
        principalId: 'AROA:s',
        arn: 'arn:aws:sts::444455556666:assumed-role/ci/s',
        accountId: '444455556666',
        accessKeyId: 'ASIAEXAMPLE',
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::444455556666:role/ci', accountId: '444455556666' },
          attributes: { creationDate: '2026-03-09T13:00:00Z', mfaAuthenticated: 'false' },
          sourceIdentity: 'ana',
        },
      },
    }),
    deniedCall({
      eventID: 'e',
      eventName: 'AssumeRoleWithWebIdentity',
      userIdentity: {
        type: 'WebIdentityUser',
        userName: 'repo:x/y:ref:refs/heads/main',
        identityProvider: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
      },
    }),
  ];

  test('gives the records as the file has them, page by page', async () => {
    athena
      .on(GetQueryResultsCommand)
      .resolvesOnce({ ResultSet: { Rows: [header(), ...records.slice(0, 2).map(rowOf)] }, NextToken: 'p2' })
      .resolvesOnce({ ResultSet: { Rows: records.slice(2).map(rowOf) } });
    const batches = await read();
    const found = batches.flatMap((batch) => batch.records);
    const expected = readEventValue(JSON.parse(JSON.stringify(records)), 'file').records;
    const known = ({ raw: _, ...record }: (typeof expected)[number]) => record;
    expect(found.map(known)).toEqual(expected.map(known));
    // What is read of it later: since when a session is there, say.
    expect(found.map(({ raw }) => raw['userIdentity'])).toEqual(expected.map(({ raw }) => raw['userIdentity']));
    expect(batches.map(({ looked }) => looked)).toEqual([2, 3]);
    expect(athena.commandCalls(GetQueryResultsCommand).map((call) => call.args[0].input.NextToken)).toEqual([
      undefined,
      'p2',
    ]);
  });

  test('is waited for', async () => {
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce({ QueryExecution: { Status: { State: 'QUEUED' } } })
      .resolvesOnce({ QueryExecution: { Status: { State: 'RUNNING' } } })
      .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
    athena.on(GetQueryResultsCommand).resolves({ ResultSet: { Rows: [header()] } });
    await read();
    expect(athena.commandCalls(GetQueryExecutionCommand)).toHaveLength(3);
  });
});

describe('what goes wrong', () => {
  test('a query that fails is told in Athena’s own words', async () => {
    athena.on(GetQueryExecutionCommand).resolves({
      QueryExecution: { Status: { State: 'FAILED', StateChangeReason: 'COLUMN_NOT_FOUND: line 1:8' } },
    });
    expect((await read()).flatMap(({ problems }) => problems)).toMatchObject([
      {
        place: 'athena:logs.trail',
        message: 'COLUMN_NOT_FOUND: line 1:8 – trusttrail athena-ddl prints the table that is asked',
      },
    ]);
  });

  test('an interrupt stops the query, which costs by what it reads', async () => {
    const controller = new AbortController();
    athena.on(GetQueryExecutionCommand).callsFake(() => {
      controller.abort();
      return { QueryExecution: { Status: { State: 'RUNNING' } } };
    });
    expect(await read({}, controller.signal)).toEqual([]);
    expect(athena.commandCalls(StopQueryExecutionCommand)).toHaveLength(1);
  });

  test('no place for results is told with what to do', async () => {
    athena
      .on(StartQueryExecutionCommand)
      .rejects(Object.assign(new Error('No output location provided.'), { name: 'InvalidRequestException' }));
    expect((await read()).flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual([
      'the workgroup has no place for results: give --athena-output s3://…',
    ]);
  });
});

test('the table has every column that the query asks for, and projects its partitions over the layout of the trail', () => {
  const ddl = athenaDdl({
    location: 's3://trail/org/',
    table: 'logs.trail',
    organization: 'o-a1b2c3d4e5',
    accounts: ['111122223333', '444455556666'],
    regions: ['us-east-1', 'eu-west-1'],
    since: '2024/01/01',
  });
  const selected = /SELECT ([\s\S]*?)\nFROM/.exec(athenaQuery(place))?.[1] ?? '';
  for (const column of selected.split(',\n')) {
    const [, path = ''] = /^\s*([\w.]+)/.exec(column.replace(/.*transform\(/, '')) ?? [];
    for (const part of path.split('.')) expect(ddl).toMatch(new RegExp(`\\b${part}\\b`));
  }
  expect(ddl).toContain(
    "'storage.location.template' = 's3://trail/org/AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${day}'",
  );
  expect(ddl).toContain("'projection.day.range' = '2024/01/01,NOW'");
  expect(ddl).toContain("'projection.account.values' = '111122223333,444455556666'");
  expect(ddl.split('(').length).toBe(ddl.split(')').length);
});
