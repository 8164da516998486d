/**
 * An archive of CloudTrail logs of any size, as a trail writes it: compact JSON in gzip files, laid out by account, region
 * and day: `node bench/generate-logs.ts FOLDER MEGABYTES [SEED] [SHARE THAT MATTERS]`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface ArchiveOptions {
  readonly folder: string;
  /** Of JSON, before it is packed. */
  readonly megabytes: number;
  readonly seed?: number;
  /** Of JSON in one file; a trail of a busy account writes some 5 MB every five minutes. */
  readonly fileMegabytes?: number;
  /** Of all records, those that matter to trusttrail; one in a thousand where left out. Two in a hundred are many. */
  readonly matter?: number;
}

export interface Archive {
  readonly files: readonly string[];
  readonly records: number;
  /** Of JSON. */
  readonly textBytes: number;
  readonly packedBytes: number;
  readonly trustChanges: number;
  readonly denials: number;
}

const accounts = ['111122223333', '444455556666', '777788889999'];
const regions = ['us-east-1', 'eu-west-1'];
const started = Date.UTC(2026, 2, 1);

/** Writes the archive; the same seed writes the same one. */
export function generateArchive({
  folder,
  megabytes,
  seed = 1,
  fileMegabytes = 5,
  matter = 0.001,
}: ArchiveOptions): Archive {
  const random = randomFrom(seed);
  const files: string[] = [];
  const counts = { records: 0, textBytes: 0, packedBytes: 0, trustChanges: 0, denials: 0 };
  const most = megabytes * 1e6;
  const share = sharesOf(matter);
  for (let number = 0; counts.textBytes < most; number += 1) {
    const account = accounts[number % accounts.length] ?? '';
    const region = regions[number % regions.length] ?? '';
    // Five minutes a file for each account.
    const from = started + Math.floor(number / accounts.length) * 300_000;
    const wanted = Math.min(fileMegabytes * 1e6, most - counts.textBytes);
    const parts: string[] = [];
    let size = 0;
    while (size < wanted) {
      const at = new Date(from + Math.floor((size / wanted) * 300_000)).toISOString().replace(/\.\d+Z/, 'Z');
      const call = random();
      const record =
        call < share.trustChanges
          ? trustChange(random, account, at)
          : call < share.trustChanges + share.denials
            ? denial(random, account, region, at)
            : call < share.trustChanges + share.denials + share.others
              ? callerSideChange(random, account, at)
              : noise(random, account, region, at);
      if (call < share.trustChanges) counts.trustChanges += 1;
      else if (call < share.trustChanges + share.denials) counts.denials += 1;
      const text = JSON.stringify(record);
      parts.push(text);
      size += text.length + 1;
    }
    const text = `{"Records":[${parts.join(',')}]}`;
    const packed = gzipSync(text);
    const day = new Date(from).toISOString().slice(0, 10);
    const name = join(
      folder,
      `AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}`,
      `${account}_CloudTrail_${region}_${day.replaceAll('-', '')}T${time(from)}Z_${hex(random, 16)}.json.gz`,
    );
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, packed);
    files.push(name);
    counts.records += parts.length;
    counts.textBytes += text.length;
    counts.packedBytes += packed.length;
  }
  return { files, ...counts };
}

/** What matters to trusttrail is nearly all of it the calls of a few broken jobs that try again and again. */
function sharesOf(matter: number) {
  return { trustChanges: matter * 0.01, denials: matter * 0.89, others: matter * 0.1 };
}

type Random = () => number;

/** What a busy account's log consists of: reads, data keys, services that assume their roles. */
function noise(random: Random, account: string, region: string, eventTime: string): object {
  const [eventSource, eventName, readOnly, request, response] = pick(random, kindsOfNoise)(random, account);
  const assumes = eventName === 'AssumeRole';
  return {
    eventVersion: '1.11',
    userIdentity: assumes
      ? { type: 'AWSService', invokedBy: pick(random, ['ec2.amazonaws.com', 'lambda.amazonaws.com']) }
      : session(random, account),
    eventTime,
    eventSource,
    eventName,
    awsRegion: region,
    sourceIPAddress: assumes ? 'ec2.amazonaws.com' : address(random),
    userAgent: assumes ? 'ec2.amazonaws.com' : pick(random, userAgents),
    requestParameters: request,
    responseElements: response,
    // An assume call that failed would matter, and be no noise: those are drawn by their share.
    ...(random() < 0.03 && !assumes
      ? { errorCode: 'Client.RequestLimitExceeded', errorMessage: 'Request limit exceeded.' }
      : {}),
    ...end(random, account, readOnly),
  };
}

type Kind = (random: Random, account: string) => readonly [string, string, boolean, object | null, object | null];

const kindsOfNoise: readonly Kind[] = [
  (random) => [
    'ec2.amazonaws.com',
    'DescribeInstances',
    true,
    { instancesSet: { items: [{ instanceId: `i-0${hex(random, 16)}` }] }, filterSet: {} },
    null,
  ],
  (random) => [
    'ec2.amazonaws.com',
    'DescribeNetworkInterfaces',
    true,
    {
      networkInterfaceIdSet: {},
      filterSet: { items: [{ name: 'vpc-id', valueSet: { items: [{ value: `vpc-0${hex(random, 16)}` }] } }] },
    },
    null,
  ],
  (random, account) => [
    'kms.amazonaws.com',
    'Decrypt',
    true,
    {
      encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::app-${account}/data/${hex(random, 12)}` },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    null,
  ],
  (random, account) => [
    'sts.amazonaws.com',
    'AssumeRole',
    true,
    {
      roleArn: `arn:aws:iam::${account}:role/service/app-${Math.floor(random() * 40)}`,
      roleSessionName: hex(random, 20),
    },
    {
      credentials: {
        accessKeyId: `ASIA${hex(random, 16).toUpperCase()}`,
        sessionToken: Array.from({ length: 12 }, () => hex(random, 32)).join('/'),
        expiration: 'Mar 1, 2026, 7:02:03 AM',
      },
      assumedRoleUser: {
        assumedRoleId: `AROA${hex(random, 17).toUpperCase()}:${hex(random, 12)}`,
        arn: `arn:aws:sts::${account}:assumed-role/app/${hex(random, 12)}`,
      },
    },
  ],
  () => ['sts.amazonaws.com', 'GetCallerIdentity', true, null, null],
  (random) => ['iam.amazonaws.com', 'GetRole', true, { roleName: `app-${Math.floor(random() * 40)}` }, null],
  (random) => [
    'logs.amazonaws.com',
    'CreateLogStream',
    false,
    {
      logGroupName: `/aws/lambda/app-${Math.floor(random() * 40)}`,
      logStreamName: `2026/03/01/[$LATEST]${hex(random, 32)}`,
    },
    null,
  ],
  (random, account) => [
    's3.amazonaws.com',
    'GetBucketPolicy',
    true,
    { bucketName: `app-${account}-${hex(random, 4)}`, Host: 's3.amazonaws.com', policy: '' },
    null,
  ],
];

const userAgents = [
  'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0',
  'Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#5.10 md/arch#x86_64 lang/python#3.11.9',
  'aws-sdk-java/2.26.12 Linux/5.10.219 OpenJDK_64-Bit_Server_VM/21.0.3 Java/21.0.3 vendor/Amazon.com_Inc. io/sync http/Apache',
  'APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.58.0 aws-sdk-go-v2/1.30.1',
];

function trustChange(random: Random, account: string, eventTime: string): object {
  const role = `team-${Math.floor(random() * 40)}`;
  const trusted = pick(random, accounts);
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${trusted}:role/deploy-${Math.floor(random() * 5)}` },
        Action: 'sts:AssumeRole',
        ...(random() < 0.5 ? { Condition: { StringEquals: { 'sts:ExternalId': 'bench-7f3a' } } } : {}),
      },
    ],
  };
  return {
    eventVersion: '1.11',
    userIdentity: session(random, account),
    eventTime,
    eventSource: 'iam.amazonaws.com',
    eventName: 'UpdateAssumeRolePolicy',
    awsRegion: 'us-east-1',
    sourceIPAddress: address(random),
    userAgent: pick(random, userAgents),
    requestParameters: { roleName: role, policyDocument: JSON.stringify(policy, null, 2) },
    responseElements: null,
    ...end(random, account, false),
  };
}

function denial(random: Random, account: string, region: string, eventTime: string): object {
  const job = Math.floor(random() * 4);
  const user = `arn:aws:iam::${account}:user/job-${job}`;
  const role = `arn:aws:iam::${account}:role/team-${job}`;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: `AIDA${hex(random, 17).toUpperCase()}`,
      arn: user,
      accountId: account,
      accessKeyId: `AKIA${hex(random, 16).toUpperCase()}`,
      userName: user.slice(user.indexOf('/') + 1),
    },
    eventTime,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: region,
    sourceIPAddress: address(random),
    userAgent: pick(random, userAgents),
    errorCode: 'AccessDenied',
    errorMessage: `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    requestParameters: null,
    responseElements: null,
    ...end(random, account, true),
  };
}

function callerSideChange(random: Random, account: string, eventTime: string): object {
  return {
    eventVersion: '1.11',
    userIdentity: session(random, account),
    eventTime,
    eventSource: 'iam.amazonaws.com',
    eventName: 'TagRole',
    awsRegion: 'us-east-1',
    sourceIPAddress: address(random),
    userAgent: pick(random, userAgents),
    requestParameters: {
      roleName: `app-${Math.floor(random() * 40)}`,
      tags: [{ key: 'release', value: hex(random, 8) }],
    },
    responseElements: null,
    ...end(random, account, false),
  };
}

function session(random: Random, account: string): object {
  const role = `app-${Math.floor(random() * 40)}`;
  const id = `AROA${hex(random, 17).toUpperCase()}`;
  const name = `i-0${hex(random, 16)}`;
  return {
    type: 'AssumedRole',
    principalId: `${id}:${name}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    accountId: account,
    accessKeyId: `ASIA${hex(random, 16).toUpperCase()}`,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: id,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        userName: role,
      },
      attributes: { creationDate: '2026-03-01T00:12:45Z', mfaAuthenticated: 'false' },
      ec2RoleDelivery: '2.0',
    },
  };
}

function end(random: Random, account: string, readOnly: boolean): object {
  return {
    requestID: uuid(random),
    eventID: uuid(random),
    readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'ec2.us-east-1.amazonaws.com',
    },
  };
}

function pick<T>(random: Random, list: readonly [T, ...T[]] | readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function hex(random: Random, length: number): string {
  let text = '';
  while (text.length < length)
    text += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
}

function address(random: Random): string {
  return `10.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`;
}

function time(at: number): string {
  return new Date(at).toISOString().slice(11, 16).replace(':', '');
}

/** Mulberry32: small, and the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

if (import.meta.main) {
  const [folder, megabytes = '100', seed = '1', matter = '0.001'] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: node bench/generate-logs.ts FOLDER MEGABYTES [SEED] [SHARE]');
  const { files, ...counts } = generateArchive({
    folder,
    megabytes: Number(megabytes),
    seed: Number(seed),
    matter: Number(matter),
  });
  console.log(JSON.stringify({ files: files.length, ...counts }));
}
