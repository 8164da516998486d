/** Which trust policies does a file hold: one document, all the roles of an account, a template, a plan? */
import { type JsonDocument, readJson, wideLimits } from '../policy/document/json-with-positions.ts';
import type { Place } from '../policy/document/trust-policy.ts';
import { UserError } from './io.ts';
import { type PolicyInFile, policyForms, relocatedPolicy } from './policy-in-file.ts';
import { type PolicyInput, readPolicyText, roleDescription } from './policy-input.ts';
import { templatePolicies } from './template-policies.ts';
import { rolesOfPlan } from './terraform-plan.ts';

type Json = Readonly<Record<string, unknown>>;

/** Bytes of a file with policies: the roles of the largest accounts, and the largest plans, are well below. */
export const mostBytes = 128 * 1024 * 1024;
/** Characters of a document, or of a template, of which CloudFormation takes 1 MB. Their parsers need much memory. */
const mostOfOne = 4 * 1024 * 1024;

/**
 * @param account of `--role` or the configuration: where a template or plan is deployed to.
 * @throws {UserError} where the text is none of these, with the place.
 */
export function policiesInFile(text: string, file: string, account?: string): readonly PolicyInFile[] {
  const json = /^\uFEFF?\s*[{["%]/.test(text);
  // Only lists of roles and plans are that large, and a look at the text tells before anything is parsed.
  if (
    text.length > mostOfOne &&
    !(json && /"(?:RoleDetailList|Roles|resource_changes|planned_values|values)"\s*:/.test(text))
  )
    throw tooLarge(file);
  if (!json) return templatePolicies(text, file, account);
  const value = parsedJson(text);
  if (!isObject(value)) return [{ input: readPolicyText(text, file), unknown: [] }];
  const list = ['RoleDetailList', 'Roles'].find((name) => Array.isArray(value[name]));
  if (list !== undefined) return rolesOfAccount(value, list, text, file);
  const planned = rolesOfPlan(value, account);
  if (planned !== undefined) {
    const place = placesIn(text);
    return planned.map(({ pointerOf, ...one }) => {
      const placeOf = (pointer: string) => place(pointerOf(pointer));
      const moved = one.deployments?.map((group) =>
        group.map((each) => ({ ...each, parsed: relocatedPolicy(each.parsed, placeOf) })),
      );
      return {
        ...one,
        input: relocated({ ...one.input, name: file }, placeOf),
        ...(moved === undefined ? {} : { deployments: moved }),
      };
    });
  }
  if (text.length > mostOfOne) throw tooLarge(file);
  if (isObject(value['Resources'])) return templatePolicies(text, file, account);
  if (Object.keys(value).length > 0 && !holdsPolicy(value) && !(isObject(value['Role']) && holdsPolicy(value['Role'])))
    throw new UserError(`${file}:1:1: holds no trust policy`, policyForms);
  return [{ input: readPolicyText(text, file), unknown: [] }];
}

function tooLarge(file: string): UserError {
  return new UserError(
    `${file}: larger than ${mostOfOne / 1024 / 1024} MB, and neither a list of roles nor a plan`,
    policyForms,
  );
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
