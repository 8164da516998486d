/** Rows of CloudTrail Lake and Athena: the same records as the trail's file has, or nothing claimed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvents, readEventValue } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import { runs } from '../arbitraries/runs.ts';
import { deniedCall, iamCall } from './records.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Lake's columns have in them, whether or not the record does. */
const identityFields = {
  ...{ type: 0, principalid: 0, arn: 0, accountid: 0, accesskeyid: 0, username: 0 },
  sessioncontext: {
    attributes: { creationdate: 0, mfaauthenticated: 0 },
    sessionissuer: { type: 0, principalid: 0, arn: 0, accountid: 0, username: 0 },
    webidfederationdata: { federatedprovider: 0, attributes: 0 },
    ...{ sourceidentity: 0, ec2roledelivery: 0, ec2issuedinvpc: 0 },
  },
  ...{ invokedby: 0, identityprovider: 0 },
};

function printed(fields: object, value: unknown): string {
  if (!isObject(value)) return 'null';
  const members = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
  const one = ([name, inner]: [string, unknown]): string => {
    const member = members.get(name);
    return `${name}=${isObject(inner) ? printed(inner, member) : member === undefined ? 'null' : String(member)}`;
  };
  return `{${Object.entries(fields).map(one).join(', ')}}`;
}

/** A map from names to text. */
function map(value: unknown): string {
  if (!isObject(value)) return 'null';
  const one = ([name, member]: [string, unknown]): string =>
    `${name}=${typeof member === 'string' ? member : JSON.stringify(member)}`;
  return `{${Object.entries(value).map(one).join(', ')}}`;
}

/** A record as Lake's `SELECT *` answers it. */
function columnsOf(record: Json): readonly (readonly [string, string])[] {
  const resources = record['resources'] as readonly Json[] | undefined;
  const text = (name: string): readonly [string, string] => [name, String(record[name] ?? 'null')];
  return [
    ...['eventVersion', 'eventSource', 'eventName', 'awsRegion', 'sourceIPAddress', 'userAgent', 'errorCode'].map(text),
    ...['errorMessage', 'eventID', 'eventType', 'recipientAccountId', 'sharedEventID', 'vpcEndpointId'].map(text),
    ['eventTime', String(record['eventTime']).replace('T', ' ').replace('Z', '.000')],
    ['userIdentity', printed(identityFields, record['userIdentity'])],
    ['requestParameters', map(record['requestParameters'])],
    ['responseElements', map(record['responseElements'])],
    ['additionalEventData', map(record['additionalEventData'])],
    [
      'resources',
      resources === undefined
        ? 'null'
        : `[${resources.map((one) => printed({ accountid: 0, type: 0, arn: 0, arnprefix: 0 }, one)).join(', ')}]`,
    ],
  ];
}

const lake = (records: readonly Json[]): string =>
  JSON.stringify({
    QueryStatus: 'FINISHED',
    QueryResultRows: records.map((record) => columnsOf(record).map(([name, value]) => ({ [name]: value }))),
  });

function csv(records: readonly Json[], lowerCase = true): string {
  const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  const rows = records.map((record) => columnsOf(record).map(([, value]) => cell(value)));
  const names = columnsOf(records[0] ?? {}).map(([name]) => cell(lowerCase ? name.toLowerCase() : name));
  return [names, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

const known = ({ raw: _, ...record }: CloudTrailRecord) => record;
const fromFile = (records: readonly Json[]) =>
  readEventValue(JSON.parse(JSON.stringify(records)), 'file').records.map(known);

const policy = '{\n  "Version": "2012-10-17",\n  "Statement": [{"Sid": "a, roleName=x}]", "Effect": "Allow"}]\n}\n';
const session = {
  type: 'AssumedRole',
  principalId: 'AROAX:a=b,c@d.e',
  arn: 'arn:aws:sts::444455556666:assumed-role/ci/a=b,c@d.e',
  accountId: '444455556666',
  accessKeyId: 'ASIAX',
  sessionContext: {
    attributes: { creationDate: '2026-03-09T13:00:00Z', mfaAuthenticated: 'false' },
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAX',
      arn: 'arn:aws:iam::444455556666:role/build/ci',
      accountId: '444455556666',
      userName: 'ci',
    },
    sourceIdentity: 'ana',
  },
};
const { sourceIdentity: _, ...withoutSource } = session.sessionContext;
const records: readonly Json[] = [
  deniedCall({ eventID: 'a' }),
  deniedCall({
    eventID: 'b',
    userIdentity: session,
    requestParameters: {
      roleArn: 'arn:aws:iam::111122223333:role/app/deploy',
      roleSessionName: 'x=y,z',
      externalId: 'secret:1234',
      durationSeconds: 7200,
      tags: [{ key: 'team', value: 'a, b={c}' }],
      policy: '{"Version":"2012-10-17","Statement":[]}',
    },
    resources: [
      { accountId: '111122223333', type: 'AWS::IAM::Role', ARN: 'arn:aws:iam::111122223333:role/app/deploy' },
    ],
    additionalEventData: { RequestDetails: { awsServingRegion: 'eu-west-1', endpointType: 'regional' } },
  }),
  deniedCall({ eventID: 'c', userIdentity: { ...session, sessionContext: withoutSource } }),
  iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument: policy }, { eventID: 'd' }),
  iamCall(
    'CreateRole',
    { path: '/team/', roleName: 'deploy', description: 'what it, is for', assumeRolePolicyDocument: policy },
    {
      eventID: 'e',
      responseElements: {
        role: { arn: 'arn:aws:iam::111122223333:role/team/deploy', roleId: 'AROAY', path: '/team/' },
      },
    },
  ),
  deniedCall({
    eventID: 'f',
    eventName: 'AssumeRoleWithWebIdentity',
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: 'arn:aws:iam::111122223333:oidc-provider/token.x:sts.amazonaws.com:repo:o/r:ref:refs/heads/main',
      userName: 'repo:o/r:ref:refs/heads/main',
      identityProvider: 'arn:aws:iam::111122223333:oidc-provider/token.x',
    },
  }),
];

/** A file's numbers are text in a map. */
const comparable = (all: readonly object[]): unknown => JSON.parse(JSON.stringify(all).replace(':7200', ':"7200"'));

describe('rows of CloudTrail Lake', () => {
  test.for([
    ['as JSON', lake(records)],
    ['as CSV', csv(records)],
    ['as CSV with names as they were asked for', `\ufeff${csv(records, false).replaceAll('\n"', '\r\n"')}`],
  ])('%s are the records of the file', ([, text]) => {
    const { records: found, problems } = readEvents(text ?? '', 'lake');
    expect(problems).toEqual([]);
    // A line break within a value stays what the file has.
    const read = JSON.stringify(found.map(known)).replaceAll('\\\\r\\\\n', '\\\\n');
    expect(JSON.parse(read)).toEqual(comparable(fromFile(records)));
  });

  test('Athena prints parameters as JSON', () => {
    const [, row = []] = records.map(columnsOf);
    const json = row.map(([name, value]) => [
      name,
      name === 'requestParameters' ? JSON.stringify(records[1]?.['requestParameters']) : value,
    ]);
    const text = JSON.stringify({ QueryResultRows: [json.map(([name = '', value]) => ({ [name]: value }))] });
    expect(readEvents(text, 'x').records.map(known)).toEqual(fromFile(records.slice(1, 2)));
  });

  test('a row that names no call, and a query without a result', () => {
    const { records: found, problems } = readEvents('{"QueryResultRows":[[{"eventID":"x"}],[],null]}', 'x');
    expect(found).toEqual([]);
    expect(problems.map(({ place, kind }) => [place, kind])).toEqual([
      ['x, QueryResultRows[0]', 'foreign'],
      ['x, QueryResultRows[1]', 'foreign'],
      ['x, QueryResultRows[2]', 'foreign'],
    ]);
    expect(readEvents('{"QueryStatus":"FINISHED","QueryResultRows":[]}', 'x')).toEqual({ records: [], problems: [] });
    expect(readEvents('name,age\nx,1\n', 'x').problems[0]?.message).toMatch(/not JSON/);
  });
});

describe('what a row does not tell is not known', () => {
  const one = (columns: Readonly<Record<string, string>>): CloudTrailRecord => {
    const cells = Object.entries({ eventName: 'AssumeRole', eventSource: 'sts.amazonaws.com', ...columns });
    const text = JSON.stringify({ QueryResultRows: [cells.map(([name, value]) => ({ [name]: value }))] });
    const [record] = readEvents(text, 'x').records;
    if (record === undefined) throw new Error('no record');
    return record;
  };

  test('a table without the source identity does not say that a session has none', () => {
    const issuer = 'sessionissuer={type=Role, arn=arn:aws:iam::444455556666:role/ci}';
    expect(one({ userIdentity: `{type=AssumedRole, sessioncontext={${issuer}}}` }).userIdentity).toEqual({
      type: 'AssumedRole',
    });
    expect(
      one({ userIdentity: `{type=AssumedRole, sessioncontext={${issuer}, sourceidentity=null}}` }).userIdentity,
    ).toEqual({ type: 'AssumedRole', sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::444455556666:role/ci' } });
  });

  test('a table without the endpoint does not say that there was none', () => {
    expect(one({ sourceIPAddress: '198.51.100.7' })).not.toHaveProperty('sourceIp');
    expect(one({ sourceIPAddress: '198.51.100.7', vpcEndpointId: '' }).sourceIp).toBe('198.51.100.7');
  });

  test.for([
    '{description=x, assumeRolePolicyDocument={"a":1}, assumeRolePolicyDocument={"b":2}}',
    '{roleName=deploy',
    '{=x}',
    'roleName=deploy',
    '[1]',
  ])('%s: nothing of it', (requestParameters) => {
    expect(one({ requestParameters }).requestParameters).toBeNull();
  });

  test.for(['{type=IAMUser, type=Root}', '{type=IAMUser', '{type=IAMUser} ', '{type={type={}}', 'IAMUser'])(
    '%s: nobody',
    (userIdentity) => expect(one({ userIdentity }).userIdentity).toEqual({}),
  );

  test('any text is survived', () => {
    const signs = ['{', '}', '[', ']', ', ', '=', 'type', 'arn', '"', '\\', 'null', ' ', '\n'];
    const noise = fc.array(fc.constantFrom(...signs), { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(noise, noise, (userIdentity, requestParameters) => {
        const record = one({
          userIdentity,
          requestParameters,
          resources: userIdentity,
          errorMessage: requestParameters,
        });
        expect(record.eventName).toBe('AssumeRole');
        readEvents(`eventname,eventtime,useridentity\n${userIdentity},${requestParameters}`, 'x');
      }),
      { numRuns: runs(500) },
    );
  });

  test('whatever a description says, it does not stand for a document', () => {
    const word = fc.constantFrom(
      'x',
      ', assumeRolePolicyDocument={"Version":"2012-10-17"}',
      ', roleName=y',
      '}',
      ', a',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), fc.boolean(), (words, first) => {
        const description = words.join('');
        const parameters = first
          ? { description, roleName: 'deploy', assumeRolePolicyDocument: policy }
          : { roleName: 'deploy', assumeRolePolicyDocument: policy, description };
        const [record] = readEvents(lake([iamCall('CreateRole', parameters)]), 'x').records;
        const change = record === undefined ? undefined : recognise(record);
        const text = change?.kind === 'trust-change' ? change.policyText : undefined;
        expect([undefined, policy]).toContain(text);
      }),
      { numRuns: runs(200) },
    );
  });
});
