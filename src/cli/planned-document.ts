/**
 * Which policy does a role of a Terraform plan get from a policy document that is read only when the plan is applied?
 * A document that names a resource yet to be created has no JSON in the plan, but all the rest of it.
 */
type Json = Readonly<Record<string, unknown>>;

export interface PlannedDocument {
  /** The policy; a value known only once the plan is applied stands in it as `{"Ref": what it is}`. */
  readonly node: unknown;
  /** The place in the plan of what a pointer into the policy leads to. */
  readonly pointerOf: (pointer: string) => string;
}

/**
 * @param plan what `terraform show -json` prints.
 * @param role the role's entry in `resource_changes`.
 * @returns `undefined` where its policy does not come from one such document, or little of that is known.
 */
export function plannedDocument(plan: Json, role: Json): PlannedDocument | undefined {
  const name = documentNamed(plan, role);
  if (name === undefined) return undefined;
  const all = listOf(plan['resource_changes']).map((change, at) => ({ change, at }));
  const same = all.flatMap(({ change, at }) =>
    isObject(change) &&
    change['mode'] === 'data' &&
    change['type'] === 'aws_iam_policy_document' &&
    change['name'] === name &&
    change['module_address'] === role['module_address']
      ? [{ change, at }]
      : [],
  );
  // Of a document that is there several times, the one for the same turn of the loop.
  const found = same.length === 1 ? same[0] : same.find(({ change }) => change['index'] === role['index']);
  const change = found?.change['change'];
  if (found === undefined || !isObject(change) || !isObject(change['after'])) return undefined;
  const node = policyIn(change['after'], change['after_unknown']);
  if (node === undefined) return undefined;
  const base = `/resource_changes/${found.at}/change/after/statement`;
  return {
    node,
    pointerOf: (pointer) => {
      const statement = /^\/Statement\/(\d+)/.exec(pointer)?.[1];
      return statement === undefined ? base : `${base}/${statement}`;
    },
  };
}

/** The document that the configuration of the role refers to, where it is the only thing. */
function documentNamed(plan: Json, { type, name, module_address: address }: Json): string | undefined {
  const { configuration } = plan;
  let module = isObject(configuration) ? configuration['root_module'] : undefined;
  for (const step of typeof address === 'string' ? modulesOf(address) : []) {
    const calls: unknown = isObject(module) ? module['module_calls'] : undefined;
    const call: unknown = isObject(calls) && Object.hasOwn(calls, step) ? calls[step] : undefined;
    module = isObject(call) ? call['module'] : undefined;
  }
  const resource = listOf(isObject(module) ? module['resources'] : undefined).find(
    (one) => isObject(one) && one['mode'] !== 'data' && one['type'] === type && one['name'] === name,
  );
  const expressions = isObject(resource) ? resource['expressions'] : undefined;
  const expression = isObject(expressions)
    ? (expressions['assume_role_policy'] ?? expressions['assume_role_policy_document'])
    : undefined;
  const references = listOf(isObject(expression) ? expression['references'] : undefined).map(String);
  const documents = references.map(
    (one) => /^data\.aws_iam_policy_document\.([\w-]+)(?:\[.*\])?(?:\.(?:json|minified_json))?$/.exec(one)?.[1],
  );
  // A loop's own key beside it chooses the turn; anything else may make another policy of it.
  const others = references.filter(
    (one, at) => documents[at] === undefined && !/^(?:each\.\w+|count\.index)$/.test(one),
  );
  const names = new Set(documents.filter((one) => one !== undefined));
  const [only] = names;
  return names.size === 1 && others.length === 0 ? only : undefined;
}

/** `module.a["x.y"].module.b[0]` → `a`, `b`. */
function modulesOf(address: string): readonly string[] {
  return [...address.matchAll(/(?:^|\.)module\.([\w-]+)((?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?)/g)].map(
    ([, name]) => name ?? '',
  );
}

function policyIn(after: Json, unknown: unknown): Json | undefined {
  const open = isObject(unknown) ? unknown : {};
  // Documents that are merged into this one are not known here.
  for (const name of ['source_policy_documents', 'override_policy_documents', 'source_json', 'override_json'])
    if (listOf(after[name]).length > 0 || typeof after[name] === 'string' || isOpen(open[name])) return undefined;
  const statements = after['statement'];
  if (!Array.isArray(statements) || statements.length === 0 || open['statement'] === true) return undefined;
  return {
    Version: typeof after['version'] === 'string' ? after['version'] : '2012-10-17',
    Statement: statements.map((one: unknown, at) => statementIn(one, listOf(open['statement'])[at], at + 1)),
  };
}

function statementIn(value: unknown, unknown: unknown, number: number): unknown {
  const later = (what: string): Json => ({ Ref: `${what} of statement ${number}` });
  if (!isObject(value) || unknown === true) return later('all');
  const open = isObject(unknown) ? unknown : {};
  const given = (name: string): boolean => open[name] === true || listOf(value[name]).length > 0;
  const { sid, effect } = value;
  return {
    ...(typeof sid === 'string' && sid !== '' ? { Sid: sid } : {}),
    Effect: open['effect'] === true ? later('the effect') : (effect ?? 'Allow'),
    ...(given('principals') ? { Principal: principalIn(value['principals'], open['principals'], later) } : {}),
    ...(given('not_principals')
      ? { NotPrincipal: principalIn(value['not_principals'], open['not_principals'], later) }
      : {}),
    ...(given('actions') ? { Action: textsIn(value['actions'], open['actions'], 'action', later) } : {}),
    ...(given('not_actions') ? { NotAction: textsIn(value['not_actions'], open['not_actions'], 'action', later) } : {}),
    ...(given('condition') ? { Condition: conditionIn(value['condition'], open['condition'], later) } : {}),
  };
}

type Later = (what: string) => Json;

function principalIn(value: unknown, unknown: unknown, later: Later): unknown {
  if (unknown === true) return later('the principals');
  const byType = new Map<string, readonly unknown[]>();
  for (const [at, one] of listOf(value).entries()) {
    const open = listOf(unknown)[at];
    const { type, identifiers } = isObject(one) ? one : {};
    const openOf = isObject(open) ? open : {};
    if (open === true || openOf['type'] === true || typeof type !== 'string') return later('the principals');
    const before = byType.get(type) ?? [];
    byType.set(type, [
      ...before,
      ...textsIn(identifiers, openOf['identifiers'], `principal of ${type}`, later, before.length),
    ]);
  }
  // Terraform writes this type as the bare star.
  if (byType.has('*')) return '*';
  return Object.fromEntries(byType);
}

function conditionIn(value: unknown, unknown: unknown, later: Later): unknown {
  if (unknown === true) return later('the conditions');
  const operators = new Map<string, Map<string, readonly unknown[]>>();
  for (const [at, one] of listOf(value).entries()) {
    const open = listOf(unknown)[at];
    const openOf = isObject(open) ? open : {};
    const { test, variable, values } = isObject(one) ? one : {};
    if (open === true || typeof test !== 'string' || typeof variable !== 'string') return later('the conditions');
    const keys = operators.get(test) ?? new Map<string, readonly unknown[]>();
    const before = keys.get(variable) ?? [];
    const texts = textsIn(values, openOf['values'], `value of ${variable}`, later, before.length);
    operators.set(test, keys.set(variable, [...before, ...texts]));
  }
  return Object.fromEntries([...operators].map(([test, keys]) => [test, Object.fromEntries(keys)]));
}

/** Texts of a list, of which each alone, or the whole list, may be known only later. */
function textsIn(value: unknown, unknown: unknown, what: string, later: Later, before = 0): readonly unknown[] {
  if (unknown === true || !Array.isArray(value)) return [later(`every ${what}`)];
  return value.map((one: unknown, at) =>
    listOf(unknown)[at] === true || typeof one !== 'string' ? later(`${what} (${before + at + 1})`) : one,
  );
}

function isOpen(unknown: unknown): boolean {
  return unknown === true || listOf(unknown).some(isOpen);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
