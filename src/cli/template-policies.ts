/** Which trust policies does a CloudFormation or SAM template hold, and in how many ways may they turn out? */
import {
  Composer,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Pair,
  Parser,
  Scalar,
  visit,
  YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { ParsedTrustPolicy, Place } from '../policy/document/trust-policy.ts';
import { UserError } from './io.ts';
import { type Deployment, type PolicyInFile, policyForms, relocatedPolicy } from './policy-in-file.ts';
import {
  inLoops,
  type LoopValue,
  resolved,
  type StandIns,
  scalarText,
  standInVariants,
  type TemplateParts,
  type TemplateValue,
  templateAccount,
  textInLoops,
} from './template-values.ts';

type Json = Readonly<Record<string, unknown>>;

/** A template with more aliases of one anchor than these is no template but an attack (a "billion laughs"). */
const mostAliases = 100;
/** Aliases of all anchors together: each is looked for among all the anchors. */
const mostAliasesInAll = 2_000;
/** Levels that a template may nest: what is read, resolved and told of a level is as long as the way to it. */
const deepest = 300;
/** Conditions of one policy whose every combination is looked at; of more, all true and all false. */
const mostConditions = 3;

/** @throws {UserError} where the text is no template, with the place. */
export function templatePolicies(text: string, file: string, account: string | undefined): readonly PolicyInFile[] {
  try {
    return policiesOf(text, file, account);
  } catch (cause) {
    // Some level of what is read, resolved or parsed again went deeper than the stack: no template that anybody deploys.
    if (cause instanceof RangeError) throw new UserError(`${file}:1:1: nested too deeply for a template`, policyForms);
    throw cause;
  }
}

function policiesOf(text: string, file: string, account: string | undefined): readonly PolicyInFile[] {
  const { root, placeOf } = readTemplate(text, file);
  if (isObject(root) && root['Statement'] !== undefined) return [bareDocument(root, file, placeOf)];
  const [written, prefix] = resourcesOf(root);
  if (written === undefined) throw new UserError(`${file}:1:1: holds no trust policy`, policyForms);
  const found = resourcesIn(written, prefix);
  const resources = Object.fromEntries(found.map(({ id, resource }) => [id, resource]));
  const parts = partsOf(resources, root);
  // Who writes AWS::AccountId for the own account means another one by a number.
  const assumed = account === undefined && text.includes('AWS::AccountId');
  const home = account ?? templateAccount;
  return found.flatMap(({ id, resource, path: at }): readonly PolicyInFile[] => {
    const properties = isObject(resource) ? resource['Properties'] : undefined;
    const policy = isObject(properties) ? properties['AssumeRolePolicyDocument'] : undefined;
    if (!isObject(resource) || !isObject(properties) || policy === undefined) return [];
    const path = [...at, 'Properties', 'AssumeRolePolicyDocument'];
    const presence = typeof resource['Condition'] === 'string' ? resource['Condition'] : undefined;
    const deployments = deploymentsOf(policy, path, parts, home, presence, placeOf);
    const [[first]] = deployments.groups;
    const plain = (node: unknown): unknown => resolved(node, [], parts, asIs(home)).value;
    const name = plain(properties['RoleName']);
    const named = typeof name === 'string' && /^[\w+=,.@-]+$/.test(name) ? name : id;
    const rolePath = plain(properties['Path']);
    const duration = plain(properties['MaxSessionDuration']);
    return [
      {
        input: {
          name: file,
          parsed: first.parsed,
          role: {
            ...(account === undefined && !assumed
              ? {}
              : { arn: `arn:aws:iam::${home}:role${typeof rolePath === 'string' ? rolePath : '/'}${named}` }),
            roleName: named,
            ...(typeof duration === 'number' ? { maxSessionDuration: duration } : {}),
          },
          withDocument: () => undefined,
        },
        label: id,
        ...attachedTo(id, properties, resources, plain),
        unknown: deployments.unknown,
        ...(deployments.undetermined
          ? { undetermined: 'its trust policy is known only once it is deployed, so it was not checked' }
          : {}),
        accountAssumed: account === undefined,
        ...(deployments.groups.length === 1 && deployments.groups[0].length === 1
          ? {}
          : { deployments: deployments.groups }),
      },
    ];
  });
}

interface FoundResource {
  readonly id: string;
  readonly resource: unknown;
  /** Steps of the template that lead to it. */
  readonly path: readonly string[];
}

/** Those of `Fn::ForEach` as well: one for each value where they are written down, one for all where they are not. */
function resourcesIn(
  resources: Json,
  path: readonly string[],
  loops: readonly LoopValue[] = [],
): readonly FoundResource[] {
  return Object.entries(resources).flatMap(([id, value]): readonly FoundResource[] => {
    if (!id.startsWith('Fn::ForEach::'))
      return [{ id: textInLoops(id, loops), resource: inLoops(value, loops), path: [...path, id] }];
    const [name, collection, body] = listOf(value);
    if (typeof name !== 'string' || !isObject(body)) return [];
    const values = Array.isArray(collection) ? (collection as readonly unknown[]) : [collection];
    return values.flatMap((one) => {
      const text = typeof one === 'string' || typeof one === 'number' ? String(one) : undefined;
      return resourcesIn(body, [...path, id, '2'], [...loops, { name, text }]);
    });
  });
}

type PlaceOf = (path: readonly string[]) => Place | undefined;

function readTemplate(text: string, file: string): { readonly root: unknown; readonly placeOf: PlaceOf } {
  const lines = new LineCounter();
  const wrong = (why: string, place: string): UserError =>
    new UserError(`${file}${place}: neither a trust policy nor a template: ${why}`, policyForms);
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `:${line}:${col}`;
  };
  const [document, another] = composed(
    tokensOf(text, lines, (why, offset) => wrong(why, at(offset))),
    text.length,
  );
  const [error] = document.errors;
  if (error !== undefined) throw wrong(error.message.split('\n')[0] ?? '', at(error.pos[0]));
  if (another?.contents && !(isScalar(another.contents) && another.contents.value === null))
    throw wrong('several documents in one file', at(another.range[0]));
  const twice = repeatedKey(document);
  if (twice !== undefined) throw wrong('Map keys must be unique', at(twice));
  try {
    const root = document.toJS({ maxAliasCount: mostAliases }) as unknown;
    // What an alias stands for is as deep again; one that stands for what it is part of has no end.
    heightOf(root, 0, new Map());
    return {
      root,
      placeOf: (path) => {
        let node: unknown = document.contents;
        let found = node as Node | null;
        for (const step of path) {
          if (isAlias(node)) node = node.resolve(document);
          if (isMap(node))
            node = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)?.value ?? undefined;
          else if (isSeq(node)) node = node.items[Number(step)];
          else node = undefined;
          if (node === null || node === undefined) break;
          found = node as Node;
        }
        const offset = found?.range?.[0];
        if (offset === undefined) return undefined;
        const { line, col } = lines.linePos(offset);
        return { line, column: col };
      },
    };
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), '');
  }
}

/**
 * The tokens that YAML's own parser makes of the text, as long as it keeps no more levels open than a template has: it is
 * stopped there, before the depth costs anything. Brackets in texts and comments are none to it.
 */
function* tokensOf(
  text: string,
  lines: LineCounter,
  refused: (why: string, offset: number) => Error,
): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let aliases = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > deepest) throw refused(`nested more than ${deepest} levels deep`, parser.offset);
    if (!isText && lexeme.startsWith('*')) aliases += 1;
    if (aliases > mostAliasesInAll) throw refused(`more than ${mostAliasesInAll} aliases`, parser.offset);
    isText = lexeme === CST.SCALAR;
  }
  yield* parser.end();
}

/** The first two documents, as `parseDocument` of the library makes them, but for what takes the square of the time: quoting each error, comparing each pair of keys. */
function composed(
  tokens: Iterable<CST.Token>,
  length: number,
): readonly [Document.Parsed, Document.Parsed | undefined] {
  const composer = new Composer({ customTags: shortForms, logLevel: 'silent', uniqueKeys: false, merge: true });
  const [first, second] = composer.compose(tokens, true, length);
  if (first === undefined) throw new Error('YAML has always one document');
  return [first, second];
}

/** @returns where a map has a key for the second time. */
function repeatedKey(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue;
        if (seen.has(key.value)) {
          found = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

/** @returns the levels below a value. @throws where it nests too deep, or holds itself. */
function heightOf(value: unknown, level: number, known: Map<object, number | undefined>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  const isOpen = before === undefined && known.has(value);
  if (isOpen) throw new Error('an alias stands for what it is part of');
  if (level + (before ?? 0) > deepest) throw new Error(`nested more than ${deepest} levels deep, by its aliases`);
  if (before !== undefined) return before;
  known.set(value, undefined);
  let height = 0;
  for (const inner of Object.values(value)) height = Math.max(height, 1 + heightOf(inner, level + 1, known));
  known.set(value, height);
  return height;
}

/** A trust policy written in YAML. */
function bareDocument(root: Json, file: string, placeOf: PlaceOf): PolicyInFile {
  const parsed = relocatedPolicy(parseTrustPolicy(JSON.stringify(root)), (pointer) => placeOf(stepsOf(pointer)));
  return { input: { name: file, parsed, role: {}, withDocument: () => undefined }, unknown: [] };
}

/** Those of a template, also where the Serverless Framework has them. */
function resourcesOf(root: unknown): readonly [Json | undefined, readonly string[]] {
  if (!isObject(root)) return [undefined, []];
  if (isObject(root['Resources'])) return [root['Resources'], ['Resources']];
  const serverless = root['resources'];
  if (isObject(serverless) && isObject(serverless['Resources']))
    return [serverless['Resources'], ['resources', 'Resources']];
  return [undefined, []];
}

function partsOf(resources: Json, root: unknown): TemplateParts {
  const arns = new Map<string, string>();
  const names = new Map<string, string>();
  const arnByRef = new Set<string>();
  for (const [id, resource] of Object.entries(resources)) {
    if (!isObject(resource)) continue;
    const properties = isObject(resource['Properties']) ? resource['Properties'] : {};
    const text = (name: string): string | undefined => {
      const value = properties[name];
      return typeof value === 'string' ? value : undefined;
    };
    switch (resource['Type']) {
      case 'AWS::IAM::Role':
        names.set(id, text('RoleName') ?? id);
        arns.set(id, `role${text('Path') ?? '/'}${text('RoleName') ?? id}`);
        break;
      case 'AWS::IAM::User':
        names.set(id, text('UserName') ?? id);
        arns.set(id, `user${text('Path') ?? '/'}${text('UserName') ?? id}`);
        break;
      case 'AWS::IAM::OIDCProvider':
      // What the CDK's `OpenIdConnectProvider` makes.
      case 'Custom::AWSCDKOpenIdConnectProvider': {
        const url = text('Url');
        if (url === undefined) break;
        arnByRef.add(id);
        arns.set(id, `oidc-provider/${url.replace(/^https:\/\//, '').replace(/\/$/, '')}`);
        break;
      }
      case 'AWS::IAM::SAMLProvider':
        arnByRef.add(id);
        arns.set(id, `saml-provider/${text('Name') ?? id}`);
        break;
    }
  }
  return { arns, names, arnByRef, mappings: isObject(root) ? root['Mappings'] : undefined };
}

function asIs(account: string): StandIns {
  return { account, variant: 0, mixed: false, conditions: new Map() };
}

type Groups = readonly [readonly [Deployment, ...Deployment[]], ...(readonly [Deployment, ...Deployment[]])[]];

/** The same for a policy that is in no template, with `{"Ref": …}` for what is known only later; without places. */
export function nodeDeployments(
  policy: unknown,
  account: string | undefined,
): { readonly groups: Groups; readonly unknown: readonly string[] } {
  const parts = { arns: new Map(), names: new Map(), arnByRef: new Set<string>(), mappings: undefined };
  return deploymentsOf(policy, [], parts, account ?? templateAccount, undefined, () => undefined);
}

/** @param presence the condition of the resource, which holds wherever there is a role at all. */
function deploymentsOf(
  policy: unknown,
  path: readonly string[],
  parts: TemplateParts,
  account: string,
  presence: string | undefined,
  placeOf: PlaceOf,
): { readonly groups: Groups; readonly unknown: readonly string[]; readonly undetermined: boolean } {
  const unknown = new Set<string>();
  let undetermined = false;
  const group = (conditions: ReadonlyMap<string, boolean>): readonly [Deployment, ...Deployment[]] => {
    const deploy = (variant: number, mixed: boolean): readonly [Deployment, TemplateValue] => {
      const value = resolved(policy, path, parts, { account, variant, mixed, conditions });
      for (const label of value.unknown.values()) unknown.add(label);
      if (typeof value.value === 'string' && value.unknown.has(value.value)) undetermined = true;
      return [{ parsed: parsedAt(value, placeOf), standIns: value.unknown }, value];
    };
    const [first, { unknown: found }] = deploy(0, false);
    if (found.size === 0) return [first];
    return [
      first,
      ...Array.from({ length: standInVariants - 1 }, (_, at) => deploy(at + 1, false)[0]),
      ...(found.size === 1 ? [] : [deploy(0, true)[0], deploy(1, true)[0]]),
    ];
  };
  const names = conditionsIn(policy, path, parts, account).filter((name) => name !== presence);
  const always: readonly (readonly [string, boolean])[] = presence === undefined ? [] : [[presence, true]];
  const [first, ...others] = settingsOf(names);
  const at = (setting: readonly boolean[]) =>
    group(new Map([...names.map((name, i) => [name, setting[i] ?? true] as const), ...always]));
  return { groups: [at(first), ...others.map(at)], unknown: [...unknown], undetermined };
}

/** Conditions show only where those around them hold: both branches are walked. */
function conditionsIn(
  policy: unknown,
  path: readonly string[],
  parts: TemplateParts,
  account: string,
): readonly string[] {
  const found = new Set<string>();
  for (const holds of [true, false]) {
    // A map that answers for every name.
    const conditions = new Map<string, boolean>([...found].map((name) => [name, holds]));
    for (const name of resolved(policy, path, parts, { ...asIs(account), conditions }).conditions) found.add(name);
  }
  return [...found];
}

function settingsOf(names: readonly string[]): readonly [readonly boolean[], ...(readonly boolean[])[]] {
  const allTrue = names.map(() => true);
  if (names.length === 0) return [allTrue];
  if (names.length > mostConditions) return [allTrue, names.map(() => false)];
  const others = Array.from({ length: 2 ** names.length - 1 }, (_, at) =>
    names.map((_, bit) => ((at + 1) & (1 << bit)) === 0),
  );
  return [allTrue, ...others];
}

function parsedAt({ value, sources }: TemplateValue, placeOf: PlaceOf): ParsedTrustPolicy {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? {});
  return relocatedPolicy(parseTrustPolicy(text), (pointer) => {
    for (let inner = pointer; ; inner = inner.slice(0, inner.lastIndexOf('/'))) {
      const source = sources.get(inner);
      if (source !== undefined) return placeOf(source);
      if (inner === '') return undefined;
    }
  });
}

/** What the role may do, as far as the template tells. */
function attachedTo(
  id: string,
  properties: Json,
  resources: Json,
  plain: (node: unknown) => unknown,
): Pick<PolicyInFile, 'attachedPolicies' | 'policyDocuments'> {
  const managed = listOf(plain(properties['ManagedPolicyArns']));
  const documents = listOf(plain(properties['Policies'])).map((one) =>
    isObject(one) ? one['PolicyDocument'] : undefined,
  );
  for (const resource of Object.values(resources)) {
    if (!isObject(resource) || !isObject(resource['Properties'])) continue;
    if (!/^AWS::IAM::(?:Policy|ManagedPolicy|RolePolicy)$/.test(scalarText(resource['Type']))) continue;
    const { Roles: roles, RoleName: role, PolicyDocument: document } = resource['Properties'];
    if ([...listOf(roles), role].some((one) => isObject(one) && one['Ref'] === id)) documents.push(plain(document));
  }
  return {
    attachedPolicies: managed.filter((arn) => typeof arn === 'string'),
    policyDocuments: documents.filter((one) => one !== undefined),
  };
}

/** `!Ref`, `!Sub` and their kind, as the functions they are short for; what is inside keeps its place. */
const shortForms = [
  'Ref',
  'Condition',
  'Sub',
  'GetAtt',
  'Join',
  'If',
  'ImportValue',
  'FindInMap',
  'Select',
  'Split',
  'Base64',
  'Cidr',
  'GetAZs',
  'Equals',
  'Not',
  'And',
  'Or',
  'Transform',
  'Length',
  'ToJsonString',
].flatMap((name) => {
  const long = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const scalar = {
    tag: `!${name}`,
    resolve: (text: string) => ({ [long]: text }),
  };
  const collection = (kind: 'map' | 'seq') => ({
    tag: `!${name}`,
    collection: kind,
    resolve: (node: YAMLMap | YAMLSeq) => {
      const map = new YAMLMap();
      map.items.push(new Pair(new Scalar(long), node));
      return map;
    },
  });
  return [scalar, collection('map'), collection('seq')] as never[];
});

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
