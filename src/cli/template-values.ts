/** What does a value of a CloudFormation template come to, as far as that is known before it is deployed? */

/** The account that a template is deployed to, where nobody has said which: a number that AWS gives to nobody. */
export const templateAccount = '000000000000';

export interface TemplateValue {
  readonly value: unknown;
  /** What is known only once it is deployed: `Ref Vendor`. */
  readonly unknown: readonly string[];
}

export interface TemplateContext {
  readonly account: string;
  /** Logical ids of the template's roles and users, for `Fn::GetAtt … Arn`. */
  readonly principals: ReadonlyMap<string, 'role' | 'user'>;
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
};

/**
 * Resolves intrinsic functions (CloudFormation User Guide, "Intrinsic function reference"). What is not known is taken
 * to be harmless, an own account, an own organization, a long secret, so that only what is wrong whatever the value is
 * is found; and it is told of in `unknown`.
 *
 * @param key the nearest condition key or member name above the value: it says what kind of value is expected.
 */
export function resolved(node: unknown, key: string, context: TemplateContext): TemplateValue {
  if (Array.isArray(node)) {
    const items = node.map((item: unknown) => resolved(item, key, context));
    return { value: items.map(({ value }) => value), unknown: items.flatMap(({ unknown }) => unknown) };
  }
  if (typeof node !== 'object' || node === null) return { value: node, unknown: [] };
  const entries = Object.entries(node);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && /^(?:Ref|Condition|Fn::\w+)$/.test(only[0]) && isIntrinsic(only))
    return intrinsic(only[0], only[1], key, context);
  const members = entries.map(([name, value]) => [name, resolved(value, name, context)] as const);
  return {
    value: Object.fromEntries(members.map(([name, { value }]) => [name, value])),
    unknown: members.flatMap(([, { unknown }]) => unknown),
  };
}

/** A trust policy has a `Condition` too, which is an object; as a function it names one. */
function isIntrinsic([name, value]: readonly [string, unknown]): boolean {
  return name !== 'Condition' || typeof value === 'string';
}

function intrinsic(name: string, argument: unknown, key: string, context: TemplateContext): TemplateValue {
  switch (name) {
    case 'Ref':
      return reference(String(argument), key, context);
    case 'Fn::Sub':
      return substituted(argument, key, context);
    case 'Fn::Join':
      return joined(argument, key, context);
    case 'Fn::GetAtt':
      return attribute(argument, key, context);
    case 'Fn::If': {
      const [, yes, no] = Array.isArray(argument) ? (argument as readonly unknown[]) : [];
      const branches = [yes, no].map((one) => resolved(one, key, context));
      const given = branches.filter(({ value }) => value !== undefined && value !== noValue);
      return {
        value: given.length === 1 ? given[0]?.value : given.flatMap(({ value }) => value),
        unknown: [
          `Fn::If ${Array.isArray(argument) ? String(argument[0]) : ''}`,
          ...branches.flatMap((one) => one.unknown),
        ],
      };
    }
    default:
      return unknownValue(`${name} ${typeof argument === 'string' ? argument : ''}`.trim(), key, context);
  }
}

const noValue = Symbol('AWS::NoValue');

function reference(name: string, key: string, context: TemplateContext): TemplateValue {
  if (name === 'AWS::AccountId') return { value: context.account, unknown: [] };
  if (name === 'AWS::NoValue') return { value: noValue, unknown: [] };
  const known = pseudo[name];
  return known === undefined ? unknownValue(`Ref ${name}`, key, context) : { value: known, unknown: [] };
}

function substituted(argument: unknown, key: string, context: TemplateContext): TemplateValue {
  const [text, variables] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument, {}];
  if (typeof text !== 'string') return unknownValue('Fn::Sub', key, context);
  const given = typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : {};
  const unknown: string[] = [];
  const value = text.replaceAll(/\$\{(!?)([^}]*)\}/g, (whole, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    const part = Object.hasOwn(given, name)
      ? resolved(given[name], key, context)
      : name.includes('.')
        ? attribute(name.split('.'), key, context)
        : reference(name, insideOf(text, whole), context);
    unknown.push(...part.unknown);
    return String(part.value);
  });
  return { value, unknown };
}

/** A part of a text stands for an account where an ARN has one, else for a name. */
function insideOf(text: string, part: string): string {
  return text.includes(`::${part}:`) || text === part ? 'AWS' : 'name';
}

function joined(argument: unknown, key: string, context: TemplateContext): TemplateValue {
  const [separator, parts] = Array.isArray(argument) ? (argument as readonly unknown[]) : [];
  if (typeof separator !== 'string' || !Array.isArray(parts)) return unknownValue('Fn::Join', key, context);
  const items = parts.map((part: unknown, at) => {
    const before = String(parts[at - 1] ?? '');
    return resolved(part, /::$/.test(before) || separator === ':' ? 'AWS' : 'name', context);
  });
  return {
    value: items.map(({ value }) => String(value)).join(separator),
    unknown: items.flatMap((one) => one.unknown),
  };
}

function attribute(argument: unknown, key: string, context: TemplateContext): TemplateValue {
  const [name, of] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  const kind = context.principals.get(name ?? '');
  if (kind !== undefined && of === 'Arn')
    return { value: `arn:aws:iam::${context.account}:${kind}/${name}`, unknown: [] };
  return unknownValue(`Fn::GetAtt ${name ?? ''}.${of ?? ''}`, key, context);
}

function unknownValue(what: string, key: string, { account }: TemplateContext): TemplateValue {
  const lower = key.toLowerCase();
  const value = ((): string => {
    if (/org(?:id|paths)$/.test(lower)) return templateOrganization;
    if (lower === 'aws' || /account$/.test(lower)) return account;
    if (lower === 'service') return 'ec2.amazonaws.com';
    if (lower === 'federated') return `arn:aws:iam::${account}:oidc-provider/known-once-deployed.example.com`;
    if (/arn$/.test(lower)) return `arn:aws:iam::${account}:role/known-once-deployed`;
    if (/ip$/.test(lower)) return '198.51.100.7/32';
    if (lower === 'name') return 'known-once-deployed';
    return 'known-once-deployed-4f1b7c92e6d84a03';
  })();
  return { value, unknown: [what] };
}

/** The organization that a value known only later is taken for. */
export const templateOrganization = 'o-0000000000';
