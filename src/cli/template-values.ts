/** What does a value of a CloudFormation template come to, as far as that is known before it is deployed? */

/** The account that a template is deployed to, where nobody has said which: a number that AWS gives to nobody. */
export const templateAccount = '000000000000';

/** The organization that a value known only later is taken for, where it is our own. */
export const templateOrganization = 'o-0000000000';

/**
 * One way in which the values that are known only once the template is deployed may turn out. Whatever is said of a
 * template has to hold in all of them.
 */
export interface StandIns {
  readonly account: string;
  /** Which of the values each kind can have is taken; unknowns of one template are spread over them where `mixed`. */
  readonly variant: number;
  readonly mixed: boolean;
  /** How the template's conditions turn out; one that is not named is true. */
  readonly conditions: ReadonlyMap<string, boolean>;
}

/** What of the template itself gives values. */
export interface TemplateParts {
  /** Logical id → what follows the account in its ARN: `role/deploy`. */
  readonly arns: ReadonlyMap<string, string>;
  /** Logical id → what `Ref` gives, where that is known or does not matter: a role's name. */
  readonly names: ReadonlyMap<string, string>;
  /** Logical ids whose `Ref` gives their ARN: identity providers. */
  readonly arnByRef: ReadonlySet<string>;
  readonly mappings: unknown;
}

export interface TemplateValue {
  readonly value: unknown;
  /** JSON pointer into `value` → steps of the template that lead to what it was made of. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** What is known only once it is deployed, by the text that stands for it. */
  readonly unknown: ReadonlyMap<string, string>;
  /** Names of the conditions that decided something. */
  readonly conditions: ReadonlySet<string>;
}

/** How many different values a kind of unknown is given. */
export const standInVariants = 4;

/**
 * Resolves intrinsic functions (CloudFormation User Guide, "Intrinsic function reference").
 *
 * @param path steps of the template that lead to the node.
 */
export function resolved(
  node: unknown,
  path: readonly string[],
  parts: TemplateParts,
  standIns: StandIns,
): TemplateValue {
  const resolver = new Resolver(parts, standIns);
  const tree = resolver.resolve(node, { key: '', path });
  const sources = new Map<string, readonly string[]>();
  const value = tree === undefined ? undefined : finished(tree, '', sources);
  return { value, sources, unknown: resolver.unknown, conditions: resolver.conditions };
}

/** A value with what each part of it was made of. */
type Tree =
  | { readonly path: readonly string[]; readonly leaf: unknown }
  | { readonly path: readonly string[]; readonly items: readonly Tree[] }
  | { readonly path: readonly string[]; readonly members: readonly (readonly [string, Tree])[] };

function finished(tree: Tree, pointer: string, sources: Map<string, readonly string[]>): unknown {
  sources.set(pointer, tree.path);
  if ('leaf' in tree) return tree.leaf;
  if ('items' in tree) return tree.items.map((item, at) => finished(item, `${pointer}/${at}`, sources));
  return Object.fromEntries(
    tree.members.map(([name, member]) => [
      name,
      finished(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, sources),
    ]),
  );
}

interface Spot {
  /** The nearest condition key or member name above the value: it says what kind of value is expected. */
  readonly key: string;
  readonly path: readonly string[];
  /** The issuer that the statement's condition keys speak of. */
  readonly issuer?: string;
}

class Resolver {
  readonly unknown = new Map<string, string>();
  readonly conditions = new Set<string>();
  private readonly parts: TemplateParts;
  private readonly standIns: StandIns;

  constructor(parts: TemplateParts, standIns: StandIns) {
    this.parts = parts;
    this.standIns = standIns;
  }

  /** @returns `undefined` for `AWS::NoValue`: the member or element is not there. */
  resolve(node: unknown, spot: Spot): Tree | undefined {
    const { path } = spot;
    if (Array.isArray(node))
      return {
        path,
        items: node.flatMap((item: unknown, at) => this.resolve(item, { ...spot, path: [...path, String(at)] }) ?? []),
      };
    if (typeof node !== 'object' || node === null) return { path, leaf: node };
    const entries = Object.entries(node);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && isIntrinsic(only))
      return this.intrinsic(only[0], only[1], { ...spot, path: [...path, only[0]] }, path);
    const issuer = issuerIn(node) ?? spot.issuer;
    return {
      path,
      members: entries.flatMap(([name, value]) => {
        const inner = { key: name, path: [...path, name], ...(issuer === undefined ? {} : { issuer }) };
        const member = this.resolve(value, inner);
        return member === undefined ? [] : [[name, member] as const];
      }),
    };
  }

  /** @param whole where the function as a whole stands. */
  private intrinsic(name: string, argument: unknown, spot: Spot, whole: readonly string[]): Tree | undefined {
    const leaf = (value: unknown): Tree | undefined =>
      typeof value === 'string' && this.unknown.has(value)
        ? this.other(value, spot, whole)
        : { path: whole, leaf: value };
    switch (name) {
      case 'Ref': {
        if (argument === 'AWS::NoValue') return undefined;
        return leaf(this.reference(scalarText(argument), spot));
      }
      case 'Fn::Sub':
        return leaf(this.substituted(argument, spot));
      case 'Fn::Join':
        return leaf(this.joined(argument, spot));
      case 'Fn::GetAtt':
        return leaf(
          this.attribute(Array.isArray(argument) ? argument.map(scalarText) : scalarText(argument).split('.'), spot),
        );
      case 'Fn::FindInMap': {
        const found = this.mapped(argument);
        return found === undefined ? leaf(this.standIn(labelOf(name, argument), spot)) : this.resolve(found, spot);
      }
      case 'Fn::Select': {
        const [index, list] = listOf(argument);
        if (!/^\d+$/.test(scalarText(index))) return leaf(this.standIn(labelOf(name, argument), spot));
        if (Array.isArray(list)) {
          const chosen = list[Number(index)] as unknown;
          return chosen === undefined
            ? leaf(this.standIn(labelOf(name, argument), spot))
            : this.resolve(chosen, { ...spot, path: [...spot.path, '1', scalarText(index)] });
        }
        // A list that a function gives: of `Fn::Split`, or one of the mappings.
        const given = this.known(list, { ...spot, path: [...spot.path, '1'] });
        const item = given !== undefined && 'items' in given ? given.items[Number(index)] : undefined;
        return item ?? leaf(this.standIn(labelOf(name, argument), spot));
      }
      case 'Fn::Split': {
        const [separator, of] = listOf(argument);
        const text = this.resolve(of, { ...spot, path: [...spot.path, '1'] });
        if (typeof separator !== 'string' || separator === '' || !isKnownText(text, this.unknown))
          return leaf(this.standIn(labelOf(name, argument), spot));
        return { path: whole, items: text.leaf.split(separator).map((part) => ({ path: text.path, leaf: part })) };
      }
      case 'Fn::ToJsonString': {
        // A policy as its text: the places within it are kept.
        if (spot.key === '') return this.resolve(argument, spot);
        return leaf(this.standIn(labelOf(name, argument), spot));
      }
      case 'Fn::If': {
        const [condition, yes, no] = listOf(argument);
        const named = scalarText(condition);
        this.conditions.add(named);
        const holds = this.standIns.conditions.get(named) ?? true;
        return this.resolve(holds ? yes : no, { ...spot, path: [...spot.path, holds ? '1' : '2'] });
      }
      default:
        return leaf(this.standIn(labelOf(name, argument), spot));
    }
  }

  /** What a function comes to where all of it is written down; what it would have made up otherwise is forgotten. */
  private known(node: unknown, spot: Spot): Tree | undefined {
    const before = new Set(this.unknown.keys());
    const tree = this.resolve(node, spot);
    const more = [...this.unknown.keys()].filter((value) => !before.has(value));
    for (const value of more) this.unknown.delete(value);
    return more.length === 0 ? tree : undefined;
  }

  /** A value nobody knows may stand for a whole element, too: a Condition that guards, or none. */
  private other(value: string, spot: Spot, whole: readonly string[]): Tree | undefined {
    const label = this.unknown.get(value) ?? '';
    const told = (key: string): Tree => ({ path: whole, leaf: this.standIn(label, { ...spot, key }) });
    // The keys of an operator, which the CDK gives by a resource of its own where their names are not known.
    if (isOperator(spot.key)) {
      if (this.standIns.variant % 2 === 0) return undefined;
      const key = spot.issuer === undefined ? 'aws:PrincipalArn' : `${spot.issuer}:sub`;
      return { path: whole, members: [[key, told(key)]] };
    }
    switch (spot.key) {
      case 'Principal':
        return { path: whole, members: [['AWS', told('AWS')]] };
      case 'Condition': {
        if (this.standIns.variant % 2 === 0) return undefined;
        const clause: Tree = { path: whole, members: [['aws:PrincipalArn', told('aws:PrincipalArn')]] };
        return { path: whole, members: [['ArnEquals', clause]] };
      }
      case 'Statement':
        return undefined;
      default:
        return { path: whole, leaf: value };
    }
  }

  private reference(name: string, spot: Spot): string {
    const known = pseudo(name, this.standIns.account) ?? this.parts.names.get(name);
    if (known !== undefined) return known;
    const arn = this.parts.arns.get(name);
    if (arn !== undefined && this.parts.arnByRef.has(name)) return `arn:aws:iam::${this.standIns.account}:${arn}`;
    return this.standIn(`Ref ${name}`, spot);
  }

  private attribute([name, ...of]: readonly string[], spot: Spot): string {
    const arn = this.parts.arns.get(name ?? '');
    if (arn !== undefined && of.join('.') === 'Arn') return `arn:aws:iam::${this.standIns.account}:${arn}`;
    return this.standIn(`GetAtt ${[name, ...of].join('.')}`, spot);
  }

  private substituted(argument: unknown, spot: Spot): string {
    const [text, variables] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument, {}];
    if (typeof text !== 'string') return this.standIn('Fn::Sub', spot);
    const given = typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {};
    return text.replaceAll(/\$\{(!?)([^}]*)\}/g, (whole, literal: string, raw: string, at: number) => {
      if (literal === '!') return `\${${raw}}`;
      const name = raw.trim();
      const key = kindWithin(text, at, whole.length, spot.key);
      if (Object.hasOwn(given, name)) return textOf(this.resolve(given[name], { ...spot, key }));
      return name.includes('.') && !name.startsWith('AWS::')
        ? this.attribute(name.split('.'), { ...spot, key })
        : this.reference(name, { ...spot, key });
    });
  }

  private joined(argument: unknown, spot: Spot): string {
    const [separator, parts] = listOf(argument);
    if (typeof separator !== 'string' || !Array.isArray(parts))
      return this.standIn(labelOf('Fn::Join', argument), spot);
    let text = '';
    parts.forEach((part: unknown, at) => {
      const next: unknown = parts[at + 1];
      const before = at === 0 ? '' : `${text}${separator}`;
      const after = parts.length === at + 1 ? '' : `${separator}${typeof next === 'string' ? next : '…'}`;
      const key = kindWithin(`${before}?${after}`, before.length, 1, spot.key);
      text = before + textOf(this.resolve(part, { ...spot, key }));
    });
    return text;
  }

  private mapped(argument: unknown): unknown {
    let found: unknown = this.parts.mappings;
    for (const step of listOf(argument)) {
      if (typeof step !== 'string' || typeof found !== 'object' || found === null || !Object.hasOwn(found, step))
        return undefined;
      found = (found as Record<string, unknown>)[step];
    }
    return typeof found === 'string' || Array.isArray(found) ? found : undefined;
  }

  private standIn(label: string, { key, issuer }: Spot): string {
    const seed = seedOf(label);
    const { account, variant, mixed } = this.standIns;
    const chosen = mixed ? (variant + (seed % standInVariants)) % standInVariants : variant;
    const value = valueFor(key.toLowerCase(), { account, variant: chosen, seed, issuer });
    this.unknown.set(value, label);
    return value;
  }
}

interface Choice {
  readonly account: string;
  readonly variant: number;
  readonly seed: number;
  readonly issuer: string | undefined;
}

/** Values of the kind that the place asks for: our own and somebody else's, narrow and wide. IAM takes each of them. */
function valueFor(key: string, { account, variant, seed, issuer }: Choice): string {
  const number = String(seed).padStart(8, '0');
  const foreign = variant % 2 === 1;
  const owner = foreign ? `0000${number}` : account;
  const name = `known-once-deployed-${number}`;
  const variants = (...values: readonly string[]): string => values[variant % values.length] ?? name;
  switch (key) {
    case 'aws':
      return variants(
        `arn:aws:iam::${account}:root`,
        `arn:aws:iam::${owner}:root`,
        `arn:aws:iam::${account}:role/${name}`,
        `arn:aws:iam::${owner}:role/${name}`,
      );
    case 'account':
    case 'aws:principalaccount':
    case 'aws:sourceaccount':
      return owner;
    case 'service':
      return variants('ec2.amazonaws.com', 'cloudtrail.amazonaws.com', 'lambda.amazonaws.com', 'sns.amazonaws.com');
    case 'federated':
      if (issuer === 'saml') return `arn:aws:iam::${account}:saml-provider/${name}`;
      if (issuer !== undefined && /^(?:accounts\.google\.com|cognito-identity\.amazonaws\.com)$/.test(issuer))
        return issuer;
      if (issuer !== undefined) return `arn:aws:iam::${account}:oidc-provider/${issuer}`;
      return variants(
        `arn:aws:iam::${account}:oidc-provider/${name}.example.com`,
        `arn:aws:iam::${account}:saml-provider/${name}`,
      );
    case 'action':
    case 'notaction':
      return 'sts:AssumeRole';
    case 'effect':
      return variants('Allow', 'Deny');
    case 'version':
      return '2012-10-17';
    case 'name':
      return variants(name, `${name}/part`);
    case 'sts:externalid':
      return `${name}-4f1b7c92e6d84a03`;
    case 'aws:sourceip':
    case 'aws:vpcsourceip':
      return variants('203.0.113.7/32', '198.51.100.0/24');
    case 'aws:sourcevpc':
      return `vpc-${number}`;
    case 'aws:sourcevpce':
      return `vpce-${number}`;
    case 'aws:currenttime':
    case 'aws:tokenissuetime':
      return variants('2099-01-01T00:00:00Z', '2001-01-01T00:00:00Z');
    case 'aws:epochtime':
      return variants('4070908800', '978307200');
    case 'aws:multifactorauthage':
      return '3600';
  }
  if (/org(?:id|paths)$/.test(key)) {
    const organization = foreign ? `o-00${number}` : templateOrganization;
    return key.endsWith('id') ? organization : `${organization}/r-0000/ou-0000-${number}/`;
  }
  if (/^aws:(?:multifactorauthpresent|securetransport|viaawsservice|principalisawsservice)$/.test(key))
    return variants('true', 'false');
  if (key === 'aws:principalarn') return `arn:aws:iam::${owner}:role/${name}`;
  if (key === 'aws:sourcearn') return `arn:aws:lambda:us-east-1:${owner}:function:${name}`;
  if (/arn$/.test(key)) return `arn:aws:iam::${owner}:role/${name}`;
  if (/token\.actions\.githubusercontent\.com:sub$/.test(key))
    return variants(
      `repo:known/once-deployed-${number}:ref:refs/heads/main`,
      `repo:known/once-deployed-${number}:environment:production`,
    );
  if (key === 'token.actions.githubusercontent.com:aud') return 'sts.amazonaws.com';
  if (key === 'saml:aud') return 'https://signin.aws.amazon.com/saml';
  return `${name}-4f1b7c92e6d84a03`;
}

/** @returns the digits that every value made up for the name holds; one without them is a real value too. */
export function markOf(label: string): string {
  return String(seedOf(label)).padStart(8, '0');
}

/** A number of eight digits that the same name always gives. */
function seedOf(label: string): number {
  let seed = 7;
  for (const character of label) seed = (seed * 31 + (character.codePointAt(0) ?? 0)) % 99_999_989;
  return seed;
}

/** What kind of value stands at a place of a text: an account in an ARN, a name, or all that the text is for. */
function kindWithin(text: string, at: number, length: number, key: string): string {
  const before = text.slice(0, at);
  const after = text.slice(at + length);
  if (before === '' && after === '') return key;
  if (/:(?::|[a-z0-9-]*:)$/.test(before) && /^arn:|[^\w]arn:/.test(before) && after.startsWith(':')) return 'account';
  // A policy that is itself a text: the member before the quote tells.
  if (before.endsWith('"') && after.startsWith('"'))
    return /"([^"\\]+)"\s*:\s*(?:\[[^\]{}]*)?"$/.exec(before)?.[1] ?? 'name';
  if (/^o-[a-z0-9]*$/.test(before)) return 'name';
  if (after.startsWith('/') && before === '' && /orgpaths$/i.test(key)) return 'aws:PrincipalOrgID';
  return 'name';
}

function pseudo(name: string, account: string): string | undefined {
  switch (name) {
    case 'AWS::AccountId':
      return account;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::Region':
      return 'us-east-1';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    default:
      return undefined;
  }
}

function isKnownText(
  tree: Tree | undefined,
  unknown: ReadonlyMap<string, string>,
): tree is { readonly path: readonly string[]; readonly leaf: string } {
  if (tree === undefined || !('leaf' in tree) || typeof tree.leaf !== 'string') return false;
  const text = tree.leaf;
  return ![...unknown.keys()].some((value) => text.includes(value));
}

function isOperator(name: string): boolean {
  return /^(?:For(?:Any|All)Values:)?(?:String|Arn|Numeric|Date|Bool|Null|Binary|IpAddress|NotIpAddress)[A-Za-z]*$/.test(
    name,
  );
}

/** What the name of a loop stands for in one of its turns; `undefined`: known only once the template is deployed. */
export interface LoopValue {
  readonly name: string;
  readonly text: string | undefined;
}

/** @returns a part of a loop's body as it is in one turn; a value not known stays a reference by the loop's name. */
export function inLoops(node: unknown, loops: readonly LoopValue[], inSub = false): unknown {
  if (loops.length === 0) return node;
  if (typeof node === 'string') {
    const text = textInLoops(node, loops);
    const open = loops.some(({ name, text: known }) => known === undefined && text.includes(`\${${name}}`));
    if (inSub || !open) return text;
    const names = new Set(loops.flatMap(({ name, text: known }) => (known === undefined ? [name] : [])));
    return {
      'Fn::Sub': text.replaceAll(/\$\{([^}]*)\}/g, (whole, name: string) => (names.has(name) ? whole : `\${!${name}}`)),
    };
  }
  if (Array.isArray(node)) return node.map((item: unknown) => inLoops(item, loops, inSub));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'Ref') {
    const loop = loops.find(({ name }) => name === only[1]);
    return loop?.text ?? node;
  }
  return Object.fromEntries(
    entries.map(([name, value]) => [textInLoops(name, loops), inLoops(value, loops, name === 'Fn::Sub')]),
  );
}

/** The same of a text alone: `${Name}` and `&{Name}`, which leaves out what no name may hold. */
export function textInLoops(text: string, loops: readonly LoopValue[]): string {
  let filled = text;
  for (const { name, text: known } of loops)
    if (known !== undefined)
      filled = filled
        .replaceAll(`\${${name}}`, () => known)
        .replaceAll(`&{${name}}`, () => known.replaceAll(/[^A-Za-z0-9]/g, ''));
  return filled;
}

/** A trust policy has a `Condition` too, which is an object; as a function it names one. */
function isIntrinsic([name, value]: readonly [string, unknown]): boolean {
  return /^(?:Ref|Fn::\w+)$/.test(name) || (name === 'Condition' && typeof value === 'string');
}

/** The issuer that the condition keys of a statement name: `token.actions.githubusercontent.com:sub`. */
function issuerIn(node: object): string | undefined {
  if (!('Condition' in node) || typeof node.Condition !== 'object' || node.Condition === null) return undefined;
  for (const block of Object.values(node.Condition)) {
    if (typeof block !== 'object' || block === null) continue;
    for (const key of Object.keys(block)) {
      if (/^saml:/i.test(key)) return 'saml';
      const issuer = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/[\w./-]+)?):[\w-]+$/i.exec(key)?.[1];
      if (issuer !== undefined) return issuer;
    }
  }
  return undefined;
}

function labelOf(name: string, argument: unknown): string {
  const of = typeof argument === 'string' ? argument : '';
  return `${name.replace('Fn::', '')} ${of}`.trim();
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(tree: Tree | undefined): string {
  if (tree === undefined) return '';
  if ('leaf' in tree) return String(tree.leaf);
  return 'items' in tree ? tree.items.map(textOf).join(',') : '';
}

/** Text of what should be a name. An object is none, and not every one can be made a text: `{"toString": null}`. */
export function scalarText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '' : String(value);
}
