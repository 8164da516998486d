/** Ctrl-C once: stop reading and tell what there is. Twice: stop. */
import type { Io } from './io.ts';

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** To be used with `using`, so that the process ends as usual again afterwards. */
export function interruptible(io: Io, told: string): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    io.err(`\ntrusttrail: ${told}\n`);
    controller.abort();
  };
  process.on('SIGINT', stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', stop),
  };
}
