/** How long does the comparison of two trust policies take: of real ones, of long ones, and of ones made to be hard? */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { compare } from '../src/policy/compare/compare.ts';
import { parseTrustPolicy, parseTrustPolicyValue } from '../src/policy/document/parse.ts';
import type { TrustPolicy } from '../src/policy/document/trust-policy.ts';
import { hostilePairs, longPairs } from '../test/policy/compare/hard-policies.ts';

export type Pair = readonly [name: string, old: TrustPolicy, now: TrustPolicy];

const realPolicies = new URL('../../shared/trust-policies/', import.meta.url);

function read(document: unknown): TrustPolicy {
  const parsed = parseTrustPolicyValue(document);
  if (parsed.status !== 'read') throw new Error('a policy of the benchmark is not read');
  return parsed.policy;
}

/** Every real policy against every other; none where they are not at hand. */
function realPairs(): readonly Pair[] {
  if (!existsSync(realPolicies)) return [];
  const policies = readdirSync(realPolicies)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name): (readonly [string, TrustPolicy])[] => {
      const parsed = parseTrustPolicy(readFileSync(new URL(name, realPolicies), 'utf8'));
      return parsed.status === 'read' ? [[name, parsed.policy]] : [];
    });
  return policies.flatMap(([name, old]) => policies.map(([other, now]): Pair => [`${name} ${other}`, old, now]));
}

export interface Times {
  readonly pairs: number;
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
  readonly worstName: string;
  readonly undecided: number;
}

const rounds = 4;

/** Milliseconds of each pair: its best of some rounds after one to warm up, so that what else the machine does counts less. */
export function timesOf(pairs: readonly Pair[]): Times {
  const best = new Map<string, number>();
  let undecided = 0;
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, old, now] of pairs) {
      const start = performance.now();
      const { verdict } = compare(old, now);
      const elapsed = performance.now() - start;
      if (round === 0) undecided += verdict === 'undecided' ? 1 : 0;
      else best.set(name, Math.min(best.get(name) ?? elapsed, elapsed));
    }
  const times = [...best].map(([name, elapsed]) => [elapsed, name] as const).sort(([a], [b]) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]?.[0] ?? 0;
  const [worst = 0, worstName = ''] = times.at(-1) ?? [];
  return { pairs: times.length, median: at(0.5), p99: at(0.99), worst, worstName, undecided };
}

export function measure(): Readonly<Record<'real' | 'long' | 'hostile', Times>> {
  const made = (all: typeof longPairs): readonly Pair[] =>
    Object.entries(all).map(([name, [old, now]]): Pair => [name, read(old), read(now)]);
  return { real: timesOf(realPairs()), long: timesOf(made(longPairs)), hostile: timesOf(made(hostilePairs)) };
}

if (import.meta.main) {
  for (const [kind, times] of Object.entries(measure())) {
    const { pairs, median, p99, worst, worstName, undecided } = times;
    const show = (value: number) => `${value.toFixed(2)} ms`;
    console.log(
      `${kind.padEnd(8)} ${String(pairs).padStart(5)} pairs   median ${show(median)}   p99 ${show(p99)}   worst ${show(worst)} (${worstName})   undecided ${undecided}`,
    );
  }
}
