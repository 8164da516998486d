/** What does brute force say to a comparison? For the property tests, and for those that break the comparison on purpose. */
import type { compare as compareOf } from '../../../src/policy/compare/compare.ts';
import type { Comparison } from '../../../src/policy/compare/comparison.ts';
import { requestOf } from '../../../src/policy/compare/witness.ts';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../../src/policy/document/trust-policy.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import type { PolicyDocument } from '../../arbitraries/policies.ts';
import { isMultivaluedInPairs, type PolicyPair } from '../../arbitraries/policy-pairs.ts';
import { type NaiveDifference, naiveDifference, withoutAccounts } from '../../reference/naive-comparer.ts';
import { type NaivePolicy, type NaiveRequest, naiveDecision } from '../../reference/naive-evaluator.ts';
import { naiveRequestOf } from '../../reference/naive-witness.ts';

export interface Differential {
  readonly pair: PolicyPair;
  readonly comparison: Comparison;
  readonly difference: NaiveDifference;
  /** Whom brute force finds to need no identity-based policy any more, in the account of `home`. */
  readonly direct: NaiveRequest | undefined;
}

/** The role that the pairs are about. */
export const home = 'arn:aws:iam::111122223333:role/x';

export interface DifferentialOptions {
  readonly compare: typeof compareOf;
  /** For what is drawn where a universe is too large. */
  readonly seed: number;
}

export function differentialOf(pair: PolicyPair, { compare, seed }: DifferentialOptions): Differential {
  const comparison = compare(readDocument(pair.old), readDocument(pair.now), { role: home });
  const difference = naiveDifference(naiveOf(pair.old), naiveOf(pair.now), isMultivaluedInPairs, {
    combinations: 40_000,
    random: randomOf(seed),
  });
  const [old, now] = [naiveOf(pair.old), naiveOf(pair.now)];
  const { gained: direct } = naiveDifference(withoutAccounts(old), withoutAccounts(now), isMultivaluedInPairs, {
    combinations: 40_000,
    random: randomOf(seed),
    within: { policy: old, account: '111122223333' },
  });
  return { pair, comparison, difference, direct };
}

/** @returns in words, what in the comparison is not so. */
export function brokenClaims({ pair, comparison, difference, direct }: Differential): readonly string[] {
  const broken: string[] = [];
  const { verdict } = comparison;
  const found = (side: 'gained' | 'lost') => {
    const request = difference[side];
    return request === undefined ? '' : JSON.stringify({ ...request, context: Object.fromEntries(request.context) });
  };
  if ((verdict === 'equivalent' || verdict === 'narrower') && difference.gained !== undefined)
    broken.push(`${verdict}, but NEW alone allows ${found('gained')}`);
  if ((verdict === 'equivalent' || verdict === 'broader') && difference.lost !== undefined)
    broken.push(`${verdict}, but OLD alone allows ${found('lost')}`);
  if (direct !== undefined && comparison.direct?.length === 0 && comparison.undecided.length === 0)
    broken.push(
      `nobody is direct, but ${JSON.stringify({ ...direct, context: Object.fromEntries(direct.context) })} is`,
    );
  if (direct === undefined && (comparison.direct ?? []).length > 0 && difference.whole)
    broken.push(`${JSON.stringify(comparison.direct)} is direct, but brute force finds nobody`);
  for (const { statement, principal } of comparison.direct ?? []) {
    if (pair.now.Statement[statement]?.Effect === 'Deny') broken.push(`${principal} is direct by a Deny`);
    if (!principal.includes('111122223333') && !/^A(IDA|ROA)/.test(principal))
      broken.push(`${principal} is of another account`);
  }
  const [gains, loses] = [comparison.gained.length > 0, comparison.lost.length > 0];
  const told = gains ? (loses ? 'incomparable' : 'broader') : loses ? 'narrower' : 'equivalent';
  if (verdict !== told && verdict !== 'undecided') broken.push(`${verdict}, but the lists say ${told}`);
  if (verdict === 'undecided' && comparison.undecided.length === 0) broken.push('undecided without a reason');
  for (const [side, allowing, refusing] of [
    ['gained', pair.now, pair.old],
    ['lost', pair.old, pair.now],
  ] as const)
    for (const { witness, summary, statement } of comparison[side]) {
      const text = `the witness of ${side} ${JSON.stringify(witness)}`;
      if (summary === '') broken.push(`${text} has no summary`);
      if (allowing.Statement[statement]?.Effect === 'Deny') broken.push(`${text} is granted by a Deny`);
      const naive = naiveRequestOf(witness);
      if (naiveDecision(naiveOf(allowing), naive, isMultivaluedInPairs) !== 'allow')
        broken.push(`${text} is not allowed, says the naive evaluator`);
      if (naiveDecision(naiveOf(refusing), naive, isMultivaluedInPairs) === 'allow')
        broken.push(`${text} is allowed by both, says the naive evaluator`);
      const request = requestOf(witness);
      if (request === undefined) {
        broken.push(`${text} is no request`);
        continue;
      }
      if (evaluate(prepare(readDocument(allowing)), request).decision !== 'allow')
        broken.push(`${text} is not allowed, says the evaluator`);
      if (!evaluate(prepare(readDocument(refusing)), request).decision.endsWith('deny'))
        broken.push(`${text} is not denied by the other policy, says the evaluator`);
    }
  return broken;
}

function readDocument(document: PolicyDocument): TrustPolicy {
  const parsed = parseTrustPolicyValue(document);
  if (parsed.status !== 'read') throw new Error(`not read: ${JSON.stringify(document)}`);
  return parsed.policy;
}

function naiveOf(document: PolicyDocument): NaivePolicy {
  return document as unknown as NaivePolicy;
}

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
