/** Demands on keys, combined by and and or. */
import type { Dimension, Literal } from './dimension.ts';

export type Formula =
  | boolean
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'and'; readonly parts: readonly Node[] }
  | {
      readonly kind: 'or';
      readonly parts: readonly Node[];
      readonly dimensions: ReadonlySet<Dimension>;
      /** To be branched on before others. */
      readonly first: boolean;
    };

export type Node = Exclude<Formula, boolean>;

export function literalNode(literal: Literal): Node {
  return { kind: 'literal', literal };
}

export function and(parts: Iterable<Formula>): Formula {
  const kept: Node[] = [];
  for (const part of parts) {
    if (part === false) return false;
    if (part === true) continue;
    if (part.kind === 'and') kept.push(...part.parts);
    else kept.push(part);
  }
  const [only] = kept;
  return only === undefined ? true : kept.length === 1 ? only : { kind: 'and', parts: kept };
}

/** @param first whether it is to be branched on before others. */
export function or(parts: Iterable<Formula>, first = false): Formula {
  const kept: Node[] = [];
  for (const part of parts) {
    if (part === true) return true;
    if (part === false) continue;
    if (part.kind === 'or' && !first) kept.push(...part.parts);
    else kept.push(part);
  }
  const [only] = kept;
  if (only === undefined) return false;
  if (kept.length === 1) return only;
  return { kind: 'or', parts: kept, dimensions: new Set(kept.flatMap((part) => [...dimensionsOf(part)])), first };
}

function dimensionsOf(node: Node): Iterable<Dimension> {
  if (node.kind === 'literal') return [node.literal.dimension];
  if (node.kind === 'or') return node.dimensions;
  return new Set(node.parts.flatMap((part) => [...dimensionsOf(part)]));
}
