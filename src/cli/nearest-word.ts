/** Which of the known words was meant by one that is spelt wrong? */
import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';

/** @returns the word that is spelt most alike; `undefined` where none is near. */
export function nearestWord(words: readonly string[], asked: string): string | undefined {
  const limit = Math.max(2, Math.floor(asked.length / 4));
  const near = words
    .flatMap((word) => {
      const distance = editDistanceAtMost(word, asked.toLowerCase(), Math.min(limit, word.length - 1));
      return distance === undefined ? [] : [{ word, distance }];
    })
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.word;
}
