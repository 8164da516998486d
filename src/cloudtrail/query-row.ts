/**
 * Which CloudTrail record is behind a row that a query over records answered? CloudTrail Lake (`get-query-results`, and the
 * CSV files that it saves to a bucket) and Athena print what is nested in a form of their own: `{type=IAMUser, arn=…}`.
 */
import { endOfJson } from './json-recovery.ts';

/** Values by the column's name, in any case, as text; what is not told has no value, an empty one, or `null`. */
export type QueryRow = ReadonlyMap<string, string>;

type Printed = string | null | readonly Printed[] | { readonly [name: string]: Printed };

/** Columns that hold text (CloudTrail User Guide, "Supported SQL schemas for event data stores"). */
const plainColumns = [
  ...['eventVersion', 'eventTime', 'eventSource', 'eventName', 'awsRegion', 'userAgent', 'errorCode', 'errorMessage'],
  ...['requestID', 'eventID', 'eventType', 'recipientAccountId', 'sharedEventID', 'vpcEndpointId', 'eventCategory'],
] as const;

/** Names that a nested value has in a record; queries print them in lower case. */
const fieldNames = new Map(
  [
    ...['type', 'principalId', 'arn', 'accountId', 'accessKeyId', 'userName', 'invokedBy', 'identityProvider'],
    ...['sessionContext', 'attributes', 'creationDate', 'mfaAuthenticated', 'sessionIssuer', 'sourceIdentity'],
    ...['webIdFederationData', 'federatedProvider', 'ec2RoleDelivery', 'ec2IssuedInVpc', 'credentialId', 'onBehalfOf'],
    ...['userId', 'identityStoreArn', 'inScopeOf', 'sourceArn', 'sourceAccount', 'issuerType', 'credentialsIssuedTo'],
    ...['arnPrefix'],
  ].map((name) => [name.toLowerCase(), name]),
);

/** Parameters that are text although they look like JSON. */
const documents = new Set(['policyDocument', 'assumeRolePolicyDocument', 'policy']);

/** Levels of nesting that are read; CloudTrail's own columns have four. */
const deepest = 12;

/** @returns a record in CloudTrail's form; `undefined` where the row names no call. */
export function recordOfRow(row: QueryRow): Readonly<Record<string, unknown>> | undefined {
  const columns = new Map([...row].map(([name, value]) => [name.trim().toLowerCase(), value]));
  const text = (name: string): string | undefined => {
    const value = columns.get(name.toLowerCase());
    return value === undefined || value === '' || value === 'null' ? undefined : value;
  };
  if (text('eventName') === undefined) return undefined;
  const told = (name: string, value: unknown): object =>
    value === undefined || value === null ? {} : { [name]: value };
  return {
    ...Object.assign({}, ...plainColumns.map((name) => told(name, text(name)))),
    // Without the endpoint's column an address may be one behind an endpoint.
    ...(columns.has('vpcendpointid') ? told('sourceIPAddress', text('sourceIPAddress')) : {}),
    userIdentity: identityOf(text('userIdentity')),
    requestParameters: parametersOf(text('requestParameters')) ?? null,
    responseElements: parametersOf(text('responseElements')) ?? null,
    ...told('additionalEventData', parametersOf(text('additionalEventData'))),
    ...told('resources', resourcesOf(text('resources'))),
  };
}

function identityOf(text: string | undefined): object {
  const printed = text === undefined ? undefined : (jsonOf(text) ?? printedOf(text));
  if (!isObject(printed)) return {};
  const identity = named(printed);
  const { sessionContext: context } = identity;
  // A table without this column says nothing of it; a record that lacks it says that the session has none.
  if (isObject(context) && !('sourceIdentity' in context)) {
    const { sessionIssuer: _, ...rest } = context;
    return withoutNull({ ...identity, sessionContext: rest });
  }
  return withoutNull(identity);
}

function resourcesOf(text: string | undefined): readonly object[] | undefined {
  const printed = text === undefined ? undefined : (jsonOf(text) ?? printedOf(text));
  if (!Array.isArray(printed)) return undefined;
  return printed.flatMap((one: unknown) => {
    if (!isObject(one)) return [];
    const { arn, accountId, type } = named(one);
    return [withoutNull({ ARN: arn, accountId, type })];
  });
}

/** The names as a record has them, on every level. */
function named(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      fieldNames.get(name.toLowerCase()) ?? name,
      isObject(member) ? named(member) : member,
    ]),
  );
}

function withoutNull(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null || member === undefined || member === ''
        ? []
        : [[name, isObject(member) ? withoutNull(member) : member]],
    ),
  );
}

/**
 * Parameters, a map from names to text: JSON in Athena, `{roleName=deploy, policyDocument={…}}` in Lake. Where a name comes
 * twice, a value is written like a part of the map, and nothing is known of either.
 */
function parametersOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  const whole = jsonOf(text);
  if (whole !== undefined) return isObject(whole) ? whole : undefined;
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const found = new Map<string, unknown>();
  const end = text.length - 1;
  for (let at = 1; at < end; ) {
    const name = nameAt(text, at);
    if (name === undefined || found.has(name)) return undefined;
    const from = at + name.length + 1;
    const to = endOfParameter(text, from, end);
    const value = text.slice(from, to);
    if (value !== 'null') found.set(name, documents.has(name) ? value : (nestedJson(value) ?? value));
    at = to + 2;
  }
  return Object.fromEntries(found);
}

/** The end of a value: behind its JSON where it is some, else before what looks like the next name. */
function endOfParameter(text: string, from: number, end: number): number {
  const closed = endOfSpacedJson(text, from);
  if (
    closed !== undefined &&
    (closed === end || (text.startsWith(', ', closed) && nameAt(text, closed + 2) !== undefined))
  )
    return closed;
  for (let at = text.indexOf(', ', from); at >= 0 && at < end; at = text.indexOf(', ', at + 1))
    if (nameAt(text, at + 2) !== undefined) return at;
  return end;
}

function nameAt(text: string, at: number): string | undefined {
  const name = /([A-Za-z][A-Za-z0-9_.:-]{0,127})=/y;
  name.lastIndex = at;
  return name.exec(text)?.[1];
}

/** @returns the place behind the list or object that begins there, white space around it included; `undefined` where there is none. */
function endOfSpacedJson(text: string, from: number): number | undefined {
  const end = endOfJson(text, behindSpace(text, from));
  return end === undefined ? undefined : behindSpace(text, end);
}

function behindSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}

function nestedJson(value: string): unknown {
  const parsed = /^\s*[{[]/.test(value) ? jsonOf(value) : undefined;
  return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
}

/** A value as queries print it. @returns `undefined` where it is not whole, or a name comes twice. */
function printedOf(text: string): Printed | undefined {
  const read = valueAt(text, 0, 0);
  return read !== undefined && read.end === text.length ? read.value : undefined;
}

function valueAt(
  text: string,
  at: number,
  depth: number,
): { readonly value: Printed; readonly end: number } | undefined {
  if (depth > deepest) return undefined;
  if (text[at] === '{') return membersAt(text, at, depth);
  if (text[at] === '[') return elementsAt(text, at, depth);
  let end = at;
  while (end < text.length && !isEnd(text, end)) end += 1;
  const value = text.slice(at, end);
  return { value: value === 'null' ? null : value, end };
}

/** A text ends where its object or list does, or before the next name that is one of CloudTrail's. */
function isEnd(text: string, at: number): boolean {
  if (text[at] === '}' || text[at] === ']') return true;
  if (!text.startsWith(', ', at)) return false;
  const next = nameAt(text, at + 2);
  return text[at + 2] === '{' || (next !== undefined && fieldNames.has(next.toLowerCase()));
}

function membersAt(text: string, from: number, depth: number): ReturnType<typeof valueAt> {
  const found = new Map<string, Printed>();
  if (text[from + 1] === '}') return { value: {}, end: from + 2 };
  for (let at = from + 1; ; ) {
    const name = nameAt(text, at);
    if (name === undefined || found.has(name)) return undefined;
    const member = valueAt(text, at + name.length + 1, depth + 1);
    if (member === undefined) return undefined;
    found.set(name, member.value);
    if (text[member.end] === '}') return { value: Object.fromEntries(found), end: member.end + 1 };
    if (!text.startsWith(', ', member.end)) return undefined;
    at = member.end + 2;
  }
}

function elementsAt(text: string, from: number, depth: number): ReturnType<typeof valueAt> {
  const found: Printed[] = [];
  if (text[from + 1] === ']') return { value: found, end: from + 2 };
  for (let at = from + 1; ; ) {
    const element = valueAt(text, at, depth + 1);
    if (element === undefined) return undefined;
    found.push(element.value);
    if (text[element.end] === ']') return { value: found, end: element.end + 1 };
    if (!text.startsWith(', ', element.end)) return undefined;
    at = element.end + 2;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The rows of a CSV file (RFC 4180) whose first line names the columns of records.
 * @returns `undefined` where it names none.
 */
export function rowsOfCsv(text: string): readonly QueryRow[] | undefined {
  // Most of what is no JSON is no CSV either, and long.
  const beginning = text.slice(0, 4096).toLowerCase();
  const [first] = beginning.split('\n');
  if (
    !/\beventname\b/.test(first ?? '') ||
    !/\bevent(?:time|source)\b/.test(first ?? '') ||
    !/^"?\w+"?,/.test(first ?? '')
  )
    return undefined;
  const rows: QueryRow[] = [];
  let names: readonly string[] | undefined;
  for (const cells of linesOfCsv(text)) {
    if (names === undefined) names = cells;
    else if (cells.length > 1 || cells[0] !== '')
      rows.push(new Map(names.flatMap((name, index) => (cells[index] === undefined ? [] : [[name, cells[index]]]))));
  }
  return rows;
}

function* linesOfCsv(text: string): Generator<readonly string[]> {
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n]*))(,|\r?\n|$)/y;
  let cells: string[] = [];
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    // A quote that is not closed: what follows is not to be told apart.
    if (found === null) return;
    const [, quoted, plain = '', end] = found;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    yield cells;
    cells = [];
  }
  if (cells.length > 0) yield [...cells, ''];
}
