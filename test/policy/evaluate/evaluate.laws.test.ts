/** Laws of evaluation, on generated policies and requests that meet. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest, Caller } from '../../../src/policy/evaluate/request.ts';
import {
  completionsOf,
  isMultivalued,
  keySamples,
  type PolicyDocument,
  policies,
  read,
  requestsFor,
  statements,
  wholeContext,
} from '../../arbitraries/policies.ts';
import { runs } from '../../arbitraries/runs.ts';
import { type NaivePolicy, type NaiveRequest, naiveDecision } from '../../reference/naive-evaluator.ts';

/** A policy and a request drawn from its literals. */
const meetings = (settled = true): fc.Arbitrary<{ document: PolicyDocument; request: AssumeRequest }> =>
  policies(settled).chain((document) => requestsFor(document).map((request) => ({ document, request })));

/** The same with some keys forgotten: they are then unknown. */
const openMeetings = meetings().chain(({ document, request }) =>
  fc
    .subarray(
      keySamples.map(({ key }) => key.toLowerCase()),
      { minLength: 1, maxLength: 4 },
    )
    .map((forgotten) => ({
      document,
      request,
      open: forget(request, forgotten),
    })),
);

/** What AWS puts into every request, and this one lacks, cannot be forgotten: it is known to be absent. */
const always = ['sts:rolesessionname', 'aws:currenttime'];

function forget(request: AssumeRequest, chosen: readonly string[]): AssumeRequest {
  const forgotten = chosen.filter((key) => !always.includes(key) || request.context.has(key));
  const context = new Map([...request.context].filter(([key]) => !forgotten.includes(key)));
  const absent = keySamples
    .map(({ key }) => key.toLowerCase())
    .filter((key) => key !== 'aws:principalarn' && !forgotten.includes(key) && !context.has(key));
  return { ...request, context, absent: new Set(absent), closed: false };
}

const answer = (document: PolicyDocument, request: AssumeRequest) => decide(prepare(read(document)), request);

function naiveRequest(request: AssumeRequest): NaiveRequest {
  const { caller, actions } = request;
  const context = wholeContext(request);
  const arn = context.get('aws:principalarn')?.[0] ?? '';
  const base = { actions, context, session: '', id: '', account: '' };
  const identity = (known: Extract<Caller, { kind: 'user' | 'role-session' }>) => ({
    account: known.account,
    name: arn,
    id: known.id ?? '',
  });
  switch (caller.kind) {
    case 'user':
      return { ...base, ...identity(caller), kind: 'user' };
    case 'role-session':
      return { ...base, ...identity(caller), kind: 'role', session: caller.session ?? '' };
    case 'service':
      return { ...base, kind: 'service', name: caller.service };
    case 'web-identity':
      return { ...base, kind: 'web', name: caller.provider };
    case 'saml':
      return { ...base, kind: 'saml', name: caller.provider };
    default:
      throw new Error(`${caller.kind} is no caller of the naive evaluator`);
  }
}

describe('the evaluator', () => {
  test('agrees with the naive evaluator wherever everything is known', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(meetings(), ({ document, request }) => {
        const expected = naiveDecision(document as unknown as NaivePolicy, naiveRequest(request), isMultivalued);
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
        expect(answer(document, request)).toBe(expected);
      }),
      { numRuns: runs(6_000) },
    );
    // The generators meet: no decision is a rarity.
    for (const decision of ['allow', 'explicit-deny', 'implicit-deny'])
      expect(seen.get(decision) ?? 0).toBeGreaterThan(runs(6_000) / 30);
  });

  test('gives the same decision fast and with reasons', () => {
    fc.assert(
      fc.property(openMeetings, ({ document, open }) => {
        const prepared = prepare(read(document));
        expect(evaluate(prepared, open).decision).toBe(decide(prepared, open));
      }),
      { numRuns: runs(1_000) },
    );
  });

  test('a decided answer holds for every completion of the request', () => {
    let decided = 0;
    fc.assert(
      fc.property(openMeetings, ({ document, request, open }) => {
        const before = answer(document, open);
        const after = answer(document, request);
        if (before === 'unknown') return;
        decided += 1;
        expect(after === 'allow').toBe(before === 'allow');
        if (before === 'explicit-deny') expect(after).toBe('explicit-deny');
      }),
      { numRuns: runs(4_000) },
    );
    expect(decided).toBeGreaterThan(runs(4_000) / 10);
  });

  test('an unknown answer has completions that differ', () => {
    let tried = 0;
    fc.assert(
      fc.property(openMeetings, ({ document, open }) => {
        const prepared = prepare(read(document));
        const { decision, unknownKeys } = evaluate(prepared, open);
        const variables = JSON.stringify(document.Statement).includes('${aws:');
        if (decision !== 'unknown' || unknownKeys.length > 2 || variables) return;
        tried += 1;
        let requests: AssumeRequest[] = [{ ...open, closed: true }];
        for (const key of unknownKeys)
          requests = requests.flatMap((one) =>
            completionsOf(document, key, open.caller).map((values) => ({
              ...one,
              context: new Map(values === null ? one.context : [...one.context, [key.toLowerCase(), values]]),
            })),
          );
        // The other unknown keys make no difference once these are known: any value will do for them.
        for (const { key } of keySamples) {
          const lower = key.toLowerCase();
          if (
            open.context.has(lower) ||
            open.absent.has(lower) ||
            unknownKeys.some((name) => name.toLowerCase() === lower)
          )
            continue;
          const [some = null] = completionsOf(document, key, open.caller);
          if (some !== null)
            for (const one of requests) (one.context as Map<string, readonly string[]>).set(lower, some);
        }
        const answers = new Set(requests.map((one) => decide(prepared, one) === 'allow'));
        expect(answers.size).toBe(2);
      }),
      { numRuns: runs(3_000) },
    );
    expect(tried).toBeGreaterThan(runs(3_000) / 80);
  });

  test('one more Deny never lets more in, one more Allow never less', () => {
    fc.assert(
      fc.property(meetings(), statements(), fc.boolean(), ({ document, request }, statement, first) => {
        const before = answer(document, request);
        const with1 = (effect: 'Allow' | 'Deny') => {
          const added = { ...statement, Effect: effect };
          return answer(
            { ...document, Statement: first ? [added, ...document.Statement] : [...document.Statement, added] },
            request,
          );
        };
        if (before !== 'allow') expect(with1('Deny')).not.toBe('allow');
        expect(with1('Deny') === 'allow' && before !== 'allow').toBe(false);
        if (before === 'allow') expect(with1('Allow')).toBe('allow');
      }),
      { numRuns: runs(1_500) },
    );
  });

  test('the letter case of key names and the order of statements never matter', () => {
    fc.assert(
      fc.property(openMeetings, fc.boolean(), ({ document, open }, upper) => {
        const recased = document.Statement.map((statement) =>
          statement.Condition === undefined
            ? statement
            : {
                ...statement,
                Condition: Object.fromEntries(
                  Object.entries(statement.Condition).map(([operator, block]) => [
                    operator,
                    Object.fromEntries(
                      Object.entries(block).map(([key, values]) => [
                        upper ? key.toUpperCase() : key.toLowerCase(),
                        values,
                      ]),
                    ),
                  ]),
                ),
              },
        );
        // Two spellings of one key in a block are two clauses, and would become one.
        const clauses = (list: PolicyDocument['Statement']) =>
          list.flatMap((s) => Object.values(s.Condition ?? {}).flatMap((block) => Object.keys(block))).length;
        fc.pre(clauses(recased) === clauses(document.Statement));
        const before = answer(document, open);
        expect(answer({ ...document, Statement: recased }, open)).toBe(before);
        expect(answer({ ...document, Statement: document.Statement.toReversed() }, open)).toBe(before);
      }),
      { numRuns: runs(1_000) },
    );
  });
});
