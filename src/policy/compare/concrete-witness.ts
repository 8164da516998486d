/** Where policy variables are opaque to the search, is there a request with plain values that shows the same? */
import { resolveVariables } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { KeyState, PreparedKey } from '../evaluate/key-state.ts';
import type { CallerSpace, CallerWorld } from './caller-space.ts';
import type { Witness } from './comparison.ts';
import { ofOneOrganization } from './organization-keys.ts';
import type { Model } from './search.ts';
import { witnessOf } from './witness.ts';
import type { Work } from './work.ts';

const mostTries = 200;

/**
 * Tries values for the keys of variables and for the keys that are compared with them.
 *
 * @returns a request that `holds` confirms.
 */
export function concreteWitness(
  space: CallerSpace,
  actions: readonly [string, ...string[]],
  model: Model,
  policies: {
    readonly from: PreparedPolicy;
    readonly to: PreparedPolicy;
    readonly keys: readonly PreparedKey[];
    readonly world: CallerWorld;
    readonly work: Work;
  },
  holds: (witness: Witness) => boolean,
): Witness | undefined {
  const first = witnessOf(space, actions, model, policies.keys, policies.work);
  if (first === undefined) return undefined;
  const asked = new Set<string>();
  for (const [dimension, { literals }] of model)
    if (literals.some(({ value }) => typeof value !== 'boolean' && value.predicate.opaque.length > 0))
      for (const [lower, one] of space.dimensions) if (one === dimension) asked.add(lower);
  if (space.arn !== undefined && asked.has('aws:principalarn'))
    for (const key of ['aws:principalaccount', 'aws:username']) asked.add(key);
  const clauses = [policies.from, policies.to]
    .flatMap(({ statements }) => statements.flatMap((statement) => statement.clauses))
    .filter((clause) => clause.withVariables.length > 0 && asked.has(clause.key.lower));
  const variables = new Map(clauses.flatMap((clause) => clause.variableKeys.map((key) => [key.lower, key])));
  const compared = new Map(clauses.map((clause) => [clause.key.lower, clause.key]));
  const known = new Map(Object.entries(first.context).map(([key, values]) => [key.toLowerCase(), values]));
  const arn = first.context['aws:PrincipalArn']?.[0];
  const texts = new Set<string>(['x', 'y', 'o-zzzzzzzzzz']);
  for (const key of compared.keys()) for (const value of known.get(key) ?? []) texts.add(value);
  if (arn !== undefined) texts.add(arn.slice(arn.lastIndexOf('/') + 1));
  const account = arn?.split(':')[4];
  if (account !== undefined) texts.add(account);

  let tries = 0;
  const free = [...variables.values()].filter((key) => key.follows === undefined);
  const tryCompared = (assigned: ReadonlyMap<string, readonly string[] | null>): Witness | undefined => {
    const wanted = new Map<string, Set<string>>();
    for (const clause of clauses) {
      const states: KeyState[] = [];
      for (const key of clause.variableKeys) {
        const given = assigned.get(key.lower);
        states[key.index] = given === undefined ? (known.get(key.lower) ?? followed(key.lower, arn)) : given;
      }
      for (const parts of clause.withVariables) {
        const pieces = resolveVariables(parts, states);
        if (typeof pieces === 'string') continue;
        const set = wanted.get(clause.key.lower) ?? new Set<string>();
        wanted.set(clause.key.lower, set);
        const wild = clause.row?.operator.wildcards === true;
        set.add(
          pieces
            .map(({ text, literal }) => (literal || !wild ? text : text.replaceAll('*', '').replaceAll('?', 'x')))
            .join(''),
        );
      }
    }
    const options = [...compared.values()]
      // What follows from the caller has the value it has.
      .filter((key) => key.follows === undefined)
      .map((key) => ({
        key,
        values: [
          undefined,
          ...space
            .possibleOf(key, [...(wanted.get(key.lower) ?? []), 'x', 'some-other-value'])
            .flatMap((state) => state ?? []),
        ],
      }));
    const build = (at: number, chosen: ReadonlyMap<string, readonly string[] | null>): Witness | undefined => {
      if (tries > mostTries) return undefined;
      const option = options[at];
      if (option === undefined) {
        tries += 1;
        policies.work.spend(150);
        const witness = withValues(first, chosen, variables, compared);
        return ofOneOrganization(witness, policies.world.organizations).find(holds);
      }
      for (const value of option.values) {
        const found = build(at + 1, value === undefined ? chosen : new Map([...chosen, [option.key.lower, [value]]]));
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return build(0, assigned);
  };
  /** What more than a variable asks of the key stays as it was found. */
  const statesOf = (key: PreparedKey): readonly (readonly string[] | null)[] => {
    const own = known.get(key.lower);
    if (own === undefined) return space.possibleOf(key, texts);
    const dimension = space.dimensions.get(key.lower) ?? undefined;
    const isAsked = dimension !== undefined && (model.get(dimension)?.literals.length ?? 0) > 0;
    return isAsked ? [own] : [own, ...space.possibleOf(key, texts)];
  };
  const assign = (at: number, assigned: ReadonlyMap<string, readonly string[] | null>): Witness | undefined => {
    const key = free[at];
    if (key === undefined) return tryCompared(assigned);
    for (const option of statesOf(key)) {
      const found = assign(at + 1, new Map([...assigned, [key.lower, option]]));
      if (found !== undefined || tries > mostTries) return found;
    }
    return undefined;
  };
  return assign(0, new Map());
}

/** What of a variable follows from the caller's ARN. */
function followed(key: string, arn: string | undefined): KeyState {
  if (arn === undefined) return null;
  switch (key) {
    case 'aws:principalarn':
      return [arn];
    case 'aws:principalaccount':
      return [arn.split(':')[4] ?? ''];
    case 'aws:username':
      return arn.includes(':user/') ? [arn.slice(arn.lastIndexOf('/') + 1)] : null;
    case 'aws:principaltype':
      return [arn.includes(':user/') ? 'User' : 'AssumedRole'];
    default:
      return null;
  }
}

function withValues(
  witness: Witness,
  chosen: ReadonlyMap<string, readonly string[] | null>,
  ...keys: readonly ReadonlyMap<string, PreparedKey>[]
): Witness {
  const context: Record<string, readonly string[]> = { ...witness.context };
  for (const [lower, values] of chosen) {
    const name = keys.map((map) => map.get(lower)?.display).find((display) => display !== undefined) ?? lower;
    for (const known of Object.keys(context)) if (known.toLowerCase() === lower) delete context[known];
    if (values !== null) context[name] = values;
  }
  return { ...witness, context };
}
