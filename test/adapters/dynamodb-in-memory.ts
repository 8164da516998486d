/**
 * DynamoDB in memory, behind the SDK: what the adapter sends goes through all of the SDK and out as an HTTP request, and is
 * answered here as AWS answers it. Of the service there is what a store needs: items by two keys, conditions, updates,
 * transactions, pages, and the limits of an item and a page (DynamoDB Developer Guide, "Quotas", "Expressions").
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A value as it goes over the wire: `{"S": "text"}`. */
type Wire = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Wire>>;
type Input = Readonly<Record<string, unknown>>;

/** What is answered instead of a result; the SDK makes an exception of that name of it. */
export class DynamoDbError extends Error {
  readonly type: string;
  readonly reasons: readonly { readonly Code: string }[] | undefined;
  constructor(type: string, message = type, reasons?: readonly { readonly Code: string }[]) {
    super(message);
    this.type = type;
    this.reasons = reasons;
  }
}

export interface DynamoDbInMemory {
  /** One request, at once and as a whole. @throws {DynamoDbError} */
  answer(operation: string, input: Input): Input;
  /** Requests by the name of their operation. */
  readonly requests: Map<string, number>;
  /** What AWS bills: units of writing, one for each began kilobyte of each item, twice in a transaction, and of consistent reading. */
  readonly units: { write: number; read: number };
}

const mostOfItem = 400 * 1024;
const mostOfPage = 1024 * 1024;

export function dynamoDbInMemory(): DynamoDbInMemory {
  /** Partition → sort key → item. */
  const partitions = new Map<string, Map<string, Item>>();
  const requests = new Map<string, number>();
  const units = { write: 0, read: 0 };

  const place = (key: Item): { readonly pk: string; readonly sk: string } => ({
    pk: textOf(key['pk']),
    sk: textOf(key['sk']),
  });
  const get = (key: Item): Item | undefined => partitions.get(place(key).pk)?.get(place(key).sk);
  const put = (item: Item): void => {
    const { pk, sk } = place(item);
    if (pk === '' || sk === '') throw new DynamoDbError('ValidationException', 'a key is empty');
    if (sizeOf(item) > mostOfItem)
      throw new DynamoDbError('ValidationException', 'Item size has exceeded the maximum allowed size');
    const partition = partitions.get(pk) ?? new Map<string, Item>();
    partition.set(sk, item);
    partitions.set(pk, partition);
  };
  const written = (item: Item, times = 1): void => {
    units.write += times * Math.max(1, Math.ceil(sizeOf(item) / 1024));
  };
  const read = (bytes: number): void => {
    units.read += Math.max(1, Math.ceil(bytes / 4096));
  };
  const check = (input: Input, item: Item | undefined): void => {
    const condition = input['ConditionExpression'];
    if (typeof condition === 'string' && !holds(condition, scopeOf(input, item ?? {})))
      throw new DynamoDbError('ConditionalCheckFailedException', 'The conditional request failed');
  };

  function query(input: Input): Input {
    const values = (input['ExpressionAttributeValues'] ?? {}) as Item;
    if (input['KeyConditionExpression'] !== 'pk = :pk and sk between :from and :to')
      throw new DynamoDbError('ValidationException', `unknown: ${String(input['KeyConditionExpression'])}`);
    const [from, to] = [textOf(values[':from']), textOf(values[':to'])];
    const partition = partitions.get(textOf(values[':pk'])) ?? new Map<string, Item>();
    const isForward = input['ScanIndexForward'] !== false;
    const start = input['ExclusiveStartKey'] as Item | undefined;
    const after = start === undefined ? undefined : textOf(start['sk']);
    const keys = [...partition.keys()]
      .filter((sk) => !isBelow(sk, from) && !isBelow(to, sk))
      .sort((left, right) => (left === right ? 0 : isBelow(left, right) === isForward ? -1 : 1))
      .filter((sk) => after === undefined || (isForward ? isBelow(after, sk) : isBelow(sk, after)));
    const most = typeof input['Limit'] === 'number' ? input['Limit'] : Number.POSITIVE_INFINITY;
    const items: Item[] = [];
    let bytes = 0;
    let last: Item | undefined;
    for (const sk of keys) {
      const item = partition.get(sk);
      if (item === undefined) continue;
      if (items.length >= most || bytes + sizeOf(item) > mostOfPage) {
        const end = items.at(-1);
        if (end !== undefined) last = { pk: end['pk'] ?? {}, sk: end['sk'] ?? {} };
        break;
      }
      bytes += sizeOf(item);
      items.push(item);
    }
    read(bytes);
    return { Items: items, Count: items.length, ...(last === undefined ? {} : { LastEvaluatedKey: last }) };
  }

  function transact(input: Input): Input {
    const actions = (input['TransactItems'] as readonly Readonly<Record<string, Input>>[]).map((one) => {
      if (one['Put'] === undefined) throw new DynamoDbError('ValidationException', 'unknown action');
      return one['Put'];
    });
    const reasons = actions.map((action) => {
      try {
        check(action, get(action['Item'] as Item));
        return { Code: 'None' };
      } catch (error) {
        if (!(error instanceof DynamoDbError)) throw error;
        return { Code: 'ConditionalCheckFailed' };
      }
    });
    for (const action of actions) written(action['Item'] as Item, 2);
    if (reasons.some(({ Code }) => Code !== 'None'))
      throw new DynamoDbError('TransactionCanceledException', 'Transaction cancelled', reasons);
    for (const action of actions) put(action['Item'] as Item);
    return {};
  }

  return {
    requests,
    units,
    answer(operation, input) {
      requests.set(operation, (requests.get(operation) ?? 0) + 1);
      switch (operation) {
        case 'GetItem': {
          const item = get(input['Key'] as Item);
          read(item === undefined ? 0 : sizeOf(item));
          return item === undefined ? {} : { Item: item };
        }
        case 'PutItem': {
          const item = input['Item'] as Item;
          written(item);
          check(input, get(item));
          put(item);
          return {};
        }
        case 'UpdateItem': {
          const key = input['Key'] as Item;
          const before = get(key);
          written(before ?? key);
          check(input, before);
          put(updated(String(input['UpdateExpression']), scopeOf(input, before ?? key)));
          return {};
        }
        case 'DeleteItem': {
          const { pk, sk } = place(input['Key'] as Item);
          const before = partitions.get(pk)?.get(sk);
          written(before ?? {});
          check(input, before);
          partitions.get(pk)?.delete(sk);
          return {};
        }
        case 'Query':
          return query(input);
        case 'TransactWriteItems':
          return transact(input);
        default:
          throw new DynamoDbError('UnknownOperationException', operation);
      }
    },
  };
}

/**
 * The SDK's client whose requests end here.
 * @param network what happens to each request on its way; `send` lets the service answer it.
 */
export function clientOf(
  service: DynamoDbInMemory,
  network: (send: () => Input, operation: string, input: Input) => Input | Promise<Input> = (send) => send(),
): DynamoDBClient {
  return new DynamoDBClient({
    region: 'us-east-1',
    endpoint: 'https://dynamodb.us-east-1.amazonaws.com',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ headers, body }: { headers: Readonly<Record<string, string>>; body: Uint8Array }) {
        const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
        const input = JSON.parse(new TextDecoder().decode(body)) as Input;
        try {
          return reply(200, await network(() => service.answer(operation, input), operation, input));
        } catch (error) {
          if (!(error instanceof DynamoDbError)) throw error;
          const { type, message, reasons } = error;
          return reply(400, {
            __type: `com.amazonaws.dynamodb.v20120810#${type}`,
            message,
            ...(reasons === undefined ? {} : { CancellationReasons: reasons }),
          });
        }
      },
    },
  });
}

function reply(statusCode: number, value: Input) {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode, headers, body: Buffer.from(JSON.stringify(value)) } };
}

function textOf(value: Wire | undefined): string {
  const text = value?.['S'];
  if (typeof text !== 'string') throw new DynamoDbError('ValidationException', 'a key is no text');
  return text;
}

/** DynamoDB sorts texts by their bytes in UTF-8; surrogates make JavaScript's own order another one. */
function isBelow(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}

const sizes = new WeakMap<Item, number>();

/** Names and values in UTF-8, some bytes more for each list or map. */
function sizeOf(item: Item): number {
  let size = sizes.get(item);
  if (size === undefined) {
    size = membersSize(item);
    sizes.set(item, size);
  }
  return size;
}

function membersSize(members: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(members)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

function valueSize(value: Wire): number {
  const [[kind, content] = []] = Object.entries(value);
  switch (kind) {
    case 'S':
      return Buffer.byteLength(String(content));
    case 'N':
      return 1 + Math.ceil(String(content).length / 2);
    case 'B':
      return Math.ceil((String(content).length * 3) / 4);
    case 'L':
      return 3 + (content as readonly Wire[]).reduce((sum, one) => sum + 1 + valueSize(one), 0);
    case 'M':
      return 3 + membersSize(content as Item) + Object.keys(content as Item).length;
    default:
      return 1;
  }
}

/** What an expression speaks of. */
interface Scope {
  readonly item: Item;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

function scopeOf(input: Input, item: Item): Scope {
  return {
    item,
    names: (input['ExpressionAttributeNames'] ?? {}) as Readonly<Record<string, string>>,
    values: (input['ExpressionAttributeValues'] ?? {}) as Item,
  };
}

function wordsOf(expression: string): string[] {
  const words = expression.match(/<>|<=|>=|[=<>(),+-]|[#:\w.]+/g) ?? [];
  if (words.join('') !== expression.replaceAll(/\s/g, ''))
    throw new DynamoDbError('ValidationException', `Invalid expression: ${expression}`);
  return words;
}

/** Steps to an attribute: `deliveries.#channel`. */
function stepsOf(word: string, { names }: Scope): readonly string[] {
  return word.split('.').map((step) => {
    if (!step.startsWith('#')) return step;
    const name = names[step];
    if (name === undefined) throw new DynamoDbError('ValidationException', `undefined name: ${step}`);
    return name;
  });
}

function valueAt(word: string, scope: Scope): Wire | undefined {
  if (word.startsWith(':')) {
    const value = scope.values[word];
    if (value === undefined) throw new DynamoDbError('ValidationException', `undefined value: ${word}`);
    return value;
  }
  let found: Wire | undefined = { M: scope.item };
  for (const step of stepsOf(word, scope)) found = (found?.['M'] as Item | undefined)?.[step];
  return found;
}

/** `a = :b and (attribute_not_exists(c) or d < :e)`. */
function holds(expression: string, scope: Scope): boolean {
  const words = wordsOf(expression);
  const expect = (word: string): void => {
    if (words.shift() !== word) throw new DynamoDbError('ValidationException', `Invalid expression: ${expression}`);
  };
  const either = (): boolean => {
    let result = both();
    while (words[0]?.toLowerCase() === 'or') {
      words.shift();
      // Both sides are read, whatever the first comes to.
      const other = both();
      result = result || other;
    }
    return result;
  };
  const both = (): boolean => {
    let result = one();
    while (words[0]?.toLowerCase() === 'and') {
      words.shift();
      const other = one();
      result = result && other;
    }
    return result;
  };
  const one = (): boolean => {
    const word = words.shift() ?? '';
    if (word === '(') {
      const result = either();
      expect(')');
      return result;
    }
    if (word === 'attribute_exists' || word === 'attribute_not_exists') {
      expect('(');
      const found = valueAt(words.shift() ?? '', scope);
      expect(')');
      return (found !== undefined) === (word === 'attribute_exists');
    }
    const left = valueAt(word, scope);
    const sign = words.shift() ?? '';
    const right = valueAt(words.shift() ?? '', scope);
    return compares(left, sign, right);
  };
  const result = either();
  if (words.length > 0) throw new DynamoDbError('ValidationException', `Invalid expression: ${expression}`);
  return result;
}

/** A comparison with an attribute that is not there, or is of another type, does not hold. */
function compares(left: Wire | undefined, sign: string, right: Wire | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  const [[kind, one] = []] = Object.entries(left);
  const [[otherKind, other] = []] = Object.entries(right);
  if (kind !== otherKind) return sign === '<>';
  if (sign === '=' || sign === '<>')
    return (
      (kind === 'N' ? Number(one) === Number(other) : JSON.stringify(one) === JSON.stringify(other)) === (sign === '=')
    );
  const difference =
    kind === 'N' ? Number(one) - Number(other) : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
  switch (sign) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      throw new DynamoDbError('ValidationException', `unknown comparison ${sign}`);
  }
}

/** `set a = :a, b.#c = :c remove d`. */
function updated(expression: string, scope: Scope): Item {
  const words = wordsOf(expression);
  let item = scope.item;
  let clause = '';
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (/^(?:set|remove)$/i.test(word)) clause = word.toLowerCase();
    else if (word === ',') continue;
    else if (clause === 'set') {
      if (words.shift() !== '=') throw new DynamoDbError('ValidationException', `Invalid expression: ${expression}`);
      item = withValue(item, stepsOf(word, scope), valueAt(words.shift() ?? '', scope));
    } else if (clause === 'remove') item = withValue(item, stepsOf(word, scope), undefined);
    else throw new DynamoDbError('ValidationException', `Invalid expression: ${expression}`);
  }
  return item;
}

function withValue(item: Item, [step = '', ...rest]: readonly string[], value: Wire | undefined): Item {
  const { [step]: before, ...others } = item;
  if (rest.length === 0) return value === undefined ? others : { ...item, [step]: value };
  const inner = before?.['M'];
  if (inner === undefined)
    throw new DynamoDbError('ValidationException', 'The document path provided in the update expression is invalid');
  return { ...item, [step]: { M: withValue(inner as Item, rest, value) } };
}
