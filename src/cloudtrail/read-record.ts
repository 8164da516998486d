/** Which CloudTrail records does this text hold? Every form of an EVENT; strict in what is believed, tolerant in what is survived. */
import { canonicalJson, type Fact, sha256 } from '../findings/identity.ts';
import { parseTime, toIsoSeconds } from './event-time.ts';
import { placeOfJsonError } from './json-error-place.ts';
import { splitDamagedList, splitJoined } from './json-recovery.ts';
import { recordOfRow, rowsOfCsv } from './query-row.ts';
import type { CloudTrailRecord, UserIdentity } from './record.ts';

/** Something in an input that is no record, with its place for people: the input's name, the line, the index. */
export interface ReadingProblem {
  readonly place: string;
  readonly message: string;
  /** `damaged`: no JSON, or cut off. `foreign`: JSON that is something else than a CloudTrail record. */
  readonly kind: 'damaged' | 'foreign';
}

export interface ReadEvents {
  readonly records: readonly CloudTrailRecord[];
  readonly problems: readonly ReadingProblem[];
}

/** Said of the last record of an input that was cut off; whoever knows why it was cut says so in its place. */
export const cutOffMessage = 'the JSON ends in the middle of a record';

/** Levels of JSON that a record may nest; CloudTrail's own stay below twenty. */
const deepest = 100;
/** Envelopes around a record: SQS around SNS around EventBridge, and some to spare. */
const mostEnvelopes = 8;
/** Problems told one by one; the rest is counted in one last line. */
const mostProblems = 1000;

/**
 * Reads one record, `{"Records": […]}`, an EventBridge event, a LookupEvents response or one of its events, CloudWatch
 * Logs events, SQS and SNS messages around any of them, a JSON array of any, JSON lines of any, or what a query of CloudTrail
 * Lake or Athena answered, as JSON or CSV. A bad record costs one
 * problem and no more: a list that is damaged in the middle or cut off at its end still gives its other records.
 * @param name what the input is called in the places of problems.
 */
export function readEvents(text: string, name: string): ReadEvents {
  const found = collector();
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (body.trim() === '') {
    found.problem(name, 'the input is empty: expected CloudTrail records as JSON');
    return found.done();
  }
  const whole = parseJson(body);
  if (whole.ok) {
    readInto(found, whole.value, name, {}, 0);
    return found.done();
  }
  // The failure is found: files put into one, a damaged list, JSON lines, or no JSON at all, whichever gives records.
  const isLines = parseJson(firstLine(body)).ok;
  const joined = isLines ? undefined : splitJoined(body)?.map(parseJson);
  if (joined?.every((one) => one.ok) === true) {
    for (const [index, one] of joined.entries())
      if (one.ok) readInto(found, one.value, `${name}, record ${index + 1}`, {}, 0);
    return found.done();
  }
  const list = isLines ? undefined : readDamagedList(body, name);
  if (list !== undefined && list.records.length > 0) return list;
  const lines = readJsonLines(body, name);
  if (lines !== undefined) return lines;
  const rows = rowsOfCsv(body);
  if (rows !== undefined) {
    for (const [index, row] of rows.entries()) readRow(found, row, `${name}, row ${index + 1}`);
    return found.done();
  }
  if (list?.problems.some((problem) => problem.message === cutOffMessage)) return list;
  found.problem(name, whyNoJson(body, false));
  return found.done();
}

function readDamagedList(body: string, name: string): ReadEvents | undefined {
  const damaged = splitDamagedList(body);
  if (damaged === undefined) return undefined;
  const found = collector();
  const placeOf = (index: number): string =>
    damaged.member === undefined ? `${name}, element ${index}` : `${name}, ${damaged.member}[${index}]`;
  const last = damaged.elements.length;
  for (const [index, element] of damaged.elements.entries()) {
    const value = parseJson(element);
    if (value.ok) readInto(found, value.value, placeOf(index), {}, 1);
    else found.problem(placeOf(index), 'not JSON: a record that is damaged');
  }
  if (damaged.cutOff) found.problem(placeOf(last), cutOffMessage);
  else if (found.clean()) found.problem(name, whyNoJson(body, false));
  return found.done();
}

function firstLine(text: string): string {
  const start = text.trimStart();
  const end = start.indexOf('\n');
  return end === -1 ? start : start.slice(0, end);
}

/** The same of a JSON value that was read before, e.g. the `event` of a line of a batch; a string is read as text. */
export function readEventValue(value: unknown, name: string): ReadEvents {
  if (typeof value === 'string') return readEvents(value, name);
  const found = collector();
  readInto(found, value, name, {}, 0);
  return found.done();
}

/** What an envelope knows of the record inside it. */
interface Envelope {
  readonly eventId?: string;
  readonly time?: unknown;
  readonly account?: string;
}

interface Collector {
  record(record: CloudTrailRecord): void;
  problem(place: string, message: string, kind?: ReadingProblem['kind']): void;
  clean(): boolean;
  done(): ReadEvents;
}

function collector(): Collector {
  const records: CloudTrailRecord[] = [];
  const problems: ReadingProblem[] = [];
  let untold = 0;
  let lastPlace = '';
  return {
    record: (record) => void records.push(record),
    problem(place, message, kind = 'damaged') {
      if (problems.length < mostProblems) problems.push({ place, message, kind });
      else {
        untold += 1;
        lastPlace = place;
      }
    },
    clean: () => problems.length === 0,
    done: () => ({
      records,
      problems:
        untold === 0
          ? problems
          : [...problems, { place: lastPlace, message: `and ${untold} more of the kind`, kind: 'damaged' }],
    }),
  };
}

function readJsonLines(text: string, name: string): ReadEvents | undefined {
  const found = collector();
  let start = 0;
  for (let line = 1; start <= text.length; line += 1) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(start, end).trim();
    start = end + 1;
    if (content === '') continue;
    const place = `${name}, line ${line}`;
    const value = parseLine(content);
    if (!value.ok) found.problem(place, whyNoJson(content, true));
    else if (value.value !== undefined) {
      readInto(found, value.value, place, {}, 0);
    }
  }
  const read = found.done();
  return read.records.length === 0 ? undefined : read;
}

/** One line of JSON lines, or of a list that has one element a line; CloudWatch Logs exports lines with their time before. */
function parseLine(dated: string): Parsed {
  const line = dated.replace(/^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z (?=\{)/, '');
  const plain = parseJson(line);
  if (plain.ok) return plain;
  if (line === '[' || line === ']') return { ok: true, value: undefined };
  if (line.startsWith('[{') || line.endsWith(',') || line.endsWith('}]')) {
    const element = parseJson(line.replace(/^\[/, '').replace(/[\],]{1,2}$/, ''));
    if (element.ok) return element;
  }
  return plain;
}

/** Reads whatever stands at a place into the collection, through every envelope that is known. */
function readInto(found: Collector, value: unknown, place: string, envelope: Envelope, depth: number): void {
  if (depth > mostEnvelopes) {
    found.problem(place, `more than ${mostEnvelopes} envelopes around one record`, 'foreign');
    return;
  }
  if (typeof value === 'string') {
    const inner = parseJson(value);
    if (inner.ok && typeof inner.value !== 'string') readInto(found, inner.value, place, envelope, depth + 1);
    else found.problem(place, 'a text that is no JSON: expected a CloudTrail record', 'foreign');
    return;
  }
  if (Array.isArray(value)) {
    readList(found, value, `${place}, element `, '', depth);
    return;
  }
  if (!isObject(value)) {
    found.problem(place, `${value === null ? 'null' : `a ${typeof value}`}: expected a CloudTrail record`, 'foreign');
    return;
  }
  if (!Object.hasOwn(value, 'eventName')) {
    const rows = own(value, 'QueryResultRows');
    if (Array.isArray(rows)) {
      for (const [index, row] of rows.entries()) readRow(found, cellsOf(row), `${place}, QueryResultRows[${index}]`);
      return;
    }
    const inside = open(value);
    if (inside !== undefined) {
      if (!Array.isArray(inside.value))
        readInto(found, inside.value, place, { ...envelope, ...inside.envelope }, depth + 1);
      else if (inside.list !== undefined) readList(found, inside.value, `${place}, ${inside.list}[`, ']', depth);
      return;
    }
  } else if (own(value, 'eventSource') === 'aws:s3' && Object.hasOwn(value, 's3')) {
    found.problem(place, 'an S3 notification, not a CloudTrail record: give the file it tells of', 'foreign');
    return;
  }
  const record = readRecord(value, envelope);
  if (typeof record === 'string') found.problem(place, record, 'foreign');
  else found.record(record);
}

function readList(found: Collector, list: readonly unknown[], before: string, after: string, depth: number): void {
  for (const [index, element] of list.entries()) readInto(found, element, `${before}${index}${after}`, {}, depth + 1);
}

/** A row of CloudTrail Lake: an object for each column (CloudTrail API Reference, GetQueryResults). */
function cellsOf(row: unknown): ReadonlyMap<string, string> {
  const cells = Array.isArray(row) ? row.filter(isObject).flatMap((cell) => Object.entries(cell)) : [];
  return new Map(cells.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function readRow(found: Collector, row: ReadonlyMap<string, string>, place: string): void {
  const raw = recordOfRow(row);
  if (raw === undefined) found.problem(place, 'a row without `eventName`', 'foreign');
  else readInto(found, raw, place, {}, 0);
}

/** What stands inside an envelope; `undefined` where the object is none. */
function open(value: JsonObject): { value: unknown; list?: string; envelope?: Envelope } | undefined {
  for (const list of ['Records', 'Events', 'Messages', 'logEvents', 'events'])
    if (Array.isArray(own(value, list))) return { value: own(value, list), list };
  const event = own(value, 'CloudTrailEvent');
  if (event !== undefined) {
    const eventId = text(value, 'EventId');
    return { value: event, envelope: { ...(eventId === undefined ? {} : { eventId }), time: own(value, 'EventTime') } };
  }
  const detail = own(value, 'detail');
  if (isObject(detail) && Object.hasOwn(detail, 'eventName')) {
    const account = text(value, 'account');
    return { value: detail, envelope: { ...(account === undefined ? {} : { account }), time: own(value, 'time') } };
  }
  const sns = own(value, 'Sns');
  if (isObject(sns) && typeof own(sns, 'Message') === 'string') return { value: own(sns, 'Message') };
  for (const field of ['body', 'Body', 'Message', 'message'])
    if (typeof own(value, field) === 'string') return { value: own(value, field) };
  return undefined;
}

/** @returns the record, or why the object is none. */
function readRecord(raw: JsonObject, envelope: Envelope): CloudTrailRecord | string {
  const eventName = text(raw, 'eventName');
  if (eventName === undefined) return whyNoRecord(raw);
  if (nestsDeeper(raw, deepest)) return `a record that nests more than ${deepest} levels deep`;
  const derived: ('eventID' | 'eventTime' | 'eventSource')[] = [];
  const at = parseTime(own(raw, 'eventTime')) ?? parseTime(envelope.time) ?? parseTime(own(raw, '@timestamp'));
  if (at === undefined) derived.push('eventTime');
  const id = text(raw, 'eventID') ?? envelope.eventId;
  if (id === undefined) derived.push('eventID');
  const source = text(raw, 'eventSource');
  if (source === undefined) derived.push('eventSource');
  const time = at ?? 0;
  return {
    eventId: id ?? `derived-${sha256(canonicalJson(raw as Fact)).slice(0, 32)}`,
    eventTime: toIsoSeconds(time),
    at: time,
    eventSource: source ?? sourceOf(eventName),
    eventName,
    ...given('region', text(raw, 'awsRegion')),
    ...given('recipientAccountId', accountId(raw, 'recipientAccountId') ?? accountNumber(envelope.account)),
    ...given('sharedEventId', text(raw, 'sharedEventID')),
    ...given('sourceIp', text(raw, 'sourceIPAddress')),
    ...given('userAgent', text(raw, 'userAgent')),
    ...given('errorCode', text(raw, 'errorCode')),
    ...given('errorMessage', text(raw, 'errorMessage')),
    userIdentity: readUserIdentity(own(raw, 'userIdentity')),
    requestParameters: readParameters(own(raw, 'requestParameters')),
    responseElements: readParameters(own(raw, 'responseElements')),
    additionalEventData: readParameters(own(raw, 'additionalEventData')),
    resources: readResources(own(raw, 'resources')),
    ...given('vpcEndpointId', text(raw, 'vpcEndpointId')),
    ...(derived.length === 0 ? {} : { derived }),
    raw,
  };
}

function whyNoRecord(raw: JsonObject): string {
  if (Object.hasOwn(raw, 'Statement')) return 'a policy, not a CloudTrail record';
  if (Object.hasOwn(raw, 'detail'))
    return 'an EventBridge event whose `detail` is no CloudTrail record (no `eventName` in it)';
  if (Object.hasOwn(raw, 'EventId')) return 'an event of LookupEvents without its `CloudTrailEvent`';
  if (Object.hasOwn(raw, 'Records')) return '`Records` is not a list';
  return Object.hasOwn(raw, 'eventName')
    ? 'not a CloudTrail record: its `eventName` is not a text'
    : 'not a CloudTrail record: it has no `eventName`';
}

/** The names that no other service has; everything else without a source stays without. */
function sourceOf(eventName: string): string {
  if (/^AssumeRole(With(WebIdentity|SAML))?$/.test(eventName)) return 'sts.amazonaws.com';
  return eventName === 'UpdateAssumeRolePolicy' ? 'iam.amazonaws.com' : '';
}

function readUserIdentity(value: unknown): UserIdentity {
  if (!isObject(value)) return {};
  const context = objectOf(value, 'sessionContext');
  const issuer = objectOf(context, 'sessionIssuer');
  const web = objectOf(context, 'webIdFederationData');
  const provider = text(web, 'federatedProvider');
  const mfa = own(objectOf(context, 'attributes'), 'mfaAuthenticated');
  return {
    ...given('type', text(value, 'type')),
    ...given('principalId', text(value, 'principalId')),
    ...given('arn', text(value, 'arn')),
    ...given('accountId', accountId(value, 'accountId')),
    ...given('userName', text(value, 'userName')),
    ...given('invokedBy', text(value, 'invokedBy')),
    ...given('identityProvider', text(value, 'identityProvider')),
    ...given('accessKeyId', text(value, 'accessKeyId')),
    ...(Object.keys(issuer).length === 0
      ? {}
      : {
          sessionIssuer: {
            ...given('type', text(issuer, 'type')),
            ...given('principalId', text(issuer, 'principalId')),
            ...given('arn', text(issuer, 'arn')),
            ...given('accountId', accountId(issuer, 'accountId')),
            ...given('userName', text(issuer, 'userName')),
          },
        }),
    ...(mfa === 'true' || mfa === true ? { mfaAuthenticated: true } : {}),
    ...(mfa === 'false' || mfa === false ? { mfaAuthenticated: false } : {}),
    ...given('sourceIdentity', text(context, 'sourceIdentity')),
    ...(provider === undefined ? {} : { webIdFederation: { federatedProvider: provider } }),
  };
}

/** An object, or the text of one (as query results have it); empty or anything else counts as not known. */
function readParameters(value: unknown): JsonObject | null {
  if (typeof value === 'string' && value.startsWith('{')) {
    const parsed = parseJson(value);
    return parsed.ok && !nestsDeeper(parsed.value, deepest) ? readParameters(parsed.value) : null;
  }
  return isObject(value) && Object.keys(value).length > 0 ? value : null;
}

function readResources(value: unknown): CloudTrailRecord['resources'] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return entry === '' ? [] : [{ arn: entry }];
    if (!isObject(entry)) return [];
    return [
      {
        ...given('arn', text(entry, 'ARN') ?? text(entry, 'arn')),
        ...given('accountId', accountId(entry, 'accountId')),
        ...given('type', text(entry, 'type')),
      },
    ];
  });
}

type JsonObject = Readonly<Record<string, unknown>>;
type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

function parseJson(source: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(source) as unknown };
  } catch {
    return { ok: false };
  }
}

/** Says where, and never repeats the input. @param oneLine the place names the line already. */
function whyNoJson(source: string, oneLine: boolean): string {
  const { line, column, endsEarly } = placeOfJsonError(source);
  const where = oneLine ? `column ${column}` : `line ${line}, column ${column}`;
  return endsEarly ? `not JSON: it ends too early, at ${where}` : `not JSON: unexpected text at ${where}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that the object has itself: nothing is read from a prototype. */
function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function objectOf(object: JsonObject, name: string): JsonObject {
  const value = own(object, name);
  return isObject(value) ? value : {};
}

function text(object: JsonObject, name: string): string | undefined {
  const value = own(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An account id; as a number, which some fixtures have, its leading zeros are put back. */
function accountId(object: JsonObject, name: string): string | undefined {
  const value = own(object, name);
  return typeof value === 'number' && Number.isInteger(value) && value > 0
    ? accountNumber(String(value).padStart(12, '0'))
    : text(object, name);
}

function accountNumber(value: string | undefined): string | undefined {
  return value !== undefined && /^\d{12}$/.test(value) ? value : undefined;
}

function given<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: string });
}

/** Never goes deeper than the limit itself, so that no input exhausts the stack. */
function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const member of Array.isArray(value) ? value : Object.values(value))
    if (typeof member === 'object' && member !== null && nestsDeeper(member, levels - 1)) return true;
  return false;
}
