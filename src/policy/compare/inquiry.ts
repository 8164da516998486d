/** Can the demands of one question be met, and by which request? A proof, a confirmed request, or what stopped both. */
import type { ArnParts } from '../document/names.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedKey } from '../evaluate/key-state.ts';
import { boundKeysOf } from './bound-keys.ts';
import type { CallerSpace, CallerWorld } from './caller-space.ts';
import type { Undecided, Witness } from './comparison.ts';
import { concreteWitness } from './concrete-witness.ts';
import { and, type Formula } from './formula.ts';
import { organizationKeysOf } from './organization-keys.ts';
import { freshAccounts, partitionsOf, pathsOfRoles } from './request-space.ts';
import { type Model, search } from './search.ts';
import { undecidedBy } from './undecided.ts';
import { witnessOf } from './witness.ts';
import type { Work } from './work.ts';

/** A question about one call, in one space of callers. */
export interface Ask {
  readonly space: CallerSpace;
  readonly formula: Formula;
  readonly actions: readonly [string, ...string[]];
}

export type Answer = { readonly witness: Witness } | 'no' | { readonly undecided: readonly Undecided[] };

/** Solutions that are looked at where the first ones cannot be shown. */
const mostTries = 12;

/** Two policies, and what follows from them for all questions. */
export class Inquiry {
  readonly from: PreparedPolicy;
  readonly to: PreparedPolicy;
  readonly work: Work;
  readonly keys: readonly PreparedKey[];
  /** Keys that stand in a witness without a demand of their own. */
  readonly #shown: readonly PreparedKey[];
  readonly world: CallerWorld;

  /** @param role its ARN's parts, where known. */
  constructor(from: PreparedPolicy, to: PreparedPolicy, work: Work, role?: ArnParts) {
    this.from = from;
    this.to = to;
    this.work = work;
    this.keys = [...to.keys, ...from.keys];
    const policies = [from.policy, to.policy];
    this.world = {
      freshAccounts: freshAccounts(policies),
      partitions: partitionsOf(policies, role?.partition),
      rolePaths: pathsOfRoles(policies),
      organizations: organizationKeysOf(this.keys),
      boundKeys: boundKeysOf(this.keys),
      home: role?.account,
      bothTimes: ['aws:currenttime', 'aws:epochtime'].every((name) => this.keys.some(({ lower }) => lower === name)),
    };
    this.#shown = [...[from, to].flatMap(variablesOf), ...this.world.organizations.map(({ id }) => id)];
  }

  /** @param holds whether the evaluator confirms a witness. */
  ask({ space, formula: demanded, actions }: Ask, holds: (witness: Witness) => boolean): Answer {
    const formula = demanded === false ? false : and([demanded, space.agreement()]);
    if (formula === false) return 'no';
    space.speaksOf(this.#shown);
    let witness: Witness | undefined;
    const certain = (model: Model) => {
      const found = witnessOf(space, actions, model, this.keys, this.work);
      if (found === undefined || !holds(found)) return false;
      witness = found;
      return true;
    };
    let tries = 0;
    search(formula, 'claim', this.work, (model) => {
      tries += 1;
      return certain(model) || tries >= mostTries;
    });
    if (witness !== undefined) return { witness };
    const stopped: Undecided[] = [];
    tries = 0;
    search(formula, 'proof', this.work, (model) => {
      const undecided = undecidedBy(model, this.work);
      if (!undecided.hopeless && certain(model)) return true;
      const found = undecided.hopeless ? undefined : concreteWitness(space, actions, model, this, holds);
      if (found !== undefined) {
        witness = found;
        return true;
      }
      stopped.push(...undecided.undecided);
      tries += 1;
      return tries >= mostTries;
    });
    if (witness !== undefined) return { witness };
    return stopped.length === 0 ? 'no' : { undecided: stopped };
  }
}

function variablesOf({ statements }: PreparedPolicy): readonly PreparedKey[] {
  return statements.flatMap(({ clauses }) => clauses.flatMap(({ variableKeys }) => variableKeys));
}
