/** Was this asked a moment ago? Answers are kept for a while, and the same question is under way only once. */
import type { Clock } from '../ports/clock.ts';

export interface RememberingOptions {
  readonly clock: Clock;
  /** Answers kept at the most; the oldest goes first. */
  readonly most: number;
  /** Milliseconds that an answer holds. */
  readonly age: number;
}

/** @returns a function that asks, or answers from memory. A question that failed is asked again. */
export function remembering<T>({
  clock,
  most,
  age,
}: RememberingOptions): (key: string, ask: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return (key, ask) => {
    const known = answers.get(key);
    if (known !== undefined && clock.now() < known.until) return known.answer;
    answers.delete(key);
    const [oldest] = answers.keys();
    if (answers.size >= most && oldest !== undefined) answers.delete(oldest);
    const answer = ask();
    answers.set(key, { until: clock.now() + age, answer });
    answer.catch(() => answers.delete(key));
    return answer;
  };
}
