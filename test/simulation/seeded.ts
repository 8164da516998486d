/** Where does chance come from in a run that has to happen again exactly as it did? */

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Both ends inclusive. */
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  shuffled<T>(items: readonly T[]): T[];
  /** Another one that draws nothing from this one: what is drawn there changes nothing here. */
  fork(name: string): Random;
}

/** @param seed any text; the same text gives the same numbers, on every machine. */
export function seeded(seed: string): Random {
  let state = hashOf(seed);
  const next = (): number => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (from) => from[int(0, from.length - 1)] ?? from[0],
    shuffled(items) {
      const left = [...items];
      const drawn = items.map(() => left.splice(int(0, left.length - 1), 1));
      return drawn.flat();
    },
    fork: (name) => seeded(`${seed}/${name}`),
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
