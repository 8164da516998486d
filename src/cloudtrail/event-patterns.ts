/** Which events does the live service ask EventBridge for? Plain data for the stack, the replay and the tests. */
import { assumeCalls, identityChanges, organizationChanges, principalEvents, trustChanges } from './recognise.ts';
import type { CloudTrailRecord } from './record.ts';

/** One way for a value to match: itself, or a filter (EventBridge User Guide, "Comparison operators"). */
export type ValuePattern =
  | string
  | number
  | boolean
  | null
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly 'equals-ignore-case': string }
  | { readonly exists: boolean }
  | { readonly 'anything-but': string | number | readonly (string | number)[] | { readonly prefix: string } };

/** The part of EventBridge's pattern language that is used here: fields, and lists of ways to match. */
export interface EventPattern {
  readonly [field: string]: EventPattern | readonly ValuePattern[];
}

/** An event as EventBridge delivers it. */
export interface EventBridgeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * CloudTrail's detail type for calls of an API. Together with `source` it keeps out forged events: nobody but AWS can put
 * events whose source begins with `aws.` (EventBridge User Guide, "AWS service events delivered via AWS CloudTrail").
 */
const apiCall = 'AWS API Call via CloudTrail';

/** Changes of trust policies, of maximum session durations, and of principals they name; succeeded and failed. */
export const trustChangePattern = {
  source: ['aws.iam'],
  'detail-type': [apiCall],
  detail: {
    eventSource: ['iam.amazonaws.com'],
    eventName: [...new Set([...trustChanges.keys(), ...principalEvents.keys()])],
  },
} as const satisfies EventPattern;

/** Changes on the caller's side that succeeded; Organizations records its events in the management account only. */
export const callerSideChangePattern = {
  source: ['aws.iam', 'aws.organizations'],
  'detail-type': [apiCall],
  detail: {
    eventSource: ['iam.amazonaws.com', 'organizations.amazonaws.com'],
    eventName: [...new Set([...identityChanges.keys(), ...organizationChanges])],
    errorCode: [{ exists: false }],
  },
} as const satisfies EventPattern;

/** Assume calls that failed, with any error code. Its rule has to be in the state {@link denialRuleState}. */
export const denialPattern = {
  source: ['aws.sts'],
  'detail-type': [apiCall],
  detail: {
    eventSource: ['sts.amazonaws.com'],
    eventName: [...assumeCalls],
    errorCode: [{ exists: true }],
  },
} as const satisfies EventPattern;

/**
 * AssumeRole is a read-only management event, which a rule that is merely ENABLED leaves out (EventBridge User Guide,
 * "Receiving read-only management events from AWS services").
 */
export const denialRuleState = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

/** Every pattern of the live service by what it catches. */
export const eventPatterns = {
  'trust-change': trustChangePattern,
  'caller-side-change': callerSideChangePattern,
  denial: denialPattern,
} as const;

/** A rule of EventBridge that lets records through to the service. */
export type RuleName = keyof typeof eventPatterns;

const rules = Object.entries(eventPatterns) as readonly [RuleName, EventPattern][];

/** @returns the first of the rules that lets the event through; `undefined`: none does. */
export function ruleFor(event: unknown): RuleName | undefined {
  return rules.find(([, pattern]) => matchesPattern(event, pattern))?.[0];
}

const iamRegions: ReadonlyMap<string, string> = new Map([
  ['aws', 'us-east-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-e', 'eu-isoe-west-1'],
  ['aws-iso-f', 'us-isof-south-1'],
  ['aws-eusc', 'eusc-de-east-1'],
]);

/**
 * The one region of a partition where IAM's events arrive (AWS General Reference, "AWS Identity and Access Management
 * endpoints and quotas"): the rules for IAM go there. STS's rule belongs in every region in use, and in this one, where
 * the calls to the global endpoint are recorded.
 */
export function iamEventRegion(partition: string): string | undefined {
  return iamRegions.get(partition);
}

/** The same for Organizations, which differs in China alone (AWS General Reference, "AWS Organizations endpoints and quotas"). */
export function organizationsEventRegion(partition: string): string | undefined {
  return partition === 'aws-cn' ? 'cn-northwest-1' : iamEventRegion(partition);
}

const detailTypes: ReadonlyMap<unknown, string> = new Map([
  ['AwsServiceEvent', 'AWS Service Event via CloudTrail'],
  ['AwsConsoleSignIn', 'AWS Console Sign In via CloudTrail'],
  ['AwsConsoleAction', 'AWS Console Action via CloudTrail'],
]);

/**
 * The event that EventBridge makes of a record, so that a replay passes records through the very patterns of the stack.
 * An id or a source that the record lacks and that was derived is written into its detail; a time is not.
 */
export function toEventBridgeEvent(record: CloudTrailRecord): EventBridgeEvent {
  const detail =
    record.derived === undefined
      ? record.raw
      : { ...record.raw, eventID: record.eventId, eventSource: record.eventSource };
  return {
    version: '0',
    id: record.eventId,
    'detail-type': detailTypes.get(record.raw['eventType']) ?? apiCall,
    source: `aws.${record.eventSource.replace(/\.amazonaws\.com$/, '')}`,
    account: record.recipientAccountId ?? record.userIdentity.accountId ?? '',
    time: record.eventTime,
    region: record.region ?? '',
    resources: [],
    detail,
  };
}

/**
 * Why a delivered event is not to be believed, or `undefined`: it is none of the patterns', or it tells of another
 * account than the one that EventBridge vouches for.
 */
export function envelopeProblem(event: unknown): string | undefined {
  if (!isObject(event) || !isObject(event['detail'])) return 'not an EventBridge event with a `detail`';
  if (ruleFor(event) === undefined) return 'an event that none of the rules asks for';
  const told = event['detail']['recipientAccountId'];
  return told === undefined || told === event['account']
    ? undefined
    : 'its `recipientAccountId` is not the account that the event comes from';
}

/** Whether EventBridge would deliver the event for the pattern. Names and values are compared with case. */
export function matchesPattern(event: unknown, pattern: EventPattern): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = isObject(event) && Object.hasOwn(event, field) ? event[field] : undefined;
    if (!isWays(wanted)) return matchesPattern(value, wanted);
    // A list matches where one of its elements does; `exists` asks for a leaf, which an object is not.
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return wanted.some((way) => values.some((one) => matchesValue(isObject(one) ? undefined : one, way)));
  });
}

function matchesValue(value: unknown, way: ValuePattern): boolean {
  if (way === null || typeof way !== 'object') return value === way;
  if ('exists' in way) return (value !== undefined) === way.exists;
  if ('anything-but' in way) {
    if (value === undefined) return false;
    const not = way['anything-but'];
    if (typeof not === 'object' && 'prefix' in not) return typeof value !== 'string' || !value.startsWith(not.prefix);
    return !(typeof not === 'object' ? not : [not]).some((one) => one === value);
  }
  if (typeof value !== 'string') return false;
  if ('prefix' in way) return value.startsWith(way.prefix);
  if ('suffix' in way) return value.endsWith(way.suffix);
  return value.toLowerCase() === way['equals-ignore-case'].toLowerCase();
}

function isWays(wanted: EventPattern | readonly ValuePattern[]): wanted is readonly ValuePattern[] {
  return Array.isArray(wanted);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
