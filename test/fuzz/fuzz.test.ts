/** Whatever bytes come in at any of the ways in: no crash, no hang, no memory without bound, and one clear error. */
import { expect, test } from 'vitest';
import { seeded } from '../simulation/seeded.ts';
import { entries, isRefusal } from './entries.ts';

/** A few thousand while one works, a million with TRUSTTRAIL_DEEP; INPUTS says otherwise. */
const inputs = Number(process.env['INPUTS'] ?? (process.env['TRUSTTRAIL_DEEP'] === undefined ? 4_000 : 1_050_000));
const seed = process.env['SEED'] ?? 'fuzz';
const only = process.env['INPUT'];

/** Milliseconds for one input: some thousand times what a good one takes, for a machine that is busy. */
const longest = 1_500;
/** Bytes that may be held when everything was taken: nothing is kept of any input. */
const mostKept = 400 * 1024 * 1024;

const whole = entries.reduce((sum, { share }) => sum + share, 0);

test.for(entries)('$name', { timeout: 7_200_000 }, async ({ name, share, input, take }) => {
  const many = Math.max(50, Math.ceil((inputs * share) / whole));
  const before = process.memoryUsage().heapUsed;
  const failed: unknown[] = [];
  let refused = 0;
  let done = 0;
  for (let n = 0; n < many && failed.length < 10; n += 1) {
    const id = only ?? `${seed}-${n}`;
    const given = input(seeded(`${name}/${id}`));
    const outcome = await taken(take, given);
    done += 1;
    // Slow once may be the machine; slow three times is the input.
    if (outcome.took > longest) {
      const again = [outcome, await taken(take, given), await taken(take, given)];
      const took = Math.min(...again.map((one) => one.took));
      if (took > longest) failed.push({ again: `INPUT=${id}`, took, given: shown(given) });
    }
    if (outcome.error === undefined) continue;
    if (isRefusal(outcome.error)) refused += 1;
    else failed.push({ again: `INPUT=${id}`, error: outcome.error, given: shown(given) });
    if (only !== undefined) break;
  }
  if (process.env['TRUSTTRAIL_DEEP'] !== undefined || process.env['INPUTS'] !== undefined)
    process.stderr.write(`${name}: ${done} inputs, ${refused} refused by an error\n`);
  expect(failed).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(mostKept);
});

async function taken(
  take: (input: string | Uint8Array) => unknown,
  input: string | Uint8Array,
): Promise<{ took: number; error?: unknown }> {
  const start = performance.now();
  try {
    await take(input);
    return { took: performance.now() - start };
  } catch (error) {
    return { took: performance.now() - start, error: error ?? new Error('nothing was thrown') };
  }
}

function shown(input: string | Uint8Array): string {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('base64');
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
