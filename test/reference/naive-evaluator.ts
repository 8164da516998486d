/**
 * What does IAM answer to a request of which everything is known? Obvious, slow, total, and independent: it walks the
 * JSON document and shares no code with `src/policy/evaluate`.
 */

export interface NaiveRequest {
  readonly kind: 'user' | 'role' | 'service' | 'web' | 'saml';
  /** 12 digits; '' for services and federated callers. */
  readonly account: string;
  /** ARN of the user or role with its path, the service's name, or the provider. */
  readonly name: string;
  /** Session name of a role. */
  readonly session: string;
  /** `AIDA…`, `AROA…`. */
  readonly id: string;
  readonly actions: readonly string[];
  /** Everything that is in the request, keys in lower case, also what follows from the caller. */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

export interface NaiveStatement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface NaivePolicy {
  readonly Version?: string;
  readonly Statement: NaiveStatement | readonly NaiveStatement[];
}

/** AWS does not say whether a `*` alone fits every ARN or none: read either way. */
let loneStarFits = false;
let loneStarMet = false;

/**
 * @param multivalued which keys (lower case) are multivalued.
 * @returns `unknown` where what AWS does not say makes the difference.
 */
export function naiveDecision(
  policy: NaivePolicy,
  request: NaiveRequest,
  multivalued: (key: string) => boolean,
): 'allow' | 'explicit-deny' | 'implicit-deny' | 'unknown' {
  loneStarMet = false;
  const decision = settledDecision(policy, request, multivalued);
  if (!loneStarMet) return decision;
  loneStarFits = true;
  const other = settledDecision(policy, request, multivalued);
  loneStarFits = false;
  return decision === other ? decision : 'unknown';
}

function settledDecision(
  policy: NaivePolicy,
  request: NaiveRequest,
  multivalued: (key: string) => boolean,
): 'allow' | 'explicit-deny' | 'implicit-deny' {
  const statements = Array.isArray(policy.Statement)
    ? (policy.Statement as NaiveStatement[])
    : [policy.Statement as NaiveStatement];
  let everyAllowed = true;
  for (const action of request.actions) {
    const fits = statements.filter(
      (statement) =>
        naiveAction(statement, action) &&
        naivePrincipal(statement, request) &&
        naiveConditions(statement, request, policy.Version === '2012-10-17', multivalued),
    );
    if (fits.some((statement) => statement.Effect === 'Deny')) return 'explicit-deny';
    if (!fits.some((statement) => statement.Effect === 'Allow') || !callable(request, action)) everyAllowed = false;
  }
  return everyAllowed ? 'allow' : 'implicit-deny';
}

function callable(request: NaiveRequest, action: string): boolean {
  const own = {
    user: 'sts:assumerole',
    role: 'sts:assumerole',
    service: 'sts:assumerole',
    web: 'sts:assumerolewithwebidentity',
    saml: 'sts:assumerolewithsaml',
  };
  const lower = action.toLowerCase();
  return !Object.values(own).includes(lower) || own[request.kind] === lower;
}

function list(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

export function naiveAction(statement: NaiveStatement, action: string): boolean {
  const named = (patterns: unknown) =>
    list(patterns).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()));
  return statement.Action === undefined ? !named(statement.NotAction) : named(statement.Action);
}

export function naivePrincipal(statement: NaiveStatement, request: NaiveRequest): boolean {
  const entries = (element: unknown): string[] =>
    element === '*'
      ? ['AWS *']
      : Object.entries(element as Record<string, unknown>).flatMap(([type, names]) =>
          list(names).map((name) => `${type} ${name}`),
        );
  if (statement.Principal !== undefined)
    return entries(statement.Principal).some((entry) => namesOf(request).flat().includes(entry));
  const listed = entries(statement.NotPrincipal);
  if (statement.Effect === 'Allow') return !listed.some((entry) => namesOf(request).flat().includes(entry));
  return !(
    listed.includes('AWS *') ||
    namesOf(request)
      .slice(1)
      .every((forms) => forms.some((form) => listed.includes(form)))
  );
}

/** Everyone; then for each part of the caller (account, entity, session) the entries that name it. */
function namesOf(request: NaiveRequest): string[][] {
  const everyone = ['AWS *'];
  const { account, name } = request;
  const partition = name.split(':')[1] ?? 'aws';
  const ofAccount = [`AWS ${account}`, `AWS arn:${partition}:iam::${account}:root`];
  switch (request.kind) {
    case 'user':
      return [everyone, ofAccount, [`AWS ${name}`, `AWS ${request.id}`]];
    case 'role':
      return [
        everyone,
        ofAccount,
        [`AWS ${name}`, `AWS ${request.id}`],
        [`AWS arn:${partition}:sts::${account}:assumed-role/${name.split('/').at(-1)}/${request.session}`],
      ];
    case 'service':
      return [everyone, [`Service ${name}`]];
    default:
      return [everyone, [`Federated ${name}`]];
  }
}

function naiveConditions(
  statement: NaiveStatement,
  request: NaiveRequest,
  variables: boolean,
  multivalued: (key: string) => boolean,
): boolean {
  for (const [operator, block] of Object.entries(statement.Condition ?? {}))
    for (const [key, values] of Object.entries(block))
      if (!naiveClause(operator, key.toLowerCase(), list(values), request, variables, multivalued)) return false;
  return true;
}

export function naiveClause(
  name: string,
  key: string,
  wanted: readonly string[],
  request: NaiveRequest,
  variables: boolean,
  multivalued: (key: string) => boolean,
): boolean {
  let operator = name.toLowerCase();
  const any = operator.startsWith('foranyvalue:');
  const all = operator.startsWith('forallvalues:');
  operator = operator.slice(operator.indexOf(':') + 1);
  const ifExists = operator.endsWith('ifexists');
  if (ifExists) operator = operator.slice(0, -8);
  const has = request.context.get(key) ?? [];
  if (operator === 'null') return wanted.some((value) => value.toLowerCase() === String(has.length === 0));
  const negated = operator.includes('not');
  const plain = operator.replace('not', '');
  const one = (value: string): boolean =>
    wanted.some((text) => naiveValue(plain, text, value, request, variables, multivalued)) !== negated;
  if (has.length === 0) return ifExists || all || (!any && negated);
  if (any) return has.some(one);
  if (all) return has.every(one);
  return !multivalued(key) && has.length === 1 && one(has[0] ?? '');
}

/** A character of a pattern: a plain one, or a wildcard. */
type Sign = string | { readonly wild: '*' | '?' };

function naiveValue(
  operator: string,
  text: string,
  value: string,
  request: NaiveRequest,
  variables: boolean,
  multivalued: (key: string) => boolean,
): boolean {
  const textual = /^(string|arn|bool)/.test(operator);
  const signs = variables && textual ? withoutVariables(text, request, multivalued) : signsOf(text);
  if (signs === undefined) return false;
  const plainText = signs.map((sign) => (typeof sign === 'string' ? sign : sign.wild)).join('');
  const number = (t: string) => (/^-?\d+(\.\d+)?$/.test(t) ? Number(t) : Number.NaN);
  const date = (t: string) => (/^\d{5,}$/.test(t) ? Number(t) * 1000 : Date.parse(t));
  switch (operator) {
    case 'stringequals':
      return plainText === value;
    case 'stringequalsignorecase':
      return plainText.toLowerCase() === value.toLowerCase();
    case 'stringlike':
      return likeSigns(signs, [...value]);
    case 'bool':
      return ['true', 'false'].includes(plainText.toLowerCase()) && plainText.toLowerCase() === value.toLowerCase();
    case 'arnequals':
    case 'arnlike': {
      const wantedParts = splitSigns(signs);
      const parts = splitSigns([...value]);
      if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^:]/.test(value)) return false;
      if (signs.length > 0 && signs.every((sign) => typeof sign === 'object' && sign.wild === '*')) {
        loneStarMet = true;
        return loneStarFits;
      }
      return (
        wantedParts.length === 6 &&
        parts.length === 6 &&
        parts.every((part, at) => likeSigns(wantedParts[at] ?? [], part as string[]))
      );
    }
    case 'ipaddress':
      return inRange(value, plainText);
    case 'binaryequals':
      return Buffer.from(value, 'base64').equals(Buffer.from(plainText, 'base64'));
    default: {
      const parse = operator.startsWith('numeric') ? number : date;
      const [left, right] = [parse(value), parse(plainText)];
      if (operator.endsWith('lessthan')) return left < right;
      if (operator.endsWith('lessthanequals')) return left <= right;
      if (operator.endsWith('greaterthan')) return left > right;
      if (operator.endsWith('greaterthanequals')) return left >= right;
      return left === right;
    }
  }
}

function signsOf(text: string): Sign[] {
  return [...text].map((character) => (character === '*' || character === '?' ? { wild: character } : character));
}

function withoutVariables(
  text: string,
  request: NaiveRequest,
  multivalued: (key: string) => boolean,
): Sign[] | undefined {
  const signs: Sign[] = [];
  let rest = text;
  while (rest !== '') {
    const special = /^\$\{([*?$])\}/.exec(rest);
    const variable = /^\$\{([^\s,'"{}]+)(?:, '([^']*)')?\}/.exec(rest);
    if (special !== null) {
      signs.push(special[1] ?? '');
      rest = rest.slice(special[0].length);
    } else if (variable !== null) {
      const key = (variable[1] ?? '').toLowerCase();
      const has = request.context.get(key) ?? [];
      if (multivalued(key) || has.length > 1) return undefined;
      const filled = has[0] ?? variable[2];
      if (filled === undefined) return undefined;
      signs.push(...filled);
      rest = rest.slice(variable[0].length);
    } else {
      const [first = ''] = rest;
      signs.push(...signsOf(first));
      rest = rest.slice(first.length);
    }
  }
  return signs;
}

/** The six parts at the first five colons. */
function splitSigns(signs: readonly Sign[]): Sign[][] {
  const parts: Sign[][] = [[]];
  for (const sign of signs) {
    if (sign === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(sign);
  }
  return parts;
}

export function like(pattern: string, text: string): boolean {
  return likeSigns(signsOf(pattern), [...text]);
}

/** By dynamic programming over every prefix of pattern and text. */
function likeSigns(pattern: readonly Sign[], text: readonly string[]): boolean {
  const table = Array.from({ length: pattern.length + 1 }, () => Array<boolean>(text.length + 1).fill(false));
  const at = (p: number, t: number): boolean => table[p]?.[t] === true;
  for (let p = 0; p <= pattern.length; p += 1)
    for (let t = 0; t <= text.length; t += 1) {
      const sign = pattern[p - 1];
      let holds: boolean;
      if (p === 0) holds = t === 0;
      else if (typeof sign === 'object' && sign.wild === '*') holds = at(p - 1, t) || (t > 0 && at(p, t - 1));
      else holds = t > 0 && at(p - 1, t - 1) && (typeof sign === 'object' || sign === text[t - 1]);
      const row = table[p];
      if (row !== undefined) row[t] = holds;
    }
  return at(pattern.length, text.length);
}

/** IPv4 by arithmetic, IPv6 by written-out groups. */
function inRange(address: string, range: string): boolean {
  const [network = '', digits] = range.split('/');
  const left = bits(address);
  const right = bits(network);
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  const length = digits === undefined ? left.length : Number(digits);
  return length <= left.length && left.slice(0, length) === right.slice(0, length);
}

function bits(address: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) {
    const bytes = address.split('.').map(Number);
    return bytes.every((byte) => byte < 256)
      ? bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
      : undefined;
  }
  if (!/^[0-9a-f:]+$/i.test(address)) return undefined;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  if (tail === undefined && left.length !== 8) return undefined;
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
