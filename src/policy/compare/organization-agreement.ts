/** What do `aws:PrincipalOrgID` and `aws:PrincipalOrgPaths` of one request have to do with each other? */
import type { TrustPolicy } from '../document/trust-policy.ts';
import type { PreparedKey } from '../evaluate/key-state.ts';
import type { Witness } from './comparison.ts';
import type { Dimension } from './dimension.ts';
import { and, type Formula, literalNode, or } from './formula.ts';
import { anyText, exactly } from './string-language.ts';
import { predicateOfPatterns } from './value-predicate.ts';

/** What is said of more organizations than that is left out: requests that cannot be are then thought to be possible. */
const mostOrganizations = 24;

/** The two keys as the policies have them, and the organizations that they name without a wildcard. */
export interface NamedOrganizations {
  readonly id: PreparedKey;
  readonly paths: PreparedKey;
  readonly named: readonly string[];
}

/** @returns `undefined` where the policies do not speak of both keys. */
export function organizationsOf(
  keys: readonly PreparedKey[],
  policies: readonly TrustPolicy[],
): NamedOrganizations | undefined {
  const id = keys.find(({ lower }) => lower === 'aws:principalorgid');
  const paths = keys.find(({ lower }) => lower === 'aws:principalorgpaths');
  if (id === undefined || paths === undefined) return undefined;
  const named = new Set<string>();
  for (const { statements } of policies)
    for (const { conditions } of statements)
      for (const { key, values } of conditions) {
        const isPath = key.toLowerCase() === paths.lower;
        if (!isPath && key.toLowerCase() !== id.lower) continue;
        for (const { text } of values) {
          const organization = organizationAt(text);
          if (organization !== undefined && (isPath || organization.length === text.length)) named.add(organization);
        }
      }
  return { id, paths, named: [...named].slice(0, mostOrganizations) };
}

/** @returns the organization that a path, or a pattern of paths, begins with. */
function organizationAt(text: string): string | undefined {
  return /^o-[a-z0-9]+(?=\/|$)/i.exec(text)?.[0].toLowerCase();
}

/**
 * @returns the witness with both keys of one organization, first that of its path, then that of its id, and last as it
 * is: the search tells apart just those organizations that are named.
 */
export function ofOneOrganization(witness: Witness): readonly Witness[] {
  const entries = Object.entries(witness.context);
  const of = (key: string) => entries.find(([name]) => name.toLowerCase() === key);
  const [id, paths] = [of('aws:principalorgid'), of('aws:principalorgpaths')];
  if (id === undefined || paths === undefined) return [witness];
  const having = ([name]: readonly [string, unknown], values: readonly string[]): Witness => ({
    ...witness,
    context: { ...witness.context, [name]: values },
  });
  const organization = organizationAt(paths[1][0] ?? '');
  const moved = paths[1].map((path) => `${id[1][0]}${path.replace(/^[^/]*/, '')}`);
  return [...(organization === undefined ? [] : [having(id, [organization])]), having(paths, moved), witness];
}

/**
 * Both are in a request exactly where the caller's account is a member of an organization, and every path begins with
 * the organization's id (IAM User Guide, "AWS global condition context keys").
 */
export function organizationAgreement(id: Dimension, paths: Dimension, organizations: readonly string[]): Formula {
  const idThere = id.literal(false, true, '');
  const pathsThere = paths.literal(false, true, '');
  // That both are absent is tried first: a witness then says no more than it needs.
  const parts: Formula[] = [
    or([literalNode(pathsThere.opposite), literalNode(idThere)]),
    or([literalNode(idThere.opposite), literalNode(pathsThere)]),
  ];
  for (const organization of organizations) {
    const isOf = id.literal(
      false,
      {
        quantifier: 'every',
        predicate: predicateOfPatterns(`organization ${organization}`, [exactly(organization)]),
        negated: false,
      },
      '',
    );
    const within = predicateOfPatterns(`paths of ${organization}`, [[...exactly(`${organization}/`), ...anyText]]);
    const every = paths.literal(false, { quantifier: 'every', predicate: within, negated: false }, '');
    const none = paths.literal(true, { quantifier: 'every', predicate: within, negated: true }, '');
    parts.push(or([literalNode(isOf.opposite), literalNode(every)]), or([literalNode(none), literalNode(isOf)]));
  }
  return and(parts);
}
