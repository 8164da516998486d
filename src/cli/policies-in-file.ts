/** Which trust policies does a file hold: one document, all the roles of an account, a template, a plan? */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { ParsedTrustPolicy, Place, Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import { UserError } from './io.ts';
import { type PolicyInput, type RoleDescription, readPolicyText, roleDescription } from './policy-input.ts';
import { resolved, templateAccount } from './template-values.ts';

export interface PolicyInFile {
  readonly input: PolicyInput;
  /** What the role is called in messages, where the file holds several. */
  readonly label?: string;
  /** The version that is replaced, where the file tells (a Terraform plan). */
  readonly previous?: TrustPolicy;
  /** Names or ARNs of attached managed policies, and documents, where the file tells. */
  readonly attachedPolicies?: readonly string[];
  readonly policyDocuments?: readonly unknown[];
  /** Values that are known only once the template is deployed. */
  readonly unknown: readonly string[];
  /** Whether the account is a stand-in, since the template does not say where it is deployed. */
  readonly accountAssumed?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * @param account of `--role` or the configuration: where a template is deployed to.
 * @throws {UserError} where the text is none of these, with the place.
 */
export function policiesInFile(text: string, file: string, account?: string): readonly PolicyInFile[] {
  const trimmed = text.trimStart();
  const json = /^[{["%]/.test(trimmed);
  if (json) {
    const value = parsedJson(text);
    const many = isObject(value) ? rolesOf(value) : undefined;
    if (many !== undefined) return many.map((role) => roleInAccount(role, value as Json, file));
    const planned = isObject(value) ? plannedRoles(value) : undefined;
    if (planned !== undefined) return planned.map((one) => ({ ...one, input: { ...one.input, name: file } }));
    if (!(isObject(value) && isObject(value['Resources']))) return [{ input: readPolicyText(text, file), unknown: [] }];
  }
  return templatePolicies(text, file, account);
}

function rolesOf(value: Json): readonly Json[] | undefined {
  for (const name of ['RoleDetailList', 'Roles']) {
    const roles = value[name];
    if (Array.isArray(roles)) return roles.filter(isObject);
  }
  return undefined;
}

/** A role of `aws iam get-account-authorization-details` or `aws iam list-roles`. */
function roleInAccount(role: Json, all: Json, file: string): PolicyInFile {
  const description = roleDescription(role);
  const document = role['AssumeRolePolicyDocument'];
  const text = typeof document === 'string' ? document : JSON.stringify(document ?? {}, null, 2);
  const attached = arrayOf(role['AttachedManagedPolicies'] ?? []).filter(isObject);
  const known = role['AttachedManagedPolicies'] !== undefined || role['RolePolicyList'] !== undefined;
  const managed = new Map(
    arrayOf(all['Policies'] ?? [])
      .filter(isObject)
      .map((policy) => [policy['Arn'], policy]),
  );
  const documents = [
    ...arrayOf(role['RolePolicyList'] ?? []).map((one) => (isObject(one) ? one['PolicyDocument'] : undefined)),
    ...attached.map(({ PolicyArn: arn }) => defaultVersion(managed.get(arn))),
  ].filter((one) => one !== undefined);
  return {
    input: unplaced({ ...readPolicyText(text, file), role: description, withDocument: () => undefined }),
    label: description.arn ?? description.roleName ?? 'a role without a name',
    ...(known
      ? {
          attachedPolicies: attached.flatMap(({ PolicyArn: arn }) => (typeof arn === 'string' ? [arn] : [])),
          policyDocuments: documents.map(decoded),
        }
      : {}),
    unknown: [],
  };
}

function defaultVersion(policy: Json | undefined): unknown {
  const versions = arrayOf(policy?.['PolicyVersionList'] ?? []).filter(isObject);
  return versions.find(({ IsDefaultVersion: is }) => is === true)?.['Document'];
}

/** IAM answers in URL-encoding, which some clients leave as it is. */
function decoded(document: unknown): unknown {
  if (typeof document !== 'string') return document;
  try {
    return JSON.parse(document.startsWith('%') ? decodeURIComponent(document) : document) as unknown;
  } catch {
    return undefined;
  }
}

/** `terraform show -json PLAN`: the roles that are created or changed, or all that are planned. */
function plannedRoles(value: Json): readonly PolicyInFile[] | undefined {
  const changes = value['resource_changes'];
  if (Array.isArray(changes))
    return changes.filter(isObject).flatMap((change) => {
      const { type, address, change: detail } = change;
      if (type !== 'aws_iam_role' || !isObject(detail)) return [];
      const after = detail['after'];
      return isObject(after) ? (plannedRole(String(address), after, detail['before']) ?? []) : [];
    });
  const planned = value['planned_values'];
  if (!isObject(planned)) return undefined;
  const found: PolicyInFile[] = [];
  const visit = (module: unknown): void => {
    if (!isObject(module)) return;
    for (const one of arrayOf(module['resources'] ?? []).filter(isObject))
      if (one['type'] === 'aws_iam_role' && isObject(one['values'])) {
        const role = plannedRole(String(one['address']), one['values'], undefined);
        if (role !== undefined) found.push(role);
      }
    for (const child of arrayOf(module['child_modules'] ?? [])) visit(child);
  };
  visit(planned['root_module']);
  return found;
}

function plannedRole(address: string, values: Json, before: unknown): PolicyInFile | undefined {
  const { assume_role_policy: document, arn, name, max_session_duration: duration } = values;
  const role: RoleDescription = {
    ...(typeof arn === 'string' ? { arn } : {}),
    ...(typeof name === 'string' ? { roleName: name } : {}),
    ...(typeof duration === 'number' ? { maxSessionDuration: duration } : {}),
  };
  if (typeof document !== 'string')
    return {
      input: {
        name: '',
        parsed: unreadable('the trust policy is known only once the plan is applied'),
        role,
        withDocument: () => undefined,
      },
      label: address,
      unknown: ['assume_role_policy'],
    };
  const earlier = isObject(before) ? before['assume_role_policy'] : undefined;
  const previous = typeof earlier === 'string' ? parseTrustPolicy(earlier) : undefined;
  return {
    input: unplaced({ ...readPolicyText(document, ''), role, withDocument: () => undefined }),
    label: address,
    ...(previous?.status === 'read' ? { previous: previous.policy } : {}),
    unknown: [],
  };
}

function unreadable(message: string): ParsedTrustPolicy {
  return { status: 'unreadable', problem: { code: 'unknown-until-applied', level: 'doubtful', message, pointer: '' } };
}

/** The text of such a document is not that of the file: it has no places there. */
function unplaced(input: PolicyInput): PolicyInput {
  const { parsed } = input;
  const bare = ({ place: _, ...problem }: Problem): Problem => problem;
  switch (parsed.status) {
    case 'unreadable':
      return { ...input, parsed: { ...parsed, problem: bare(parsed.problem) } };
    case 'meaningless': {
      const [first, ...rest] = parsed.problems;
      return { ...input, parsed: { ...parsed, problems: [bare(first), ...rest.map(bare)] } };
    }
    case 'read':
      return {
        ...input,
        parsed: {
          ...parsed,
          policy: { ...parsed.policy, placeOf: () => undefined },
          problems: parsed.problems.map(bare),
        },
      };
  }
}

/** Deepest nesting and most aliases of a template that is read. */
const mostAliases = 100;

function templatePolicies(text: string, file: string, account: string | undefined): readonly PolicyInFile[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: shortForms,
    logLevel: 'silent',
    uniqueKeys: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const place = error.linePos?.[0];
    const at = place === undefined ? '' : `:${place.line}:${place.col}`;
    throw new UserError(
      `${file}${at}: neither a trust policy nor a template: ${error.message.split('\n')[0] ?? ''}`,
      'expected a trust policy, the output of `aws iam get-role` or `get-account-authorization-details`, a CloudFormation template, or `terraform show -json`',
    );
  }
  const root: unknown = document.toJS({ maxAliasCount: mostAliases });
  const resources = isObject(root) ? root['Resources'] : undefined;
  if (!isObject(resources))
    throw new UserError(
      `${file}:1:1: holds no trust policy`,
      'expected a trust policy, the output of `aws iam get-role` or `get-account-authorization-details`, a CloudFormation template, or `terraform show -json`',
    );
  const principals = new Map<string, 'role' | 'user'>();
  for (const [id, resource] of Object.entries(resources))
    if (isObject(resource)) {
      if (resource['Type'] === 'AWS::IAM::Role') principals.set(id, 'role');
      if (resource['Type'] === 'AWS::IAM::User') principals.set(id, 'user');
    }
  const home = account ?? templateAccount;
  return Object.entries(resources).flatMap(([id, resource]): readonly PolicyInFile[] => {
    const properties = isObject(resource) ? resource['Properties'] : undefined;
    const policy = isObject(properties) ? properties['AssumeRolePolicyDocument'] : undefined;
    if (!isObject(properties) || policy === undefined) return [];
    const { value, unknown } = resolved(policy, '', { account: home, principals });
    const parsed = parseTrustPolicy(typeof value === 'string' ? value : JSON.stringify(value));
    const placeOf = (pointer: string): Place | undefined =>
      placeIn(
        document.contents,
        ['Resources', id, 'Properties', 'AssumeRolePolicyDocument', ...stepsOf(pointer)],
        lines,
      );
    const name = properties['RoleName'];
    const path = typeof properties['Path'] === 'string' ? properties['Path'] : '/';
    const duration = properties['MaxSessionDuration'];
    const managed = arrayOf(properties['ManagedPolicyArns'] ?? []).map(
      (arn) => resolved(arn, '', { account: home, principals }).value,
    );
    const inline = arrayOf(properties['Policies'] ?? []).map((one) =>
      isObject(one) ? resolved(one['PolicyDocument'], '', { account: home, principals }).value : undefined,
    );
    return [
      {
        input: {
          name: file,
          parsed: replaced(parsed, placeOf),
          role: {
            arn: `arn:aws:iam::${home}:role${path}${typeof name === 'string' ? name : id}`,
            roleName: typeof name === 'string' ? name : id,
            ...(typeof duration === 'number' ? { maxSessionDuration: duration } : {}),
          },
          withDocument: () => undefined,
        },
        label: id,
        attachedPolicies: managed.filter((arn) => typeof arn === 'string'),
        policyDocuments: inline.filter((one) => one !== undefined),
        unknown: [...new Set(unknown)],
        accountAssumed: account === undefined,
      },
    ];
  });
}

/** `!Ref`, `!Sub` and their kind, as the functions they are short for. */
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
    resolve: (text: string) => ({ [long]: name === 'GetAtt' ? text.split('.') : text }),
  };
  const collection = (kind: 'map' | 'seq') => ({
    tag: `!${name}`,
    collection: kind,
    resolve: (node: { toJSON(): unknown }) => ({ [long]: node.toJSON() }),
  });
  return [scalar, collection('map'), collection('seq')] as never[];
});

function replaced(parsed: ParsedTrustPolicy, placeOf: (pointer: string) => Place | undefined): ParsedTrustPolicy {
  const moved = ({ place: _, ...problem }: Problem): Problem => {
    const place = placeOf(problem.pointer);
    return place === undefined ? problem : { ...problem, place };
  };
  switch (parsed.status) {
    case 'unreadable':
      return { ...parsed, problem: moved(parsed.problem) };
    case 'meaningless': {
      const [first, ...rest] = parsed.problems;
      return { ...parsed, problems: [moved(first), ...rest.map(moved)] };
    }
    case 'read':
      return { ...parsed, policy: { ...parsed.policy, placeOf }, problems: parsed.problems.map(moved) };
  }
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The place of the deepest node of the path that the template has in writing. */
function placeIn(contents: unknown, path: readonly string[], lines: LineCounter): Place | undefined {
  let node = contents as Node | null | undefined;
  let found: Node | null | undefined = node;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String((key as Scalar).value) === step);
      node = pair?.value as Node | null | undefined;
    } else if (isSeq(node)) node = node.items[Number(step)] as Node | undefined;
    else node = undefined;
    if (node === null || node === undefined) break;
    found = node;
  }
  const offset = found?.range?.[0];
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
