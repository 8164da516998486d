/** A trail's bucket through Athena: one query over the partitions that the dates need, and the records it answers. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { readEventValue } from '../cloudtrail/read-record.ts';
import {
  allRecognised,
  assumeCalls,
  identityChanges,
  organizationChanges,
  principalEvents,
  trustChanges,
} from '../cloudtrail/recognise.ts';
import type { ReadOptions, RecordBatch, RecordSource } from '../ports/record-source.ts';
import { awsFailure } from './aws-failure.ts';

export interface AthenaOptions {
  readonly client?: AthenaClient;
  /** Milliseconds. */
  readonly since?: number;
  readonly until?: number;
  readonly account?: string;
  readonly athenaWorkgroup?: string;
  /** `s3://…`, where the query puts its result. */
  readonly athenaOutput?: string;
  /** Milliseconds between two looks at whether the query has ended. */
  readonly patience?: number;
}

const rowsAPage = 1000;

/**
 * The columns of a record, and how the query names each. All are plain text in the answer: a nested column would come in
 * a form of Athena's own that is no JSON, and the parameters are JSON text in the table already.
 */
const columns = {
  eventid: 'eventid',
  eventtime: 'eventtime',
  eventsource: 'eventsource',
  eventname: 'eventname',
  eventtype: 'eventtype',
  awsregion: 'awsregion',
  recipientaccountid: 'recipientaccountid',
  sharedeventid: 'sharedeventid',
  sourceipaddress: 'sourceipaddress',
  useragent: 'useragent',
  errorcode: 'errorcode',
  errormessage: 'errormessage',
  requestparameters: 'requestparameters',
  responseelements: 'responseelements',
  additionaleventdata: 'additionaleventdata',
  vpcendpointid: 'vpcendpointid',
  resourcearns: 'json_format(CAST(transform(resources, one -> one.arn) AS JSON))',
  identitytype: 'useridentity.type',
  identityid: 'useridentity.principalid',
  identityarn: 'useridentity.arn',
  identityaccount: 'useridentity.accountid',
  identityname: 'useridentity.username',
  identityinvokedby: 'useridentity.invokedby',
  identitykey: 'useridentity.accesskeyid',
  identityprovider: 'useridentity.identityprovider',
  issuertype: 'useridentity.sessioncontext.sessionissuer.type',
  issuerid: 'useridentity.sessioncontext.sessionissuer.principalid',
  issuerarn: 'useridentity.sessioncontext.sessionissuer.arn',
  issueraccount: 'useridentity.sessioncontext.sessionissuer.accountid',
  issuername: 'useridentity.sessioncontext.sessionissuer.username',
  mfa: 'useridentity.sessioncontext.attributes.mfaauthenticated',
  sessionsince: 'useridentity.sessioncontext.attributes.creationdate',
  // A session context in which it is missing is that of a session without one: it has to be asked for.
  sourceidentity: 'useridentity.sessioncontext.sourceidentity',
  federatedprovider: 'useridentity.sessioncontext.webidfederationdata.federatedprovider',
} as const;

type Column = keyof typeof columns;
type Row = Readonly<Partial<Record<Column, string>>>;

/** @param place a table that `trusttrail athena-ddl` makes, or one with its columns and partitions. */
export function athenaLogsSource(
  place: { readonly database: string; readonly table: string },
  options: AthenaOptions = {},
): RecordSource {
  const name = `athena:${place.database}.${place.table}`;
  return {
    name,
    async *read({ signal }: ReadOptions = {}) {
      const client = options.client ?? new AthenaClient({});
      let query: string | undefined;
      try {
        query = await started(client, place, options);
        if (!(await ended(client, query, options.patience ?? 1000, signal))) {
          await client.send(new StopQueryExecutionCommand({ QueryExecutionId: query }));
          return;
        }
        yield* results(client, query, name, signal);
      } catch (error) {
        yield failed(name, reasonOf(error));
      }
    },
  };
}

/** The query: only the partitions of the dates and the account, only the calls that matter. */
export function athenaQuery(
  { database, table }: { readonly database: string; readonly table: string },
  { since, until, account }: Pick<AthenaOptions, 'since' | 'until' | 'account'> = {},
): string {
  const changes = new Set([...trustChanges.keys(), ...principalEvents.keys(), ...identityChanges.keys()]);
  const names = (list: Iterable<string>): string => [...list].map((one) => `'${one}'`).join(', ');
  const conditions = [
    // The day is a partition: it is that of the delivery, never before the event and at most hours after it.
    ...(since === undefined ? [] : [`day >= '${dayOf(since)}'`, `eventtime >= '${timeOf(since)}'`]),
    ...(until === undefined ? [] : [`day <= '${dayOf(until + 86_400_000)}'`, `eventtime <= '${timeOf(until)}'`]),
    ...(account === undefined ? [] : [`account = '${account}'`]),
    `((eventsource = 'iam.amazonaws.com' AND eventname IN (${names(changes)}))
    OR (eventsource = 'organizations.amazonaws.com' AND eventname IN (${names(organizationChanges)}))
    OR (eventsource = 'sts.amazonaws.com' AND eventname IN (${names(assumeCalls)})
      AND (errorcode IS NOT NULL OR errormessage IS NOT NULL)))`,
  ];
  const selected = Object.entries(columns).map(([column, from]) => (column === from ? column : `${from} AS ${column}`));
  return `SELECT ${selected.join(',\n  ')}\nFROM "${database}"."${table}"\nWHERE ${conditions.join('\n  AND ')}`;
}

async function started(
  client: AthenaClient,
  place: { readonly database: string; readonly table: string },
  options: AthenaOptions,
): Promise<string> {
  const { QueryExecutionId: id } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: athenaQuery(place, options),
      QueryExecutionContext: { Database: place.database },
      ...(options.athenaWorkgroup === undefined ? {} : { WorkGroup: options.athenaWorkgroup }),
      ...(options.athenaOutput === undefined ? {} : { ResultConfiguration: { OutputLocation: options.athenaOutput } }),
    }),
  );
  if (id === undefined) throw new QueryFailed('Athena did not start the query');
  return id;
}

/** Waits for the query's end. @returns false where it was interrupted. */
async function ended(
  client: AthenaClient,
  id: string,
  patience: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  while (signal?.aborted !== true) {
    const { QueryExecution: query } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    switch (query?.Status?.State) {
      case 'SUCCEEDED':
        return true;
      case 'FAILED':
        throw new QueryFailed(whyFailed(query.Status.StateChangeReason));
      case 'CANCELLED':
        throw new QueryFailed('the query was cancelled');
      default:
        await pause(patience);
    }
  }
  return false;
}

function whyFailed(reason = 'the query failed, and Athena does not say why'): string {
  return /^(?:COLUMN|TABLE|SCHEMA)_NOT_FOUND|EntityNotFound/.test(reason)
    ? `${reason} – trusttrail athena-ddl prints the table that is asked`
    : reason;
}

async function* results(
  client: AthenaClient,
  id: string,
  name: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordBatch> {
  let header: readonly string[] | undefined;
  let token: string | undefined;
  do {
    const { ResultSet: set, NextToken: next } = await client.send(
      new GetQueryResultsCommand({
        QueryExecutionId: id,
        MaxResults: rowsAPage,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    const rows = (set?.Rows ?? []).map(({ Data: data }) => (data ?? []).map(({ VarCharValue: value }) => value));
    // The first row of the first page holds the names of the columns.
    if (header === undefined) header = rows.shift()?.map((column) => column ?? '') ?? [];
    const names = header;
    const raw = rows.map((values) =>
      recordOf(
        Object.fromEntries(names.flatMap((column, at) => (values[at] === undefined ? [] : [[column, values[at]]]))),
      ),
    );
    const { records, problems } = readEventValue(raw, name);
    yield {
      place: name,
      records: records.filter((record) => allRecognised(record).length > 0),
      problems,
      looked: raw.length,
      parts: 1,
      bytes: JSON.stringify(raw).length,
    };
    token = next;
  } while (token !== undefined && signal?.aborted !== true);
}

/** A record in CloudTrail's form; what a column does not tell is left out, as it may be in a record. */
function recordOf(row: Row): object {
  const identity = present({
    type: row.identitytype,
    principalId: row.identityid,
    arn: row.identityarn,
    accountId: row.identityaccount,
    userName: row.identityname,
    invokedBy: row.identityinvokedby,
    accessKeyId: row.identitykey,
    identityProvider: row.identityprovider,
  });
  const issuer = present({
    type: row.issuertype,
    principalId: row.issuerid,
    arn: row.issuerarn,
    accountId: row.issueraccount,
    userName: row.issuername,
  });
  const attributes = present({ creationDate: row.sessionsince, mfaAuthenticated: row.mfa });
  const context = {
    ...(Object.keys(issuer).length === 0 ? {} : { sessionIssuer: issuer }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...present({ sourceIdentity: row.sourceidentity }),
    ...(row.federatedprovider === undefined
      ? {}
      : { webIdFederationData: { federatedProvider: row.federatedprovider } }),
  };
  return {
    ...present({
      eventID: row.eventid,
      eventTime: row.eventtime,
      eventSource: row.eventsource,
      eventName: row.eventname,
      eventType: row.eventtype,
      awsRegion: row.awsregion,
      recipientAccountId: row.recipientaccountid,
      sharedEventID: row.sharedeventid,
      sourceIPAddress: row.sourceipaddress,
      userAgent: row.useragent,
      errorCode: row.errorcode,
      errorMessage: row.errormessage,
      vpcEndpointId: row.vpcendpointid,
    }),
    userIdentity: { ...identity, ...(Object.keys(context).length === 0 ? {} : { sessionContext: context }) },
    requestParameters: parsed(row.requestparameters) ?? null,
    responseElements: parsed(row.responseelements) ?? null,
    ...present({ additionalEventData: parsed(row.additionaleventdata) }),
    ...present({ resources: resourcesOf(row.resourcearns) }),
  };
}

function resourcesOf(text: string | undefined): readonly object[] | undefined {
  const arns = parsed(text);
  return Array.isArray(arns)
    ? arns.flatMap((arn: unknown) => (typeof arn === 'string' ? [{ ARN: arn }] : []))
    : undefined;
}

/** Without what is not told; Athena's null comes as no value, or as an empty text. */
function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}

function parsed(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return (JSON.parse(text) as unknown) ?? undefined;
  } catch {
    return undefined;
  }
}

export interface TrailPlace {
  /** `s3://bucket[/prefix]`, what stands before `AWSLogs/`. */
  readonly location: string;
  readonly table: string;
  /** `o-…` of an organization's trail. */
  readonly organization?: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** `YYYY/MM/DD` of the first day. */
  readonly since: string;
}

/**
 * The table over a trail's bucket, with partition projection, so that nobody has to add partitions: Athena computes them
 * from the query (Athena User Guide, "Use partition projection to create a table for CloudTrail logs").
 */
export function athenaDdl({ location, table, organization, accounts, regions, since }: TrailPlace): string {
  const root = `${location.replace(/\/+$/, '')}/AWSLogs${organization === undefined ? '' : `/${organization}`}`;
  const nested = (name: string, fields: string): string => `\`${name}\` STRUCT<${fields}>`;
  const issuer =
    'sessionissuer: STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>';
  const identity = [
    ...['type', 'principalid', 'arn', 'accountid', 'invokedby', 'accesskeyid', 'username', 'identityprovider'].map(
      (field) => `${field}: STRING`,
    ),
    `sessioncontext: STRUCT<attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>, ${issuer}, sourceidentity: STRING, ec2roledelivery: STRING, webidfederationdata: STRUCT<federatedprovider: STRING, attributes: MAP<STRING, STRING>>>`,
  ].join(', ');
  const text = (name: string): string => `\`${name}\` STRING`;
  const fields = [
    text('eventversion'),
    nested('useridentity', identity),
    ...[
      'eventtime',
      'eventsource',
      'eventname',
      'awsregion',
      'sourceipaddress',
      'useragent',
      'errorcode',
      'errormessage',
      'requestparameters',
      'responseelements',
      'additionaleventdata',
      'requestid',
      'eventid',
    ].map(text),
    '`resources` ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>',
    ...['eventtype', 'recipientaccountid', 'sharedeventid', 'vpcendpointid'].map(text),
  ];
  const projection = {
    'projection.enabled': 'true',
    'projection.account.type': 'enum',
    'projection.account.values': accounts.join(','),
    'projection.region.type': 'enum',
    'projection.region.values': regions.join(','),
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy/MM/dd',
    'projection.day.range': `${since},NOW`,
    'projection.day.interval': '1',
    'projection.day.interval.unit': 'DAYS',
    'storage.location.template': `${root}/\${account}/CloudTrail/\${region}/\${day}`,
  };
  return `CREATE EXTERNAL TABLE IF NOT EXISTS ${table} (
  ${fields.join(',\n  ')}
)
PARTITIONED BY (\`account\` STRING, \`region\` STRING, \`day\` STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${root}/'
TBLPROPERTIES (
  ${Object.entries(projection)
    .map(([key, value]) => `'${key}' = '${value}'`)
    .join(',\n  ')}
);
`;
}

class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
}

function dayOf(at: number): string {
  return new Date(Math.max(0, at)).toISOString().slice(0, 10).replaceAll('-', '/');
}

function timeOf(at: number): string {
  return new Date(Math.max(0, at)).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function failed(place: string, message: string): RecordBatch {
  return { records: [], problems: [{ place, message, kind: 'damaged' }], looked: 0, parts: 0, bytes: 0 };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `cannot be asked: ${String(error)}`;
  if (error instanceof QueryFailed) return error.message;
  switch (error.name) {
    case 'AccessDeniedException':
      return 'access denied: it needs athena:StartQueryExecution, GetQueryExecution and GetQueryResults, and to read the bucket';
    case 'InvalidRequestException':
      return /output location/i.test(error.message)
        ? 'the workgroup has no place for results: give --athena-output s3://…'
        : error.message;
    default:
      return awsFailure(error) ?? `cannot be asked: ${error.name}: ${error.message}`;
  }
}
