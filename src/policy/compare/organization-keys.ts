/**
 * How is what a policy asks of an organization's id asked of its paths?
 *
 * Both keys are in a request exactly where the account is a member of an organization, and every path begins with the
 * organization's id (IAM User Guide, "AWS global condition context keys"). So they are one dimension, that of the paths:
 * the id is what stands before the first slash of any of them.
 */
import type { PreparedKey } from '../evaluate/key-state.ts';
import type { Witness } from './comparison.ts';
import { anyText, characterClass, exactly, fromTokens, one, type Pattern, run } from './string-language.ts';
import { predicateOfPatterns, type ValuePredicate } from './value-predicate.ts';

const { digit, lower, upper, dash, slash } = characterClass;
export const organization: Pattern = [...exactly('o-'), one(digit | lower), run(digit | lower | upper | dash)];
/** The same as a policy has it, so that it is known again. */
const behindId: Pattern = [...exactly('/'), ...anyText];
export const organizationPath: Pattern = [...organization, ...behindId];
const examplePath = 'r-zzzz/ou-zzzz-zzzzzzzz/';
export const examplePaths: readonly string[] = ['o-zzzzzzzzzz', 'o-yyyyyyyyyy'].map((id) => `${id}/${examplePath}`);

/** Of whom: of the caller, of the role, of the resource that a service acts for, of the VPC endpoint. */
const pairs = ['principal', 'resource', 'source', 'vpce'].map((whose) => ({
  id: `aws:${whose}orgid`,
  paths: `aws:${whose}orgpaths`,
}));
export const keysOfPaths: ReadonlySet<string> = new Set(pairs.map(({ paths }) => paths));
export const keysOfIds: ReadonlySet<string> = new Set(pairs.map(({ id }) => id));

/** The two keys of one organization, where the policies speak of both. */
export interface OrganizationKeys {
  readonly id: PreparedKey;
  readonly paths: PreparedKey;
}

export function organizationKeysOf(keys: readonly PreparedKey[]): readonly OrganizationKeys[] {
  const named = (name: string) => keys.find((key) => key.lower === name);
  return pairs.flatMap((pair): readonly OrganizationKeys[] => {
    const [id, paths] = [named(pair.id), named(pair.paths)];
    return id === undefined || paths === undefined ? [] : [{ id, paths }];
  });
}

/** @returns the demand on an id as one on the paths: what it says of one, it says of all. */
export function onPaths(predicate: ValuePredicate): ValuePredicate {
  const id = `organization ${predicate.id}`;
  // An id is no ARN, and neither a number, a date nor an address.
  const values = predicate.theory === 'text' ? predicate.values.filter(({ arn }) => !arn) : [];
  const patterns = values.map(({ tokens, ignoreCase }): Pattern => {
    const own = fromTokens(tokens, ignoreCase, 1023 & ~slash);
    return [...own, ...behindId];
  });
  return {
    ...predicateOfPatterns(
      id,
      patterns,
      values.slice(0, 4).map(({ text }) => `${text}/${examplePath}`),
    ),
    values,
    opaque: predicate.opaque.map((opaque) => `organization ${opaque}`),
    opaqueTexts: predicate.opaqueTexts,
  };
}

/** @returns what stands before the first slash. */
export function organizationIn(path: string): string {
  return path.replace(/\/.*$/s, '');
}

/**
 * @returns organizations that the patterns name, and one that they do not; `told`: whether all that they do not name are
 * alike to them.
 */
export function organizationsNamedBy(predicates: readonly ValuePredicate[]): {
  readonly named: readonly string[];
  readonly told: boolean;
} {
  const named = new Set<string>();
  let told = true;
  for (const predicate of predicates)
    for (const pattern of predicate.language().patterns) {
      let head = '';
      let at = 0;
      for (let token = pattern[0]; token?.kind === 'character' && !head.endsWith('/'); token = pattern[at]) {
        head += String.fromCodePoint(token.code);
        at += 1;
      }
      if (head.endsWith('/')) named.add(head.slice(0, -1));
      else if (!'o-'.startsWith(head) || !isAnything(pattern, at)) told = false;
    }
  let fresh = 'o-zzzzzzzzzz';
  while (named.has(fresh)) fresh += 'z';
  return { named: [...named, fresh], told };
}

/** Whether the pattern goes on with a wildcard that stands for the rest of any id. */
function isAnything(pattern: Pattern, at: number): boolean {
  const [token, next] = [pattern[at], pattern[at + 1]];
  const isRun = token?.kind === 'run' && (token.mask | slash) === 1023;
  return isRun && (next === undefined || (next.kind === 'character' && next.code === 0x2f));
}

/** @returns the witness with both keys of one organization: of that of its paths, or else of that of its id. */
export function ofOneOrganization(witness: Witness, all: readonly OrganizationKeys[]): readonly Witness[] {
  return all.reduce<readonly Witness[]>((found, keys) => found.flatMap((one) => madeOne(one, keys)), [witness]);
}

function madeOne(witness: Witness, keys: OrganizationKeys): readonly Witness[] {
  const entries = Object.entries(witness.context);
  const valuesOf = ({ lower: key }: PreparedKey) => entries.find(([name]) => name.toLowerCase() === key)?.[1];
  const [id, paths] = [valuesOf(keys.id)?.[0], valuesOf(keys.paths)];
  if (id === undefined && paths === undefined) return [witness];
  const others = entries.filter(([name]) => ![keys.id.lower, keys.paths.lower].includes(name.toLowerCase()));
  const having = (organization: string): Witness => ({
    ...witness,
    context: {
      ...Object.fromEntries(others),
      [keys.id.display]: [organization],
      [keys.paths.display]: (paths ?? [`/${examplePath}`]).map(
        (path) => `${organization}${path.replace(/^[^/]*/, '')}`,
      ),
    },
  });
  return [...new Set([...(paths ?? []).slice(0, 1).map(organizationIn), ...(id === undefined ? [] : [id])])].map(
    having,
  );
}
