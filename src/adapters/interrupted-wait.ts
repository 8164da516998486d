/** How is something waited for that an interrupt may end, again and again, without anything of it being kept? */

/**
 * @returns what comes; `undefined` where the signal comes first. A race with one promise that lasts would keep all that
 * ever won it.
 */
export async function unlessAborted<T>(coming: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return await coming;
  let stop = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([coming, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
