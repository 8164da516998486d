/**
 * Can all demands of a formula be met together? Alternatives are taken up one by one, those with no or one way left
 * first; after every step the demands on a key must still have a state in common, else the step is taken back.
 */
import type { Demands, Dimension, Literal, Mode } from './dimension.ts';
import type { Formula, Node } from './formula.ts';
import type { Work } from './work.ts';

/** Demands that hold together, by key. */
export type Model = ReadonlyMap<Dimension, Demands>;

type Or = Extract<Node, { kind: 'or' }>;
/** The alternatives that were left when they were last looked at. */
type Counts = ReadonlyMap<Or, readonly Node[]>;
type Status = 'holds' | 'fails' | 'open';

/**
 * @param found asked with every solution; the search goes on until it answers true.
 * @returns whether a solution was taken.
 */
export function search(formula: Formula, mode: Mode, work: Work, found: (model: Model) => boolean): boolean {
  if (formula === false) return false;
  const run = new Search(mode, work, found);
  return run.from(formula === true ? [] : [formula], [], new Map());
}

class Search {
  readonly #mode: Mode;
  readonly #work: Work;
  readonly #found: (model: Model) => boolean;
  readonly #model = new Map<Dimension, Demands>();
  readonly #trail: (readonly [Dimension, Demands | undefined])[] = [];

  constructor(mode: Mode, work: Work, found: (model: Model) => boolean) {
    this.#mode = mode;
    this.#work = work;
    this.#found = found;
  }

  /** Takes the new nodes for true, settles what follows, then branches. */
  from(assumed: readonly Node[], pending: readonly Or[], counted: Counts): boolean {
    const mark = this.#trail.length;
    const solved = this.#settle(assumed, pending, counted);
    this.#undo(mark);
    return solved;
  }

  #settle(assumed: readonly Node[], pending: readonly Or[], counted: Counts): boolean {
    let open: readonly Or[] = pending;
    const counts = new Map(counted);
    let next: readonly Node[] = assumed;
    while (next.length > 0) {
      this.#work.spend(1 + next.length);
      const added: Or[] = [];
      const changed = new Set<Dimension>();
      for (const node of next) if (!this.#assume(node, added, changed)) return false;
      next = [];
      const kept: Or[] = [];
      for (const or of [...open, ...added]) {
        if (!disjoint(or.dimensions, changed)) counts.delete(or);
        if (next.length > 0 || counts.has(or)) {
          kept.push(or);
          continue;
        }
        const left = this.#left(or);
        if (left === undefined) continue;
        if (left.length === 0) return false;
        if (left.length === 1) next = left;
        else {
          counts.set(or, left);
          kept.push(or);
        }
      }
      open = kept;
    }
    let best: Or | undefined;
    let fewest: readonly Node[] = [];
    for (const or of open) {
      const left = counts.get(or) ?? [];
      // What a policy's answer rests on as a whole comes before the ways to break a single statement.
      if (best !== undefined && (best.first === or.first ? left.length >= fewest.length : best.first)) continue;
      best = or;
      fewest = left;
    }
    if (best === undefined) return this.#found(this.#model);
    const rest = open.filter((or) => or !== best);
    for (const node of fewest) if (this.from([node], rest, counts)) return true;
    return false;
  }

  /** @returns the alternatives that may still hold; `undefined` where one holds already. */
  #left(or: Or): readonly Node[] | undefined {
    const left: Node[] = [];
    for (const part of or.parts) {
      const status = this.#status(part);
      if (status === 'holds') return undefined;
      if (status === 'open') left.push(part);
    }
    return left;
  }

  #status(node: Node): Status {
    if (node.kind === 'literal') return this.#statusOfLiteral(node.literal);
    let open = false;
    for (const part of node.parts) {
      const status = this.#status(part);
      if (node.kind === 'and' ? status === 'fails' : status === 'holds') return status;
      if (status === 'open') open = true;
    }
    return open ? 'open' : node.kind === 'and' ? 'holds' : 'fails';
  }

  #statusOfLiteral(literal: Literal): Status {
    const known = this.#demandsOn(literal.dimension);
    this.#work.spend(0.25);
    const more = known.and(literal);
    if (more === known) return 'holds';
    if (!more.possible(this.#mode, this.#work)) return 'fails';
    // It holds already where its opposite cannot: whatever cannot be told of it.
    return known.and(literal.opposite).possible('proof', this.#work) ? 'open' : 'holds';
  }

  #assume(node: Node, added: Or[], changed: Set<Dimension>): boolean {
    switch (node.kind) {
      case 'or':
        added.push(node);
        return true;
      case 'and':
        return node.parts.every((part) => this.#assume(part, added, changed));
      case 'literal': {
        const { literal } = node;
        const { dimension } = literal;
        const known = this.#demandsOn(dimension);
        const together = known.and(literal);
        if (together === known) return true;
        if (!together.possible(this.#mode, this.#work)) return false;
        this.#trail.push([dimension, this.#model.get(dimension)]);
        this.#model.set(dimension, together);
        changed.add(dimension);
        return true;
      }
    }
  }

  #demandsOn(dimension: Dimension): Demands {
    return this.#model.get(dimension) ?? dimension.demands([]);
  }

  #undo(mark: number): void {
    while (this.#trail.length > mark) {
      const [dimension, before] = this.#trail.pop() ?? [];
      if (dimension === undefined) break;
      if (before === undefined) this.#model.delete(dimension);
      else this.#model.set(dimension, before);
    }
  }
}

function disjoint(dimensions: ReadonlySet<Dimension>, changed: ReadonlySet<Dimension>): boolean {
  for (const dimension of changed) if (dimensions.has(dimension)) return false;
  return true;
}
