/** Which trust policies does a file hold: one document, all the roles of an account, a template, a plan? */
import { type JsonDocument, readJson, wideLimits } from '../policy/document/json-with-positions.ts';
import type { ParsedTrustPolicy, Place, Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import { UserError } from './io.ts';
import { type PolicyInput, readPolicyText, roleDescription } from './policy-input.ts';
import { templatePolicies } from './template-policies.ts';
import { rolesOfPlan } from './terraform-plan.ts';

export interface PolicyInFile {
  readonly input: PolicyInput;
  /** What the role is called in messages, where the file holds several. */
  readonly label?: string;
  /** The version that is replaced, where the file tells (a Terraform plan). */
  readonly previous?: TrustPolicy;
  /** Names or ARNs of attached managed policies, and documents, where the file tells. */
  readonly attachedPolicies?: readonly string[];
  readonly policyDocuments?: readonly unknown[];
  /** Values that are known only once it is deployed. */
  readonly unknown: readonly string[];
  /** Whether the account is a stand-in, since the template does not say where it is deployed. */
  readonly accountAssumed?: boolean;
  /**
   * The ways a template may turn out: the outer list by its conditions, the inner one by values known only later. What
   * is said of it holds in every deployment of some inner list. Absent: the policy is as it stands.
   */
  readonly deployments?: readonly (readonly Deployment[])[];
  /** Why nothing can be said of it yet, where that is no fault of the file. */
  readonly undetermined?: string;
}

export interface Deployment {
  readonly parsed: ParsedTrustPolicy;
  /** Texts that stand for what is known only later → what they stand for. */
  readonly standIns: ReadonlyMap<string, string>;
}

type Json = Readonly<Record<string, unknown>>;

export const policyForms =
  'expected a trust policy, the output of `aws iam get-role` or `get-account-authorization-details`, a CloudFormation template, or `terraform show -json`';

/**
 * @param account of `--role` or the configuration: where a template or plan is deployed to.
 * @throws {UserError} where the text is none of these, with the place.
 */
export function policiesInFile(text: string, file: string, account?: string): readonly PolicyInFile[] {
  const json = /^\uFEFF?\s*[{["%]/.test(text);
  if (!json) return templatePolicies(text, file, account);
  const value = parsedJson(text);
  if (!isObject(value)) return [{ input: readPolicyText(text, file), unknown: [] }];
  const list = ['RoleDetailList', 'Roles'].find((name) => Array.isArray(value[name]));
  if (list !== undefined) return rolesOfAccount(value, list, text, file);
  const planned = rolesOfPlan(value, account);
  if (planned !== undefined) {
    const place = placesIn(text);
    return planned.map(({ pointer, ...one }) => ({
      ...one,
      input: relocated({ ...one.input, name: file }, () => place(pointer)),
    }));
  }
  if (isObject(value['Resources'])) return templatePolicies(text, file, account);
  if (Object.keys(value).length > 0 && !holdsPolicy(value) && !(isObject(value['Role']) && holdsPolicy(value['Role'])))
    throw new UserError(`${file}:1:1: holds no trust policy`, policyForms);
  return [{ input: readPolicyText(text, file), unknown: [] }];
}

/** A `version` is in many files; a trust policy has its `Statement` at least, in whatever letter case. */
function holdsPolicy(value: Json): boolean {
  return Object.keys(value).some(
    (name) => name === 'Version' || /^(?:statement|assumeRolePolicyDocument)$/i.test(name),
  );
}

/** Roles of `aws iam get-account-authorization-details` or `aws iam list-roles`. */
function rolesOfAccount(value: Json, list: string, text: string, file: string): readonly PolicyInFile[] {
  const place = placesIn(text);
  const managed = new Map(
    listOf(value['Policies'])
      .filter(isObject)
      .map((policy) => [policy['Arn'], policy]),
  );
  return listOf(value[list]).flatMap((role, at) =>
    isObject(role) ? [roleInAccount(role, `/${list}/${at}/AssumeRolePolicyDocument`, managed, place, file)] : [],
  );
}

function roleInAccount(
  role: Json,
  pointer: string,
  managed: ReadonlyMap<unknown, Json>,
  place: (pointer: string) => Place | undefined,
  file: string,
): PolicyInFile {
  const description = roleDescription(role);
  const document = role['AssumeRolePolicyDocument'];
  const isText = typeof document === 'string';
  const input = readPolicyText(isText ? document : JSON.stringify(document ?? {}), file);
  const attached = listOf(role['AttachedManagedPolicies']).filter(isObject);
  const told = role['AttachedManagedPolicies'] !== undefined || role['RolePolicyList'] !== undefined;
  const documents = [
    ...listOf(role['RolePolicyList']).map((one) => (isObject(one) ? one['PolicyDocument'] : undefined)),
    ...attached.map(({ PolicyArn: arn }) => defaultVersion(managed.get(arn))),
  ].filter((one) => one !== undefined);
  return {
    input: relocated({ ...input, role: description, withDocument: () => undefined }, (inner) =>
      place(isText ? pointer : pointer + inner),
    ),
    label: description.arn ?? description.roleName ?? 'a role without a name',
    ...(told
      ? {
          attachedPolicies: attached.flatMap(({ PolicyArn: arn }) => (typeof arn === 'string' ? [arn] : [])),
          policyDocuments: documents.map(decoded),
        }
      : {}),
    unknown: [],
  };
}

function defaultVersion(policy: Json | undefined): unknown {
  const versions = listOf(policy?.['PolicyVersionList']).filter(isObject);
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

/** Places in a file; it is read for them once, when the first is asked for. */
function placesIn(text: string): (pointer: string) => Place | undefined {
  let document: JsonDocument | 'none' | undefined;
  return (pointer) => {
    if (document === undefined) {
      const read = readJson(text, wideLimits);
      document = read.ok ? read.document : 'none';
    }
    if (document === 'none') return undefined;
    // The nearest place that the file has in writing.
    for (let inner = pointer; ; inner = inner.slice(0, inner.lastIndexOf('/'))) {
      const place = document.placeOf(inner);
      if (place !== undefined || inner === '') return place;
    }
  };
}

/** The same policy with the places that a pointer has in the file around it. */
function relocated(input: PolicyInput, placeOf: (pointer: string) => Place | undefined): PolicyInput {
  return { ...input, parsed: relocatedPolicy(input.parsed, placeOf) };
}

/** The same for what was parsed. */
export function relocatedPolicy(
  parsed: ParsedTrustPolicy,
  placeOf: (pointer: string) => Place | undefined,
): ParsedTrustPolicy {
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

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}
