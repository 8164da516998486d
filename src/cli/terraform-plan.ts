/** Which roles does a Terraform plan, or a state, hold, and what were their trust policies before? */
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { type PlannedDocument, plannedDocument } from './planned-document.ts';
import type { PolicyInFile } from './policy-in-file.ts';
import { type RoleDescription, readPolicyText } from './policy-input.ts';
import { nodeDeployments } from './template-policies.ts';

type Json = Readonly<Record<string, unknown>>;

/** What leads from a pointer into the policy to the place in the plan. */
export type PlannedRole = PolicyInFile & { readonly pointerOf: (pointer: string) => string };

interface FoundResource {
  readonly type: unknown;
  readonly address: string;
  readonly values: Json;
  readonly before: unknown;
  readonly unknown: unknown;
  /** Leads to `values`. */
  readonly pointer: string;
  /** What its trust policy is called, where that is another name than usual. */
  readonly policyName?: string;
  /** The entry as a whole. */
  readonly entry: Json;
}

/**
 * Roles of `terraform show -json`: those that a plan creates, changes or keeps; of a state, all.
 *
 * @returns `undefined` where the value is no plan and no state.
 */
export function rolesOfPlan(value: Json, account: string | undefined): readonly PlannedRole[] | undefined {
  const resources = resourcesOf(value);
  if (resources === undefined) return undefined;
  const attached = attachments(resources);
  return resources
    .map(asClassic)
    .filter(({ type }) => type === 'aws_iam_role')
    .map((one) => plannedRole(one, account, attached, () => plannedDocument(value, one.entry)));
}

function resourcesOf(value: Json): readonly FoundResource[] | undefined {
  const changes = value['resource_changes'];
  if (Array.isArray(changes))
    return changes.flatMap((change: unknown, at): readonly FoundResource[] => {
      if (!isObject(change) || !isObject(change['change'])) return [];
      const { after, before, after_unknown: unknown } = change['change'];
      const { type } = change;
      // What is destroyed has no `after`.
      if (!isObject(after)) return [];
      return [
        {
          type,
          address: addressOf(change),
          values: after,
          before,
          unknown,
          pointer: `/resource_changes/${at}/change/after`,
          entry: change,
        },
      ];
    });
  const where = ['planned_values', 'values'].find((name) => isObject(value[name]));
  if (where === undefined || value['format_version'] === undefined) return undefined;
  const found: FoundResource[] = [];
  const visit = (module: unknown, pointer: string): void => {
    if (!isObject(module)) return;
    listOf(module['resources']).forEach((one, at) => {
      if (isObject(one) && isObject(one['values']))
        found.push({
          type: one['type'],
          address: addressOf(one),
          values: one['values'],
          before: undefined,
          unknown: undefined,
          pointer: `${pointer}/resources/${at}/values`,
          entry: one,
        });
    });
    listOf(module['child_modules']).forEach((child, at) => {
      visit(child, `${pointer}/child_modules/${at}`);
    });
  };
  const root = value[where];
  visit(isObject(root) ? root['root_module'] : undefined, `/${where}/root_module`);
  return found;
}

/** A role of the provider `awscc` says the same under the names of CloudFormation. */
function asClassic(found: FoundResource): FoundResource {
  if (found.type !== 'awscc_iam_role') return found;
  const renamed = (value: unknown): Json => {
    if (!isObject(value)) return {};
    const { assume_role_policy_document: assume_role_policy, role_name: name, policies } = value;
    const inline_policy = listOf(policies).map((one) => ({
      policy: isObject(one) ? one['policy_document'] : undefined,
    }));
    return { ...value, assume_role_policy, name, inline_policy };
  };
  return {
    ...found,
    type: 'aws_iam_role',
    values: renamed(found.values),
    before: renamed(found.before),
    unknown: renamed(found.unknown),
    policyName: 'assume_role_policy_document',
  };
}

function addressOf({ address }: Json): string {
  return typeof address === 'string' ? address : 'a role without an address';
}

interface Attached {
  readonly policies: ReadonlyMap<string, readonly string[]>;
  readonly documents: ReadonlyMap<string, readonly unknown[]>;
}

/** What other resources of the plan attach, by the role's name. */
function attachments(resources: readonly FoundResource[]): Attached {
  const policies = new Map<string, string[]>();
  const documents = new Map<string, unknown[]>();
  for (const { type, values } of resources) {
    const { role, policy_arn: arn, policy } = values;
    if (typeof role !== 'string') continue;
    if (type === 'aws_iam_role_policy_attachment' && typeof arn === 'string')
      policies.set(role, [...(policies.get(role) ?? []), arn]);
    if (type === 'aws_iam_role_policy' && typeof policy === 'string')
      documents.set(role, [...(documents.get(role) ?? []), parsedJson(policy)]);
  }
  return { policies, documents };
}

function plannedRole(
  { address, values, before, unknown, pointer, policyName = 'assume_role_policy' }: FoundResource,
  account: string | undefined,
  attached: Attached,
  documentLater: () => PlannedDocument | undefined,
): PlannedRole {
  const { assume_role_policy: document, arn, name, path, max_session_duration: duration } = values;
  const known = typeof arn === 'string' ? arn : arnOf(name, path, account);
  const role: RoleDescription = {
    ...(known === undefined ? {} : { arn: known }),
    ...(typeof name === 'string' ? { roleName: name } : {}),
    ...(typeof duration === 'number' ? { maxSessionDuration: duration } : {}),
  };
  const at = `${pointer}/${policyName}`;
  const named = typeof name === 'string' ? name : '';
  const policies = [
    ...listOf(values['managed_policy_arns']).filter((one) => typeof one === 'string'),
    ...(attached.policies.get(named) ?? []),
  ];
  const documents = [
    ...listOf(values['inline_policy']).map((one) => (isObject(one) ? parsedJson(one['policy']) : undefined)),
    ...(attached.documents.get(named) ?? []),
  ];
  const more = {
    label: address,
    pointerOf: () => at,
    // Another module may attach more: that nothing is seen here does not tell that there is nothing.
    ...(policies.length === 0 && documents.length === 0
      ? {}
      : { attachedPolicies: policies, policyDocuments: documents }),
  };
  const earlier = isObject(before) ? before['assume_role_policy'] : undefined;
  const previous = typeof earlier === 'string' && earlier !== document ? parseTrustPolicy(earlier) : undefined;
  const replaced = previous?.status === 'read' ? { previous: previous.policy } : {};
  const planned = typeof document === 'string' ? undefined : documentLater();
  if (planned !== undefined) {
    const { groups, unknown: names } = nodeDeployments(planned.node, account);
    const [[first]] = groups;
    return {
      ...more,
      ...replaced,
      pointerOf: planned.pointerOf,
      input: { name: '', parsed: first.parsed, role, withDocument: () => undefined },
      unknown: names.map((name) => name.replace(/^Ref /, '')),
      accountAssumed: account === undefined,
      accountName: 'of the plan',
      deployments: groups,
    };
  }
  if (typeof document !== 'string') {
    const later = isObject(unknown) && unknown['assume_role_policy'] === true;
    const empty = readPolicyText('{}', '');
    return {
      ...more,
      input: { ...empty, role, withDocument: () => undefined },
      unknown: ['assume_role_policy'],
      undetermined: later
        ? 'its trust policy is known only once the plan is applied, so it was not checked'
        : 'the plan does not show its trust policy, so it was not checked',
    };
  }
  return {
    ...more,
    ...replaced,
    input: { ...readPolicyText(document, ''), role, withDocument: () => undefined },
    unknown: [],
  };
}

function arnOf(name: unknown, path: unknown, account: string | undefined): string | undefined {
  if (account === undefined || typeof name !== 'string') return undefined;
  return `arn:aws:iam::${account}:role${typeof path === 'string' ? path : '/'}${name}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
  } catch {
    return undefined;
  }
}
