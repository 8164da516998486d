/** A watch over a store in memory, with channels that remember what they were told, and records to give it. */
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Configuration } from '../../src/configuration/configuration.ts';
import { readConfiguration } from '../../src/configuration/read-configuration.ts';
import type { Finding } from '../../src/findings/finding.ts';
import type { Publisher } from '../../src/ports/publisher.ts';
import type { TrustStore } from '../../src/ports/trust-store.ts';
import { type Watch, type WatchPorts, watch } from '../../src/watch/watch.ts';

export const home = '111122223333';
export const role = `arn:aws:iam::${home}:role/deploy`;
export const start = Date.UTC(2026, 2, 9, 14, 0, 0);

export interface Channel extends Publisher {
  readonly told: Finding[];
  /** Throws for the next so many findings. */
  fail: number;
}

export function channel(name: string): Channel {
  const self: Channel = {
    channel: name,
    told: [],
    fail: 0,
    publish: async (finding) => {
      if (self.fail > 0) {
        self.fail -= 1;
        throw new Error(`${name} is down`);
      }
      self.told.push(finding);
    },
  };
  return self;
}

export interface Service extends Watch {
  readonly store: TrustStore;
  readonly bus: Channel;
  readonly people: Channel;
  /** Sets the clock. */
  at(now: number): void;
  /** What is the case in the end: of each finding its last revision, those that are superseded left out. */
  findings(): readonly Finding[];
}

export function configured(value: unknown): Configuration {
  const read = readConfiguration(value);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return read.configuration;
}

export function service(
  options: Partial<WatchPorts> & { readonly configure?: unknown; readonly store?: TrustStore } = {},
): Service {
  const { configure = { accounts: [home, '444455556666'] }, ...ports } = options;
  const store = ports.store ?? sqliteTrustStore();
  const bus = channel('findings-bus');
  const people = channel('sns');
  let now = start;
  const made = watch({
    publishers: [bus, people],
    clock: { now: () => now },
    configuration: configured(configure),
    ...ports,
    store,
  });
  return {
    ...made,
    store,
    bus,
    people,
    at: (time) => {
      now = time;
    },
    findings: () => current(bus.told),
  };
}

export function current(told: readonly Finding[]): readonly Finding[] {
  const last = new Map<string, Finding>();
  for (const finding of told) last.set(finding.id, finding);
  return [...last.values()]
    .filter(({ supersededBy }) => supersededBy === undefined)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1));
}

let ids = 0;

export function record(raw: Readonly<Record<string, unknown>>): CloudTrailRecord {
  const { records, problems } = readEventValue(raw, 'test');
  const [first] = records;
  if (first === undefined) throw new Error(problems[0]?.message ?? 'no record');
  return first;
}

/** `10` is ten seconds after the start. */
export function time(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString().replace('.000Z', 'Z');
}

export interface RecordOptions {
  readonly id?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

function nextId(): string {
  ids += 1;
  return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
}

export function iam(
  eventName: string,
  seconds: number,
  requestParameters: Readonly<Record<string, unknown>>,
  { id = nextId(), more = {} }: RecordOptions = {},
): CloudTrailRecord {
  return record({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAADMINEXAMPLE',
      arn: `arn:aws:iam::${home}:user/admin`,
      accountId: home,
      userName: 'admin',
    },
    eventTime: time(seconds),
    eventSource: 'iam.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.24',
    userAgent: 'aws-cli/2.33.27',
    requestParameters,
    responseElements: null,
    eventID: id,
    eventType: 'AwsApiCall',
    recipientAccountId: home,
    ...more,
  });
}

type Principal = string | readonly string[];

export function document(principal: Principal, condition?: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principal },
        Action: 'sts:AssumeRole',
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
}

export function created(
  seconds: number,
  policy: string,
  name = 'deploy',
  options: RecordOptions = {},
): CloudTrailRecord {
  return iam(
    'CreateRole',
    seconds,
    { roleName: name, assumeRolePolicyDocument: policy },
    {
      ...options,
      more: {
        responseElements: { role: { arn: `arn:aws:iam::${home}:role/${name}`, roleId: 'AROAEXAMPLE' } },
        ...options.more,
      },
    },
  );
}

export function updated(
  seconds: number,
  policy: string,
  name = 'deploy',
  options: RecordOptions = {},
): CloudTrailRecord {
  return iam('UpdateAssumeRolePolicy', seconds, { roleName: name, policyDocument: policy }, options);
}

export function deleted(seconds: number, name = 'deploy', options: RecordOptions = {}): CloudTrailRecord {
  return iam('DeleteRole', seconds, { roleName: name }, options);
}

export function denied(
  seconds: number,
  options: RecordOptions & {
    readonly caller?: string;
    readonly session?: string;
    readonly role?: string;
    readonly account?: string;
  } = {},
): CloudTrailRecord {
  const { id = nextId(), more = {}, caller = 'ci', session = 'run', account = '444455556666' } = options;
  const arn = `arn:aws:sts::${account}:assumed-role/${caller}/${session}`;
  const named = options.role ?? role;
  return record({
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROA${caller.toUpperCase()}EXAMPLE:${session}`,
      arn,
      accountId: account,
      accessKeyId: 'ASIAEXAMPLE',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: `AROA${caller.toUpperCase()}EXAMPLE`,
          arn: `arn:aws:iam::${account}:role/${caller}`,
          accountId: account,
          userName: caller,
        },
        attributes: { mfaAuthenticated: 'false' },
      },
    },
    eventTime: time(seconds),
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.17',
    userAgent: 'aws-sdk-js/3',
    errorCode: 'AccessDenied',
    errorMessage: `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${named}`,
    requestParameters: null,
    responseElements: null,
    eventID: id,
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    ...more,
  });
}

/** So many denials, so many seconds apart. */
export function denials(
  count: number,
  from: number,
  apart: number,
  options: Parameters<typeof denied>[1] = {},
): readonly CloudTrailRecord[] {
  return Array.from({ length: count }, (_, n) => denied(from + n * apart, options));
}

/** The kinds and times of findings, one a line. */
export function outline(findings: readonly Finding[]): readonly string[] {
  return findings.map(
    ({ kind, time: at, role: of, count }) =>
      `${at.slice(11, 19)} ${kind} ${of?.split('/').at(-1) ?? '-'}${count > 1 ? ` ×${count}` : ''}`,
  );
}
