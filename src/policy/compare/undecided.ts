/** What stands in the way of a proof, where demands can be met only if something does that cannot be told? */
import type { Undecided } from './comparison.ts';
import type { Model } from './search.ts';
import type { Work } from './work.ts';

export interface Stopped {
  readonly undecided: readonly Undecided[];
  /** No concrete request could show more: AWS's behaviour, not a value, is what is not known. */
  readonly hopeless: boolean;
}

export function undecidedBy(model: Model, work: Work): Stopped {
  const undecided: Undecided[] = [];
  let hopeless = false;
  for (const [dimension, demands] of model) {
    const { literals } = demands;
    const { name, unregistered, presence, ofOneOrganization } = dimension.shape;
    const [first] = literals;
    if (first === undefined || demands.possible('claim', work)) continue;
    const add = (construct: string, pointer: string) =>
      undecided.push({ construct, ...(pointer === '' ? {} : { pointer }) });
    if (unregistered) {
      add(`unregistered key ${name}`, first.pointer);
      hopeless = true;
      continue;
    }
    const opaque = literals.flatMap(({ value, pointer }) =>
      typeof value === 'boolean' ? [] : value.predicate.opaqueTexts.map((text) => ({ text, pointer })),
    );
    for (const { text, pointer } of opaque) add(text, pointer);
    const unsettled = literals.find(({ absent }) => absent === 'unsettled');
    if (unsettled !== undefined) {
      add(`ForAnyValue with IfExists where ${name} is absent`, unsettled.pointer);
      hopeless = true;
    } else if (opaque.length === 0 && presence === 'unsettled') {
      add(`whether such a call brings ${name}`, first.pointer);
      hopeless = true;
    } else if (opaque.length === 0)
      add(
        ofOneOrganization ? `patterns of organizations in ${name}` : `operators of several types on ${name}`,
        first.pointer,
      );
  }
  if (undecided.length === 0)
    undecided.push({ construct: 'internal: the evaluator does not confirm the request found' });
  return { undecided, hopeless };
}
