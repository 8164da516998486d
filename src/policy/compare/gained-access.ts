/** Which statements and principals of a policy let in what another policy does not, and by which request is it shown? */
import type { PrincipalEntry } from '../document/trust-policy.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedKey } from '../evaluate/key-state.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import { CallerSpace, type CallerWorld } from './caller-space.ts';
import type { AccessClass, Undecided, Witness } from './comparison.ts';
import { concreteWitness } from './concrete-witness.ts';
import { describeClass } from './describe-class.ts';
import { and, type Formula } from './formula.ts';
import { allows, allowsNot, statementsOn, type Through } from './question.ts';
import {
  assumeActions,
  callersOf,
  freshAccounts,
  furtherActions,
  partitionsOf,
  pathsOfRoles,
} from './request-space.ts';
import { type Model, search } from './search.ts';
import { undecidedBy } from './undecided.ts';
import { decisionOn, witnessOf } from './witness.ts';
import { TooMuchWork, Work } from './work.ts';

export interface Access {
  readonly classes: readonly AccessClass[];
  readonly undecided: readonly Undecided[];
}

/** A question about one call, in one space of callers. */
export interface Ask {
  readonly space: CallerSpace;
  readonly formula: Formula;
  readonly actions: readonly [string, ...string[]];
}

export type Answer = { readonly witness: Witness } | 'no' | { readonly undecided: readonly Undecided[] };

/** Two policies, and what was learnt of them. */
export class Inquiry {
  readonly from: PreparedPolicy;
  readonly to: PreparedPolicy;
  readonly work: Work;
  readonly keys: readonly PreparedKey[];
  readonly world: CallerWorld;

  constructor(from: PreparedPolicy, to: PreparedPolicy, work: Work) {
    this.from = from;
    this.to = to;
    this.work = work;
    this.keys = [...to.keys, ...from.keys];
    const policies = [from.policy, to.policy];
    this.world = {
      freshAccounts: freshAccounts(policies),
      partitions: partitionsOf(policies),
      rolePaths: pathsOfRoles(policies),
    };
  }

  /** @param holds whether the evaluator confirms a witness. */
  ask({ space, formula, actions }: Ask, holds: (witness: Witness) => boolean): Answer {
    if (formula === false) return 'no';
    let witness: Witness | undefined;
    const certain = (model: Model) => {
      const found = witnessOf(space, actions, model, this.keys, this.work);
      if (found === undefined || !holds(found)) return false;
      witness = found;
      return true;
    };
    let tries = 0;
    if (
      search(formula, 'claim', this.work, (model) => certain(model) || (tries += 1) >= mostTries) &&
      witness !== undefined
    )
      return { witness };
    const stopped: Undecided[] = [];
    tries = 0;
    const possible = search(formula, 'proof', this.work, (model) => {
      const undecided = undecidedBy(model);
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
    if (!possible && stopped.length === 0) return 'no';
    return { undecided: stopped };
  }
}

/** Solutions that are looked at where the first ones cannot be shown. */
const mostTries = 12;

export function gainedAccess(from: PreparedPolicy, to: PreparedPolicy, most: number): Access {
  const inquiry = new Inquiry(from, to, new Work(most));
  const classes: AccessClass[] = [];
  const undecided: Undecided[] = [];
  try {
    for (const action of assumeActions) findOn(action, inquiry, classes, undecided);
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
    undecided.push({ construct: 'too complex' });
  }
  return { classes: inOrder(classes), undecided: classes.length > 0 ? [] : undecided };
}

function findOn(
  action: (typeof assumeActions)[number],
  inquiry: Inquiry,
  classes: AccessClass[],
  undecided: Undecided[],
): void {
  const { from, to } = inquiry;
  const statements = statementsOn(to, 'Allow', action);
  if (statements.length === 0) return;
  const known = new Set<string>();
  const holds = (witness: Witness) => decisionOn(to, witness) === 'allow' && isDenied(decisionOn(from, witness));
  for (const shape of callersOf(action, [from, to])) {
    const space = new CallerSpace(shape, inquiry.world);
    const denied = allowsNot(space, from, action);
    for (const statement of statements) {
      const formula = (through: Through) => and([allows(space, to, action, [through]), denied]);
      const whole = inquiry.ask({ space, formula: formula({ statement }), actions: [action] }, holds);
      if (whole === 'no') continue;
      if ('undecided' in whole) {
        undecided.push(...whole.undecided);
        continue;
      }
      let covered = false;
      for (const entry of entriesOf(statement)) {
        const id = `${statement.statement.index} ${entry?.text ?? ''}`;
        if (known.has(id)) {
          covered = true;
          continue;
        }
        const through: Through = { statement, ...(entry === undefined ? {} : { entries: [entry] }) };
        const answer = inquiry.ask({ space, formula: formula(through), actions: [action] }, holds);
        if (answer === 'no' || 'undecided' in answer) continue;
        known.add(id);
        covered = true;
        classes.push(
          describeClass({
            inquiry,
            space,
            statement,
            entry,
            witness: answer.witness,
            actions: [action],
            holds,
            formula,
          }),
        );
      }
      if (!covered)
        classes.push(
          describeClass({
            inquiry,
            space,
            statement,
            entry: undefined,
            witness: whole.witness,
            actions: [action],
            holds,
            formula,
          }),
        );
    }
    for (const further of furtherActions) {
      const actions: readonly [string, string] = [action, further];
      const could = allows(space, from, action);
      if (could === false) continue;
      for (const statement of statementsOn(to, 'Allow', further)) {
        const formula = (through: Through) =>
          and([
            allows(space, to, further, [through]),
            allows(space, to, action),
            could,
            allowsNot(space, from, further),
          ]);
        const whole = inquiry.ask({ space, formula: formula({ statement }), actions }, holds);
        if (whole === 'no') continue;
        if ('undecided' in whole) {
          undecided.push(...whole.undecided);
          continue;
        }
        for (const entry of entriesOf(statement)) {
          const id = `${statement.statement.index} ${further} ${entry?.text ?? ''}`;
          if (known.has(id)) continue;
          const through: Through = { statement, ...(entry === undefined ? {} : { entries: [entry] }) };
          const answer = inquiry.ask({ space, formula: formula(through), actions }, holds);
          if (answer === 'no' || 'undecided' in answer) continue;
          known.add(id);
          classes.push(
            describeClass({ inquiry, space, statement, entry, witness: answer.witness, actions, holds, formula }),
          );
        }
      }
    }
  }
}

function isDenied(decision: ReturnType<typeof decisionOn>): boolean {
  return decision === 'explicit-deny' || decision === 'implicit-deny';
}

/** Each principal by itself; a NotPrincipal as a whole. */
function entriesOf({ statement: { principal } }: PreparedStatement): readonly (PrincipalEntry | undefined)[] {
  if (principal.element === 'NotPrincipal') return [undefined];
  const everyone = principal.entries.find(({ name }) => name.kind === 'everyone');
  return everyone === undefined ? principal.entries : [everyone];
}

function inOrder(classes: readonly AccessClass[]): readonly AccessClass[] {
  const seen = new Set<string>();
  return [...classes]
    .sort((a, b) => a.rank - b.rank || a.statement - b.statement)
    .filter(({ summary }) => !seen.has(summary) && seen.add(summary));
}
