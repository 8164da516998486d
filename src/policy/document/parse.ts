/** What does the text of a trust policy say? A tree with positions, or all that keeps it from having a meaning. */

import { readOperator } from './condition-operator.ts';
import {
  type JsonDocument,
  type JsonLimits,
  type JsonNode,
  placeFinder,
  pointerStep,
  policyLimits,
  readJson,
} from './json-with-positions.ts';
import { parsePrincipal } from './principal-name.ts';
import type {
  ActionElement,
  ConditionClause,
  Located,
  ParsedTrustPolicy,
  PrincipalElement,
  PrincipalEntry,
  Problem,
  Statement,
  TrustPolicy,
} from './trust-policy.ts';

/**
 * Reads the text of a trust policy, plain or URL-encoded as the IAM API returns it.
 *
 * @returns `unreadable` where it is no JSON within the bounds; `meaningless` where IAM would refuse it for its shape, with
 * every problem; otherwise the policy, with whatever IAM would refuse all the same.
 */
export function parseTrustPolicy(text: string, limits: JsonLimits = policyLimits): ParsedTrustPolicy {
  const decoded = decodePolicyText(text);
  if (decoded === undefined) {
    return {
      status: 'unreadable',
      problem: {
        code: 'invalid-json',
        level: 'refused',
        message: 'the URL-encoding of the policy is broken',
        iamMessage: 'This policy contains invalid Json',
        pointer: '',
        place: { line: 1, column: 1 },
        expected: 'JSON, plain or URL-encoded',
        received: 'a broken `%` sequence',
      },
    };
  }
  const read = readJson(decoded, limits);
  if (!read.ok) {
    return {
      status: 'unreadable',
      problem: {
        code: 'invalid-json',
        level: 'refused',
        message: read.error.message,
        iamMessage: 'This policy contains invalid Json',
        pointer: '',
        place: read.error.place,
        expected: read.error.expected,
        received: read.error.received,
      },
    };
  }
  return readPolicy(read.document);
}

/** The same for a document that is already a JSON value (or the text of one): positions are those of its pretty print. */
export function parseTrustPolicyValue(value: unknown): ParsedTrustPolicy {
  if (typeof value === 'string') return parseTrustPolicy(value);
  const text = JSON.stringify(value, null, 2);
  return parseTrustPolicy(text === undefined ? 'null' : text);
}

/** @returns the text with URL-encoding undone where it has one; `undefined` where that is broken. */
export function decodePolicyText(text: string): string | undefined {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (!/^\s*%(7b|0a|0d|09|20|5b|22)/i.test(bare)) return bare;
  try {
    return decodeURIComponent(bare.trim());
  } catch {
    return undefined;
  }
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

/** Collects problems with their places. */
class Findings {
  readonly refused: Problem[] = [];
  /** True once something was met that leaves the document without a meaning. */
  meaningless = false;
  readonly #document: JsonDocument;
  readonly #place: (offset: number) => { line: number; column: number };

  constructor(document: JsonDocument) {
    this.#document = document;
    this.#place = placeFinder(document.text);
  }

  /** What IAM refuses, and what leaves no meaning. */
  fatal(code: string, pointer: string, message: string, more: Partial<Problem> = {}): void {
    this.meaningless = true;
    this.add(code, 'refused', pointer, message, more);
  }

  add(code: string, level: Problem['level'], pointer: string, message: string, more: Partial<Problem> = {}): void {
    const node = this.#document.nodeAt(pointer);
    this.refused.push({
      code,
      level,
      message,
      pointer,
      ...(node === undefined ? {} : { place: this.#place(node.start) }),
      ...more,
    });
  }
}

const policyElements = ['Version', 'Id', 'Statement'] as const;
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
  'Resource',
  'NotResource',
] as const;
const principalTypes = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;
const syntaxError = 'Syntax errors in policy.';

function readPolicy(document: JsonDocument): ParsedTrustPolicy {
  const found = new Findings(document);
  const { root } = document;
  if (root.kind !== 'object') {
    found.fatal('invalid-shape', '', 'a trust policy is a JSON object', {
      iamMessage: syntaxError,
      expected: 'an object',
      received: kindOf(root),
    });
    return ended(found, undefined);
  }
  for (const { key, pointer, place } of document.duplicates)
    found.fatal('invalid-duplicate-element', pointer, `\`${key}\` stands twice in one object`, {
      iamMessage: syntaxError,
      place,
    });
  const members = membersOf(root, '', policyElements, found);

  const version = versionOf(members.get('Version'), found);
  const id = members.get('Id');
  if (id !== undefined && id.kind !== 'string')
    found.add('invalid-id', 'refused', '/Id', 'the `Id` is a string', {
      iamMessage: syntaxError,
      expected: 'a string',
      received: kindOf(id),
    });

  const statements: Statement[] = [];
  const list = members.get('Statement');
  if (list === undefined)
    found.fatal('invalid-missing-statement', '', 'the policy has no `Statement`', {
      iamMessage: 'Could not parse the policy: Statement is empty!',
    });
  else if (list.kind === 'object') push(statements, readStatement(list, '/Statement', 0, found));
  else if (list.kind === 'array') {
    if (list.items.length === 0)
      found.fatal('invalid-empty-statement', '/Statement', 'the list of statements is empty', {
        iamMessage: 'Could not parse the policy: Statement is empty!',
      });
    list.items.forEach((item, index) => {
      push(statements, readStatement(item, `/Statement/${index}`, index, found));
    });
  } else
    found.fatal('invalid-shape', '/Statement', '`Statement` is an object or a list of objects', {
      iamMessage: syntaxError,
      expected: 'an object or a list',
      received: kindOf(list),
    });

  return ended(found, {
    version: version ?? '2008-10-17',
    versionStated: version !== undefined,
    ...(id?.kind === 'string' ? { id: id.value } : {}),
    statements,
    text: document.text,
    placeOf: document.placeOf,
  });
}

function ended(found: Findings, policy: TrustPolicy | undefined): ParsedTrustPolicy {
  const [first, ...rest] = found.refused;
  if (policy === undefined || found.meaningless) {
    if (first === undefined) throw new Error('INVARIANT: a document without a meaning has a problem');
    return { status: 'meaningless', problems: [first, ...rest] };
  }
  return { status: 'read', policy, problems: found.refused };
}

function versionOf(node: JsonNode | undefined, found: Findings): TrustPolicy['version'] | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'string' && (node.value === '2012-10-17' || node.value === '2008-10-17')) return node.value;
  found.fatal('invalid-version', '/Version', 'the `Version` of a policy is `2012-10-17` or `2008-10-17`', {
    iamMessage: 'The policy must contain a valid version string',
    expected: '`2012-10-17` or `2008-10-17`',
    received: described(node),
  });
  return undefined;
}

function readStatement(node: JsonNode, pointer: string, index: number, found: Findings): Statement | undefined {
  if (node.kind !== 'object') {
    found.fatal('invalid-shape', pointer, 'a statement is an object', {
      iamMessage: syntaxError,
      expected: 'an object',
      received: kindOf(node),
    });
    return undefined;
  }
  const members = membersOf(node, pointer, statementElements, found);
  const sid = members.get('Sid');
  if (sid !== undefined && sid.kind !== 'string')
    found.fatal('invalid-sid', `${pointer}/Sid`, 'a `Sid` is a string of letters and digits', {
      iamMessage: syntaxError,
      expected: 'a string',
      received: kindOf(sid),
    });
  if (members.has('Resource'))
    found.add(
      'invalid-resource',
      'refused',
      `${pointer}/Resource`,
      'a trust policy has no `Resource`: the role it belongs to is the resource',
      { iamMessage: 'Has prohibited field Resource' },
    );
  if (members.has('NotResource'))
    found.add('invalid-resource', 'refused', `${pointer}/NotResource`, 'a trust policy has no `NotResource`', {
      iamMessage: 'AssumeRole policy must not contain resources.',
    });
  const effect = readEffect(members.get('Effect'), pointer, found);
  const principal = readPrincipal(members, pointer, found);
  const actions = readActions(members, pointer, found);
  const conditions = readConditions(members.get('Condition'), `${pointer}/Condition`, found);
  if (effect === undefined || principal === undefined || actions === undefined || conditions === undefined)
    return undefined;
  return {
    index,
    pointer,
    ...(sid?.kind === 'string' ? { sid: sid.value } : {}),
    effect,
    principal,
    actions,
    conditions,
  };
}

function readEffect(node: JsonNode | undefined, pointer: string, found: Findings): 'Allow' | 'Deny' | undefined {
  if (node === undefined) {
    found.fatal('invalid-missing-effect', pointer, 'the statement has no `Effect`', {
      iamMessage: 'Missing required field Effect',
      expected: '`Allow` or `Deny`',
    });
    return undefined;
  }
  if (node.kind === 'string' && (node.value === 'Allow' || node.value === 'Deny')) return node.value;
  const meant =
    node.kind === 'string'
      ? ['Allow', 'Deny'].find((effect) => effect.toLowerCase() === node.value.toLowerCase())
      : undefined;
  found.fatal(
    'invalid-effect',
    `${pointer}/Effect`,
    `the \`Effect\` is \`Allow\` or \`Deny\`${meant === undefined ? '' : `, in this letter case: \`${meant}\``}`,
    {
      iamMessage: `Invalid effect: ${node.kind === 'string' ? node.value : kindOf(node)}`,
      expected: '`Allow` or `Deny`',
      received: described(node),
    },
  );
  return undefined;
}

function readPrincipal(
  members: ReadonlyMap<string, JsonNode>,
  pointer: string,
  found: Findings,
): PrincipalElement | undefined {
  const plain = members.get('Principal');
  const not = members.get('NotPrincipal');
  if (plain !== undefined && not !== undefined) {
    found.fatal(
      'invalid-principal-combination',
      `${pointer}/NotPrincipal`,
      'a statement has `Principal` or `NotPrincipal`, not both',
      { iamMessage: syntaxError },
    );
    return undefined;
  }
  const node = plain ?? not;
  if (node === undefined) {
    found.fatal('invalid-missing-principal', pointer, 'the statement has no `Principal`', {
      iamMessage: 'Missing required field Principal',
    });
    return undefined;
  }
  const element = plain === undefined ? 'NotPrincipal' : 'Principal';
  const at = `${pointer}/${element}`;
  if (node.kind === 'string' && node.value === '*') {
    return {
      element,
      pointer: at,
      bareStar: true,
      entries: [{ type: 'AWS', text: '*', pointer: at, name: { kind: 'everyone' } }],
    };
  }
  if (node.kind !== 'object') {
    found.fatal('invalid-principal', at, `a \`${element}\` is an object such as \`{"AWS": "…"}\``, {
      iamMessage: syntaxError,
      expected: 'an object',
      received: described(node),
    });
    return undefined;
  }
  if (node.members.length === 0) {
    found.fatal('invalid-empty-principal', at, 'the `Principal` is empty', {
      iamMessage: 'Missing required field Principal cannot be empty!',
    });
    return undefined;
  }
  const entries: PrincipalEntry[] = [];
  let broken = false;
  for (const { key, node: value } of node.members) {
    const type = principalTypes.find((name) => name === key);
    if (type === undefined) {
      const meant = principalTypes.find((name) => name.toLowerCase() === key.toLowerCase());
      found.fatal(
        'invalid-principal-type',
        `${at}${pointerStep(key)}`,
        `\`${key}\` is no kind of principal${meant === undefined ? '' : `; \`${meant}\` was probably meant`}`,
        {
          iamMessage: `Invalid principal in policy: "${key.toUpperCase()}"`,
          expected: '`AWS`, `Service` or `Federated`',
          received: `\`${key}\``,
        },
      );
      broken = true;
      continue;
    }
    const texts = stringsOf(value, `${at}${pointerStep(key)}`, 'a principal', found);
    if (texts === undefined) broken = true;
    else for (const located of texts) entries.push({ type, ...located, name: parsePrincipal(type, located.text) });
  }
  if (broken) return undefined;
  if (entries.length === 0)
    found.add('invalid-empty-principal', 'refused', at, 'the `Principal` lists nobody', {
      iamMessage:
        'Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a statement with no principals!',
    });
  return { element, pointer: at, bareStar: false, entries };
}

function readActions(
  members: ReadonlyMap<string, JsonNode>,
  pointer: string,
  found: Findings,
): ActionElement | undefined {
  const plain = members.get('Action');
  const not = members.get('NotAction');
  if (plain !== undefined && not !== undefined) {
    found.fatal(
      'invalid-action-combination',
      `${pointer}/NotAction`,
      'a statement has `Action` or `NotAction`, not both',
      { iamMessage: syntaxError },
    );
    return undefined;
  }
  const node = plain ?? not;
  if (node === undefined) {
    found.fatal('invalid-missing-action', pointer, 'the statement has no `Action`', {
      iamMessage: 'Missing required field Action',
    });
    return undefined;
  }
  const element = plain === undefined ? 'NotAction' : 'Action';
  const patterns = stringsOf(node, `${pointer}/${element}`, 'an action', found);
  if (patterns === undefined) return undefined;
  if (patterns.length === 0) {
    found.fatal('invalid-empty-action', `${pointer}/${element}`, 'the list of actions is empty', {
      iamMessage: 'Policy statement must contain actions.',
    });
    return undefined;
  }
  return { element, pointer: `${pointer}/${element}`, patterns };
}

function readConditions(
  node: JsonNode | undefined,
  pointer: string,
  found: Findings,
): readonly ConditionClause[] | undefined {
  if (node === undefined) return [];
  if (node.kind !== 'object') {
    found.fatal('invalid-condition', pointer, 'a `Condition` is an object of operators', {
      iamMessage: syntaxError,
      expected: 'an object',
      received: kindOf(node),
    });
    return undefined;
  }
  const clauses: ConditionClause[] = [];
  let broken = false;
  for (const { key: name, node: block } of node.members) {
    const at = `${pointer}${pointerStep(name)}`;
    const operator = readOperator(name);
    if (operator === undefined) {
      const nullIfExists = /null(ifexists)$/i.test(name);
      found.fatal(
        'invalid-condition-operator',
        at,
        nullIfExists
          ? '`Null` takes no `IfExists`: it asks just whether the key is there'
          : `\`${name}\` is no condition operator`,
        {
          iamMessage: `Invalid Condition type : ${name}.`,
          expected: 'a condition operator such as `StringEquals`',
          received: `\`${name}\``,
        },
      );
      broken = true;
      continue;
    }
    if (block.kind !== 'object') {
      found.fatal('invalid-condition', at, `the operator \`${name}\` holds an object of condition keys`, {
        iamMessage: syntaxError,
        expected: 'an object',
        received: kindOf(block),
      });
      broken = true;
      continue;
    }
    for (const { key, node: value } of block.members) {
      const values = valuesOf(value, `${at}${pointerStep(key)}`, found);
      if (values === undefined) broken = true;
      else clauses.push({ operator, key, values, pointer: `${at}${pointerStep(key)}` });
    }
  }
  return broken ? undefined : clauses;
}

/** A string or a list of strings. */
function stringsOf(node: JsonNode, pointer: string, what: string, found: Findings): readonly Located[] | undefined {
  if (node.kind === 'string') return [{ text: node.value, pointer }];
  if (node.kind !== 'array') {
    found.fatal('invalid-shape', pointer, `${what} is a string or a list of strings`, {
      iamMessage: syntaxError,
      expected: 'a string or a list',
      received: kindOf(node),
    });
    return undefined;
  }
  const texts: Located[] = [];
  let broken = false;
  node.items.forEach((item, index) => {
    if (item.kind === 'string') texts.push({ text: item.value, pointer: `${pointer}/${index}` });
    else {
      found.fatal('invalid-shape', `${pointer}/${index}`, `${what} is a string`, {
        iamMessage: syntaxError,
        expected: 'a string',
        received: kindOf(item),
      });
      broken = true;
    }
  });
  return broken ? undefined : texts;
}

/** Strings, numbers and Booleans, one or a list, all as text (IAM User Guide, "Grammar of the IAM JSON policy language"). */
function valuesOf(node: JsonNode, pointer: string, found: Findings): readonly Located[] | undefined {
  const items = node.kind === 'array' ? node.items : [node];
  const values: Located[] = [];
  let broken = false;
  items.forEach((item, index) => {
    const at = node.kind === 'array' ? `${pointer}/${index}` : pointer;
    if (item.kind === 'string') values.push({ text: item.value, pointer: at });
    else if (item.kind === 'number') values.push({ text: item.text, pointer: at });
    else if (item.kind === 'boolean') values.push({ text: String(item.value), pointer: at });
    else {
      found.fatal('invalid-condition-value', at, 'a condition value is a string, a number or a Boolean', {
        iamMessage: syntaxError,
        expected: 'a string',
        received: kindOf(item),
      });
      broken = true;
    }
  });
  return broken ? undefined : values;
}

/** The members by name; another letter case or an unknown name is a problem. */
function membersOf(
  node: ObjectNode,
  pointer: string,
  known: readonly string[],
  found: Findings,
): ReadonlyMap<string, JsonNode> {
  const members = new Map<string, JsonNode>();
  for (const { key, node: value } of node.members) {
    if (known.includes(key)) {
      if (!members.has(key)) members.set(key, value);
      continue;
    }
    const meant = known.find((name) => name.toLowerCase() === key.toLowerCase());
    const more = {
      iamMessage: syntaxError,
      expected: known.map((name) => `\`${name}\``).join(', '),
      received: `\`${key}\``,
    };
    const at = `${pointer}${pointerStep(key)}`;
    // An element that was only misspelt must not be passed over: without its Condition a statement lets in too many.
    if (meant === undefined)
      found.add(
        'invalid-element',
        'refused',
        at,
        `\`${key}\` is no element of a ${pointer === '' ? 'policy' : 'statement'}`,
        more,
      );
    else found.fatal('invalid-element', at, `\`${key}\` is written \`${meant}\`, in this letter case`, more);
  }
  return members;
}

function push<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(item);
}

function kindOf(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'null':
      return 'null';
    default:
      return `a ${node.kind}`;
  }
}

function described(node: JsonNode): string {
  return node.kind === 'string' ? `\`${node.value.slice(0, 60)}\`` : kindOf(node);
}
