/** The time, so that tests and replays can give their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
