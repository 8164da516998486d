/**
 * In which order can the changes of one role within one second have been made? CloudTrail's times are whole seconds, and
 * an eventID tells nothing of the order; but nobody can change a role that is not there yet, or create one that is there.
 */
import type { TrustChange } from './recognised.ts';

/**
 * Takes what happened in one second, in the order of the eventIDs, and keeps that order wherever another is as possible:
 * every reading then agrees. Of two orders that are possible, the one at whose end the role is there is taken, with the
 * document that was set last: better to tell of access that ended than to say that nobody has any.
 * @param exists whether the role was there before; `undefined`: not known.
 * @param changeOf the change of the role that an item stands for, where it is one.
 */
export function inPossibleOrder<Item>(
  items: readonly Item[],
  exists: boolean | undefined,
  changeOf: (item: Item) => TrustChange | undefined,
): readonly Item[] {
  if (items.length < 2) return items;
  const made = (what: TrustChange['change']): Item[] =>
    items.filter((item) => {
      const change = changeOf(item);
      return change?.succeeded === true && change.change === what;
    });
  const creations = made('create-role');
  const deletions = made('delete-role');
  if (creations.length + deletions.length === 0) return items;
  const others = items.filter((item) => !creations.includes(item) && !deletions.includes(item));
  const ordered: Item[] = [];
  // Where that is not known, it was there if more was deleted than created, or as much.
  let there = exists ?? deletions.length >= creations.length;
  while (creations.length + deletions.length > 0) {
    const [likely, other] = there ? [deletions, creations] : [creations, deletions];
    const next = likely.shift() ?? other.shift();
    if (next === undefined) break;
    there = changeOf(next)?.change === 'create-role';
    // What else was done to the role was done before it was gone for good.
    if (!there && creations.length + deletions.length === 0) ordered.push(...others.splice(0));
    ordered.push(next);
  }
  return [...ordered, ...others];
}

/**
 * Whether one order alone is possible: what is created and then changed, say, cannot have been changed first.
 * @param changes those of one second that succeeded. @param exists as for {@link inPossibleOrder}.
 */
export function onlyOneOrder(changes: readonly TrustChange[], exists: boolean | undefined): boolean {
  if (changes.length < 2) return true;
  // Of four there is always more than one, or a record is missing.
  if (changes.length > 3) return false;
  const possible = (left: readonly TrustChange[], there: boolean): number =>
    left.length === 0
      ? 1
      : left
          .filter(({ change }) => (change === 'create-role') !== there)
          .reduce((sum, next) => sum + possible(without(left, next), next.change !== 'delete-role'), 0);
  return (
    (exists === undefined ? [false, true] : [exists]).reduce((sum, there) => sum + possible(changes, there), 0) === 1
  );
}

function without(changes: readonly TrustChange[], one: TrustChange): readonly TrustChange[] {
  return changes.filter((change) => change !== one);
}
